package org.cloakwork.topology.nymapi;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A directory on a port of this machine whose answers a test chooses by path. */
final class StandIn implements AutoCloseable {

    static final String KEY_ROTATION = "/v1/epoch/key-rotation-info";
    static final String REWARDED_SET = "/v1/nym-nodes/rewarded-set";
    static final String MIXNODES = "/v2/unstable/nym-nodes/skimmed/mixnodes/active";
    static final String GATEWAYS = "/v2/unstable/nym-nodes/skimmed/entry-gateways";
    static final String DESCRIBED = "/v1/nym-nodes/described";

    /** Answers one request. */
    @FunctionalInterface
    interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    final List<String> requests = new CopyOnWriteArrayList<>();

    StandIn() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().toString());
            try (exchange) {
                answers.getOrDefault(exchange.getRequestURI().getPath(), status(404)).give(exchange);
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    StandIn on(String path, Answer answer) {
        answers.put(path, answer);
        return this;
    }

    StandIn on(String path, byte[] json) {
        return on(path, body("application/json", json));
    }

    static Answer status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    static Answer text(String text) {
        return body("application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer body(String type, byte[] body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        };
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
