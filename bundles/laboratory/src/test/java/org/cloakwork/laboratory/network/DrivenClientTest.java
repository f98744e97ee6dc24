package org.cloakwork.laboratory.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DrivenClientTest {

    private static final int EPOCHS = 2;

    private final Ground ground = new Ground(4, EPOCHS);

    private String refused(Function<Topology, Mixes> way) {
        RoutePolicy wrong = (packet, randomness) -> way.apply(packet.topology());
        DrivenClient client = new DrivenClient(ground, wrong, null, new Chance(1, "wrong"), (nanos, kind, mixes) -> 0);
        return assertThrows(IllegalStateException.class, () -> client.covers(1)).getMessage();
    }

    @Test
    void aPartThatNamesAnotherLayerIsToldSo() {
        String swapped = refused(topology -> new Mixes(topology.layer(1).getFirst(), topology.layer(3).getFirst(),
                topology.layer(2).getFirst()));
        assertTrue(swapped.contains("choose returned") && swapped.contains("for layer 2"), swapped);
        assertTrue(refused(topology -> null).endsWith("choose returned null"));
        assertTrue(refused(topology -> {
            throw new IllegalArgumentException("a mistake");
        }).endsWith("failed in choose: java.lang.IllegalArgumentException: a mistake"));
    }

    @Test
    void aPartThatFailsWhenItIsToldSomethingIsNamed() {
        RoutePolicy wrong = new RoutePolicy() {

            @Override
            public Mixes choose(Packet packet, Randomness randomness) {
                return new Mixes(packet.topology().layer(1).getFirst(), packet.topology().layer(2).getFirst(),
                        packet.topology().layer(3).getFirst());
            }

            @Override
            public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
                throw new IllegalStateException("a mistake");
            }
        };
        CoverTrafficStrategy cover = new CoverTrafficStrategy() {

            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return Optional.of(Duration.ofMillis(20));
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.empty();
            }
        };
        DrivenClient client = new DrivenClient(ground, wrong, cover, new Chance(1, "wrong"), (nanos, kind, mixes) -> 0);
        String told = assertThrows(IllegalStateException.class, () -> client.run(Duration.ofMinutes(1))).getMessage();
        assertTrue(told.endsWith("failed in arrived: java.lang.IllegalStateException: a mistake"), told);
    }

    private static CoverTrafficStrategy every(Optional<Duration> slot) {
        return new CoverTrafficStrategy() {

            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return slot;
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.empty();
            }
        };
    }

    private String refused(Optional<Duration> slot, Optional<Duration> wait) {
        RoutePolicy first = (packet, randomness) -> new Mixes(packet.topology().layer(1).getFirst(),
                packet.topology().layer(2).getFirst(), packet.topology().layer(3).getFirst());
        DrivenClient client = new DrivenClient(ground, first, new CheckedCover(every(slot)),
                new Patience(packet -> wait, Duration.ofMillis(50), new Chance(1, "delays")), new Chance(1, "hasty"),
                (nanos, kind, mixes) -> -1);
        return assertThrows(IllegalStateException.class, () -> client.run(Duration.ofHours(1))).getMessage();
    }

    /** Time would stand still. */
    @Test
    @Timeout(30)
    void partsThatWaitForNothingAreNamed() {
        assertTrue(refused(Optional.of(Duration.ZERO), Optional.empty())
                .endsWith("untilNextSlot returned PT0S; allowed is more than 0 and at most PT720H"));
        assertTrue(refused(Optional.of(Duration.ofNanos(1)), Optional.empty()).endsWith(
                "untilNextSlot returned a hundred gaps that last PT0.0000001S; allowed is at least PT0.001S"));
        assertTrue(refused(Optional.empty(), Optional.of(Duration.ZERO))
                .endsWith("waitForAck returned PT0S; allowed is PT0.001S to PT720H"));
        assertTrue(refused(Optional.empty(), null).endsWith("waitForAck returned null"));
    }

    @Test
    void layersAreThoseOfTheTopology() {
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            Topology topology = ground.topology(epoch);
            for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
                int wanted = layer;
                topology.layer(layer).forEach(mix -> assertEquals(wanted, ground.layer(topology, mix)));
            }
            topology.gateways().forEach(gateway -> assertEquals(0, ground.layer(topology, gateway)));
        }
    }
}
