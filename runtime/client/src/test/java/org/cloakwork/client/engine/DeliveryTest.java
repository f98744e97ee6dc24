package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages on their way: each ends, none is lost without word, none comes twice. */
class DeliveryTest {

    private static final byte[] MEGABYTE = new byte[1 << 20];

    @RegisterExtension
    final Seed seed = new Seed();

    @Test
    void aMessageArrivesAndIsAcknowledged() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            Outcome.Acknowledged outcome = alice.awaitAcknowledged(alice.send(bob.address(), "hello"));
            bob.awaitReceived(1);
            assertEquals(List.of("hello"), bob.texts());
            assertEquals(Optional.empty(), bob.received.getFirst().sender());
            assertEquals(1, outcome.packets());
            assertEquals(0, outcome.retransmissions());
            assertTrue(outcome.elapsed().compareTo(Duration.ofSeconds(2)) < 0, outcome::toString);
        }
    }

    @Test
    void anEmptyMessageArrives() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.awaitAcknowledged(alice.send(alice.address(), ""));
            alice.awaitReceived(1);
            assertEquals(List.of(""), alice.texts());
        }
    }

    @Test
    void aMessageOfSeveralSetsArrivesWhole() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            byte[] large = world.randomness.bytes(1 << 20);
            Outcome.Acknowledged outcome = alice.awaitAcknowledged(alice.send(alice.address(), large));
            alice.awaitReceived(1);
            assertArrayEquals(large, alice.received.getFirst().payload());
            assertEquals(654, outcome.packets());
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.3})
    void everySendEndsAcknowledgedOrFailedByItsDeadlineUnderLoss(double loss) {
        for (int round = 0; round < 3; round++) {
            try (World world = new World(seed.next())) {
                TestClient alice = world.readyClient();
                TestClient bob = world.readyClient();
                world.loss = loss;
                world.jitter = Duration.ofMillis(300);
                Duration deadline = Duration.ofSeconds(20);
                List<Delivery> sent = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    byte[] message = new byte[world.random.nextInt(8000)];
                    sent.add(alice.send(bob.address(), message, SendOptions.DEFAULT.withDeadline(deadline)));
                    world.runFor(Duration.ofMillis(world.random.nextInt(100)));
                }
                world.runFor(deadline);
                int acknowledged = 0;
                for (Delivery delivery : sent) {
                    assertTrue(delivery.outcome().isDone(), alice::counters);
                    switch (delivery.outcome().join()) {
                        case Outcome.Acknowledged outcome -> acknowledged++;
                        case Outcome.Failed(FailureReason reason, String detail) ->
                                assertEquals(FailureReason.DEADLINE, reason);
                    }
                }
                assertEquals(0, alice.inFlight());
                assertTrue(acknowledged >= (loss == 0 ? 60 : 35), acknowledged + " acknowledged " + alice.counters());
                assertTrue(bob.received.size() >= acknowledged);
            }
        }
    }

    @Test
    void aMessageNobodyAcknowledgesFailsAtItsDeadlineAndNotBefore() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.loss = 1;
            Delivery delivery = alice.send(alice.address(), new byte[5000],
                    SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(30)));
            world.runFor(Duration.ofMillis(29_999));
            assertFalse(delivery.outcome().isDone());
            assertEquals(4, delivery.progress().packets());
            assertTrue(delivery.progress().retransmissions() > 20);
            world.runFor(Duration.ofMillis(2));
            assertEquals(FailureReason.DEADLINE,
                    assertInstanceOf(Outcome.Failed.class, delivery.outcome().join()).reason());
        }
    }

    @Test
    void aDeadlineOfCenturiesIsAccepted() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[1],
                    SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(Long.MAX_VALUE))));
        }
    }

    @Test
    void aPacketThePolicyGivesUpFailsItsMessageAsSuchAndDoesNotBlockOthers() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.set(PartKind.RETRANSMISSION, packet -> Optional.empty());
            world.loss = 1;
            Duration deadline = Duration.ofMinutes(10);
            // More than the window holds: what was given up must not count as under way for ever.
            Delivery first = alice.send(alice.address(), new byte[500_000], SendOptions.DEFAULT.withDeadline(deadline));
            world.runFor(Duration.ofSeconds(60));
            world.loss = 0;
            alice.awaitAcknowledged(alice.send(alice.address(), "second"));
            assertFalse(first.outcome().isDone());
            alice.awaitFailed(first, FailureReason.RETRANSMISSIONS);
        }
    }

    @Test
    void nothingIsDeliveredTwiceUnderDuplicationLossAndReordering() {
        for (int round = 0; round < 3; round++) {
            try (World world = new World(seed.next())) {
                TestClient alice = world.readyClient();
                TestClient bob = world.readyClient();
                world.duplication = 0.5;
                world.loss = 0.1;
                world.jitter = Duration.ofSeconds(2);
                List<Delivery> sent = IntStream.range(0, 50).mapToObj(i -> alice.send(bob.address(), "message " + i
                        + "x".repeat(i * 100))).toList();
                sent.forEach(alice::awaitAcknowledged);
                world.runFor(Duration.ofSeconds(30));
                assertEquals(50, bob.received.size());
                assertEquals(50, new HashSet<>(bob.texts()).size());
                assertTrue(bob.counter(Counter.FRAGMENTS_DUPLICATE) > 20);
                assertTrue(alice.counter(Counter.ACKS_UNKNOWN) > 20);
            }
        }
    }

    @Test
    void acknowledgementsThatAreLateUnknownOrMalformedAreCountedAndHarmless() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            FakeGateway gateway = world.gateway();
            for (int length = 0; length <= 48; length++) {
                gateway.deliver(alice.address().identity(), new byte[length]);
            }
            for (int i = 0; i < 200; i++) {
                gateway.deliver(alice.address().identity(), world.randomness.bytes(world.random.nextInt(2000)));
            }
            world.runFor(Duration.ofSeconds(1));
            assertTrue(alice.counter(Counter.ACKS_MALFORMED) >= 48);
            assertEquals(249, alice.counter(Counter.ACKS_MALFORMED) + alice.counter(Counter.ACKS_UNKNOWN)
                    + alice.counter(Counter.FRAGMENTS_MALFORMED) + alice.counter(Counter.RECEIVED_FRAGMENTS)
                    + alice.counter(Counter.FRAGMENTS_REFUSED) + alice.counter(Counter.ACKS_COVER));
            alice.awaitAcknowledged(alice.send(alice.address(), "still there"));
            alice.awaitReceived(1);
        }
    }

    @Test
    void messagesAdmittedBeforeTheFirstSessionGoOutWhenItComes() {
        try (World world = new World(seed.value())) {
            TestClient bob = world.readyClient();
            world.gateway().unreachable = true;
            TestClient alice = world.client();
            List<Delivery> sent = IntStream.range(0, 20).mapToObj(i -> alice.send(bob.address(), "early " + i))
                    .toList();
            world.runFor(Duration.ofSeconds(30));
            assertEquals(20, alice.inFlight());
            world.gateway().unreachable = false;
            sent.forEach(alice::awaitAcknowledged);
            bob.awaitReceived(20);
        }
    }

    @Test
    void messagesOfOneLaneAreCutAndSentInTheirOrder() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            List<Delivery> sent = IntStream.range(0, 40)
                    .mapToObj(i -> alice.send(alice.address(), new byte[i % 3 == 0 ? 50_000 : 10])).toList();
            List<Integer> started = new ArrayList<>();
            while (started.size() < sent.size()) {
                world.time.runUntil(() -> false, Duration.ofNanos(50_000));
                for (int i = 0; i < sent.size(); i++) {
                    if (sent.get(i).progress().packets() > 0 && !started.contains(i)) {
                        started.add(i);
                    }
                }
            }
            assertEquals(IntStream.range(0, 40).boxed().toList(), started);
        }
    }

    @Test
    void aRecipientAtAnUnknownGatewayIsRefused() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateway().identity()),
                    World.NO_COVER);
            alice.awaitReady();
            MixnetAddress nobody = world.nobody();
            MixnetAddress elsewhere = new MixnetAddress(nobody.identity(), nobody.encryption(), nobody.identity());
            alice.awaitFailed(alice.send(elsewhere, "lost"), FailureReason.UNKNOWN_GATEWAY);
            alice.awaitAcknowledged(alice.send(alice.address(), "found"));
        }
    }

    @Test
    void aRecipientWhoseGatewayLeavesTheNetworkWhileAMessageIsOnItsWayFailsItByItsDeadline() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateways.get(0).identity()),
                    World.NO_COVER);
            TestClient bob = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateways.get(1).identity()),
                    World.NO_COVER);
            alice.awaitReady();
            bob.awaitReady();
            MixnetAddress address = bob.address();
            bob.stop();
            world.loss = 1;
            Delivery delivery = alice.send(address, MEGABYTE);
            world.runFor(Duration.ofSeconds(3));
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology(Set.of(world.gateways.get(1).identity())));
            world.runFor(ClientConfiguration.DEFAULT.topologyRefresh());
            world.loss = 0;
            assertTrue(alice.isReady());
            alice.awaitAcknowledged(alice.send(alice.address(), "others go on"));
            assertTrue(alice.counter(Counter.PACKETS_UNROUTABLE) > 0);
            alice.awaitFailed(delivery, FailureReason.DEADLINE);
        }
    }

    @Test
    void aMessageThatIsTooLargeOrAnEmptyReplyIsRefusedAtOnce() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            Delivery tooLarge = alice.send(alice.address(), new byte[alice.engine.maxMessageBytes() + 1]);
            assertTrue(tooLarge.outcome().isDone());
            alice.awaitFailed(tooLarge, FailureReason.MESSAGE_SIZE);
            alice.awaitFailed(alice.reply(new SenderTag(new byte[16]), new byte[0]),
                    FailureReason.MESSAGE_SIZE);
        }
    }

    @Test
    void aFullOutboxRefusesAndItsBytesComeBackAfterTheEnd() {
        try (World world = new World(seed.value())) {
            ClientConfiguration small = new ClientConfiguration(Optional.empty(), Duration.ofMillis(15),
                    Duration.ofMinutes(5), 100_000, 100_000, 80_000);
            TestClient alice = world.client(small, World.NO_COVER);
            alice.awaitReady();
            Delivery first = alice.send(alice.address(), new byte[70_000]);
            alice.awaitFailed(alice.send(alice.address(), new byte[40_000]), FailureReason.OUTBOX_FULL);
            alice.awaitAcknowledged(first);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[70_000]));
            world.loss = 1;
            alice.awaitFailed(alice.send(alice.address(), new byte[70_000],
                    SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(5))), FailureReason.DEADLINE);
            world.loss = 0;
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[70_000]));
        }
    }

    @Test
    void emptyMessagesFillTheOutboxToo() {
        try (World world = new World(seed.value())) {
            world.gateway().unreachable = true;
            ClientConfiguration small = new ClientConfiguration(Optional.empty(), Duration.ofMillis(15),
                    Duration.ofMinutes(5), 100_000, 100_000, 80_000);
            TestClient alice = world.client(small, World.NO_COVER);
            MixnetAddress nobody = world.nobody();
            List<Delivery> sent = IntStream.range(0, 1000).mapToObj(i -> alice.send(nobody, "")).toList();
            assertTrue(sent.stream().filter(delivery -> delivery.outcome().isDone()).count() > 900);
            assertTrue(alice.inFlight() > 10);
        }
    }

    @Test
    void messagesThatEndedWhileNothingCouldLeaveAreNotKept() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.gateway().hung = true;
            world.gateway().unreachable = true;
            // 300 messages of 100 kB, each for a second.
            List<Delivery> sent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                sent.add(alice.send(alice.address(), new byte[100_000],
                        SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(1))));
                world.runFor(Duration.ofMillis(30));
            }
            world.runFor(Duration.ofSeconds(2));
            sent.forEach(delivery -> alice.awaitFailed(delivery, FailureReason.DEADLINE));
            assertTrue(alice.engine.fragmentsHeld() < 3000, () -> "" + alice.engine.fragmentsHeld());
            assertEquals(0, alice.inFlight());
        }
    }

    @Test
    void closingEndsEverythingAndLeavesNoTimer() {
        for (int round = 0; round < 5; round++) {
            try (World world = new World(seed.next())) {
                TestClient alice = world.client(ClientConfiguration.DEFAULT,
                        World.cover(Optional.of(Duration.ofMillis(20)), Optional.of(Duration.ofMillis(200))));
                world.runFor(Duration.ofMillis(world.random.nextInt(200)));
                List<Delivery> sent = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    sent.add(alice.send(world.nobody(), new byte[world.random.nextInt(30_000)],
                            SendOptions.DEFAULT.withReplySurbs(world.random.nextInt(20))));
                }
                world.runFor(Duration.ofNanos(world.random.nextLong(100_000_000)));
                CompletableFuture<Void> stopped = alice.stop();
                Delivery between = alice.send(world.nobody(), "between");
                world.runFor(Duration.ofSeconds(1));
                assertTrue(stopped.isDone());
                for (Delivery delivery : sent) {
                    if (delivery.outcome().join() instanceof Outcome.Failed(FailureReason reason, String detail)) {
                        assertEquals(FailureReason.CLOSED, reason);
                    }
                }
                alice.awaitFailed(between, FailureReason.CLOSED);
                Delivery after = alice.send(world.nobody(), "after");
                assertTrue(after.outcome().isDone());
                alice.awaitFailed(after, FailureReason.CLOSED);
                assertEquals(0, alice.host.waiting());
            }
        }
    }

    @Test
    void realSphinxPacketsTakeTheSameWay() {
        try (World world = new World(seed.value(), new BouncyCastleSphinx(), 2)) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            alice.awaitAcknowledged(alice.send(bob.address(), new byte[10],
                    SendOptions.DEFAULT.withReplySurbs(5)));
            bob.awaitReceived(1);
            bob.awaitAcknowledged(bob.reply(bob.received.getFirst().sender().orElseThrow(),
                    "answered".getBytes(StandardCharsets.UTF_8)));
            alice.awaitReceived(1);
            assertEquals(List.of("answered"), alice.texts());
        }
    }
}
