package org.cloakwork.examples.post;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.Subscription;

/**
 * What arrives, as server-sent events of one connection: {@code event: message}, then {@code data:} with the sender's
 * tag (or a dash, if it gave none), a space, and the payload in base64.
 */
final class Events {

    /** A reader that has not taken this much is cut off; a message that is larger alone still goes through. */
    private static final long MAX_WAITING_BYTES = 64L * 1024 * 1024;
    /** How often a comment is sent, to notice that the reader has left. */
    private static final long COMMENT_SECONDS = 5;

    private final Queue<ReceivedMessage> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean ended;

    /** Returns when the reader leaves, or at {@link #end()}. */
    void stream(MixnetClient client, HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        write(out, ": listening\n\n");
        // Only now: what nobody listens for waits in the client.
        try (Subscription subscription = client.subscribe(this::add)) {
            while (true) {
                ReceivedMessage message = next();
                if (message != null) {
                    write(out, "event: message\ndata: " + message.sender().map(SenderTag::toString).orElse("-") + " "
                            + Base64.getEncoder().encodeToString(message.payload()) + "\n\n");
                } else if (hasEnded()) {
                    return;
                } else {
                    write(out, ":\n\n");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private synchronized void add(ReceivedMessage message) {
        if (waitingBytes > 0 && waitingBytes + message.payload().length > MAX_WAITING_BYTES) {
            end();
        } else if (!ended) {
            waiting.add(message);
            waitingBytes += message.payload().length;
            notifyAll();
        }
    }

    /** Null when it is time for a comment, or this has ended. */
    private synchronized ReceivedMessage next() throws InterruptedException {
        if (waiting.isEmpty() && !ended) {
            TimeUnit.SECONDS.timedWait(this, COMMENT_SECONDS);
        }
        ReceivedMessage message = waiting.poll();
        if (message != null) {
            waitingBytes -= message.payload().length;
        }
        return message;
    }

    private synchronized boolean hasEnded() {
        return ended;
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
