package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lanes: their length, their share of the outbox, and closing them. */
class LanesTest {

    private static final CoverTrafficStrategy SLOTS =
            World.cover(Optional.of(Duration.ofMillis(20)), Optional.empty());

    @RegisterExtension
    final Seed seed = new Seed();

    private static Delivery send(TestClient client, long lane, int length) {
        return client.send(client.address(), new byte[length], SendOptions.DEFAULT.withLane(lane));
    }

    private static TestClient pacedClient(World world) {
        TestClient client = world.client(ClientConfiguration.DEFAULT, SLOTS);
        client.awaitReady();
        return client;
    }

    @Test
    void theLengthOfALaneIsTrueAtEveryMoment() {
        try (World world = new World(seed.value())) {
            TestClient alice = pacedClient(world);
            assertEquals(0, alice.engine.laneBytes(7));
            Delivery delivery = send(alice, 7, 100_000);
            send(alice, 8, 50_000);
            assertEquals(100_000, alice.engine.laneBytes(7));
            assertEquals(50_000, alice.engine.laneBytes(8));
            long before = 100_000;
            while (alice.engine.laneBytes(7) > 0) {
                world.runFor(Duration.ofMillis(100));
                long now = alice.engine.laneBytes(7);
                assertTrue(now <= before, now + " after " + before);
                before = now;
            }
            assertEquals(63, alice.awaitAcknowledged(delivery).packets());
            send(alice, 7, 0);
            assertEquals(1, alice.engine.laneBytes(7));
            world.gateway().hung = true;
            alice.awaitFailed(alice.send(alice.address(), new byte[40_000],
                    SendOptions.DEFAULT.withLane(9).withDeadline(Duration.ofMillis(100))), FailureReason.DEADLINE);
            assertEquals(0, alice.engine.laneBytes(9));
        }
    }

    @Test
    void closingALaneEndsWhatHasNotLeftAndNothingElse() {
        try (World world = new World(seed.value())) {
            TestClient alice = pacedClient(world);
            Delivery left = send(alice, 7, 1000);
            assertTrue(world.time.runUntil(() -> alice.engine.laneBytes(7) == 0, Duration.ofSeconds(5)));
            assertFalse(left.outcome().isDone());
            List<Delivery> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(send(alice, 7, 200_000));
            }
            Delivery other = send(alice, 8, 20_000);
            world.runFor(Duration.ofSeconds(1));
            long held = alice.engine.holdings().outboxBytes();
            alice.engine.closeLane(7);
            assertEquals(0, alice.engine.laneBytes(7));
            Delivery again = send(alice, 7, 3000);
            assertEquals(3000, alice.engine.laneBytes(7));
            waiting.forEach(delivery -> alice.awaitFailed(delivery, FailureReason.LANE_CLOSED));
            assertTrue(alice.engine.holdings().outboxBytes() < held / 10);
            alice.awaitAcknowledged(left);
            alice.awaitAcknowledged(other);
            alice.awaitAcknowledged(again);
            alice.engine.closeLane(12345);
        }
    }

    @Test
    void aLaneThatFillsTheOutboxLeavesRoomForOthers() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.gateway().unreachable = true;
            world.gateway().hung = true;
            int accepted = 0;
            Delivery last = send(alice, 1, 1_000_000);
            while (!last.outcome().isDone()) {
                accepted++;
                last = send(alice, 1, 1_000_000);
            }
            alice.awaitFailed(last, FailureReason.OUTBOX_FULL);
            assertEquals(accepted * 1_000_000L, alice.engine.laneBytes(1));
            for (int lane = 2; lane <= 5; lane++) {
                assertFalse(send(alice, lane, 1_000_000).outcome().isDone());
            }
            assertTrue(accepted > 20, "" + accepted);
            alice.engine.closeLane(1);
            world.runFor(Duration.ofMillis(10));
            assertFalse(send(alice, 1, 1_000_000).outcome().isDone());
        }
    }

    @Test
    void lanesShareTheSlotsWhileAThirdOfAllPacketsIsLost() {
        try (World world = new World(seed.value())) {
            TestClient alice = pacedClient(world);
            world.loss = 0.2;
            send(alice, 1, 8_000_000);
            for (int lane = 2; lane <= 4; lane++) {
                send(alice, lane, 400_000);
            }
            // What was sealed while only the first lane had anything.
            world.runFor(Duration.ofSeconds(1));
            long greedyBefore = alice.engine.laneBytes(1);
            world.runFor(Duration.ofSeconds(15));
            long greedy = greedyBefore - alice.engine.laneBytes(1);
            for (int lane = 2; lane <= 4; lane++) {
                long got = 400_000 - alice.engine.laneBytes(lane);
                assertEquals(1, got / (double) greedy, 0.1, "lane " + lane + ": " + got + " of " + greedy);
            }
            alice.engine.closeLane(1);
            world.loss = 0;
            alice.sent.subList(1, 4).forEach(alice::awaitAcknowledged);
        }
    }
}
