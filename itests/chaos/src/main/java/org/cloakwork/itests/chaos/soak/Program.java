package org.cloakwork.itests.chaos.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloakwork.itests.chaos.Tally;

/** Uses a client over its websocket, with the extension that tells what became of a message, and keeps account. */
final class Program implements WebSocket.Listener, AutoCloseable {

    private static final String EXTENSION = "cloakwork.v1";
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    /** Of our clock and the machine. */
    private static final Duration TOLERANCE = Duration.ofSeconds(20);
    private static final int MOST_BYTES = 5000;
    private static final int REPLY_BLOCKS = 5;
    private static final int LONGEST_REPLY = 500;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int number;
    private final int other;
    private final Tally tally;
    private final Random random;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Tally.Message> open = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();
    /** A frame after the other, and never the thread that reads. */
    private final ExecutorService sender = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("soak-program").factory());
    private final WebSocket socket;

    /**
     * @param port   of the websocket
     * @param number of this program, 0 or 1
     * @param tally  of all messages
     * @param seed   of sizes
     */
    Program(int port, int number, Tally tally, long seed) {
        this.number = number;
        this.other = 1 - number;
        this.tally = tally;
        this.random = new Random(seed);
        socket = http.newWebSocketBuilder().subprotocols(EXTENSION)
                .buildAsync(URI.create("ws://127.0.0.1:" + port), this).join();
        say(JSON.createObjectNode().put("type", "receive"));
    }

    /** {@return how many messages have no outcome yet} */
    int open() {
        return open.size();
    }

    /** {@return what happened that should not} */
    List<String> complaints() {
        return complaints;
    }

    /**
     * Sends a message of any size.
     *
     * @param recipient  the other program's client
     * @param answerable whether it brings reply blocks, so that the other side answers
     */
    void send(String recipient, boolean answerable) {
        ObjectNode request = JSON.createObjectNode().put("type", "send").put("recipient", recipient);
        if (answerable) {
            request.put("replySurbs", REPLY_BLOCKS);
        }
        send(request, MOST_BYTES);
    }

    private void send(ObjectNode request, int mostBytes) {
        Tally.Message message = tally.send(other, Tally.LEAST_BYTES + random.nextInt(mostBytes),
                DEADLINE.plus(TOLERANCE));
        String id = String.valueOf(message.number());
        open.put(id, message);
        say(request.put("id", id).put("payload", Base64.getEncoder().encodeToString(message.payload()))
                .put("deadlineMillis", DEADLINE.toMillis()));
    }

    private void say(ObjectNode request) {
        sender.execute(() -> {
            try {
                socket.sendText(request.toString(), true).join();
            } catch (RuntimeException e) {
                complaints.add("program " + number + " could not send: " + e.getMessage());
            }
        });
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            try {
                told(JSON.readTree(text.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    private void told(JsonNode said) throws IOException {
        switch (said.path("type").asText()) {
            case "received" -> {
                tally.received(number, said.get("payload").binaryValue());
                if (said.hasNonNull("senderTag")) {
                    send(JSON.createObjectNode().put("type", "reply").put("senderTag", said.get("senderTag").asText()),
                            LONGEST_REPLY);
                }
            }
            case "outcome" -> {
                Tally.Message message = open.remove(said.path("id").asText());
                if (message == null) {
                    complaints.add("an outcome twice, or of nothing: " + said);
                } else if (said.path("acknowledged").asBoolean()) {
                    message.acknowledged();
                } else {
                    message.failed(said.path("reason").asText());
                }
            }
            default -> complaints.add("program " + number + " was told " + said);
        }
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        complaints.add("program " + number + " was closed: " + code + " " + reason);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable fault) {
        complaints.add("program " + number + " was cut off: " + fault);
    }

    @Override
    public void close() {
        socket.abort();
        sender.shutdownNow();
        http.shutdownNow();
    }
}
