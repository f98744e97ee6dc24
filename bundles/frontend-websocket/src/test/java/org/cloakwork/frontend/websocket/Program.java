package org.cloakwork.frontend.websocket;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program that uses the front-end, with the JDK's websocket. What it is told is a String, a byte[] or an End. */
final class Program implements WebSocket.Listener, AutoCloseable {

    /** The websocket ended. */
    record End(int status, String reason) {
    }

    private static final int LIMIT_SECONDS = 30;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
    private volatile boolean paused;
    final WebSocket socket;

    Program(URI uri, String... subprotocol) {
        this(uri, false, subprotocol);
    }

    Program(URI uri, boolean readsNothing, String... subprotocol) {
        paused = readsNothing;
        WebSocket.Builder builder = HTTP.newWebSocketBuilder();
        if (subprotocol.length > 0) {
            builder.subprotocols(subprotocol[0]);
        }
        socket = builder.buildAsync(uri, this).join();
    }

    @Override
    public void onOpen(WebSocket opened) {
        if (!paused) {
            opened.request(Long.MAX_VALUE);
        }
    }

    void read() {
        paused = false;
        socket.request(Long.MAX_VALUE);
    }

    void say(String request) {
        socket.sendText(request, true).join();
    }

    void say(byte[] request) {
        socket.sendBinary(ByteBuffer.wrap(request), true).join();
    }

    String text() throws InterruptedException {
        return assertInstanceOf(String.class, next());
    }

    byte[] binary() throws InterruptedException {
        return assertInstanceOf(byte[].class, next());
    }

    End end() throws InterruptedException {
        return assertInstanceOf(End.class, next());
    }

    Object next() throws InterruptedException {
        Object next = told.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(next, "nothing was told within " + LIMIT_SECONDS + " s");
        return next;
    }

    void assertNothing(long millis) throws InterruptedException {
        assertNull(told.poll(millis, TimeUnit.MILLISECONDS));
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            told.add(text.toString());
            text.setLength(0);
        }
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        binary.writeBytes(part);
        if (last) {
            told.add(binary.toByteArray());
            binary.reset();
        }
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
        told.add(new End(statusCode, reason));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        told.add(new End(0, error.toString()));
    }

    @Override
    public void close() {
        socket.abort();
    }
}
