package org.cloakwork.launcher.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cloakwork.api.MixnetAddress;

/**
 * The example page with a client in it, {@code examples/web} of this installation, under a policy that lets it run no
 * other script and speak with nothing but this machine; and {@code network.json}, which says where the network is.
 */
final class DemoWeb implements AutoCloseable {

    private static final String POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
            + "img-src 'self'; worker-src 'self'; connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css",
            "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml", "wasm",
            "application/wasm", "json", "application/json", "bin", "application/octet-stream");

    private final Path folder;
    private final byte[] network;
    private final LoopbackServer server;

    /**
     * @param folder {@code examples/web}
     * @param port 0: any
     * @param page what is to be fetched first
     */
    DemoWeb(Path folder, int port, URI directory, MixnetAddress exit, URI page) throws IOException {
        this.folder = folder.toRealPath();
        network = "{\"directory\":\"%s\",\"exit\":\"%s\",\"page\":\"%s\"}%n".formatted(directory, exit, page)
                .getBytes(StandardCharsets.UTF_8);
        server = new LoopbackServer(port, "demo-web", this::answer);
        server.start();
    }

    URI address() {
        return server.address();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Security-Policy", POLICY);
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cache-Control", "no-store");
            if (!address().getAuthority().equals(exchange.getRequestHeaders().getFirst("Host"))) {
                // Another name that leads here would be another site's.
                exchange.sendResponseHeaders(421, -1);
                return;
            }
            String path = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
            } else if (path.equals("/network.json")) {
                send(exchange, "json", network);
            } else {
                file(exchange, path.endsWith("/") ? path + "index.html" : path);
            }
        }
    }

    private void file(HttpExchange exchange, String path) throws IOException {
        Path file = folder.resolve(path.substring(1)).normalize();
        String type = path.substring(path.lastIndexOf('.') + 1);
        if (!file.startsWith(folder) || !TYPES.containsKey(type) || !Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        send(exchange, type, Files.readAllBytes(file));
    }

    private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", TYPES.get(type));
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.close();
    }
}
