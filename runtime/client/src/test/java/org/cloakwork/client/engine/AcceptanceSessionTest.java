package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What users of mixnet clients suffer from, as far as the session with the gateway is concerned. */
class AcceptanceSessionTest {

    /** In an hour without a directory; each change is told, and not every attempt. */
    private static final int MOST_LOG_LINES = 5;

    @RegisterExtension
    final Seed seed = new Seed();

    private static FakeGateway gatewayOf(TestClient client) {
        return client.world.gateways.stream()
                .filter(gateway -> gateway.identity().equals(client.address().gateway())).findFirst().orElseThrow();
    }

    /** {@return a client at that gateway, free to go elsewhere} */
    private static TestClient clientAt(World world, int gateway) {
        return world.clientAt(world.gateways.get(gateway));
    }

    private static void assertEachOnce(TestClient receiver, int count) {
        receiver.awaitReceived(count);
        receiver.world.runFor(Duration.ofMinutes(1));
        assertEquals(count, receiver.received.size());
        assertEquals(count, new HashSet<>(receiver.texts()).size());
    }

    @Test
    void a4AGatewayDownFor5S70SAnd10MinCostsNoMessage() {
        for (Duration outage : List.of(Duration.ofSeconds(5), Duration.ofSeconds(70), Duration.ofMinutes(10))) {
            try (World world = new World(seed.next(), new ClearFormat(), 2)) {
                TestClient alice = clientAt(world, 0);
                TestClient bob = clientAt(world, 1);
                MixnetAddress address = alice.address();
                world.gateways.get(0).goDown();
                for (int i = 0; i < 20; i++) {
                    alice.send(bob.address(), "from alice " + i);
                    bob.send(address, "from bob " + i);
                    world.runFor(outage.dividedBy(20));
                }
                assertInstanceOf(ClientState.Degraded.class, alice.engine.state());
                world.gateways.get(0).comeUp();
                assertTrue(world.time.runUntil(alice::isReady, Duration.ofSeconds(31)), outage::toString);
                alice.sent.forEach(alice::awaitAcknowledged);
                bob.sent.forEach(bob::awaitAcknowledged);
                assertEachOnce(bob, 20);
                assertEachOnce(alice, 20);
                assertEquals(List.of(address), alice.addresses, "the address stays");
                List<Class<?>> kinds = new ArrayList<>();
                for (ClientState state : alice.states) {
                    if (kinds.isEmpty() || kinds.getLast() != state.getClass()) {
                        kinds.add(state.getClass());
                    }
                }
                assertEquals(List.of(ClientState.Connecting.class, ClientState.Ready.class, ClientState.Degraded.class,
                        ClientState.Ready.class), kinds);
            }
        }
    }

