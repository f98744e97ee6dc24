package org.cloakwork.itests.websocket;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.wire.websocket.ExtensionRequest;

/** A program that uses the front-end, with the JDK's websocket; what it is told is text. */
final class Session implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    private Session(WebSocket.Builder builder, URI uri) {
        socket = builder.buildAsync(uri, this).join();
    }

    static Session classic(URI uri) {
        return new Session(HTTP.newWebSocketBuilder(), uri);
    }

    static Session extended(URI uri) {
        return new Session(HTTP.newWebSocketBuilder().subprotocols(ExtensionRequest.SUBPROTOCOL), uri);
    }

    void say(String request) {
        socket.sendText(request, true).join();
    }

    /** {@return the next text, or null if none comes in time} */
    String next(long millis) throws InterruptedException {
        return told.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            told.add(text.toString());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
