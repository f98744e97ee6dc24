package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.retransmission.adaptive.AdaptiveRetransmission;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What users of Nym's clients suffer from, as tests; the names say from which complaint each comes. A8, which takes
 * many clients, is beside the simulator.
 */
class AcceptanceTest {

    @RegisterExtension
    final Seed seed = new Seed();

    // ------------------------------------------------------------------ A1, A2: order

    private static List<Fragment> fragments(World world, byte[] message) {
        int length = PacketSize.REGULAR.fragmentLength();
        return Chunking.split(Padding.pad(new NymMessage.Plain(message).bytes(), length), length,
                () -> Chunking.randomSetId(world.randomness));
    }

    /** Delivers in this order, each packet sealed as its sender would. */
    private static void deliver(World world, TestClient receiver, List<Fragment> fragments) {
        fragments.forEach(fragment -> world.gateway().deliver(receiver.address().identity(),
                PayloadEncryption.toRecipient(fragment.bytes(), EncryptionKeyPair.generate(world.randomness),
                        receiver.address().encryption())));
    }

    /** {@return how many of them come after a later one of their set} */
    private static long outOfOrder(List<Fragment> order) {
        Map<Integer, Integer> highest = new HashMap<>();
        long count = 0;
        for (Fragment fragment : order) {
            int before = highest.merge(fragment.setId(), fragment.position(), Math::max);
            count += before > fragment.position() ? 1 : 0;
        }
        return count;
    }

