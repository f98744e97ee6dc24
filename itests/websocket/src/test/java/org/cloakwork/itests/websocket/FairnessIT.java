package org.cloakwork.itests.websocket;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.websocket.WebSocketFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.cloakwork.wire.websocket.ExtensionResponse;
import org.junit.jupiter.api.Test;

/**
 * Eight programs at one client, all of which send without end; one of them with messages 32 times as large and no
 * pause.
 */
class FairnessIT {

    private static final int SESSIONS = 8;
    private static final int GREEDY = 0;
    private static final int GREEDY_BYTES = 1 << 20;
    private static final int MODEST_BYTES = 32 * 1024;
    /** Enough that a program is never the reason why its lane is empty. */
    private static final int MODEST_AT_ONCE = 8;
    private static final int GREEDY_AT_ONCE = 64;
    private static final long START_MILLIS = 60_000;
    private static final long WARM_UP_MILLIS = 10_000;
    private static final long MEASURED_MILLIS = 30_000;
    private static final double LEAST_SHARE = 0.8;

    private final AtomicLongArray acknowledgedBytes = new AtomicLongArray(SESSIONS);
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void oneThatIsGreedyTakesNothingFromTheOthers() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().gateways(2).start();
             MixnetClient alice = MixnetClient.builder().network(network).start();
             MixnetClient bob = MixnetClient.builder().network(network).start()) {
            alice.awaitReady(Duration.ofMillis(START_MILLIS));
            bob.awaitReady(Duration.ofMillis(START_MILLIS));
            bob.subscribe(message -> { });
            try (FrontEnd.Serving serving = new WebSocketFrontEnd(Map.of()).serve(alice, Map.of("port", "0"))) {
                List<Thread> programs = new ArrayList<>();
                for (int i = 0; i < SESSIONS; i++) {
                    int which = i;
                    programs.add(Thread.ofPlatform().name("program-" + i).start(
                            () -> send(which, serving.addresses().getFirst(), bob.address())));
                }
                Thread.sleep(WARM_UP_MILLIS);
                long[] before = bytes();
                Thread.sleep(MEASURED_MILLIS);
                long[] after = bytes();
                over.set(true);
                for (Thread program : programs) {
                    program.join();
                }
                report(before, after);
            }
        }
    }

    private long[] bytes() {
        long[] bytes = new long[SESSIONS];
        Arrays.setAll(bytes, acknowledgedBytes::get);
        return bytes;
    }

    private static void report(long[] before, long[] after) {
        double[] rates = new double[SESSIONS];
        Arrays.setAll(rates, i -> (after[i] - before[i]) * 1000.0 / MEASURED_MILLIS);
        double fair = Arrays.stream(rates).sum() / SESSIONS;
        StringBuilder line =
                new StringBuilder("websocket fairness: greedy %.0f kB/s; others".formatted(rates[GREEDY] / 1000));
        double least = Double.MAX_VALUE;
        for (int i = 0; i < SESSIONS; i++) {
            if (i != GREEDY) {
                line.append(" %.0f".formatted(rates[i] / 1000));
                least = Math.min(least, rates[i] / fair);
            }
        }
        System.out.println(line.append(" kB/s; least share %.0f %% of a fair one".formatted(least * 100)));
        assertTrue(least >= LEAST_SHARE, line.toString());
    }

    private void send(int which, URI uri, MixnetAddress to) {
        int length = which == GREEDY ? GREEDY_BYTES : MODEST_BYTES;
        int atOnce = which == GREEDY ? GREEDY_AT_ONCE : MODEST_AT_ONCE;
        String request = new ExtensionRequest.Send("1", to, SendOptions.DEFAULT, OptionalLong.empty(), new byte[length])
                .toJson();
        try (Session session = Session.extended(uri)) {
            Thread asking = Thread.ofPlatform().daemon().name("program-" + which + "-ask").start(() -> {
                try {
                    for (int i = 0; i < atOnce; i++) {
                        session.say(request);
                    }
                } catch (CompletionException closed) {
                    assertTrue(over.get(), "cut off: " + closed.getCause());
                }
            });
            while (!over.get()) {
                String answer = session.next(1000);
                if (answer != null) {
                    ExtensionResponse.Ended ended =
                            assertInstanceOf(ExtensionResponse.Ended.class, ExtensionResponse.parse(answer));
                    assertInstanceOf(Outcome.Acknowledged.class, ended.outcome());
                    acknowledgedBytes.addAndGet(which, length);
                    if (!asking.isAlive()) {
                        session.say(request);
                    }
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException("program " + which, e);
        }
    }
}