    @Test
    void a5AGatewayGoneForEverLeadsToAnotherOneWithinTheBoundAndTheNewAddressIsTold() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            TestClient alice = clientAt(world, 0);
            TestClient bob = clientAt(world, 1);
            MixnetAddress before = alice.address();
            world.gateways.get(0).goDown();
            world.directory = () -> CompletableFuture.completedFuture(world.topology(Set.of(before.gateway())));
            List<Delivery> sent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sent.add(alice.send(bob.address(), "message " + i));
            }
            Duration bound = ClientConfiguration.DEFAULT.topologyRefresh().plus(GatewayPolicy.DEFAULT.unlistedLimit())
                    .plusSeconds(10);
            assertTrue(world.time.runUntil(() -> alice.addresses.size() == 2, bound),
                    () -> "" + alice.engine.state());
            alice.awaitReady();
            assertEquals(List.of(before, alice.address()), alice.addresses);
            assertNotEquals(before.gateway(), alice.address().gateway());
            sent.forEach(alice::awaitAcknowledged);
            assertEachOnce(bob, 10);
            bob.awaitAcknowledged(bob.send(alice.address(), "to the new address"));
            assertEachOnce(alice, 1);
        }
    }

    @Test
    void a16ATopologyOutageLogsFewLinesIsVisibleAndStopsNoTraffic() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT,
                    World.cover(Optional.of(Duration.ofMillis(500)), Optional.empty()));
            alice.awaitReady();
            LogLines.take();
            world.directory = () -> World.noTopology("the directory is down");
            for (int minute = 0; minute < 60; minute++) {
                long before = alice.counter(Counter.PACKETS_COVER);
                world.runFor(Duration.ofMinutes(1));
                long covers = alice.counter(Counter.PACKETS_COVER) - before;
                assertTrue(covers > 70 && covers < 180, "cover in minute " + minute + ": " + covers);
            }
            String reason = assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason();
            assertTrue(reason.contains("the directory is down"), reason);
            alice.awaitAcknowledged(alice.send(alice.address(), "on the last good topology"));
            world.directory = () -> CompletableFuture.completedFuture(world.topology());
            world.runFor(Duration.ofMinutes(6));
            assertTrue(alice.isReady());
            List<String> lines = LogLines.take();
            assertTrue(!lines.isEmpty() && lines.size() <= MOST_LOG_LINES, lines::toString);
            assertEquals(1, alice.states.stream().filter(ClientState.Degraded.class::isInstance).count());
        }
    }

    @Test
    void a16AGatewayOutageLogsFewLinesHoweverOftenTheClientTries() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = clientAt(world, 0);
            LogLines.take();
            world.gateways.forEach(gateway -> gateway.unreachable = true);
            gatewayOf(alice).goDown();
            world.runFor(Duration.ofHours(1));
            gatewayOf(alice).comeUp();
            world.gateways.forEach(gateway -> gateway.unreachable = false);
            alice.awaitReady();
            List<String> lines = LogLines.take();
            // Two lines, each six times an hour at most, and the one that it is over.
            assertTrue(!lines.isEmpty() && lines.size() <= 14, lines::toString);
            assertTrue(lines.getLast().matches(".* there is a session again, after \\d{3} attempts"), lines::toString);
        }
    }

    @Test
    void a16ALinkThatIsLostEveryFewSecondsLogsFewLines() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            LogLines.take();
            for (int i = 0; i < 600; i++) {
                ((FakeTransport) alice.parts.chosen(PartKind.TRANSPORT)).link().breakOff("cut");
                world.runFor(Duration.ofSeconds(6));
            }
            assertTrue(alice.counter(Counter.SESSIONS_LOST) > 500, alice::counters);
            List<String> lines = LogLines.take();
            assertTrue(!lines.isEmpty() && lines.size() <= 14, lines::toString);
        }
    }

    @Test
    void a21EveryCallReturnsByItsDeadlineWhenNothingAnswers() throws Exception {
        for (int fault = 0; fault < 5; fault++) {
            try (World world = new World(seed.next())) {
                TestClient bob = world.readyClient();
                MixnetAddress address = bob.address();
                switch (fault) {
                    case 0 -> world.directory = CompletableFuture::new;
                    case 1 -> world.gateway().unreachable = true;
                    case 2 -> world.gateway().silent = true;
                    case 3 -> world.loss = 1;
                    default -> world.gateway().hung = true;
                }
                TestClient alice = world.client();
                world.runFor(Duration.ofSeconds(1));
                long begin = System.nanoTime();
                if (!alice.isReady()) {
                    assertThrows(TimeoutException.class, () -> alice.engine.awaitReady(Duration.ofMillis(20)));
                    assertThrows(IllegalStateException.class, alice.engine::address);
                }
                List<Delivery> sent = new ArrayList<>();
                for (Duration deadline : List.of(Duration.ofMillis(1), Duration.ofSeconds(5), Duration.ofMinutes(1))) {
                    SendOptions options = SendOptions.DEFAULT.withDeadline(deadline);
                    sent.add(alice.send(address, new byte[10_000], options));
                    sent.add(alice.send(address, new byte[10_000], options.withReplySurbs(5)));
                    sent.add(alice.engine.reply(new SenderTag(new byte[SenderTag.LENGTH]), new byte[10], options));
                    world.runFor(deadline);
                    world.runFor(Duration.ofMillis(1));
                    sent.forEach(delivery -> assertInstanceOf(Outcome.Failed.class,
                            delivery.outcome().getNow(null), "not ended by its deadline"));
                }
                alice.engine.state();
                alice.engine.counters();
                assertTrue(Duration.ofNanos(System.nanoTime() - begin).compareTo(Duration.ofSeconds(20)) < 0);
                alice.stop();
                world.runFor(Duration.ofSeconds(1));
                assertInstanceOf(ClientState.Stopped.class, alice.engine.state());
            }
        }
    }

    @Test
    void a25ALostProbeDoesNotFlipTheStateWhileTrafficFlows() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            world.gateway().losesPings = true;
            for (int i = 0; i < 200; i++) {
                bob.send(alice.address(), "message " + i);
                world.runFor(Duration.ofMillis(20_000 + world.random.nextInt(15_000)));
            }
            for (TestClient client : List.of(alice, bob)) {
                assertTrue(client.states.stream().noneMatch(ClientState.Degraded.class::isInstance),
                        client.states::toString);
                assertEquals(0, client.counter(Counter.SESSIONS_LOST));
            }
            alice.awaitReceived(200);
        }
    }
}
