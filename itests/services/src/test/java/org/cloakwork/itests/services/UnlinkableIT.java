package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.junit.jupiter.api.Test;

/**
 * What a service says to a caller does not depend on what another one did: not if that is the same client as somebody
 * else, and not if it is another client.
 */
class UnlinkableIT {

    private static final int SERVED = 7;
    private static final int NOT_SERVED = 8;
    private static final int MOST = 2;
    private static final int TRIES = Integer.getInteger("cloakwork.tries", 20);
    private static final double UNLIKELY = 0.001;
    private static final StreamOptions WATCHING = StreamOptions.DEFAULT.withIsolation("watching");
    private static final StreamOptions GREEDY = StreamOptions.DEFAULT.withIsolation("greedy");
    private static final Duration READY = Duration.ofMinutes(1);

    /**
     * Once the greedy one that is refused for want of room is the watching client itself, once it is another; whoever
     * it is not is refused for another reason, so that both do as much.
     */
    @Test
    void limitsAndErrorsOfOneDoNotShowInAnother() throws Exception {
        try (ServerSocket echo = Programs.echo(); World world = new World(Map.of("serve", SERVED + " -> localhost:"
                + echo.getLocalPort(), "max-connections-per-caller", String.valueOf(MOST)));
             MixnetClient other = world.client(1)) {
            other.awaitReady(READY);
            List<MixnetStream> held = new ArrayList<>();
            for (MixnetClient one : List.of(world.caller, other)) {
                for (int i = 0; i < MOST; i++) {
                    held.add(one.openStream(world.name, SERVED, GREEDY));
                }
            }
            double probability = 0;
            for (int again = 0; again < 2 && probability < UNLIKELY; again++) {
                probability = probability(world, other);
            }
            assertTrue(probability >= UNLIKELY, "told apart: p = " + probability);
            for (MixnetStream one : held) {
                one.close();
            }
        }
    }

    private static double probability(World world, MixnetClient other) throws Exception {
        Map<Boolean, List<Double>> millis = new HashMap<>(Map.of(true, new ArrayList<>(), false, new ArrayList<>()));
        Map<Boolean, Long> asked = new HashMap<>(Map.of(true, 0L, false, 0L));
        List<Boolean> rounds = new ArrayList<>(Collections.nCopies(TRIES, true));
        rounds.addAll(Collections.nCopies(TRIES, false));
        Collections.shuffle(rounds);
        for (boolean itself : rounds) {
            // The other first in each round: whoever was at work a moment ago may be quicker, whatever it was.
            for (MixnetClient one : List.of(other, world.caller)) {
                boolean greedy = itself == (one == world.caller);
                assertEquals(greedy ? StreamException.Reason.NO_ROOM : StreamException.Reason.REFUSED,
                        refused(one, world.name, greedy ? SERVED : NOT_SERVED));
            }
            long requests = requests(world.caller);
            long begun = System.nanoTime();
            try (MixnetStream stream = world.caller.openStream(world.name, SERVED, WATCHING)) {
                stream.output().write('x');
                assertEquals('x', stream.input().read());
                millis.get(itself).add((System.nanoTime() - begun) / 1e6);
            }
            asked.merge(itself, requests(world.caller) - requests, Long::sum);
        }
        double probability = MannWhitney.probability(millis.get(true), millis.get(false));
        System.out.printf("[unlinkable] %d connections each: median %.1f ms where the same client was refused before, "
                + "%.1f ms where another was: Mann-Whitney p = %.3f; asked for reply blocks %d and %d times%n", TRIES,
                MannWhitney.median(millis.get(true)), MannWhitney.median(millis.get(false)), probability,
                asked.get(true), asked.get(false));
        return probability;
    }

    private static StreamException.Reason refused(MixnetClient client, String name, int port) {
        return assertThrows(StreamException.class, () -> client.openStream(name, port, GREEDY)).reason();
    }

    private static long requests(MixnetClient client) {
        return client.counters().getOrDefault("surbs.requests.received", 0L);
    }
}
