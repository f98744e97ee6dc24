package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.PacketSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What leaves the client, as its gateway sees it. */
class CoverTest {

    private static final Duration SLOT = Duration.ofMillis(20);
    private static final CoverTrafficStrategy SLOTS = World.cover(Optional.of(SLOT), Optional.empty());
    private static final CoverTrafficStrategy LOOPS = World.cover(Optional.empty(), Optional.of(SLOT.multipliedBy(2)));

    @RegisterExtension
    final Seed seed = new Seed();

    private static List<Double> gapsMillis(List<FakeGateway.Forwarded> packets) {
        return IntStream.range(1, packets.size()).mapToObj(i ->
                (packets.get(i).timeNanos() - packets.get(i - 1).timeNanos()) / 1e6).toList();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @Test
    void coverLeavesInEverySlotWhenNothingWaitsAndComesBack() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            world.runFor(Duration.ofSeconds(20));
            double mean = mean(gapsMillis(world.gateway().forwarded));
            assertTrue(mean > 18 && mean < 22, "mean gap " + mean);
            assertEquals(world.gateway().forwarded.size(), alice.counter(Counter.PACKETS_COVER), 2);
            assertEquals(0, alice.counter(Counter.PACKETS_DATA));
            assertTrue(alice.counter(Counter.RECEIVED_COVER) > 950);
            assertTrue(alice.counter(Counter.ACKS_COVER) > 950);
            assertTrue(alice.counter(Counter.COVER_MISSED) < 5, alice::counters);
        }
    }

    @Test
    void theLawOfTheGapsIsTheSameWhetherAnythingIsSentOrNot() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            world.loss = 0.1;
            Delivery delivery = alice.send(alice.address(), new byte[1_000_000]);
            world.runFor(Duration.ofSeconds(10));
            List<Double> busy = gapsMillis(world.gateway().forwarded);
            assertFalse(delivery.outcome().isDone());
            assertTrue(alice.counter(Counter.PACKETS_RETRANSMITTED) > 10);
            double mean = mean(busy);
            double deviation = Math.sqrt(busy.stream().mapToDouble(gap -> (gap - mean) * (gap - mean)).sum()
                    / busy.size());
            assertTrue(mean > 17.5 && mean < 22.5, "mean gap " + mean);
            assertTrue(deviation > 17 && deviation < 23, "standard deviation " + deviation);
            assertTrue(alice.counter(Counter.PACKETS_COVER) < 60, alice::counters);
        }
    }

    @Test
    void coverDataRetransmissionsRepliesAndRequestsLookTheSame() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            TestClient bob = world.client(ClientConfiguration.DEFAULT, SLOTS);
            bob.awaitReady();
            world.loss = 0.2;
            alice.send(bob.address(), new byte[3000], SendOptions.DEFAULT.withReplySurbs(5));
            bob.awaitReceived(1);
            bob.await(bob.reply(bob.received.getFirst().sender().orElseThrow(), new byte[30_000]));
            world.runFor(Duration.ofSeconds(5));
            assertTrue(bob.counter(Counter.SURB_REQUESTS_SENT) > 0);
            assertTrue(bob.counter(Counter.PACKETS_RETRANSMITTED) > 0);
            Set<String> kinds = new HashSet<>();
            for (FakeGateway.Forwarded forwarded : world.gateway().forwarded) {
                kinds.add(forwarded.packet().packet().length + " " + forwarded.frameLength() + " "
                        + ClearFormat.version(forwarded.packet().packet()) + " " + forwarded.packet().rotation()
                        + " " + forwarded.packet().type());
            }
            assertEquals(1, kinds.size(), kinds::toString);
            assertTrue(kinds.iterator().next().startsWith(PacketSize.REGULAR.packetLength() + " "));
            assertEquals(PacketFormat.VERSION_SEEDS,
                    ClearFormat.version(world.gateway().forwarded.getFirst().packet().packet()));
        }
    }

    @Test
    void loopCoverLeavesBesideDataThatIsSentAtOnce() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, LOOPS);
            alice.awaitReady();
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[100_000]));
            world.runFor(Duration.ofSeconds(20));
            long cover = alice.counter(Counter.PACKETS_COVER);
            assertTrue(cover > 430 && cover < 580, "cover: " + cover);
            assertEquals(0, alice.counter(Counter.COVER_MISSED), 2);
        }
    }

    @Test
    void nothingLeavesWithoutASessionAndNoBurstFollows() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            world.gateway().unreachable = true;
            ((FakeTransport) alice.parts.chosen(PartKind.TRANSPORT)).link().breakOff("cut");
            alice.send(alice.address(), new byte[200_000]);
            world.runFor(Duration.ofSeconds(30));
            assertTrue(alice.engine.state() instanceof ClientState.Degraded);
            world.gateway().unreachable = false;
            world.gateway().forwarded.clear();
            alice.awaitReady();
            world.runFor(Duration.ofSeconds(1));
            assertTrue(world.gateway().forwarded.size() < 80, "" + world.gateway().forwarded.size());
        }
    }

    @Test
    void aStrategyExchangedInMidTransferChangesThePaceAndLosesNothing() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            List<Delivery> sent = new ArrayList<>();
            for (CoverTrafficStrategy strategy : List.of(World.NO_COVER, SLOTS, LOOPS, SLOTS, World.NO_COVER)) {
                sent.add(alice.send(alice.address(), new byte[100_000]));
                world.runFor(Duration.ofMillis(100));
                alice.parts.set(PartKind.COVER, strategy);
            }
            sent.forEach(alice::awaitAcknowledged);
            long cover = alice.counter(Counter.PACKETS_COVER);
            world.runFor(Duration.ofSeconds(10));
            assertEquals(cover, alice.counter(Counter.PACKETS_COVER));
        }
    }

    @Test
    void lanesTakeTurnsSoThatASmallMessageOvertakesALargeOne() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            Delivery large = alice.send(alice.address(), new byte[400_000], SendOptions.DEFAULT.withLane(1));
            world.runFor(Duration.ofSeconds(1));
            Delivery small = alice.send(alice.address(), new byte[4000], SendOptions.DEFAULT.withLane(2));
            long elapsed = alice.awaitAcknowledged(small).elapsed().toMillis();
            assertTrue(elapsed < 3000, "elapsed: " + elapsed);
            assertFalse(large.outcome().isDone());
            Delivery behind = alice.send(alice.address(), new byte[10], SendOptions.DEFAULT.withLane(1));
            alice.awaitAcknowledged(behind);
            assertEquals(large.progress().packets(), large.progress().acknowledged(), 10);
        }
    }

    @Test
    void theWindowBoundsWhatIsUnderWayAndClosesUnderLoss() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.loss = 1;
            Delivery delivery = alice.send(alice.address(), new byte[1_000_000]);
            world.runFor(Duration.ofSeconds(1));
            assertEquals(64, world.gateway().forwarded.size());
            world.runFor(Duration.ofSeconds(59));
            int before = world.gateway().forwarded.size();
            world.runFor(Duration.ofSeconds(10));
            int rate = (world.gateway().forwarded.size() - before) / 10;
            assertTrue(rate >= 5 && rate <= 17, "packets a second: " + rate);
            world.loss = 0;
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void aNewTopologyLeavesNoSlotEmpty() {
        try (World world = new World(seed.value())) {
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology().withEpochLength(Duration.ofSeconds(1)));
            TestClient alice = world.client(ClientConfiguration.DEFAULT, new PoissonCover.Factory().create(Map.of()));
            alice.awaitReady();
            long missed = alice.counter(Counter.COVER_MISSED);
            world.runFor(Duration.ofMinutes(3));
            assertTrue(alice.counter(Counter.TOPOLOGY_REFRESHES) > 500, alice::counters);
            assertEquals(missed, alice.counter(Counter.COVER_MISSED));
        }
    }
}
