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
import java.util.function.Supplier;
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
import org.cloakwork.spi.transport.GatewayLink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
                PartKind.ROUTES, parts -> parts.set(PartKind.ROUTES, World.ROUTES),
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
            assertTrue(alice.counter(Counter.PART_FAILURES) > 0, alice::counters);
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
    void afterARetransmissionPolicyThatThrowsTheOneBeforeIsAsked() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.want(PartKind.RETRANSMISSION, "broken");
            alice.parts.set(PartKind.RETRANSMISSION, packet -> {
                throw new IllegalStateException("broken");
            });
            world.loss = 1;
            Delivery delivery = alice.send(alice.address(), "hello");
            world.runFor(Duration.ofSeconds(5));
            world.loss = 0;
            alice.awaitAcknowledged(delivery);
            assertTrue(alice.counter(Counter.PART_FAILURES) > 0);
            assertNamed(alice, "retransmission part \"broken\" failed: waitForAck threw "
                    + "java.lang.IllegalStateException: broken; going on with \"");
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

    // ------------------------------------------------------------------ broken parts

    private static void assertNamed(TestClient client, String start) {
        String reason = assertInstanceOf(ClientState.Degraded.class, client.engine.state()).reason();
        assertTrue(reason.startsWith(start), reason);
    }

    /** What a cover part may do, and what is said of it. */
    private enum Answer {
        ERROR("threw java.lang.StackOverflowError: deep", () -> {
            throw new StackOverflowError("deep");
        }),
        MEMORY("threw java.lang.OutOfMemoryError: Java heap space", () -> {
            throw new OutOfMemoryError("Java heap space");
        }),
        NULL("returned null", () -> null),
        ZERO("returned PT0S; allowed is more than 0 and at most PT720H", () -> Optional.of(Duration.ZERO)),
        MINUS_ONE("returned PT-0.001S; allowed is more than 0 and at most PT720H",
                () -> Optional.of(Duration.ofMillis(-1))),
        YEAR("returned PT8760H; allowed is more than 0 and at most PT720H",
                () -> Optional.of(Duration.ofDays(365))),
        FLOOD("returned a hundred gaps that last PT0.0000001S; allowed is at least PT0.001S",
                () -> Optional.of(Duration.ofNanos(1))),
        ESCAPES("threw java.lang.IllegalStateException: ?[2J", () -> {
            throw new IllegalStateException("\u001b[2J");
        });

        private final String told;
        private final Supplier<Optional<Duration>> gap;

        Answer(String told, Supplier<Optional<Duration>> gap) {
            this.told = told;
            this.gap = gap;
        }

        private CoverTrafficStrategy part(boolean[] broken, boolean loop) {
            return new CoverTrafficStrategy() {
                @Override
                public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                    return broken[0] && !loop ? gap.get() : Optional.of(Duration.ofSeconds(1));
                }

                @Override
                public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                    return broken[0] && loop ? gap.get() : Optional.empty();
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCoverPartThatBreaksItsContractIsNamedAndTheLastGoodOneGoesOn(Answer answer) {
        for (boolean loop : new boolean[] {false, true}) {
            try (World world = new World(seed.value())) {
                TestClient alice = world.readyClient();
                boolean[] broken = {true};
                alice.parts.want(PartKind.COVER, "drip");
                alice.parts.set(PartKind.COVER, answer.part(broken, loop));
                world.runFor(Duration.ofSeconds(5));
                assertNamed(alice, "cover part \"drip\" failed: " + (loop ? "untilNextLoop " : "untilNextSlot ")
                        + answer.told + "; going on with \"");
                alice.awaitAcknowledged(alice.send(alice.address(), new byte[5_000]));
                long failures = alice.counter(Counter.PART_FAILURES);
                world.runFor(Duration.ofMinutes(10));
                assertTrue(alice.counter(Counter.PART_FAILURES) <= failures + 12, alice::counters);
                assertNamed(alice, "cover part \"drip\" failed: ");
                broken[0] = false;
                world.runFor(Duration.ofMinutes(60));
                assertEquals(new ClientState.Ready(), alice.engine.state());
                assertEquals(Optional.of("drip"), alice.parts.using(PartKind.COVER));
            }
        }
    }

    /** It waits, and says so, and sends when the part is mended. */
    @Test
    void withoutAnotherOneThatWorkedNothingLeavesUntilThePartIsMended() {
        try (World world = new World(seed.value())) {
            TestClient alice = new TestClient(world, ClientConfiguration.DEFAULT);
            boolean[] broken = {true};
            returns(world).forEach((other, set) -> {
                if (!other.equals(PartKind.COVER)) {
                    set.accept(alice.parts);
                }
            });
            alice.parts.set(PartKind.COVER, Answer.NULL.part(broken, false));
            alice.start();
            world.runFor(Duration.ofSeconds(20));
            String step = assertInstanceOf(ClientState.Connecting.class, alice.engine.state()).step();
            assertTrue(step.contains("nothing else of that kind worked before, so traffic waits"), step);
            broken[0] = false;
            alice.awaitReady();
            alice.awaitAcknowledged(alice.send(alice.address(), "late"));
        }
    }

    /** The one that stands in may go, or break, too. */
    @Test
    void whatStandsInMayLeaveAndTheOneBeforeItStandsIn() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            CoverTrafficStrategy second = Answer.NULL.part(new boolean[1], false);
            boolean[] third = {false};
            alice.parts.want(PartKind.COVER, "second");
            alice.parts.set(PartKind.COVER, second);
            alice.parts.want(PartKind.COVER, "third");
            alice.parts.set(PartKind.COVER, Answer.YEAR.part(third, false));
            alice.parts.want(PartKind.COVER, "drip");
            alice.parts.set(PartKind.COVER, Answer.NULL.part(new boolean[] {true}, false));
            world.runFor(Duration.ofSeconds(1));
            assertEquals(Optional.of("third"), alice.parts.using(PartKind.COVER));
            third[0] = true;
            world.runFor(Duration.ofSeconds(1));
            assertEquals(Optional.of("second"), alice.parts.using(PartKind.COVER));
            alice.parts.gone(second);
            world.runFor(Duration.ofSeconds(1));
            assertEquals(1, alice.parts.breaches().size());
            assertNamed(alice, "cover part \"drip\" failed: untilNextSlot returned null; going on with \"third\"");
            alice.awaitAcknowledged(alice.send(alice.address(), "by the first"));
        }
    }

    @Test
    void aLinkThatBreaksItsContractIsClosedAndTheTransportBeforeGoesOn() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            FakeTransport good = world.transport();
            boolean[] closed = {false};
            alice.parts.want(PartKind.TRANSPORT, "odd");
            alice.parts.set(PartKind.TRANSPORT, (endpoint, handler) -> {
                GatewayLink link = good.connect(endpoint, handler);
                return new GatewayLink() {
                    @Override
                    public void send(String text) {
                        link.send(text);
                    }

                    @Override
                    public void send(byte[] binary) {
                        throw new AssertionError("odd");
                    }

                    @Override
                    public void ping(byte[] payload) {
                        link.ping(payload);
                    }

                    @Override
                    public long pendingBytes() {
                        return link.pendingBytes();
                    }

                    @Override
                    public void close() {
                        closed[0] = true;
                        link.close();
                    }
                };
            });
            alice.awaitAcknowledged(alice.send(alice.address(), "hello"));
            assertNamed(alice, "transport part \"odd\" failed: send threw java.lang.AssertionError: odd; going on");
            assertTrue(closed[0]);
        }
    }

    @Test
    void aPacketFormatWhosePacketsHaveAnotherLengthIsNotUsed() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.want(PartKind.SPHINX, "short");
            alice.parts.set(PartKind.SPHINX, new ClearFormat() {
                @Override
                public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
                    return super.seal(requests, randomness).stream().map(packet -> new byte[packet.length - 1])
                            .toList();
                }
            });
            alice.awaitAcknowledged(alice.send(alice.address(), "hello"));
            assertNamed(alice, "sphinx part \"short\" failed: seal returned a packet of ");
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
            assertEquals(3, alice.counter(Counter.PART_FAILURES));
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
