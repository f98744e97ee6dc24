package org.cloakwork.itests.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** A directory that passes on what an honest one says, after a test has changed what it says of gateways. */
final class HostileDirectory implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GATEWAYS = "/v2/unstable/nym-nodes/skimmed/entry-gateways";

    private final URI honest;
    private final Consumer<ArrayNode> change;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param honest the other directory
     * @param change told the list of gateways of each answer, to change it
     */
    HostileDirectory(URI honest, Consumer<ArrayNode> change) throws IOException {
        this.honest = honest;
        this.change = change;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange; InputStream in = honest.resolve(exchange.getRequestURI()).toURL().openStream()) {
            JsonNode answer = JSON.readTree(in);
            if (exchange.getRequestURI().getPath().equals(GATEWAYS)) {
                ArrayNode nodes = (ArrayNode) answer.at("/nodes/data");
                change.accept(nodes);
                ((ObjectNode) answer.at("/nodes/pagination")).put("total", nodes.size());
            }
            byte[] body = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** {@return where clients connect to that node of a list} */
    static ObjectNode entry(JsonNode gateway) {
        return (ObjectNode) gateway.get("entry");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
