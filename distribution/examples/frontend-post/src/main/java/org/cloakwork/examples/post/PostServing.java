package org.cloakwork.examples.post;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.spi.frontend.FrontEnd;

/**
 * HTTP on the loopback interface.
 *
 * <pre>
 * GET  /address            the client's own address; 503 before it has one
 * POST /send?to=ADDRESS    sends the body, with reply blocks; answers when its outcome is known: 200, or 502 and why
 * POST /reply?to=TAG       the same, to whoever sent a message with that tag
 * GET  /messages           what arrives, as server-sent events, while the connection lasts: see {@link Events}
 * </pre>
 *
 * Everything wrong with a request is 400 and one line. Requests that a web page makes are refused (403): pages of
 * others must not use somebody's client.
 */
final class PostServing implements FrontEnd.Serving {

    /** More at the same time are turned away with 503; a waiting /messages is one. */
    private static final int MAX_REQUESTS = 64;

    private final MixnetClient client;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("frontend-http-", 0).factory());
    private final Semaphore places = new Semaphore(MAX_REQUESTS);
    private final Set<Events> listening = ConcurrentHashMap.newKeySet();

    PostServing(MixnetClient client, int port) throws IOException {
        this.client = client;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IOException("port " + port + ": " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    @Override
    public List<URI> addresses() {
        return List.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"));
    }

    @Override
    public void close() {
        listening.forEach(Events::end);
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            answer(exchange, 503, "too many requests at the same time");
            return;
        }
        try {
            if (isFromAPage(exchange)) {
                answer(exchange, 403, "web pages may not use this");
                return;
            }
            switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
                case "GET /address" -> address(exchange);
                case "GET /messages" -> messages(exchange);
                case "POST /send" -> send(exchange);
                case "POST /reply" -> reply(exchange);
                default -> answer(exchange, 404, "there is GET /address, GET /messages, POST /send and POST /reply");
            }
        } catch (IllegalArgumentException e) {
            answer(exchange, 400, e.getMessage());
        } finally {
            exchange.close();
            places.release();
        }
    }

    /**
     * Browsers name the page a request comes from, and a name that was made to point to this machine is not localhost.
     */
    private static boolean isFromAPage(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        return exchange.getRequestHeaders().containsKey("Origin")
                || host == null || !host.matches("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");
    }

    private void address(HttpExchange exchange) throws IOException {
        try {
            answer(exchange, 200, client.address().toString());
        } catch (IllegalStateException e) {
            answer(exchange, 503, e.getMessage());
        }
    }

    private void messages(HttpExchange exchange) throws IOException {
        Events events = new Events();
        listening.add(events);
        try {
            events.stream(client, exchange);
        } finally {
            listening.remove(events);
        }
    }

    private void send(HttpExchange exchange) throws IOException {
        MixnetAddress recipient = MixnetAddress.parse(to(exchange));
        answer(exchange, client.send(recipient, body(exchange), SendOptions.DEFAULT.withReplySurbs()));
    }

    private void reply(HttpExchange exchange) throws IOException {
        SenderTag sender = SenderTag.parse(to(exchange));
        answer(exchange, client.reply(sender, body(exchange)));
    }

    private static String to(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query == null || !query.startsWith("to=")) {
            throw new IllegalArgumentException("?to= is missing");
        }
        return URLDecoder.decode(query.substring("to=".length()), StandardCharsets.UTF_8);
    }

    private byte[] body(HttpExchange exchange) throws IOException {
        int limit = client.maxMessageBytes();
        byte[] body = exchange.getRequestBody().readNBytes(limit + 1);
        if (body.length > limit) {
            throw new IllegalArgumentException("a message has up to " + limit + " bytes");
        }
        return body;
    }

    private static void answer(HttpExchange exchange, Delivery delivery) throws IOException {
        try {
            switch (delivery.outcome().get()) {
                case Outcome.Acknowledged done ->
                        answer(exchange, 200, "acknowledged after " + done.elapsed().toMillis() + " ms");
                case Outcome.Failed(FailureReason reason, String detail) ->
                        answer(exchange, 502, reason + ": " + detail);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer(exchange, 503, "ending");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
