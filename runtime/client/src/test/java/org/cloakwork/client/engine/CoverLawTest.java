package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.cover.constant.ConstantCover;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.MixPacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The cover parts' laws with their defaults, as the gateway sees them. */
class CoverLawTest {

    private static final CoverTrafficStrategy POISSON = new PoissonCover.Factory().create(Map.of());
    private static final CoverTrafficStrategy CONSTANT = new ConstantCover.Factory().create(Map.of());
    private static final double PACKETS_A_SECOND = 1000.0 / 20 + 1000.0 / 200;

    @RegisterExtension
    final Seed seed = new Seed();

    /** What the client sent during that time. */
    private static List<Double> gapsSeconds(World world, Duration duration) {
        List<FakeGateway.Forwarded> all = world.gateway().forwarded;
        all.clear();
        world.runFor(duration);
        Double[] gaps = new Double[all.size() - 1];
        Arrays.setAll(gaps, i -> (all.get(i + 1).timeNanos() - all.get(i).timeNanos()) / 1e9);
        return List.of(gaps);
    }

    /** Two Poisson streams are one, of the sum of their rates: Kolmogorov-Smirnov at a level of 0.1 %. */
    private static void assertPoisson(List<Double> gaps) {
        double[] sorted = gaps.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double distance = 0;
        for (int i = 0; i < sorted.length; i++) {
            double expected = -Math.expm1(-sorted[i] * PACKETS_A_SECOND);
            distance = Math.max(distance, Math.max(expected - (double) i / sorted.length,
                    (i + 1.0) / sorted.length - expected));
        }
        double largest = 1.95 / Math.sqrt(sorted.length);
        assertTrue(distance < largest, "distance " + distance + " of at most " + largest);
    }

    private static double rate(List<Double> gaps) {
        return gaps.size() / gaps.stream().mapToDouble(Double::doubleValue).sum();
    }

