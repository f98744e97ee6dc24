package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parts that are missing, exchanged or broken. */
class PartsTest {

    @RegisterExtension
    final Seed seed = new Seed();

    private static List<PartKind<?>> kinds() {
        return PartKind.OF_A_CLIENT;
    }

    private static Map<PartKind<?>, Consumer<Parts>> returns(World world) {
        return Map.of(PartKind.TOPOLOGY, parts -> parts.set(PartKind.TOPOLOGY, world.topologyProvider()),
                PartKind.TRANSPORT, parts -> parts.set(PartKind.TRANSPORT, world.transport()),
                PartKind.SPHINX, parts -> parts.set(PartKind.SPHINX, world.format),
                PartKind.RETRANSMISSION, parts -> parts.set(PartKind.RETRANSMISSION, World.TIMEOUT),
                PartKind.COVER, parts -> parts.set(PartKind.COVER, World.NO_COVER));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aClientThatLacksAPartFromTheStartSaysWhichAndBeginsWhenItComes(PartKind<?> kind) {
        try (World world = new World(seed.value())) {
            TestClient bob = world.readyClient();
            TestClient alice = new TestClient(world, ClientConfiguration.DEFAULT);
            returns(world).forEach((other, set) -> {
                if (!other.equals(kind)) {
                    set.accept(alice.parts);
                }
            });
            alice.start();
            Delivery delivery = alice.send(bob.address(), "early");
            world.runFor(Duration.ofSeconds(30));
            assertEquals(new ClientState.Connecting("no " + kind + " part"), alice.engine.state());
            assertFalse(delivery.outcome().isDone());
            assertEquals(0, bob.received.size());
            returns(world).get(kind).accept(alice.parts);
            alice.awaitAcknowledged(delivery);
            assertTrue(alice.isReady());
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aPartThatGoesInMidTransferAndComesBackLosesNothing(PartKind<?> kind) {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            world.loss = 0.1;
            List<Delivery> sent = IntStream.range(0, 40)
                    .mapToObj(i -> alice.send(bob.address(), i + "x".repeat(i * 500))).toList();
            world.runFor(Duration.ofMillis(8));
            alice.parts.set(kind, null);
            world.runFor(Duration.ofSeconds(20));
            assertEquals(new ClientState.Degraded("no " + kind + " part"), alice.engine.state());
            assertTrue(alice.inFlight() > 0, "held");
            returns(world).get(kind).accept(alice.parts);
            sent.forEach(alice::awaitAcknowledged);
            bob.awaitReceived(40);
            alice.awaitReady();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nothingLeavesWhileAPartIsMissing(PartKind<?> kind) {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.set(kind, null);
            world.runFor(Duration.ofSeconds(1));
            int before = world.gateway().forwarded.size();
            Delivery delivery = alice.send(alice.address(), "held");
            world.runFor(Duration.ofSeconds(10));
            assertEquals(before, world.gateway().forwarded.size());
            returns(world).get(kind).accept(alice.parts);
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void aPacketFormatThatThrowsLosesNoPacketAndStopsNothing() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            int[] calls = {0};
            PacketFormat broken = new ClearFormat() {
                @Override
                public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
                    if (++calls[0] % 7 < 3) {
                        throw new IllegalStateException("sometimes");
                    }
                    return super.seal(requests, randomness);
                }

                @Override
                public Surb createSurb(Route route, Randomness randomness) {
                    if (++calls[0] % 7 < 2) {
                        throw new NoClassDefFoundError("as when a bundle is uninstalled");
                    }
                    return super.createSurb(route, randomness);
                }
            };
            alice.parts.set(PartKind.SPHINX, broken);
            List<Delivery> sent = IntStream.range(0, 30).mapToObj(i -> alice.send(bob.address(), new byte[i * 700],
                    SendOptions.DEFAULT.withReplySurbs(i % 2))).toList();
            sent.forEach(alice::awaitAcknowledged);
            bob.awaitReceived(30);
            assertTrue(alice.counter(Counter.PART_FAILURES) > 5, alice::counters);
            assertTrue(alice.counter(Counter.PACKETS_UNSEALED) > 0);
        }
    }

    @Test
    void aPacketFormatThatAlwaysThrowsIsNotAskedInALoop() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.send(alice.address(), new byte[2_000_000]);
            world.runFor(Duration.ofMillis(2));
            int[] calls = {0};
            alice.parts.set(PartKind.SPHINX, new ClearFormat() {
                @Override
                public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
                    calls[0]++;
                    throw new IllegalStateException("always");
                }
            });
            world.runFor(Duration.ofSeconds(10));
            assertTrue(calls[0] <= 11 * 32, "calls: " + calls[0]);
        }
    }

    @Test
    void aRetransmissionPolicyThatThrowsIsAskedAgain() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.set(PartKind.RETRANSMISSION, packet -> {
                throw new IllegalStateException("broken");
            });
            world.loss = 1;
            Delivery delivery = alice.send(alice.address(), "hello");
            world.runFor(Duration.ofSeconds(5));
            world.loss = 0;
            assertTrue(alice.counter(Counter.PART_FAILURES) >= 4);
            alice.parts.set(PartKind.RETRANSMISSION, World.TIMEOUT);
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void aCoverStrategyThatThrowsSlowsTrafficDownAndDoesNotEndIt() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.set(PartKind.COVER, new CoverTrafficStrategy() {
                @Override
                public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                    throw new IllegalStateException("broken");
                }

                @Override
                public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                    throw new IllegalStateException("broken");
                }
            });
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000]));
            alice.parts.set(PartKind.COVER, World.NO_COVER);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[500_000]));
        }
    }

    @Test
    void aTransportThatThrowsIsTriedAgain() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            FakeTransport good = world.transport();
            int[] calls = {0};
            alice.parts.set(PartKind.TRANSPORT, (endpoint, handler) -> {
                if (++calls[0] < 4) {
                    throw new IllegalStateException("broken");
                }
                return good.connect(endpoint, handler);
            });
            world.runFor(Duration.ofMillis(10));
            alice.awaitReady();
            assertEquals(3, alice.counter(Counter.PART_FAILURES));
        }
    }

    // ------------------------------------------------------------------ topology

    @Test
    void theLastGoodTopologyIsKeptAndTheNextIsAskedForWithGrowingPauses() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            List<Long> asked = new ArrayList<>();
            world.directory = () -> {
                asked.add(world.time.nanoTime());
                return World.noTopology("the directory is down");
            };
            world.runFor(Duration.ofMinutes(60));
            String reason = assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason();
            assertTrue(reason.matches("the topology of \\S+Z is out of date: the directory is down"), reason);
            assertTrue(alice.engine.counters().get(TopologyKeeper.AGE) >= 3600);
            alice.awaitAcknowledged(alice.send(alice.address(), "on the old topology"));
            assertTrue(asked.size() > 15 && asked.size() < 30, "asked: " + asked.size());
            for (int i = 2; i < asked.size(); i++) {
                assertTrue(asked.get(i) - asked.get(i - 1) >= asked.get(i - 1) - asked.get(i - 2));
            }
            world.directory = () -> CompletableFuture.completedFuture(world.topology());
            world.runFor(Duration.ofMinutes(6));
            assertTrue(alice.isReady());
            assertTrue(alice.engine.counters().get(TopologyKeeper.AGE) < 360);
            long refreshes = alice.counter(Counter.TOPOLOGY_REFRESHES);
            assertTrue(refreshes >= 2);
            world.runFor(Duration.ofMinutes(50));
            assertEquals(refreshes + 10, alice.counter(Counter.TOPOLOGY_REFRESHES));
        }
    }

    @Test
    void aNetworkOfShortEpochsIsNotAskedForWithoutEnd() {
        try (World world = new World(seed.value())) {
            int[] asked = {0};
            world.directory = () -> asked[0]++ > 1000 ? World.noTopology("asked too often")
                    : CompletableFuture.completedFuture(world.topology().withEpochLength(Duration.ofNanos(1)));
            world.readyClient();
            world.runFor(Duration.ofSeconds(10));
            assertTrue(asked[0] <= 45, "asked " + asked[0] + " times");
        }
    }

    @Test
    void aClientWithoutATopologySaysWhyAndComesUpWhenThereIsOne() {
        try (World world = new World(seed.value())) {
            world.directory = () -> World.noTopology("the directory is down");
            TestClient alice = world.client();
            world.runFor(Duration.ofSeconds(10));
            assertEquals(new ClientState.Connecting("the directory is down"), alice.engine.state());
            world.directory = () -> CompletableFuture.completedFuture(world.topology());
            world.runFor(Duration.ofSeconds(20));
            assertTrue(alice.isReady());
        }
    }

    @Test
    void aTopologyThatCannotBeRoutedThroughIsNotTaken() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.directory = () -> CompletableFuture.completedFuture(new Topology(100, 10, world.time.now(),
                    world.topology().rewardedSet(), Map.of()));
            world.runFor(Duration.ofMinutes(11));
            assertTrue(alice.isReady());
            alice.awaitAcknowledged(alice.send(alice.address(), "still"));
        }
    }

    @Test
    void aDirectoryThatNeverAnswersIsAskedAgain() {
        try (World world = new World(seed.value())) {
            List<CompletableFuture<Topology>> questions = new ArrayList<>();
            world.directory = () -> {
                questions.add(new CompletableFuture<>());
                return questions.getLast();
            };
            TestClient alice = world.client();
            world.runFor(Duration.ofMinutes(10));
            assertTrue(questions.size() >= 4, "" + questions.size());
            assertInstanceOf(ClientState.Connecting.class, alice.engine.state());
            questions.getFirst().complete(world.topology());
            world.runFor(Duration.ofSeconds(1));
            assertFalse(alice.isReady(), "an answer nobody waits for any more");
            questions.getLast().complete(world.topology());
            alice.awaitReady();
        }
    }

    @Test
    void aDirectoryThatThrowsOrGivesNothingIsAskedAgain() {
        try (World world = new World(seed.value())) {
            int[] calls = {0};
            world.directory = () -> switch (calls[0]++) {
                case 0 -> throw new IllegalStateException("broken");
                case 1 -> null;
                case 2 -> CompletableFuture.completedFuture(null);
                default -> CompletableFuture.completedFuture(world.topology());
            };
            TestClient alice = world.client();
            alice.awaitReady();
            assertEquals(4, calls[0]);
            assertEquals(2, alice.counter(Counter.PART_FAILURES));
        }
    }

    @Test
    void anotherTopologyPartIsAskedAtOnceEvenWhileTheOldOneThinks() {
        try (World world = new World(seed.value())) {
            world.directory = CompletableFuture::new;
            TestClient alice = world.client();
            world.runFor(Duration.ofSeconds(1));
            alice.parts.set(PartKind.TOPOLOGY, () -> CompletableFuture.completedFuture(world.topology()));
            world.runFor(Duration.ofSeconds(1));
            assertTrue(alice.isReady());
        }
    }

    @Test
    void aTopologyPartThatWasAwayAtTheTimeOfARefreshIsAskedWhenItReturns() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.set(PartKind.TOPOLOGY, null);
            world.runFor(Duration.ofMinutes(30));
            alice.parts.set(PartKind.TOPOLOGY, world.topologyProvider());
            world.runFor(Duration.ofMinutes(30));
            assertTrue(alice.counter(Counter.TOPOLOGY_REFRESHES) >= 6);
        }
    }

    @Test
    void aClientWhoseOwnGatewayLeavesTheNetworkWaitsForIt() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateway().identity()),
                    World.NO_COVER);
            alice.awaitReady();
            world.directory = () -> CompletableFuture.completedFuture(
                    world.topology(Set.of(world.gateway().identity())));
            world.runFor(Duration.ofMinutes(6));
            assertTrue(assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason()
                    .contains("own gateway"));
            List<Delivery> sent = IntStream.range(0, 5).mapToObj(i -> alice.send(alice.address(), new byte[10],
                    SendOptions.DEFAULT.withReplySurbs(3))).toList();
            world.runFor(Duration.ofSeconds(10));
            world.directory = () -> CompletableFuture.completedFuture(world.topology());
            sent.forEach(alice::awaitAcknowledged);
        }
    }

    @Test
    void aNetworkWithoutGatewaysIsWaitedOutWithoutMoreAndMoreAttempts() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            Set<IdentityKey> both =
                    Set.of(world.gateways.get(0).identity(), world.gateways.get(1).identity());
            int[] asked = {0};
            world.directory = () -> {
                asked[0]++;
                return CompletableFuture.completedFuture(asked[0] % 2 == 0 ? world.topology(both)
                        : world.topology(Set.of(world.gateways.get(0).identity())));
            };
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateway().identity()),
                    World.NO_COVER);
            world.runFor(Duration.ofHours(1));
            assertTrue(((ClientState.Connecting) alice.engine.state()).step().contains("not in the network"));
            assertTrue(alice.host.waiting() < 10, "timers: " + alice.host.waiting());
            world.directory = () -> CompletableFuture.completedFuture(world.topology());
            alice.awaitReady();
        }
    }
}
