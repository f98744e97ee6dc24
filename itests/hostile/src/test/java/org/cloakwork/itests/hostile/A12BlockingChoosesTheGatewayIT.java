package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.spi.topology.Node;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who can block a client blocks one gateway after the other until it comes to the one he runs. */
class A12BlockingChoosesTheGatewayIT {

    private static final int GATEWAYS = 8;
    private static final long PATIENCE_SECONDS = 60;
    /** As people have it, but for the ten minutes until a gateway is given up. */
    private static final GatewayPolicy POLICY = new GatewayPolicy(2, GatewayPolicy.Preference.RANDOM,
            GatewayPolicy.Tls.REQUIRED, Duration.ofMillis(500), Duration.ofMinutes(5));

    private final Phaser attempts = new Phaser(1);
    private final List<Blocker> blockers = new ArrayList<>();
    private LocalNetwork network;
    private List<Node> gateways;
    private HostileDirectory directory;

    @BeforeEach
    void start() throws Exception {
        network = LocalNetwork.builder().gateways(GATEWAYS).start();
        gateways = network.topology().gateways();
        for (Node gateway : gateways) {
            blockers.add(new Blocker(InetAddress.getLoopbackAddress(), gateway.entry().orElseThrow().websocketPort(),
                    attempts));
        }
        directory = new HostileDirectory(network.directory(), list -> list.forEach(gateway ->
                HostileDirectory.entry(gateway).put("ws_port", blockers.get(
                        gateways.stream().map(Node::id).toList().indexOf(gateway.get("node_id").longValue())).port())));
    }

    @AfterEach
    void end() throws Exception {
        directory.close();
        for (Blocker blocker : blockers) {
            blocker.close();
        }
        network.close();
    }

    private static ConfiguredClient client(GatewayPolicy policy, URI directory) {
        return new ConfiguredClient(ClientConfiguration.DEFAULT.withGatewayPolicy(policy), directory);
    }

    private Set<Blocker> seen() {
        return blockers.stream().filter(blocker -> blocker.seen() > 0).collect(Collectors.toSet());
    }

    private int attempts() {
        return blockers.stream().mapToInt(Blocker::seen).sum();
    }

    private void awaitAttempts(int count) throws Exception {
        while (attempts() < count) {
            int phase = attempts.getPhase();
            if (attempts() < count) {
                attempts.awaitAdvanceInterruptibly(phase, PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private Blocker blockerOf(MixnetAddress address) {
        return blockers.get(gateways.stream().map(Node::identity).toList().indexOf(address.gateway()));
    }

    @Test
    void whoBlocksBothGuardsStopsTheClientAndLeadsItNowhere() throws Exception {
        try (ConfiguredClient client = client(POLICY, directory.uri())) {
            BlockingQueue<MixnetAddress> addresses = new LinkedBlockingQueue<>();
            BlockingQueue<ClientState> states = new LinkedBlockingQueue<>();
            try (Subscription first = client.engine().onAddress(addresses::add)) {
                MixnetAddress before = addresses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                blockerOf(before).block();
                MixnetAddress after = addresses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertNotEquals(before.gateway(), after.gateway());
                client.engine().awaitReady(Duration.ofSeconds(PATIENCE_SECONDS));
                blockerOf(after).block();
                try (Subscription second = client.engine().onState(states::add)) {
                    ClientState state;
                    do {
                        state = states.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                        assertTrue(state != null, () -> "the last state is " + client.engine().state());
                    } while (!state.toString()
                            .contains("none of our 2 guards can be reached, and no other gateway is"));
                    assertInstanceOf(ClientState.Degraded.class, state);
                }
                int tried = attempts();
                awaitAttempts(tried + 6);
                assertEquals(Set.of(blockerOf(before), blockerOf(after)), seen());
                System.out.printf("%d attempts at 2 of %d gateways%n", attempts(), GATEWAYS);
                blockerOf(after).unblock();
                client.engine().awaitReady(Duration.ofSeconds(PATIENCE_SECONDS));
                assertEquals(after, client.engine().address());
            }
        }
    }

    @Test
    void whoBlocksANewClientLeadsItNowhereEither() throws Exception {
        blockers.forEach(Blocker::block);
        try (ConfiguredClient client = client(POLICY, directory.uri())) {
            awaitAttempts(10);
            assertEquals(2, seen().size());
            assertInstanceOf(ClientState.Connecting.class, client.engine().state());
        }
    }

    @Test
    void theFastestIsFoundWithoutTellingEveryGateway() throws Exception {
        try (ConfiguredClient client = client(POLICY.withPreference(GatewayPolicy.Preference.FASTEST),
                directory.uri())) {
            client.engine().awaitReady(Duration.ofSeconds(PATIENCE_SECONDS));
            assertEquals(3, attempts());
            assertEquals(2, seen().size());
        }
    }
}
