package org.cloakwork.wire.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyJsonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private static Topology read(String json) throws WireException {
        return TopologyJson.read(json.getBytes(StandardCharsets.UTF_8), NOW);
    }

    private static Topology readChanged(Consumer<ObjectNode> change) throws WireException {
        try {
            ObjectNode root = (ObjectNode) MAPPER.readTree(TopologyJson.write(Examples.topology()));
            change.accept(root);
            return TopologyJson.read(MAPPER.writeValueAsBytes(root), NOW);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode object(ObjectNode root, String pointer) {
        return (ObjectNode) root.at(pointer);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws WireException {
        Topology topology = Examples.topology();
        assertEquals(topology, TopologyJson.read(TopologyJson.write(topology), NOW));
        assertTrue(topology.isRoutable());
    }

    @Test
    void readsTheFormOfTheFactSheet() throws WireException {
        String identity = numbers(Examples.identity(1).bytes());
        String key = numbers(Examples.key(1).bytes());
        Topology topology = read("""
                {"metadata":{"key_rotation_id":10,"absolute_epoch_id":240,"refreshed_at":"2026-01-01T00:00:00Z"},
                 "rewarded_set":{"epoch_id":240,"entry_gateways":[4],"exit_gateways":[4],"layer1":[1],"layer2":[2],
                   "layer3":[3],"standby":[]},
                 "node_details":{
                  "1":{"node_id":1,"mix_host":"127.0.0.1:10001","entry":null,"identity_key":%1$s,"sphinx_key":%2$s,
                       "supported_roles":{"mixnode":true,"mixnet_entry":false,"mixnet_exit":false}},
                  "4":{"node_id":4,"mix_host":"[::1]:10004","entry":{"ip_addresses":["127.0.0.1"],
                       "clients_ws_port":9000,"hostname":"gate.example","clients_wss_port":9001},
                       "identity_key":%1$s,"sphinx_key":%2$s,
                       "supported_roles":{"mixnode":false,"mixnet_entry":true,"mixnet_exit":true}}}}
                """.formatted(identity, key));
        assertEquals(KeyRotation.EVEN, topology.keyRotation());
        assertEquals(240, topology.epochId());
        assertEquals(Instant.parse("2026-01-01T00:00:00Z"), topology.refreshedAt());
        Node mix = topology.nodes().get(1L);
        assertEquals(new Node(1, NodeAddress.parse("127.0.0.1:10001"), Optional.empty(), Examples.identity(1),
                Examples.key(1), Set.of(Node.Role.MIXNODE), OptionalInt.empty()), mix);
        Node.Entry entry = topology.nodes().get(4L).entry().orElseThrow();
        assertEquals(9000, entry.websocketPort());
        assertEquals(Optional.of("gate.example"), entry.hostname());
        assertEquals(OptionalInt.of(9001), entry.securePort());
        assertEquals(1, topology.gateways().size());
        assertFalse(topology.isRoutable());
    }

    private static String numbers(byte[] bytes) {
        StringBuilder text = new StringBuilder("[");
        for (byte b : bytes) {
            text.append(text.length() == 1 ? "" : ",").append(b & 0xff);
        }
        return text.append("]").toString();
    }

    @Test
    void withoutMetadataTheRotationIsUnknown() throws WireException {
        Topology topology = readChanged(root -> root.remove("metadata"));
        assertEquals(KeyRotation.NO_ROTATION, topology.keyRotationId());
        assertEquals(0, topology.epochId());
        assertEquals(NOW, topology.refreshedAt());
    }

    @Test
    void toleratesWhatUpstreamTolerates() throws WireException {
        Topology topology = readChanged(root -> {
            object(root, "/node_details/1").remove("entry");
            root.put("extra", 1);
            object(root, "/node_details/1").putObject("extra");
            object(root, "/rewarded_set").put("extra", "x");
            object(root, "/node_details/2").put("node_id", 77);
            object(root, "/metadata").put("refreshed_at", "2026-01-01t01:00:00.123456789123+01:00");
        });
        assertTrue(topology.isRoutable());
        assertEquals(77, topology.nodes().get(2L).id());
        assertEquals(Instant.parse("2026-01-01T00:00:00.123456789Z"), topology.refreshedAt());
    }

    @Test
    void aGatewayThatTakesNoClientsIsNotListedAsOne() throws WireException {
        Topology topology = readChanged(root ->
                object(root, "/node_details/4/supported_roles").put("mixnet_entry", false));
        assertTrue(topology.gateways().isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            /metadata               | refreshed_at     | (none)                     | metadata.refreshed_at: missing
            /metadata               | refreshed_at     | "2026-01-01 00:00:00.0 +00:00:00" | metadata.refreshed_at: must be a date
            /metadata               | refreshed_at     | "2026-13-01T00:00:00Z"     | metadata.refreshed_at: must be a date
            /metadata               | key_rotation_id  | 4294967296                 | metadata.key_rotation_id: must be a whole number
            ^^                      | metadata         | null                       | metadata: must be an object
            ^^                      | rewarded_set     | (none)                     | rewarded_set: missing
            ^^                      | node_details     | []                         | node_details: must be an object, not an array
            /rewarded_set           | standby          | (none)                     | rewarded_set.standby: missing
            /rewarded_set           | epoch_id         | (none)                     | rewarded_set.epoch_id: missing
            /rewarded_set           | layer1           | [1,-1]                     | rewarded_set.layer1.1: must be a whole number
            /rewarded_set           | layer2           | [1.0]                      | rewarded_set.layer2.0: must be a whole number
            /node_details/4         | sphinx_key       | "9qe2"                     | node_details.4.sphinx_key: must be an array of 32 numbers
            /node_details/4         | sphinx_key       | [1,2]                      | node_details.4.sphinx_key: must be an array of 32 numbers from 0 to 255, not an array of 2
            /node_details/4         | identity_key     | [2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0] | node_details.4.identity_key: identity key is not
            /node_details/4         | identity_key     | [2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,256] | node_details.4.identity_key.31: must be
            /node_details/4         | mix_host         | "gate.example:1789"        | node_details.4.mix_host: "gate.example:1789" is not ip:port
            /node_details/4         | mix_host         | "127.0.0.1"                | node_details.4.mix_host: node address
            /node_details/4         | node_id          | "4"                        | node_details.4.node_id: must be a whole number
            /node_details/4         | supported_roles  | null                       | node_details.4.supported_roles: missing
            /node_details/4/supported_roles | mixnode  | "yes"                      | node_details.4.supported_roles.mixnode: must be true or false
            /node_details/4/entry   | clients_ws_port  | 65536                      | node_details.4.entry.clients_ws_port: must be
            /node_details/4/entry   | ip_addresses     | ["localhost"]              | node_details.4.entry.ip_addresses.0: "localhost" is not
            /node_details           | x                | {}                         | node_details.x: is not a node id
            /node_details           | 4294967296       | {}                         | node_details.4294967296: is not a node id
            """)
    void errorsNameTheField(String pointer, String name, String value, String message) {
        WireException e = assertThrows(WireException.class, () -> readChanged(root -> {
            try {
                if (value.equals("(none)")) {
                    object(root, pointer).remove(name);
                } else {
                    object(root, pointer).set(name, MAPPER.readTree(value));
                }
            } catch (IOException io) {
                throw new AssertionError(io);
            }
        }));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @Test
    void aNameThatIsNoneIsLeftOutAndTold() throws WireException {
        for (String name : HostNameTest.BAD) {
            Topology topology = readChanged(root -> object(root, "/node_details/4/entry").put("hostname", name));
            assertEquals(Optional.empty(), topology.nodes().get(4L).entry().orElseThrow().hostname());
            assertEquals(1, topology.faults().size());
            assertTrue(topology.faults().getFirst().startsWith("node_details.4.entry.hostname: "),
                    topology.faults()::toString);
        }
    }

    @Test
    void whatIsNoDocumentIsRefused() {
        for (String json : new String[] {"", " ", "null", "[]", "{", "{} x", "\u0000", "{\"a\":01}",
            "[".repeat(100_000)}) {
            assertInstanceOf(WireException.class, assertThrows(Exception.class, () -> read(json)));
        }
    }

    @Test
    void anyChangedByteGivesATopologyOrATypedError() {
        byte[] json = TopologyJson.write(Examples.topology());
        Random random = new Random(5);
        for (int i = 0; i < 3000; i++) {
            byte[] changed = json.clone();
            changed[random.nextInt(json.length)] = (byte) random.nextInt(256);
            try {
                TopologyJson.read(changed, NOW);
            } catch (WireException e) {
                assertTrue(e.getMessage().length() < 1000);
            }
        }
    }

    @Test
    void theErrorOfALongValueIsShort() {
        WireException e = assertThrows(WireException.class, () -> readChanged(root ->
                object(root, "/node_details/4").put("mix_host", "x".repeat(100_000))));
        assertTrue(e.getMessage().length() < 200, e.getMessage());
    }

    @Test
    void routabilityIsExplained() throws WireException {
        Topology topology = readChanged(root -> ((ArrayNode) root.at("/rewarded_set/layer2")).removeAll());
        WireException e = assertThrows(WireException.class, () -> RoutableTopology.require(topology));
        assertEquals("no route can be built: layers 1, 2, 3 have 1, 0, 1 usable nodes, and the rewarded set 2 gateways",
                e.getMessage());
        assertEquals(Examples.topology(), RoutableTopology.require(Examples.topology()));
    }
}