    @Test
    void a1A2EveryPairOfPacketsOfTwoMessagesMayChangePlacesAndNoByteIsLost() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            byte[] first = world.randomness.bytes(6_000);
            byte[] second = world.randomness.bytes(9_000);
            int packets = fragments(world, first).size() + fragments(world, second).size();
            int expected = 0;
            long reordered = 0;
            for (int i = 0; i < packets; i++) {
                for (int j = i + 1; j < packets; j++) {
                    List<Fragment> order = new ArrayList<>(fragments(world, first));
                    order.addAll(fragments(world, second));
                    Collections.swap(order, i, j);
                    reordered += outOfOrder(order);
                    deliver(world, alice, order);
                    expected += 2;
                    alice.awaitReceived(expected);
                }
            }
            assertEquals(packets * (packets - 1), alice.received.size());
            for (int i = 0; i < alice.received.size(); i += 2) {
                Set<ByteBuffer> pair = new HashSet<>();
                alice.received.subList(i, i + 2).forEach(message -> pair.add(ByteBuffer.wrap(message.payload())));
                assertEquals(Set.of(ByteBuffer.wrap(first), ByteBuffer.wrap(second)), pair);
            }
            assertEquals((long) packets * packets * (packets - 1) / 2, alice.counter(Counter.RECEIVED_FRAGMENTS));
            assertTrue(reordered > 0);
            assertEquals(reordered, alice.counter(Counter.FRAGMENTS_REORDERED), alice::counters);
            assertEquals(0, alice.engine.holdings().inboxBytes());
        }
    }

    @Test
    void a1A2AMissingPacketIsNeverSkippedSilently() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            byte[] message = world.randomness.bytes(6_000);
            for (int missing = 0; missing < 4; missing++) {
                List<Fragment> order = new ArrayList<>(fragments(world, message));
                Fragment last = order.remove(missing);
                deliver(world, alice, order);
                world.runFor(Duration.ofMinutes(20));
                assertEquals(missing, alice.received.size());
                deliver(world, alice, List.of(last));
                alice.awaitReceived(missing + 1);
                assertArrayEquals(message, alice.received.getLast().payload());
            }
        }
    }

    // ------------------------------------------------------------------ A9, A14: a week

    /** The largest distance of two distributions: Kolmogorov-Smirnov. */
    private static double distance(List<Double> one, List<Double> other) {
        List<Double> a = one.stream().sorted().toList();
        List<Double> b = other.stream().sorted().toList();
        double largest = 0;
        int j = 0;
        for (int i = 0; i < a.size(); i++) {
            while (j < b.size() && b.get(j) <= a.get(i)) {
                j++;
            }
            largest = Math.max(largest, Math.abs((i + 1.0) / a.size() - (double) j / b.size()));
        }
        return largest;
    }

    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    @Timeout(300)
    void a9A14AfterAWeekQueuesHeapAndLatencyAreWhatTheyWereOnTheFirstDay() {
        long begun = System.nanoTime();
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            world.loss = 0.01;
            bob.engine.subscribe(message -> message.sender().ifPresent(sender ->
                    bob.engine.reply(sender, new byte[100])));
            Map<Integer, List<Double>> latencies = new HashMap<>();
            Map<Integer, Long> memory = new HashMap<>();
            long messages = 0;
            for (int day = 0; day < 7; day++) {
                List<Double> ofDay = new ArrayList<>();
                latencies.put(day, ofDay);
                for (int hour = 0; hour < 24; hour++) {
                    List<Delivery> sent = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                        SendOptions options = i % 2 == 0 ? SendOptions.DEFAULT : SendOptions.DEFAULT.withReplySurbs(3);
                        sent.add(alice.engine.send(bob.address(), new byte[500], options));
                        world.time.runUntil(() -> false, Duration.ofSeconds(180));
                        Holdings held = alice.engine.holdings();
                        assertTrue(held.outboxBytes() < 200_000 && held.awaitedAcks() < 100
                                && held.inboxBytes() < 100_000 && held.linkBytes() < 100_000
                                && bob.engine.holdings().surbs() <= 500, () -> "held " + held);
                        assertTrue(alice.host.waiting() < 200, () -> "tasks and timers: " + alice.host.waiting());
                    }
                    world.runFor(Duration.ZERO);
                    messages += sent.size();
                    sent.stream().map(delivery -> delivery.outcome().getNow(null))
                            .filter(Outcome.Acknowledged.class::isInstance).map(Outcome.Acknowledged.class::cast)
                            .forEach(end -> ofDay.add(end.elapsed().toNanos() / 1e6));
                    world.gateway().forwarded.clear();
                    alice.received.clear();
                    bob.received.clear();
                }
                memory.put(day, usedMemory());
            }
            double distance = distance(latencies.get(0), latencies.get(6));
            double allowed = 1.95 * Math.sqrt(2.0 / latencies.get(0).size());
            System.out.println("A9/A14: " + messages + " messages in a week, latency distance first to last day "
                    + distance + " of at most " + allowed + ", heap after days 2 and 7: " + memory.get(1) / 1_000_000
                    + " and " + memory.get(6) / 1_000_000 + " MB, " + (System.nanoTime() - begun) / 1_000_000_000
                    + " s of wall time");
            assertTrue(distance < allowed, "distance " + distance + " of at most " + allowed);
            // Keys of reply blocks are kept for a day, so the second day is the first that has them all.
            assertTrue(memory.get(6) - memory.get(1) < 16_000_000, memory::toString);
            assertEquals(0, alice.counter(Counter.MESSAGES_FAILED), alice::counters);
        }
    }

    // ------------------------------------------------------------------ A10: eight sessions

    @Test
    @Timeout(300)
    void a10OfEightLanesOneIsGreedyAndTheOthersKeepTheirShare() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, new PoissonCover.Factory().create(Map.of()));
            alice.awaitReady();
            TestClient bob = world.readyClient();
            for (int i = 0; i < 4; i++) {
                alice.send(bob.address(), new byte[5_000_000], SendOptions.DEFAULT.withLane(0));
            }
            world.runFor(Duration.ofSeconds(2));
            // What seven others send in two minutes, 6 packets a second each, is what 50 packets a second have for
            // them.
            int bytesASecond = 6 * 1600;
            long packetsBefore = alice.counter(Counter.PACKETS_DATA);
            int seconds = 60;
            for (int second = 0; second < seconds; second++) {
                for (int lane = 1; lane < 8; lane++) {
                    alice.send(bob.address(), new byte[bytesASecond], SendOptions.DEFAULT.withLane(lane));
                }
                world.runFor(Duration.ofSeconds(1));
            }
            long packets = alice.counter(Counter.PACKETS_DATA) - packetsBefore;
            double fair = packets * 1600.0 / 8;
            StringBuilder shares = new StringBuilder("A10: of a fair share the lanes got");
            for (int lane = 1; lane < 8; lane++) {
                long got = (long) seconds * bytesASecond - alice.engine.laneBytes(lane);
                shares.append(String.format(" %.2f", got / fair));
                assertTrue(got >= 0.8 * fair, lane + ": " + got + " of " + fair);
            }
            System.out.println(shares);
            alice.engine.closeLane(0);
        }
    }

    // ------------------------------------------------------------------ A11: stop

    @Test
    void a11AMessageSentWhileTheClientIsClosedIsDeliveredOrReportedNeverNeither() {
        int delivered = 0;
        int reported = 0;
        for (int round = 0; round < 20; round++) {
            try (World world = new World(seed.next())) {
                TestClient bob = world.readyClient();
                TestClient alice = world.readyClient();
                Map<Integer, Delivery> sent = new HashMap<>();
                long closeNanos = world.random.nextLong(400_000_000L);
                boolean closed = false;
                for (int i = 0; i < 40; i++) {
                    sent.put(i, alice.send(bob.address(), ByteBuffer.allocate(4 + world.random.nextInt(10_000))
                            .putInt(i).array()));
                    world.time.runUntil(() -> false, Duration.ofMillis(10));
                    if (!closed && (i + 1) * 10_000_000L > closeNanos) {
                        alice.stop();
                        closed = true;
                    }
                }
                world.runFor(Duration.ofSeconds(5));
                Set<Integer> arrived = new HashSet<>();
                for (ReceivedMessage message : bob.received) {
                    assertTrue(arrived.add(ByteBuffer.wrap(message.payload()).getInt()), "twice");
                }
                for (Map.Entry<Integer, Delivery> entry : sent.entrySet()) {
                    switch (entry.getValue().outcome().getNow(null)) {
                        case Outcome.Acknowledged ignored -> {
                            assertTrue(arrived.contains(entry.getKey()));
                            delivered++;
                        }
                        case Outcome.Failed(FailureReason reason, String detail) -> {
                            assertEquals(FailureReason.CLOSED, reason, detail);
                            reported++;
                        }
                        case null -> throw new AssertionError("neither delivered nor reported: " + entry.getKey());
                    }
                }
            }
        }
        assertTrue(delivered > 100 && reported > 100, delivered + " delivered, " + reported + " reported");
    }

    // ------------------------------------------------------------------ A13: loss

    @Test
    void a13Under30PercentLossTheBudgetOfCopiesIsKeptAndEveryMessageEnds() {
        RetransmissionPolicy adaptive = new AdaptiveRetransmission.Factory().create(Map.of());
        try (World world = new World(seed.value())) {
            TestClient alice = world.client();
            alice.parts.set(PartKind.RETRANSMISSION, adaptive);
            alice.awaitReady();
            TestClient bob = world.readyClient();
            world.loss = 0.3;
            for (int minute = 1; minute <= 5; minute++) {
                for (int i = 0; i < 20; i++) {
                    alice.send(bob.address(), new byte[20_000]);
                    world.runFor(Duration.ofSeconds(3));
                }
                // As many copies as new packets and 60 a minute; the default of the part.
                long allowed = alice.counter(Counter.PACKETS_DATA) + minute * 60L;
                assertTrue(alice.counter(Counter.PACKETS_RETRANSMITTED) <= allowed, alice::counters);
            }
            alice.sent.forEach(alice::awaitAcknowledged);
            assertEquals(alice.sent.size(), bob.received.size());
            System.out.println("A13: " + alice.counter(Counter.PACKETS_DATA) + " packets, "
                    + alice.counter(Counter.PACKETS_RETRANSMITTED) + " copies");
        }
    }

    @Test
    void a13WhatThePolicyGivesUpIsReported() {
        RetransmissionPolicy adaptive =
                new AdaptiveRetransmission.Factory().create(Map.of("maximum-retransmissions", "2"));
        try (World world = new World(seed.value())) {
            TestClient alice = world.client();
            alice.parts.set(PartKind.RETRANSMISSION, adaptive);
            alice.awaitReady();
            TestClient bob = world.readyClient();
            world.loss = 0.3;
            for (int i = 0; i < 200; i++) {
                alice.send(bob.address(), new byte[3_000], SendOptions.DEFAULT.withDeadline(Duration.ofMinutes(2)));
                world.runFor(Duration.ofMillis(300));
            }
            int acknowledged = 0;
            int givenUp = 0;
            for (Delivery delivery : alice.sent) {
                if (alice.await(delivery) instanceof Outcome.Failed(FailureReason reason, String detail)) {
                    assertEquals(FailureReason.RETRANSMISSIONS, reason, detail);
                    givenUp++;
                } else {
                    acknowledged++;
                }
            }
            assertTrue(acknowledged > 50 && givenUp > 10, acknowledged + " acknowledged, " + givenUp + " given up");
            assertEquals(givenUp, alice.counter(Counter.MESSAGES_FAILED));
            assertTrue(bob.received.size() >= acknowledged);
        }
    }
}
