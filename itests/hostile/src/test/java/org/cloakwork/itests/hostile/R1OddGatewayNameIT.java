package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One gateway with an odd host name, or one node that cannot be read, stops every new client of the network. */
class R1OddGatewayNameIT {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final String STRANGER = IdentityKeyPair.ofSeed(new byte[32]).publicKey().toString();

    private static LocalNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = LocalNetwork.builder().start();
    }

    @AfterAll
    static void end() {
        network.close();
    }

    /** Ten new clients become ready, and a message goes from each to itself. */
    private static void assertClientsWork(Consumer<ArrayNode> change, long faults, long rejected) throws Exception {
        try (HostileDirectory directory = new HostileDirectory(network.directory(), change)) {
            MixnetClient.Builder builder = MixnetClient.builder().directory(directory.uri())
                    .part("cover", "none", Map.of());
            for (int i = 0; i < 10; i++) {
                try (MixnetClient client = builder.start()) {
                    client.awaitReady(READY);
                    assertInstanceOf(Outcome.Acknowledged.class,
                            client.send(client.address(), "hello".getBytes()).outcome().get());
                    assertEquals(faults, client.counters().get("topology.faults"));
                    assertEquals(rejected, client.counters().get("topology.nodes.rejected"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gw.example.com ", "my gateway", "[gw]", "a|b", "a\nb", "https://gw", "", "gw:1",
            "\u202egw"})
    void aGatewayWithAnOddNameStopsNobody(String name) throws Exception {
        assertClientsWork(gateways -> HostileDirectory.entry(gateways.get(0)).put("hostname", name).put("wss_port",
                9001), 1, 0);
    }

    @Test
    void gatewaysThatAllHaveOddNamesAreReachedAtTheirAddresses() throws Exception {
        assertClientsWork(gateways -> gateways.forEach(gateway ->
                HostileDirectory.entry(gateway).put("hostname", "my gateway")), 2, 0);
    }

    @Test
    void aNodeThatCannotBeReadCostsItself() throws Exception {
        List<Consumer<ObjectNode>> faults = List.of(
                node -> node.put("performance", 1), node -> node.putNull("ed25519_identity_pubkey"),
                node -> node.putArray("ip_addresses").add("gw.example.com"), node -> node.put("mix_port", 65_536),
                node -> HostileDirectory.entry(node).put("ws_port", -1), node -> node.put("role", "King"));
        for (Consumer<ObjectNode> fault : faults) {
            boolean named = faults.indexOf(fault) != 1;
            assertClientsWork(gateways -> {
                ObjectNode odd = ((ObjectNode) gateways.get(0)).deepCopy().put("node_id", 99);
                odd.put("ed25519_identity_pubkey", STRANGER);
                fault.accept(odd);
                gateways.insert(0, odd);
            }, named ? 0 : 1, named ? 1 : 0);
        }
    }
}
