package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.retransmission.timeout.TimeoutRetransmission;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.transport.websocket.WebSocketTransport;
import org.junit.jupiter.api.Test;

/**
 * While messages wait, the cover part is exchanged: between the old one and the first slot of the new one nothing
 * leaves.
 */
class A9UnpacedBurstsIT {

    private static final int EXCHANGES = 61;

    /** Without slots, as the part "none". */
    private static final class Unpaced implements CoverTrafficStrategy {

        @Override
        public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
            return Optional.empty();
        }

        @Override
        public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
            return Optional.empty();
        }
    }

    /** With a first slot that is far away, and told how much had left when it was asked for it. */
    private final class Paced implements CoverTrafficStrategy {

        private final CompletableFuture<Long> sentWhenAsked = new CompletableFuture<>();

        @Override
        public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
            sentWhenAsked.complete(sent());
            return Optional.of(Duration.ofHours(1));
        }

        @Override
        public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
            return Optional.empty();
        }
    }

    private Engine engine;

    private long sent() {
        Map<String, Long> counters = engine.counters();
        return counters.get("packets.sent.data") + counters.get("packets.sent.retransmission");
    }

    @Test
    void nothingLeavesUnpacedWhileACoverPartTakesOver() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             WebSocketTransport transport = new WebSocketTransport(Map.of());
             FastSphinx sphinx = new FastSphinx();
             ThreadedEnvironment environment = new ThreadedEnvironment("a9")) {
            Parts parts = new Parts();
            parts.set(PartKind.TOPOLOGY, () -> CompletableFuture.completedFuture(network.topology()));
            parts.set(PartKind.TRANSPORT, transport);
            parts.set(PartKind.SPHINX, sphinx);
            parts.set(PartKind.ROUTES, org.cloakwork.itests.hostile.Parts.part(RoutePolicy.class, "uniform",
                    Map.of()));
            parts.set(PartKind.RETRANSMISSION, new TimeoutRetransmission(Map.of()));
            parts.set(PartKind.COVER, new Unpaced());
            engine = new Engine(ClientConfiguration.DEFAULT, parts, environment.environment());
            engine.start();
            try {
                engine.awaitReady(Duration.ofMinutes(1));
                long unpaced = 0;
                for (int i = 0; i < EXCHANGES; i++) {
                    parts.set(PartKind.COVER, null);
                    for (int message = 0; message < 4; message++) {
                        engine.send(engine.address(), new byte[20_000]);
                    }
                    Paced paced = new Paced();
                    parts.set(PartKind.COVER, paced);
                    long before = sent();
                    long after = paced.sentWhenAsked.get(1, TimeUnit.MINUTES);
                    unpaced += after - before;
                    parts.set(PartKind.COVER, new Unpaced());
                }
                System.out.println("A9: " + unpaced + " packets left unpaced in " + EXCHANGES + " exchanges");
                assertEquals(0, unpaced);
            } finally {
                engine.close();
            }
        }
    }
}
