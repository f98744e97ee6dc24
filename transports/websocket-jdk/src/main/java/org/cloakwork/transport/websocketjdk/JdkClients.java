package org.cloakwork.transport.websocketjdk;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The JDK's clients, one for each attempt to open a websocket: to end a client is the only way to end a connection
 * whose peer did not open the websocket and goes on sending.
 */
final class JdkClients implements AutoCloseable {

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    private final Set<HttpClient> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    HttpClient newClient() {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                // Nothing that is done for a link blocks, and JdkLink says why it must not be done elsewhere.
                .executor(Runnable::run)
                .build();
        running.add(client);
        if (closed) {
            end(client);
        }
        return client;
    }

    /** Ends its connections. Idempotent. */
    void end(HttpClient client) {
        running.remove(client);
        client.shutdownNow();
    }

    /** Ends all of them, now and later. */
    @Override
    public void close() {
        closed = true;
        for (HttpClient client : running) {
            client.shutdownNow();
        }
        for (HttpClient client : running) {
            try {
                client.awaitTermination(CLOSE_PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
