package org.cloakwork.localnet.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import org.cloakwork.api.KnownExit;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.topology.KeyRotationInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory (nym-api) of a local network: what clients, browsers and nodes ask for, with or without the path prefix
 * {@code /api}. Source: protocol/7-network, 2.
 */
final class Directory implements AutoCloseable {

    /** Longest body of a request. */
    static final int MAX_BODY_BYTES = 64 * 1024;
    /** Most addresses in a question for nodes by address. */
    static final int MAX_ADDRESSES = 100;

    /** Pages that may read the answers; others would tell the web what runs here. */
    private static final Pattern OF_THIS_MACHINE = Pattern.compile(
            "https?://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?|(chrome|moz)-extension://[0-9a-z-]+");
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "/api";
    private static final String REFRESH_DESCRIBED = "/v1/nym-nodes/refresh-described";
    private static final String BY_ADDRESSES = "/v1/unstable/nym-nodes/by-addresses";
    private static final byte[] NULL = "null".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final Counters<Counter> counters;
    private volatile Map<String, byte[]> answers = Map.of();
    private volatile Map<String, Long> idsByAddress = Map.of();

    /**
     * Binds the port; requests are answered from {@link #start} on.
     *
     * @param host     where to listen
     * @param port     0 for any free one
     * @param threads  runs one task for each request
     * @param counters where requests are counted
     * @throws IOException if the port cannot be had, naming it
     */
    Directory(InetAddress host, int port, ExecutorService threads, Counters<Counter> counters) throws IOException {
        this.counters = counters;
        try {
            server = HttpServer.create(new InetSocketAddress(host, port), 0);
        } catch (IOException e) {
            throw new IOException("directory port " + port + " on " + host.getHostAddress() + " cannot be opened: "
                    + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    URI uri() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
    }

    /** Begins to answer; something must have been published. */
    void start() {
        server.start();
    }

    /**
     * @param topology what to answer from now on
     * @param rotation when keys change
     * @param exits    that run at its gateways
     */
    void publish(Topology topology, KeyRotationInfo rotation, List<KnownExit> exits) {
        Map<String, Long> ids = new HashMap<>();
        for (Node node : topology.nodes().values()) {
            ids.merge(node.mixAddress().ip().getHostAddress(), node.id(), Math::min);
        }
        idsByAddress = ids;
        answers = DirectoryAnswers.of(topology, rotation, exits);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        counters.count(Counter.DIRECTORY_REQUESTS);
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (RuntimeException e) {
                counters.count(Counter.INTERNAL_ERRORS);
                LOG.error("A directory request failed", e);
                answer = Answer.error(500, "internal error");
            }
            if (answer.status >= 400) {
                counters.count(Counter.DIRECTORY_REQUESTS_REFUSED);
            }
            var headers = exchange.getResponseHeaders();
            headers.set("Vary", "Origin");
            String origin = exchange.getRequestHeaders().getFirst("Origin");
            if (origin != null && OF_THIS_MACHINE.matcher(origin).matches()) {
                headers.set("Access-Control-Allow-Origin", origin);
                headers.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
                headers.set("Access-Control-Allow-Headers", "*");
            }
            if (answer.body.length == 0) {
                exchange.sendResponseHeaders(answer.status, -1);
                return;
            }
            headers.set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status, answer.body.length);
            exchange.getResponseBody().write(answer.body);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            return Answer.error(413, "the body is longer than " + MAX_BODY_BYTES + " bytes");
        }
        URI uri = exchange.getRequestURI();
        String path = uri.getPath() == null ? "" : endpoint(uri.getPath());
        return switch (exchange.getRequestMethod()) {
            case "OPTIONS" -> new Answer(204, new byte[0]);
            case "GET" -> get(path, uri.getQuery());
            case "POST" -> switch (path) {
                case REFRESH_DESCRIBED -> new Answer(200, NULL);
                case BY_ADDRESSES -> byAddresses(body);
                default -> Answer.error(404, "no such endpoint");
            };
            default -> Answer.error(405, "GET, POST or OPTIONS");
        };
    }

    private static String endpoint(String path) {
        String endpoint = path.startsWith(PREFIX + "/") ? path.substring(PREFIX.length()) : path;
        return endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
    }

    private Answer get(String path, String query) {
        String role = query == null ? null : Arrays.stream(query.split("&"))
                .filter(parameter -> parameter.startsWith("role=")).findFirst().orElse(null);
        byte[] found = role == null ? null : answers.get(path + "?" + role);
        if (found == null) {
            found = answers.get(path);
        }
        return found == null ? Answer.error(404, "no such endpoint") : new Answer(200, found);
    }

    private Answer byAddresses(byte[] body) {
        JsonNode addresses;
        try {
            addresses = JSON.readTree(body).path("addresses");
        } catch (IOException e) {
            return Answer.error(400, "the body is not JSON");
        }
        if (!addresses.isArray() || addresses.size() > MAX_ADDRESSES) {
            return Answer.error(400, "\"addresses\" must be a list of at most " + MAX_ADDRESSES);
        }
        ObjectNode existence = JsonNodeFactory.instance.objectNode();
        for (JsonNode address : addresses) {
            existence.put(address.asText(), idsByAddress.get(address.asText()));
        }
        return new Answer(200, bytes(JsonNodeFactory.instance.objectNode().set("existence", existence)));
    }

    static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Answer(int status, byte[] body) {

        static Answer error(int status, String message) {
            return new Answer(status, bytes(JsonNodeFactory.instance.objectNode().put("error", message)));
        }
    }
}