    @Test
    void anIdleClientSendsAPoissonStreamOf55PacketsASecond() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.awaitReady();
            List<Double> gaps = gapsSeconds(world, Duration.ofMinutes(4));
            assertEquals(PACKETS_A_SECOND, rate(gaps), PACKETS_A_SECOND * 0.03);
            assertPoisson(gaps);
            assertEquals(0, alice.counter(Counter.COVER_MISSED), 5);
        }
    }

    @Test
    void aBusyClientSendsTheSameStream() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.awaitReady();
            world.loss = 0.05;
            alice.send(alice.address(), new byte[4_000_000]);
            alice.send(alice.address(), new byte[4_000_000]);
            List<Double> gaps = gapsSeconds(world, Duration.ofSeconds(90));
            assertTrue(alice.counter(Counter.PACKETS_DATA) > 3500, alice::counters);
            assertTrue(alice.counter(Counter.PACKETS_RETRANSMITTED) > 300, alice::counters);
            assertEquals(PACKETS_A_SECOND, rate(gaps), PACKETS_A_SECOND * 0.03);
            assertPoisson(gaps);
        }
    }

    @Test
    void aSlowLinkSlowsTheMainStreamDownToASixthAndAfterwardsItRecovers() {
        try (World world = new World(seed.value())) {
            AtomicInteger level = new AtomicInteger();
            TestClient alice = world.client(ClientConfiguration.DEFAULT, watched(level));
            alice.awaitReady();
            FakeTransport transport = (FakeTransport) alice.parts.chosen(PartKind.TRANSPORT);
            // 10 packets a second, less than the slowest law sends: 50 / 6 + 5.
            transport.bytesPerSecond = 24_500;
            assertTrue(world.time.runUntil(() -> level.get() == 5, Duration.ofSeconds(20)), () -> "level " + level);
            for (int second = 0; second < 60; second++) {
                world.runFor(Duration.ofSeconds(1));
                assertTrue(transport.link().pendingBytes() < 270_000, "pending: " + transport.link().pendingBytes());
            }
            transport.bytesPerSecond = 0;
            // What is pending is gone after 11 s; each of the five steps back takes two seconds more.
            assertTrue(world.time.runUntil(() -> level.get() == 0, Duration.ofSeconds(25)), () -> "level " + level);
            List<Double> gaps = gapsSeconds(world, Duration.ofSeconds(90));
            assertEquals(PACKETS_A_SECOND, rate(gaps), PACKETS_A_SECOND * 0.05);
            assertPoisson(gaps);
        }
    }

    /** Everything about what a client sent that is not encrypted, and how often each first hop was taken. */
    private static void assertSameOutside(World world, Set<String> outsides, String kind) {
        Map<String, Long> hops = new TreeMap<>();
        for (FakeGateway.Forwarded forwarded : world.gateway().forwarded) {
            MixPacket packet = forwarded.packet();
            outsides.add("frame " + forwarded.frameLength() + " B, packet " + packet.packet().length + " B, "
                    + packet.type() + ", rotation " + packet.rotation());
            hops.merge(packet.firstHop().toString(), 1L, Long::sum);
        }
        long all = world.gateway().forwarded.size();
        System.out.println(kind + ": " + all + " packets, " + outsides + ", Sphinx versions " + world.versions
                + ", first hops " + hops);
        assertTrue(all > 300, kind + ": " + all);
        assertEquals(1, outsides.size(), outsides::toString);
        assertEquals(Set.of(PacketFormat.VERSION_SEEDS), world.versions, kind);
        assertEquals(2, hops.size(), hops::toString);
        // Each of two with the same probability: four standard deviations.
        hops.values().forEach(count -> assertEquals(all / 2.0, count, 2 * Math.sqrt(all), hops::toString));
        world.gateway().forwarded.clear();
    }

    @Test
    void a12UplinkAsStatedAndCoverDataAnswersCopiesAndRequestsDifferInNothingOutsideTheEncryption() {
        Set<String> outsides = new HashSet<>();
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.awaitReady();
            world.gateway().forwarded.clear();
            world.runFor(Duration.ofSeconds(60));
            double bytes = world.gateway().forwarded.stream().mapToLong(sent -> sent.frameLength()).sum() / 60.0;
            double law = PACKETS_A_SECOND * world.gateway().forwarded.getFirst().frameLength();
            System.out.printf("uplink of an idle client in 60 s: %.0f B/s, the law says %.0f B/s: %+.1f %%%n", bytes,
                    law, 100 * (bytes / law - 1));
            assertEquals(1, bytes / law, 0.05);
            assertEquals(0, alice.counter(Counter.PACKETS_DATA));
            assertSameOutside(world, outsides, "cover");
        }
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            alice.awaitAcknowledged(alice.send(bob.address(), new byte[800_000]));
            assertSameOutside(world, outsides, "data");
            alice.awaitAcknowledged(alice.send(bob.address(), new byte[100], SendOptions.DEFAULT.withReplySurbs(500)));
            bob.awaitReceived(2);
            world.runFor(Duration.ofSeconds(5));
            world.gateway().forwarded.clear();
            bob.awaitAcknowledged(bob.reply(bob.received.getLast().sender().orElseThrow(), new byte[700_000]));
            assertEquals(0, bob.counter(Counter.PACKETS_RETRANSMITTED));
            assertSameOutside(world, outsides, "answers");
            Delivery lost = alice.send(world.nobody(), new byte[400_000]);
            world.loss = 1;
            world.runFor(Duration.ofSeconds(1));
            world.gateway().forwarded.clear();
            long before = alice.counter(Counter.PACKETS_DATA);
            world.loss = 0.5;
            alice.awaitAcknowledged(lost);
            assertTrue(alice.counter(Counter.PACKETS_DATA) - before < alice.counter(Counter.PACKETS_RETRANSMITTED));
            assertSameOutside(world, outsides, "copies, mostly");
        }
    }

    private static CoverTrafficStrategy watched(AtomicInteger level) {
        return new CoverTrafficStrategy() {

            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                level.set(link.congestionLevel());
                return POISSON.untilNextSlot(link, randomness);
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return POISSON.untilNextLoop(link, randomness);
            }
        };
    }

    @Test
    void theConstantPartSendsAPacketEvery20MsAndAnotherEvery200Ms() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, CONSTANT);
            alice.awaitReady();
            List<Double> gaps = gapsSeconds(world, Duration.ofMinutes(1));
            assertEquals(3300, gaps.size(), 2);
            assertEquals(3000, gaps.stream().filter(gap -> Math.abs(gap - 0.02) < 1e-9).count(), 2);
            assertEquals(300, gaps.stream().filter(gap -> gap < 1e-9).count(), 2);
        }
    }
}
