package org.cloakwork.itests.store;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SendOptions;

/**
 * A client with a store that sends until it is killed, and says what it knows: {@code stored N} when message N is
 * durable, {@code received TEXT}, {@code ready}. With {@code drain} it sends nothing new, and says {@code drained} when
 * nothing is on its way any more.
 */
final class KilledClient {

    private static final int MOST_UNDER_WAY = 24;
    private static final int MOST_BYTES = 6_000;
    private static final int REPLY_SURBS = 4;

    private KilledClient() {
    }

    /** @param arguments directory, folder of the state, address of the receiver, first message's number or drain */
    public static void main(String[] arguments) throws Exception {
        MixnetAddress receiver = MixnetAddress.parse(arguments[2]);
        boolean drain = arguments[3].equals("drain");
        try (MixnetClient client = MixnetClient.builder().directory(URI.create(arguments[0]))
                .part("cover", "none", Map.of()).state(Path.of(arguments[1])).start()) {
            client.subscribe(message -> say("received " + message.text()));
            if (drain) {
                client.awaitReady(Duration.ofSeconds(30));
                drain(client);
                return;
            }
            Thread.ofVirtual().start(() -> {
                try {
                    client.awaitReady(Duration.ofSeconds(60));
                    say("ready " + client.address());
                } catch (Exception e) {
                    say("not ready: " + e.getMessage());
                }
            });
            // From the first instant on: what is accepted before there is a session must not be lost either.
            send(client, receiver, Long.parseLong(arguments[3]));
        }
    }

    private static void send(MixnetClient client, MixnetAddress receiver, long first) throws InterruptedException {
        Random random = new Random(first);
        Semaphore room = new Semaphore(MOST_UNDER_WAY);
        for (long n = first; ; n++) {
            room.acquire();
            long number = n;
            byte[] text = Arrays.copyOf((number + " ").getBytes(StandardCharsets.US_ASCII),
                    24 + random.nextInt(MOST_BYTES));
            SendOptions options = number % 2 == 0 ? SendOptions.DEFAULT
                    : SendOptions.DEFAULT.withReplySurbs(REPLY_SURBS);
            Delivery delivery = client.send(receiver, text, options);
            delivery.stored().thenRun(() -> say("stored " + number));
            delivery.outcome().thenAccept(outcome -> {
                say("outcome " + number + " " + outcome.getClass().getSimpleName());
                room.release();
            });
        }
    }

    private static void drain(MixnetClient client) throws InterruptedException, IOException {
        say("restored " + client.counters().get("messages.restored"));
        while (client.counters().get("messages.in-flight") > 0) {
            Thread.sleep(50);
        }
        say("drained " + client.counters());
        // Replies may still be on their way to us: whoever started this says when it ends.
        while (System.in.read() >= 0) {
            // nothing is said, only the end counts
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
