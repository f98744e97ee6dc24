package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.store.Change;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The few gateways that are kept. */
class GuardsTest {

    @RegisterExtension
    final Seed seed = new Seed();

    @TempDir
    private Path folder;

    private static FakeTransport transport(TestClient client) {
        return (FakeTransport) client.parts.chosen(PartKind.TRANSPORT);
    }

    private static FakeGateway gatewayOf(TestClient client) {
        return client.world.gateways.stream()
                .filter(gateway -> gateway.identity().equals(client.address().gateway())).findFirst().orElseThrow();
    }

    private static TestClient client(World world, GatewayPolicy policy) {
        return world.client(ClientConfiguration.DEFAULT.withGatewayPolicy(policy), World.NO_COVER);
    }

    /** Nothing gets through to that gateway any more. */
    private static void block(TestClient client, FakeGateway gateway) {
        gateway.unreachable = true;
        transport(client).links.stream().filter(link -> link.isOpen()).forEach(link -> link.breakOff("blocked"));
    }

    @Test
    void whoeverBlocksTheGuardsOneByOneLeadsTheClientToNoThirdGateway() {
        try (World world = new World(seed.value(), new ClearFormat(), 20)) {
            TestClient alice = world.readyClient();
            FakeGateway first = gatewayOf(alice);
            block(alice, first);
            world.runFor(Duration.ofMinutes(15));
            FakeGateway second = gatewayOf(alice);
            assertNotEquals(first, second);
            assertTrue(alice.isReady());
            block(alice, second);
            world.runFor(Duration.ofHours(12));
            String reason = assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason();
            assertTrue(reason.startsWith("none of our 2 guards can be reached, and no other gateway is taken"), reason);
            assertEquals(Set.of(first, second), transport(alice).gateways());
            second.unreachable = false;
            alice.awaitReady();
            assertEquals(second, gatewayOf(alice));
        }
    }

    @Test
    void aNewClientThatReachesNoGuardTriesNoThirdGateway() {
        try (World world = new World(seed.value(), new ClearFormat(), 20)) {
            world.gateways.forEach(gateway -> gateway.unreachable = true);
            TestClient alice = world.client();
            world.runFor(Duration.ofHours(3));
            assertEquals(2, transport(alice).gateways().size());
            assertInstanceOf(ClientState.Connecting.class, alice.engine.state());
        }
    }

    @Test
    void afterAGuardWhoseLinkThrowsOrThatSaysNoTheNextIsTried() {
        for (GatewayPolicy.Preference preference : GatewayPolicy.Preference.values()) {
            try (World world = new World(seed.next(), new ClearFormat(), 3)) {
                IdentityKey odd = world.gateways.get(0).identity();
                world.gateways.get(1).refusesRegistration = true;
                TestClient alice = client(world, GatewayPolicy.DEFAULT.withGuards(3).withPreference(preference));
                FakeTransport transport = transport(alice);
                alice.parts.set(PartKind.TRANSPORT, (endpoint, handler) -> {
                    if (endpoint.identity().equals(odd)) {
                        throw new IllegalArgumentException("Illegal character in authority at index 6");
                    }
                    return transport.connect(endpoint, handler);
                });
                alice.awaitReady();
                assertEquals(world.gateways.get(2), gatewayOf(alice));
            }
        }
    }

    @Test
    void theFirstGuardIsGoneBackToOnceItAnswersAndNothingIsLostOnTheWay() {
        try (World world = new World(seed.value(), new ClearFormat(), 5)) {
            TestClient bob = world.readyClient();
            TestClient alice = world.readyClient();
            MixnetAddress before = alice.address();
            FakeGateway first = gatewayOf(alice);
            block(alice, first);
            world.runFor(Duration.ofMinutes(15));
            MixnetAddress meanwhile = alice.address();
            assertNotEquals(before, meanwhile);
            world.runFor(Duration.ofMinutes(30));
            assertEquals(meanwhile, alice.address(), "it is asked, and not there yet");
            first.unreachable = false;
            List<Delivery> sent = new ArrayList<>();
            for (int minute = 0; minute < 80; minute++) {
                sent.add(alice.send(bob.address(), "message " + minute));
                world.runFor(Duration.ofMinutes(1));
            }
            assertEquals(List.of(before, meanwhile, before), alice.addresses);
            sent.forEach(alice::awaitAcknowledged);
            world.runFor(Duration.ofMinutes(1));
            assertEquals(80, new HashSet<>(bob.texts()).size());
            assertEquals(80, bob.received.size());
        }
    }

