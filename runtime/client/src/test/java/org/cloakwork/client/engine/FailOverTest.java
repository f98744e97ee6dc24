package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Another gateway when the own one stays away, and which one. */
class FailOverTest {

    private static final GatewayPolicy FASTEST =
            GatewayPolicy.DEFAULT.withPreference(GatewayPolicy.Preference.FASTEST);

    @RegisterExtension
    final Seed seed = new Seed();

    private static FakeTransport transport(TestClient client) {
        return (FakeTransport) client.parts.chosen(PartKind.TRANSPORT);
    }

    private static FakeGateway gatewayOf(TestClient client) {
        return client.world.gateways.stream()
                .filter(gateway -> gateway.identity().equals(client.address().gateway())).findFirst().orElseThrow();
    }

    /** {@return a client that has that gateway as its first guard} */
    private static TestClient clientAt(World world, FakeGateway gateway) {
        TestClient client = world.clientAt(gateway);
        assertEquals(gateway, gatewayOf(client));
        return client;
    }

    private static List<Delivery> sendMany(TestClient from, MixnetAddress to, int count) {
        return IntStream.range(0, count).mapToObj(i -> from.send(to, ("message " + i + "x".repeat(i * 200)).getBytes(),
                SendOptions.DEFAULT.withDeadline(Duration.ofHours(1)))).toList();
    }

    private static void assertEachOnce(TestClient receiver, int count) {
        assertEquals(count, receiver.received.size(), receiver::counters);
        assertEquals(count, new HashSet<>(receiver.texts()).size());
    }

