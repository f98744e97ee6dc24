package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.gateway.ServerResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The session with the gateway: lost, refused, silent, out of bandwidth. */
class SessionTest {

    @RegisterExtension
    final Seed seed = new Seed();

    private static FakeTransport transport(TestClient client) {
        return (FakeTransport) client.parts.chosen(PartKind.TRANSPORT);
    }

    private static List<Delivery> sendMany(TestClient from, MixnetAddress to, int count) {
        return IntStream.range(0, count).mapToObj(i -> from.send(to, "message " + i + "x".repeat(i * 200))).toList();
    }

    private static void assertEachOnce(TestClient receiver, int count) {
        assertEquals(count, receiver.received.size(), receiver::counters);
        assertEquals(count, new HashSet<>(receiver.texts()).size());
    }

    @Test
    void theLinkLostInMidTransferLosesNothing() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            List<Delivery> sent = sendMany(alice, bob.address(), 40);
            world.runFor(Duration.ofMillis(40));
            transport(alice).link().breakOff("cut");
            sent.forEach(alice::awaitAcknowledged);
            bob.awaitReceived(40);
            assertEachOnce(bob, 40);
            assertEquals(2, alice.counter(Counter.SESSIONS_OPENED));
            assertEquals(1, alice.counter(Counter.SESSIONS_LOST));
            assertTrue(alice.states.stream().anyMatch(ClientState.Degraded.class::isInstance));
        }
    }

    @Test
    void theLinkLostEverySecondLosesNothing() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            List<Delivery> sent = sendMany(alice, bob.address(), 60);
            for (int i = 0; i < 20; i++) {
                world.runFor(Duration.ofSeconds(1));
                transport(alice).link().breakOff("cut");
                sendMany(alice, bob.address(), 3);
            }
            sent.forEach(alice::awaitAcknowledged);
            alice.sent.forEach(alice::awaitAcknowledged);
            world.runFor(Duration.ofSeconds(10));
            assertEquals(120, bob.received.size(), bob::counters);
        }
    }

    @Test
    void authenticationTimestampsStrictlyIncreaseWhateverTheClockDoes() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            for (int i = 0; i < 20; i++) {
                if (i == 10) {
                    world.time.setClock(world.time.now().minusSeconds(30));
                }
                alice.awaitReady();
                transport(alice).link().breakOff("cut");
                world.runFor(Duration.ofMillis(world.random.nextInt(600)));
            }
            alice.awaitReady();
            List<Long> timestamps = world.gateway().timestamps;
            assertTrue(timestamps.size() >= 15);
            assertEquals(timestamps.stream().sorted().distinct().toList(), timestamps);
        }
    }

    @Test
    void aConnectionGivenUpWhileAuthenticatingHasUsedItsTimestamp() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            for (int i = 0; i < 10; i++) {
                alice.parts.set(PartKind.TRANSPORT, world.transport());
                // Long enough to ask for the version and to authenticate, not to hear the answer.
                world.runFor(Duration.ofMillis(32));
            }
            alice.awaitReady();
            List<Long> timestamps = world.gateway().timestamps;
            assertTrue(timestamps.size() >= 5, timestamps::toString);
            assertEquals(timestamps.stream().sorted().distinct().toList(), timestamps);
        }
    }

    @Test
    void aRefusedRegistrationIsTriedAgainLessAndLessOften() {
        try (World world = new World(seed.value())) {
            world.gateway().refusesRegistration = true;
            TestClient alice = world.client();
            world.runFor(Duration.ofMinutes(1));
            int first = world.gateway().connections;
            assertTrue(first >= 5 && first <= 15, "attempts: " + first);
            String reason = assertInstanceOf(ClientState.Connecting.class, alice.engine.state()).step();
            assertTrue(reason.contains("no registrations today"), reason);
            world.runFor(Duration.ofMinutes(10));
            int later = world.gateway().connections - first;
            assertTrue(later >= 13 && later <= 45, "attempts: " + later);
            world.gateway().refusesRegistration = false;
            alice.awaitReady();
        }
    }

    @Test
    void aGatewayThatIsAwayIsAskedOftenForAMinuteAndThenLessAndLess() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            for (Duration away : List.of(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(58))) {
                world.gateway().unreachable = true;
                transport(alice).link().breakOff("cut");
                world.runFor(away);
                world.gateway().unreachable = false;
                assertTrue(world.time.runUntil(alice::isReady, Duration.ofMillis(1500)), "away for " + away);
                world.runFor(Duration.ofSeconds(2));
            }
            world.gateway().unreachable = true;
            transport(alice).link().breakOff("cut");
            int before = transport(alice).links.size();
            world.runFor(Duration.ofMinutes(1));
            int first = transport(alice).links.size() - before;
            assertTrue(first >= 60 && first <= 130, "attempts in the first minute: " + first);
            world.runFor(Duration.ofHours(1));
            int later = transport(alice).links.size() - before - first;
            assertTrue(later >= 120 && later <= 260, "attempts in the hour after it: " + later);
        }
    }

    @Test
    void aGatewayThatSaysNothingIsGivenUpAfterAWhileAndTriedAgain() {
        try (World world = new World(seed.value())) {
            world.gateway().silent = true;
            TestClient alice = world.client();
            world.runFor(Duration.ofSeconds(15));
            assertTrue(world.gateway().connections >= 2);
            assertTrue(transport(alice).open() <= 1);
            world.gateway().silent = false;
            alice.awaitReady();
            assertEquals(1, transport(alice).open());
        }
    }

    @Test
    void anotherGatewayIsTakenWhenTheFirstIsDead() {
        for (int round = 0; round < 5; round++) {
            try (World world = new World(seed.next(), new ClearFormat(), 2)) {
                world.gateways.get(round % 2).unreachable = true;
                TestClient alice = world.client();
                assertTrue(world.time.runUntil(alice::isReady, Duration.ofSeconds(5)));
                assertEquals(world.gateways.get(1 - round % 2).identity(), alice.address().gateway());
            }
        }
    }

    @Test
    void theAddressStaysWhateverHappensToTheSession() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            TestClient alice = world.readyClient();
            MixnetAddress address = alice.address();
            FakeGateway own = world.gateways.stream()
                    .filter(gateway -> gateway.identity().equals(address.gateway())).findFirst().orElseThrow();
            own.unreachable = true;
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofMinutes(2));
            own.unreachable = false;
            alice.awaitReady();
            assertEquals(address, alice.address());
        }
    }

    @Test
    void aGatewayThatForgotUsIsRegisteredWithAgain() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            MixnetAddress address = alice.address();
            Delivery before = alice.send(address, new byte[100_000]);
            world.runFor(Duration.ofMillis(20));
            world.gateway().forgetClients();
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofSeconds(1));
            alice.awaitReady();
            assertEquals(2, world.gateway().registrations);
            assertEquals(address, alice.address());
            alice.awaitAcknowledged(before);
        }
    }

    @Test
    void aPassingRefusalOfAuthenticationIsTriedAgainWithTheSameKey() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.gateway().refusesAuthentication = true;
            transport(alice).link().breakOff("cut");
            world.time.runUntil(() -> world.gateway().timestamps.size() == 2, Duration.ofMinutes(1));
            world.gateway().refusesAuthentication = false;
            world.runFor(Duration.ofSeconds(5));
            alice.awaitReady();
            assertEquals(1, world.gateway().registrations);
        }
    }

    @Test
    void errorFramesAndNoiseNeverMakeALiveClientDeaf() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            for (int i = 0; i < 100; i++) {
                world.gateway().say(alice.address().identity(), switch (i % 5) {
                    case 0 -> new ServerResponse.Error("something").toJson();
                    case 1 -> "no json at all {";
                    case 2 -> new ServerResponse.TicketReplay().toJson();
                    case 3 -> "{\"type\":\"unheardOf\"}";
                    default -> new ServerResponse.Register(6, false, false).toJson();
                });
                world.gateway().say(alice.address().identity(), world.randomness.bytes(world.random.nextInt(100)));
            }
            alice.awaitAcknowledged(alice.send(alice.address(), "I hear"));
            alice.awaitReceived(1);
            assertEquals(1, world.gateway().connections);
            assertEquals(40, alice.counter(Counter.GATEWAY_ERRORS));
            assertEquals(140, alice.counter(Counter.GATEWAY_MALFORMED));
        }
    }

    @Test
    void aHungLinkIsNoticedWithoutSending() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            world.runFor(Duration.ofMinutes(10));
            assertEquals(1, bob.counter(Counter.SESSIONS_OPENED), "a quiet link is not a dead one");
            world.gateway().hung = true;
            world.runFor(Duration.ofMinutes(2));
            world.gateway().hung = false;
            alice.awaitReady();
            bob.awaitReady();
            assertTrue(bob.counter(Counter.SESSIONS_LOST) >= 1);
            alice.awaitAcknowledged(alice.send(bob.address(), "there again"));
            bob.awaitReceived(1);
        }
    }

    @Test
    void outOfBandwidthClaimsMoreAndGoesOn() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            List<Delivery> sent = sendMany(alice, alice.address(), 20);
            world.runFor(Duration.ofMillis(6));
            world.gateway().setBalances(0);
            sent.forEach(alice::awaitAcknowledged);
            assertTrue(world.gateway().refusedForLackOfBandwidth > 0);
            assertEquals(2, world.gateway().claims, "one for the registration, one for the lack");
            assertEquals(world.gateway().refusedForLackOfBandwidth, alice.counter(Counter.OUT_OF_BANDWIDTH));
        }
    }

    @Test
    void bandwidthIsClaimedBeforeItIsUsedUp() {
        try (World world = new World(seed.value())) {
            world.gateway().grant = 41_000_000;
            TestClient alice = world.readyClient();
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[1_500_000]));
            assertEquals(2, world.gateway().claims);
            assertEquals(0, world.gateway().refusedForLackOfBandwidth);
        }
    }

    @Test
    void aBalanceThatVanishesAtMidnightUtcIsClaimedAgain() {
        try (World world = new World(seed.value())) {
            world.time.setClock(Instant.parse("2026-11-23T23:59:50Z"));
            TestClient alice = world.readyClient();
            Instant midnight = Instant.parse("2026-11-24T00:00:00Z");
            world.host.schedule(Duration.between(world.time.now(), midnight), () -> world.gateway().setBalances(0));
            for (int i = 0; i < 20; i++) {
                alice.awaitAcknowledged(alice.send(alice.address(), "message " + i));
                world.runFor(Duration.ofSeconds(1));
            }
            assertTrue(world.time.now().isAfter(midnight));
            assertEquals(2, world.gateway().claims);
            assertEquals(1, world.gateway().connections);
        }
    }

    @Test
    void aClaimWithoutAnAnswerLeadsToANewSession() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.gateway().ignoresClaims = true;
            world.gateway().setBalances(0);
            Delivery delivery = alice.send(alice.address(), "waits");
            world.runFor(Duration.ofSeconds(30));
            assertTrue(world.gateway().connections >= 2);
            world.gateway().ignoresClaims = false;
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void aRefusedClaimIsNotRepeatedForEveryPacketAndItsReasonIsTold() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.gateway().refusesClaims = true;
            world.gateway().setBalances(200_000);
            int claimsBefore = world.gateway().claims;
            Delivery delivery = alice.send(alice.address(), new byte[1_000_000]);
            world.runFor(Duration.ofMinutes(1));
            assertTrue(world.gateway().claims - claimsBefore < 15, "" + world.gateway().claims);
            String reason = assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason();
            assertTrue(reason.contains("no bandwidth for you"), reason);
            world.gateway().refusesClaims = false;
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void aTransportExchangedInMidTransferLosesNothing() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            List<Delivery> sent = sendMany(alice, bob.address(), 40);
            for (int i = 0; i < 5; i++) {
                world.runFor(Duration.ofMillis(300));
                FakeTransport old = transport(alice);
                alice.parts.set(PartKind.TRANSPORT, world.transport());
                world.runFor(FakeTransport.LATENCY.multipliedBy(2));
                assertEquals(0, old.open());
            }
            sent.forEach(alice::awaitAcknowledged);
            bob.awaitReceived(40);
            assertEachOnce(bob, 40);
            assertEquals(1, transport(alice).open());
        }
    }

    @Test
    void whatComesWhileTheClientIsAwayWaitsAtTheGateway() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            MixnetAddress address = bob.address();
            bob.parts.set(PartKind.TRANSPORT, null);
            alice.awaitAcknowledged(alice.send(address, "kept"));
            assertEquals(1, world.gateway().waiting(address.identity()));
            assertEquals(0, bob.received.size());
            bob.parts.set(PartKind.TRANSPORT, world.transport());
            bob.awaitReceived(1);
            assertEquals(List.of("kept"), bob.texts());
        }
    }

    @Test
    void aGatewayOfAnOlderProtocolIsSpokenToInItsOwnVersion() {
        for (int version = 4; version <= 7; version++) {
            try (World world = new World(seed.value())) {
                world.gateway().version = version;
                TestClient alice = world.readyClient();
                alice.awaitAcknowledged(alice.send(alice.address(), "hello"));
                transport(alice).link().breakOff("cut");
                world.runFor(Duration.ofMillis(10));
                alice.awaitAcknowledged(alice.send(alice.address(), "again"));
            }
        }
        try (World world = new World(seed.value())) {
            world.gateway().version = 3;
            TestClient alice = world.client();
            world.runFor(Duration.ofSeconds(10));
            assertTrue(((ClientState.Connecting) alice.engine.state()).step().contains("version 3"));
        }
    }

    @Test
    void aSlowLinkHoldsPacketsBackInsteadOfPilingThemUp() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT,
                    World.cover(Optional.of(Duration.ofMillis(5)), Optional.of(Duration.ofMillis(50))));
            alice.awaitReady();
            transport(alice).bytesPerSecond = 50_000;
            long most = 0;
            for (int i = 0; i < 60; i++) {
                world.runFor(Duration.ofSeconds(1));
                most = Math.max(most, transport(alice).link().pendingBytes());
            }
            assertTrue(most > 200_000 && most < 300_000, "" + most);
            assertNotEquals(0, alice.counter(Counter.RECEIVED_COVER));
        }
    }

    @Test
    void framesOnTheirWayWhenTheTransportIsExchangedAreNotLost() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            for (int i = 0; i < 20; i++) {
                // Pushed once, known to the gateway as delivered, and never sent again.
                world.inject(alice, new NymMessage.Plain(("pushed " + i).getBytes(StandardCharsets.UTF_8)));
                world.runFor(Duration.ofMillis(world.random.nextInt(5)));
                alice.parts.set(PartKind.TRANSPORT, i % 3 == 0 ? null : world.transport());
                world.runFor(Duration.ofMillis(world.random.nextInt(100)));
                alice.parts.set(PartKind.TRANSPORT, world.transport());
                alice.awaitReady();
            }
            alice.awaitReceived(20);
            assertEachOnce(alice, 20);
            assertEquals(0, alice.counter(Counter.SESSIONS_LOST));
        }
    }

    @Test
    void framesOfALinkThatWasGivenUpAreCounted() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            GatewayTransport real = alice.parts.chosen(PartKind.TRANSPORT);
            List<GatewayLink.Handler> handlers = new ArrayList<>();
            alice.parts.set(PartKind.TRANSPORT, (endpoint, handler) -> {
                handlers.add(handler);
                return real.connect(endpoint, handler);
            });
            world.runFor(Duration.ofSeconds(3));
            assertEquals(1, handlers.size());
            alice.awaitReady();
            alice.parts.set(PartKind.TRANSPORT, real);
            world.runFor(Duration.ofSeconds(3));
            alice.awaitReady();
            assertEquals(0, alice.counter(Counter.GATEWAY_LATE));
            handlers.getFirst().binary(new byte[100]);
            handlers.getFirst().text("{}");
            world.runFor(Duration.ofSeconds(1));
            assertEquals(2, alice.counter(Counter.GATEWAY_LATE), alice::counters);
        }
    }

    @Test
    void aLinkThatIsLeftIsReadAsLongAsSomethingComes() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            transport(alice).neverFinishes = true;
            alice.parts.set(PartKind.TRANSPORT, world.transport());
            for (int i = 0; i < 10; i++) {
                world.inject(alice, new NymMessage.Plain(("still under way " + i).getBytes(StandardCharsets.UTF_8)));
                world.runFor(Duration.ofMillis(700));
            }
            assertEachOnce(alice, 10);
            assertEquals(0, transport(alice).links.size(), "a second session would be refused");
            alice.awaitReady();
            assertEquals(1, transport(alice).open());
        }
    }

    @Test
    void aLinkThatDoesNotEndIsWaitedForOneSecond() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            FakeTransport old = transport(alice);
            old.neverFinishes = true;
            alice.parts.set(PartKind.TRANSPORT, world.transport());
            world.runFor(Duration.ofMillis(990));
            assertEquals(1, old.open());
            assertEquals(0, transport(alice).links.size());
            world.runFor(Duration.ofMillis(20));
            assertEquals(0, old.open());
            alice.awaitReady();
            alice.awaitAcknowledged(alice.send(alice.address(), "there"));
        }
    }

    @Test
    void aSessionTakenBySomeoneElseIsAskedForAgainAndAgainAndTheNextTimeIsTold() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            MixnetAddress address = alice.address();
            world.gateway().alreadyOpen = true;
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofMinutes(5));
            String reason = assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason();
            assertTrue(reason.contains("already an open connection"), reason);
            assertTrue(reason.matches(".*; next attempt in ([1-9]|[12][0-9]|30) s"), reason);
            int attempts = world.gateway().connections;
            world.runFor(Duration.ofHours(1));
            int later = world.gateway().connections - attempts;
            assertTrue(later >= 120 && later <= 260, "attempts in an hour: " + later);
            Delivery waiting = alice.send(address, "waits");
            world.gateway().alreadyOpen = false;
            assertTrue(world.time.runUntil(alice::isReady, Duration.ofSeconds(31)));
            assertEquals(address, alice.address());
            alice.awaitAcknowledged(waiting);
        }
    }

    @Test
    void aClockThatWasFarAheadDoesNotLockTheClientOutOnceItIsRight() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            Instant right = world.time.now();
            world.gateway().refusesAuthentication = true;
            world.gateway().refusesRegistration = true;
            world.time.setClock(right.plus(Duration.ofDays(1)));
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofSeconds(20));
            world.time.setClock(right.plusSeconds(20));
            world.gateway().refusesAuthentication = false;
            assertTrue(world.time.runUntil(alice::isReady, Duration.ofSeconds(61)), () -> "" + alice.engine.state());
        }
    }

    @Test
    void nobodyNoticesThatBandwidthEndsAtTwoMidnights() {
        try (World world = new World(seed.value())) {
            world.time.setClock(Instant.parse("2026-11-23T23:00:00Z"));
            List<TestClient> clients = List.of(world.readyClient(), world.readyClient(), world.readyClient());
            for (Instant midnight : List.of(Instant.parse("2026-11-24T00:00:00Z"),
                    Instant.parse("2026-11-25T00:00:00Z"))) {
                world.host.schedule(Duration.between(world.time.now(), midnight), () -> world.gateway().setBalances(0));
            }
            for (int hour = 0; hour < 27; hour++) {
                for (int i = 0; i < 3; i++) {
                    clients.get(i).send(clients.get((i + 1) % 3).address(), "hour " + hour + " from " + i);
                }
                world.runFor(Duration.ofHours(1));
            }
            for (TestClient client : clients) {
                assertEachOnce(client, 27);
                client.sent.forEach(client::awaitAcknowledged);
                assertEquals(1, client.counter(Counter.SESSIONS_OPENED));
                assertEquals(3, client.counter(Counter.BANDWIDTH_CLAIMS));
                assertEquals(new ClientState.Ready(), client.states.getLast());
                assertTrue(client.states.stream().noneMatch(ClientState.Degraded.class::isInstance));
            }
        }
    }
}