    @Test
    void theGuardsAreTheSameAfterARestart() {
        try (World world = new World(seed.value(), new ClearFormat(), 20)) {
            MemoryStore store = new MemoryStore(folder);
            TestClient alice = world.client(store).start();
            alice.awaitReady();
            Set<FakeGateway> used = new HashSet<>(transport(alice).gateways());
            for (int i = 0; i < 5; i++) {
                alice.kill();
                world.gateways.forEach(gateway -> gateway.unreachable = true);
                alice = world.client(store).start();
                world.runFor(Duration.ofHours(1));
                used.addAll(transport(alice).gateways());
            }
            assertEquals(2, used.size());
        }
    }

    @Test
    void theGatewayOfAStateWithoutGuardsIsTheFirst() throws Exception {
        try (World world = new World(seed.value(), new ClearFormat(), 20)) {
            MemoryStore store = new MemoryStore(folder);
            TestClient alice = world.client(store).start();
            alice.awaitReady();
            MixnetAddress address = alice.address();
            alice.kill();
            List<Change> rows = new ArrayList<>();
            store.forEach("guards", (key, value) -> rows.add(new Change.Remove("guards", key)));
            assertEquals(1, rows.size());
            store.commit(rows);
            alice = world.client(store).start();
            alice.awaitReady();
            assertEquals(address, alice.address());
            block(alice, gatewayOf(alice));
            world.runFor(Duration.ofMinutes(15));
            assertNotEquals(address, alice.address());
            gatewayOf(world, address).unreachable = false;
            world.runFor(Duration.ofMinutes(50));
            assertEquals(address, alice.address(), "it comes before the one that was drawn");
        }
    }

    private static FakeGateway gatewayOf(World world, MixnetAddress address) {
        return world.gateways.stream().filter(gateway -> gateway.identity().equals(address.gateway())).findFirst()
                .orElseThrow();
    }

    @Test
    void oneGuardIsNeverExchangedWhileItIsInTheNetwork() {
        try (World world = new World(seed.value(), new ClearFormat(), 5)) {
            TestClient alice = client(world, GatewayPolicy.DEFAULT.withGuards(1));
            alice.awaitReady();
            MixnetAddress address = alice.address();
            block(alice, gatewayOf(alice));
            world.runFor(Duration.ofHours(12));
            assertEquals(1, transport(alice).gateways().size());
            gatewayOf(alice).unreachable = false;
            world.runFor(Duration.ofDays(80));
            assertEquals(List.of(address), alice.addresses);
        }
    }

    @Test
    void guardsAreReplacedAfterWeeksAndNotBefore() {
        try (World world = new World(seed.value(), new ClearFormat(), 20)) {
            TestClient alice = world.readyClient();
            MixnetAddress address = alice.address();
            world.runFor(Duration.ofDays(44));
            assertEquals(List.of(address), alice.addresses);
            world.runFor(Duration.ofDays(32));
            alice.awaitReady();
            assertNotEquals(address, alice.address());
            assertTrue(alice.addresses.size() <= 3, alice.addresses::toString);
        }
    }

    @Test
    void guardsGoneFromTheNetworkAreReplacedAfterAWeek() {
        try (World world = new World(seed.value(), new ClearFormat(), 20)) {
            MemoryStore store = new MemoryStore(folder);
            TestClient alice = world.client(store).start();
            alice.awaitReady();
            Set<IdentityKey> guards = new HashSet<>(Set.of(alice.address().gateway()));
            block(alice, gatewayOf(alice));
            world.runFor(Duration.ofMinutes(15));
            guards.add(alice.address().gateway());
            assertEquals(2, guards.size());
            world.directory = () -> CompletableFuture.completedFuture(world.topology(guards));
            world.runFor(Duration.ofDays(6));
            // How long they are away is not forgotten.
            alice.kill();
            alice = world.client(store).start();
            world.runFor(Duration.ofHours(12));
            String reason = assertInstanceOf(ClientState.Connecting.class, alice.engine.state()).step();
            assertTrue(reason.startsWith("none of our 2 guards can be reached, and no other gateway is taken before "),
                    reason);
            assertTrue(transport(alice).links.isEmpty());
            world.runFor(Duration.ofHours(13));
            alice.awaitReady();
            assertTrue(!guards.contains(alice.address().gateway()));
        }
    }
}
