package org.cloakwork.itests.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloakwork.itests.vectors.Vectors;

/**
 * Serves made-up bytes of any length under {@code /LENGTH}, a page with a picture, and tells the SHA-256 of what is
 * posted.
 */
final class WebServer implements AutoCloseable {

    private static final String PAGE = "<!DOCTYPE html><title>page</title><p id=text>Through the mixnet.</p>"
            + "<img src=/picture.svg onload=\"document.title='picture '+this.naturalWidth;"
            + "document.getElementById('text').textContent+=' The picture is '+this.naturalWidth+' wide.'\">";
    private static final String PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='123' height='45'>"
            + "<rect width='123' height='45' fill='green'/></svg>";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    WebServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    static byte[] made(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = switch (path) {
                case "/page" -> PAGE.getBytes(StandardCharsets.UTF_8);
                case "/picture.svg" -> PICTURE.getBytes(StandardCharsets.UTF_8);
                case "/upload" -> Vectors.sha256(exchange.getRequestBody().readAllBytes())
                        .getBytes(StandardCharsets.UTF_8);
                case "/favicon.ico" -> new byte[1];
                default -> made(Integer.parseInt(path.substring(1)));
            };
            exchange.getResponseHeaders().set("Content-Type", path.endsWith(".svg") ? "image/svg+xml"
                    : path.equals("/page") ? "text/html" : "application/octet-stream");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