    @Test
    void aGatewayOutOfReachForTooLongIsExchangedAndNothingOnItsWayIsLost() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            TestClient alice = clientAt(world, world.gateways.get(0));
            TestClient bob = clientAt(world, world.gateways.get(1));
            MixnetAddress before = alice.address();
            world.jitter = Duration.ofMillis(300);
            List<Delivery> sent = sendMany(alice, bob.address(), 40);
            world.runFor(Duration.ofMillis(100));
            world.gateways.get(0).unreachable = true;
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofMinutes(9));
            assertEquals(before, alice.address());
            world.runFor(Duration.ofMinutes(2));
            assertNotEquals(before.gateway(), alice.address().gateway());
            assertEquals(List.of(before, alice.address()), alice.addresses);
            assertEquals(before.identity(), alice.address().identity());
            sent.forEach(alice::awaitAcknowledged);
            world.runFor(Duration.ofSeconds(10));
            assertEachOnce(bob, 40);
            bob.awaitAcknowledged(bob.send(alice.address(), "found you"));
            alice.awaitReceived(1);
        }
    }

    @Test
    void aGatewayThatComesBackBeforeTheLimitIsKeptAndSoIsOneWhenAllAreAway() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            TestClient alice = world.readyClient();
            MixnetAddress before = alice.address();
            gatewayOf(alice).unreachable = true;
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofMinutes(9));
            gatewayOf(alice).unreachable = false;
            alice.awaitReady();
            assertEquals(before, alice.address());
            // We are away ourselves, for hours.
            world.gateways.forEach(gateway -> gateway.unreachable = true);
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofHours(5));
            world.gateways.forEach(gateway -> gateway.unreachable = false);
            alice.awaitReady();
            assertEquals(before, alice.address());
            assertEquals(List.of(before), alice.addresses);
        }
    }

    @Test
    void timeWithoutATransportIsNotHeldAgainstTheGateway() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            TestClient alice = world.readyClient();
            MixnetAddress before = alice.address();
            alice.parts.set(PartKind.TRANSPORT, null);
            world.runFor(Duration.ofHours(1));
            FakeTransport broken = world.transport();
            broken.unreachable = true;
            alice.parts.set(PartKind.TRANSPORT, broken);
            world.runFor(Duration.ofMinutes(5));
            alice.parts.set(PartKind.TRANSPORT, world.transport());
            alice.awaitReady();
            assertEquals(before, alice.address());
        }
    }

    @Test
    void aNamedGatewayIsNeverExchanged() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateway().identity()),
                    World.NO_COVER);
            alice.awaitReady();
            world.gateway().unreachable = true;
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofHours(2));
            assertEquals(0, world.gateways.get(1).connections);
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology(Set.of(world.gateway().identity())));
            world.runFor(Duration.ofHours(2));
            assertEquals(0, world.gateways.get(1).connections);
            assertEquals(world.gateway().identity(), alice.address().gateway());
        }
    }

    @Test
    void aGatewayGoneFromTheTopologyForTooLongIsExchangedAndTheWayBackIsOpen() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = clientAt(world, world.gateways.get(0));
            TestClient bob = clientAt(world, world.gateways.get(1));
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology(Set.of(world.gateways.get(0).identity())));
            world.runFor(Duration.ofMinutes(9));
            assertEquals(world.gateways.get(0), gatewayOf(alice));
            assertInstanceOf(ClientState.Degraded.class, alice.engine.state());
            List<Delivery> sent = sendMany(alice, bob.address(), 10);
            world.runFor(Duration.ofMinutes(2));
            assertEquals(world.gateways.get(1), gatewayOf(alice));
            assertTrue(alice.isReady());
            sent.forEach(alice::awaitAcknowledged);
            assertEachOnce(bob, 10);
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology(Set.of(world.gateways.get(1).identity())));
            world.runFor(Duration.ofMinutes(11));
            assertEquals(world.gateways.get(0), gatewayOf(alice));
            assertEquals(3, alice.addresses.size());
            // Bob came, too; alice is known there from before, and the old key is still good.
            assertEquals(2, world.gateways.get(0).registrations);
            bob.awaitReady();
            bob.awaitAcknowledged(bob.send(alice.address(), "found you"));
            alice.awaitReceived(1);
        }
    }

    @Test
    void withoutAnotherGatewayTheOldOneIsKept() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            MixnetAddress before = alice.address();
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology(Set.of(world.gateway().identity())));
            world.runFor(Duration.ofHours(1));
            world.directory = () -> CompletableFuture.completedFuture(world.topology());
            alice.awaitReady();
            world.gateway().unreachable = true;
            transport(alice).link().breakOff("cut");
            world.runFor(Duration.ofHours(1));
            assertTrue(alice.states.stream().anyMatch(state -> state instanceof ClientState.Degraded(String reason)
                    && reason.startsWith("the gateway is not reached: cannot be reached; next attempt in ")),
                    alice.states::toString);
            world.gateway().unreachable = false;
            alice.awaitReady();
            assertEquals(before, alice.address());
        }
    }

    @Test
    void theFastestGuardIsFoundByMeasuringTheGuardsAndNobodyElse() {
        try (World world = new World(seed.value(), new ClearFormat(), 50)) {
            for (int i = 0; i < 50; i++) {
                world.gateways.get(i).distance = Duration.ofMillis(100 + 20L * i);
                world.gateways.get(i).unreachable = i % 14 == 0;
            }
            Set<FakeGateway> chosen = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                TestClient alice = world.client(
                        ClientConfiguration.DEFAULT.withGatewayPolicy(FASTEST.withGuards(5)), World.NO_COVER);
                assertTrue(world.time.runUntil(alice::isReady, Duration.ofSeconds(6)), () -> "" + alice.engine.state());
                assertEquals(6, transport(alice).links.size());
                assertEquals(1, transport(alice).open());
                assertEquals(5, transport(alice).gateways().size());
                assertEquals(transport(alice).gateways().stream().filter(gateway -> !gateway.unreachable)
                        .min(Comparator.comparing(gateway -> gateway.distance)).orElseThrow(), gatewayOf(alice));
                chosen.add(gatewayOf(alice));
            }
            assertTrue(chosen.size() > 1, "not everybody has the same");
        }
    }

    private static void leaveOut(World world, FakeGateway gateway, String reason) {
        world.directory = () -> {
            Topology all = world.topology(Set.of(gateway.identity()));
            return CompletableFuture.completedFuture(new Topology(all.epochId(), all.keyRotationId(),
                    all.refreshedAt(), all.rewardedSet(), all.nodes(),
                    List.of(new Topology.Rejected(gateway.identity(), Node.Role.ENTRY, reason))));
        };
    }

    @Test
    void aGatewayTheDirectoryLeavesOutIsNotChosenAndTheReasonIsTold() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            FakeGateway slow = world.gateways.getFirst();
            leaveOut(world, slow, "performance 12 % is below 50 %");
            for (int i = 0; i < 5; i++) {
                LogLines.take();
                TestClient client = world.readyClient();
                assertEquals(world.gateways.get(1), gatewayOf(client));
                assertEquals("INFO org.cloakwork.client.session.Guards gateways that cannot be used: "
                        + slow.identity() + ": performance 12 % is below 50 %", LogLines.take().getFirst());
                assertEquals(1, client.engine.counters().get(TopologyKeeper.REJECTED));
            }
            TestClient named = world.client(ClientConfiguration.DEFAULT.withGateway(slow.identity()), World.NO_COVER);
            world.runFor(Duration.ofSeconds(1));
            String step = assertInstanceOf(ClientState.Connecting.class, named.engine.state()).step();
            assertTrue(step.startsWith("gateway " + slow.identity() + " cannot be used: performance 12 %"), step);
            TestClient other = world.readyClient();
            Outcome.Failed failed = assertInstanceOf(Outcome.Failed.class, other.await(other.send(new MixnetAddress(
                    other.address().identity(), other.address().encryption(), slow.identity()), "hello")));
            assertEquals("the recipient's gateway is left out: performance 12 % is below 50 %", failed.detail());
        }
    }

    @Test
    void whenNoGuardCanBeUsedTheReasonsAreTold() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            world.gateways.get(0).unreachable = true;
            world.gateways.get(1).refusesRegistration = true;
            world.gateways.get(2).unreachable = true;
            TestClient alice = world.client(
                    ClientConfiguration.DEFAULT.withGatewayPolicy(FASTEST.withGuards(3)), World.NO_COVER);
            assertTrue(world.time.runUntil(() -> alice.states.stream().anyMatch(state ->
                    state instanceof ClientState.Connecting(String step)
                            && step.startsWith("none of our 3 guards can be"
                            + " reached, and no other gateway is taken (") && step.contains("no registrations today")
                            && step.contains("cannot be reached") && step.contains("next attempt in")),
                    Duration.ofMinutes(1)), alice.states::toString);
            world.gateways.get(2).unreachable = false;
            alice.awaitReady();
        }
    }
}
