package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.junit.jupiter.api.Test;

/** One of three directories lies to a client that asks all of them, is late, or says nothing. */
class A16LyingDirectoryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Topology fetch(Map<String, String> more, String... urls) throws Exception {
        Map<String, String> configuration = new HashMap<>(more);
        configuration.put("urls", String.join(",", urls));
        TopologyProvider agreed = Parts.part(TopologyProvider.class, "agreed", configuration);
        try (AutoCloseable closing = (AutoCloseable) agreed) {
            return agreed.fetch().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static Topology alone(LocalNetwork network) throws Exception {
        return Parts.directory(network.directory().toString()).fetch().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void assertSameNodes(Topology expected, Topology agreed) {
        for (int layer = 1; layer <= 3; layer++) {
            assertEquals(expected.layer(layer), agreed.layer(layer));
        }
        assertEquals(expected.gateways(), agreed.gateways());
        assertEquals(expected.epochId(), agreed.epochId());
    }

    /** As one would who has a gateway and wants it to be the only one. */
    private static void oneGatewayWithAKeyOfMine(ArrayNode gateways) {
        while (gateways.size() > 1) {
            gateways.remove(1);
        }
        ObjectNode last = (ObjectNode) gateways.get(0);
        last.put("x25519_sphinx_pubkey", last.get("ed25519_identity_pubkey").asText());
    }

    @Test
    void threeThatSayTheSameAreAgreed() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostileDirectory second = new HostileDirectory(network.directory(), nodes -> { });
             HostileDirectory third = new HostileDirectory(network.directory(), nodes -> { })) {
            Topology agreed = fetch(Map.of("agree", "3"), network.directory().toString(), second.uri().toString(),
                    third.uri().toString());
            assertSameNodes(alone(network), agreed);
            assertEquals(List.of(), agreed.faults());
        }
    }

    @Test
    void oneThatLiesIsOutvotedAndNamed() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostileDirectory honest = new HostileDirectory(network.directory(), nodes -> { });
             HostileDirectory lying = new HostileDirectory(network.directory(),
                     A16LyingDirectoryIT::oneGatewayWithAKeyOfMine)) {
            // Two that do not agree wait for the third.
            Topology agreed = fetch(Map.of(), lying.uri().toString(), network.directory().toString(),
                    honest.uri().toString());
            assertSameNodes(alone(network), agreed);
            System.out.println("A16: lying: " + agreed.faults());
            assertEquals(1, agreed.faults().size(), agreed.faults()::toString);
            assertTrue(agreed.faults().getFirst().startsWith(lying.uri().toString())
                    && agreed.faults().getFirst().contains(" that too few others name so"), agreed.faults()::toString);
        }
    }

    @Test
    void whatTwoOfTwoDoNotAgreeOnIsNotUsed() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostileDirectory lying = new HostileDirectory(network.directory(),
                     A16LyingDirectoryIT::oneGatewayWithAKeyOfMine)) {
            Topology honest = alone(network);
            try {
                Topology agreed = fetch(Map.of(), lying.uri().toString(), network.directory().toString());
                assertTrue(honest.gateways().containsAll(agreed.gateways()), "no key but those that both name");
                assertFalse(agreed.faults().isEmpty());
            } catch (ExecutionException e) {
                assertInstanceOf(TopologyException.class, e.getCause());
                assertTrue(e.getCause().getMessage().contains(lying.uri().toString()), e.getCause().getMessage());
            }
        }
    }

    @Test
    void oneThatIsLateIsNotWaitedForAndOneThatIsSilentIsNamed() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             HostileDirectory second = new HostileDirectory(network.directory(), nodes -> { });
             ServerSocket late = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            // Takes connections, and never answers.
            String slow = "http://127.0.0.1:" + late.getLocalPort() + "/";
            long start = System.nanoTime();
            Topology agreed = fetch(Map.of("timeout-millis", "50000"), slow, network.directory().toString(),
                    second.uri().toString());
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("A16: late: after " + took.toMillis() + " ms " + agreed.faults());
            assertTrue(took.compareTo(Duration.ofSeconds(40)) < 0, took::toString);
            assertSameNodes(alone(network), agreed);
            int port = late.getLocalPort();
            late.close();
            Topology without = fetch(Map.of(), "http://127.0.0.1:" + port + "/", network.directory().toString(),
                    second.uri().toString());
            System.out.println("A16: silent: " + without.faults());
            assertSameNodes(alone(network), without);
            ExecutionException e = assertThrows(ExecutionException.class, () -> fetch(Map.of("agree", "3"),
                    "http://127.0.0.1:" + port + "/", network.directory().toString(), second.uri().toString()));
            assertTrue(e.getCause().getMessage().startsWith("fewer than 3 directories name the same epoch: "),
                    e.getCause().getMessage());
        }
    }
}
