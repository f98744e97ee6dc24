package org.cloakwork.launcher.commands;

import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.wire.websocket.ExtensionRequest;

/** A websocket to a running client, ours or nym-client. Frames are read as they are asked for. */
public final class ApiConnection implements WebSocket.Listener, AutoCloseable {

    /** Most of one message: what a client may send at most, in base64 and JSON. */
    private static final int MAX_MESSAGE_LENGTH = 128 * 1024 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Nobody else is told what stands in our files. */
    private static final Set<String> HERE = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final String DEFAULT_URL = "ws://127.0.0.1:1977";

    /** What came: a text or binary message, or the end. */
    public sealed interface Event {
        record Text(String text) implements Event {
        }

        record Binary(byte[] bytes) implements Event {
        }

        record Ended(String why) implements Event {
        }
    }

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
    private WebSocket socket;

    private ApiConnection() {
    }

    static Options options() {
        return new Options()
                .addOption(Arguments.option("url", "URL", "of the running client (default " + DEFAULT_URL + ")"))
                .addOption(Arguments.option("token", "TOKEN",
                        "what its front-end asks for, if it does; others see it in the list of processes "
                                + "(default: the environment variable CLOAKWORK_TOKEN, else what etc/ says)"));
    }

    /**
     * @throws UsageException        if the URL is none
     * @throws IllegalStateException if nobody answers there, or something else
     */
    public static ApiConnection open(CommandLine line) throws UsageException {
        URI url = Arguments.url("url", line.getOptionValue("url", DEFAULT_URL), Set.of("ws", "wss"),
                "a ws or wss URL");
        return open(url, Optional.ofNullable(line.getOptionValue("token", System.getenv("CLOAKWORK_TOKEN")))
                .or(() -> HERE.contains(url.getHost()) ? Secrets.ofTheWebsocket() : Optional.empty()));
    }

    /** @throws IllegalStateException if nobody answers there, or something else */
    public static ApiConnection open(URI url, Optional<String> token) {
        ApiConnection connection = new ApiConnection();
        try {
            WebSocket.Builder builder = connection.http.newWebSocketBuilder().connectTimeout(CONNECT)
                    .subprotocols(ExtensionRequest.SUBPROTOCOL);
            token.ifPresent(given -> builder.header("Authorization", "Bearer " + given));
            connection.socket = builder.buildAsync(url, connection).join();
            return connection;
        } catch (CompletionException e) {
            connection.http.shutdownNow();
            throw new IllegalStateException(url + ": " + switch (e.getCause()) {
                case ConnectException refused -> "no client listens there; is \"cloakwork run\" or nym-client running?";
                case WebSocketHandshakeException handshake when handshake.getResponse().statusCode() == 401 ->
                        "it asks for a token (--token)";
                case WebSocketHandshakeException handshake when handshake.getResponse().statusCode() == 403 ->
                        "it serves only the user it runs as (access = same-user in its configuration)";
                case WebSocketHandshakeException handshake ->
                        "no client's websocket: HTTP status " + handshake.getResponse().statusCode();
                default -> "no websocket: " + e.getCause().getMessage()
                        + " (nym-client serves one program at a time)";
            });
        }
    }

    /** {@return whether the other side is Cloakwork} */
    boolean isExtended() {
        return ExtensionRequest.SUBPROTOCOL.equals(socket.getSubprotocol());
    }

    public void say(String request) {
        try {
            socket.sendText(request, true).join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the client went away: " + e.getCause().getMessage());
        }
    }

    public void say(byte[] request) {
        try {
            socket.sendBinary(ByteBuffer.wrap(request), true).join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the client went away: " + e.getCause().getMessage());
        }
    }

    /** Waits for as long as it takes. */
    public Event next() throws InterruptedException {
        socket.request(1);
        return events.take();
    }

    /** @throws IllegalStateException if nothing comes in time */
    public Event next(Duration limit) throws InterruptedException {
        socket.request(1);
        Event event = events.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null) {
            throw new IllegalStateException("the client did not answer within " + limit.toSeconds() + " s");
        }
        return event;
    }

    /** Waits for as long as it takes, and does something whenever nothing came for so long. */
    public Event next(Duration each, Runnable meanwhile) throws InterruptedException {
        socket.request(1);
        while (true) {
            Event event = events.poll(each.toMillis(), TimeUnit.MILLISECONDS);
            if (event != null) {
                return event;
            }
            meanwhile.run();
        }
    }

    @Override
    public void onOpen(WebSocket opened) {
        // Nothing is read before it is asked for.
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            events.add(new Event.Text(text.toString()));
            text.setLength(0);
        } else {
            more(text.length());
        }
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        binary.writeBytes(part);
        if (last) {
            events.add(new Event.Binary(binary.toByteArray()));
            binary.reset();
        } else {
            more(binary.size());
        }
        return null;
    }

    private void more(int length) {
        if (length > MAX_MESSAGE_LENGTH) {
            socket.abort();
            events.add(new Event.Ended("a message of more than " + MAX_MESSAGE_LENGTH + " bytes came"));
        } else {
            socket.request(1);
        }
    }

    @Override
    public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
        events.add(new Event.Ended("the client closed the connection"
                + (reason.isEmpty() ? "" : ": " + reason.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?"))));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        events.add(new Event.Ended("the connection broke: " + error.getMessage()));
    }

    @Override
    public void close() {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(gone -> null).join();
        http.shutdownNow();
    }
}
