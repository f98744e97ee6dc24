package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.Counter;
import org.cloakwork.retransmission.adaptive.AdaptiveRetransmission;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The adaptive part in a client. */
class AdaptiveRetransmissionTest {

    private static final RetransmissionPolicy ADAPTIVE = new AdaptiveRetransmission.Factory().create(Map.of());
    private static final int BUDGET_FLOOR = 60;

    @RegisterExtension
    final Seed seed = new Seed();

    private static TestClient client(World world, RetransmissionPolicy policy) {
        TestClient client = world.client();
        client.parts.set(PartKind.RETRANSMISSION, policy);
        client.awaitReady();
        return client;
    }

    /** {@return retransmissions for each packet of ten-packet messages, one a second for two minutes} */
    private static double retransmissionsAPacket(World world, TestClient client) {
        long packets = client.counter(Counter.PACKETS_DATA);
        long copies = client.counter(Counter.PACKETS_RETRANSMITTED);
        for (int i = 0; i < 120; i++) {
            client.send(client.address(), new byte[15_000]);
            world.runFor(Duration.ofSeconds(1));
        }
        return (double) (client.counter(Counter.PACKETS_RETRANSMITTED) - copies)
                / (client.counter(Counter.PACKETS_DATA) - packets);
    }

    @Test
    void aLostPacketIsSentAgainMuchSoonerOnceThePathIsKnown() {
        try (World world = new World(seed.value())) {
            TestClient alice = client(world, ADAPTIVE);
            assertEquals(0, retransmissionsAPacket(world, alice));
            world.loss = 1;
            Delivery delivery = alice.send(alice.address(), "lost");
            assertTrue(world.time.runUntil(() -> delivery.progress().retransmissions() > 0, Duration.ofMillis(700)));
            world.loss = 0;
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void onAPathSlowerThanFixedWaitsCopiesWithoutNeedEnd() {
        try (World world = new World(seed.value())) {
            world.jitter = Duration.ofSeconds(2);
            TestClient fixed = client(world, World.TIMEOUT);
            double fixedCopies = retransmissionsAPacket(world, fixed);
            assertTrue(fixedCopies > 0.5, "fixed: " + fixedCopies);
            TestClient adaptive = client(world, ADAPTIVE);
            retransmissionsAPacket(world, adaptive);
            double adaptiveCopies = retransmissionsAPacket(world, adaptive);
            assertTrue(adaptiveCopies < 0.05, "adaptive: " + adaptiveCopies);
        }
    }

    @Test
    void aPathThatBecomesSlowAllAtOnceIsLearnt() {
        try (World world = new World(seed.value())) {
            TestClient alice = client(world, ADAPTIVE);
            retransmissionsAPacket(world, alice);
            world.jitter = Duration.ofSeconds(4);
            retransmissionsAPacket(world, alice);
            double copies = retransmissionsAPacket(world, alice);
            assertTrue(copies < 0.05, "copies: " + copies);
        }
    }

    @Test
    void everySendEndsAndTheBudgetIsKeptUnderLoss() {
        for (int round = 0; round < 2; round++) {
            try (World world = new World(seed.next())) {
                TestClient alice = client(world, ADAPTIVE);
                TestClient bob = client(world, ADAPTIVE);
                world.loss = 0.3;
                List<Delivery> deliveries = new ArrayList<>();
                for (int minute = 1; minute <= 3; minute++) {
                    for (int i = 0; i < 20; i++) {
                        deliveries.add(alice.send(bob.address(), new byte[20_000]));
                        world.runFor(Duration.ofSeconds(3));
                    }
                    long copies = alice.counter(Counter.PACKETS_RETRANSMITTED);
                    long allowed = alice.counter(Counter.PACKETS_DATA) + (long) minute * BUDGET_FLOOR;
                    assertTrue(copies > 100 && copies <= allowed, copies + " of " + allowed + " copies");
                }
                deliveries.forEach(alice::awaitAcknowledged);
                assertEquals(deliveries.size(), bob.received.size());
            }
        }
    }

    @Test
    void aDeadNetworkCostsTheBudgetAndNoMore() {
        try (World world = new World(seed.value())) {
            TestClient alice = client(world, ADAPTIVE);
            retransmissionsAPacket(world, alice);
            world.loss = 1;
            long packets = alice.counter(Counter.PACKETS_DATA);
            Delivery delivery = alice.send(alice.address(), new byte[1_000_000],
                    SendOptions.DEFAULT.withDeadline(Duration.ofMinutes(5)));
            Outcome.Failed failed = (Outcome.Failed) alice.await(delivery);
            assertEquals(FailureReason.RETRANSMISSIONS, failed.reason());
            long copies = alice.counter(Counter.PACKETS_RETRANSMITTED);
            long sent = alice.counter(Counter.PACKETS_DATA) - packets;
            // The new packets of the minute before count too.
            assertTrue(copies <= sent + 600 + 6 * BUDGET_FLOOR, copies + " copies of " + sent);
            assertTrue(alice.counter(Counter.COPIES_PUT_OFF) > 0, alice::counters);
        }
    }
}
