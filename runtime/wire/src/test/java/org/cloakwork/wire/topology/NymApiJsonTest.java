package org.cloakwork.wire.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.NodesPage.Metadata;
import org.cloakwork.wire.topology.SkimmedNode.EpochRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NymApiJsonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");

    /** The page of the fact sheet. */
    private static String page() {
        return """
                {"metadata":{"status":null,"absolute_epoch_id":240,"rotation_id":10,
                  "refreshed_at":"2026-01-01T00:00:00Z"},
                 "nodes":{"pagination":{"total":1,"page":0,"size":1},"data":[
                  {"node_id":4,"ed25519_identity_pubkey":"%s","ip_addresses":["127.0.0.1","::1"],"mix_port":10004,
                   "x25519_sphinx_pubkey":"%s","role":"EntryGateway",
                   "supported_roles":{"mixnode":false,"entry":true,"exit_nr":true,"exit_ipr":true},
                   "entry":{"hostname":null,"ws_port":9000,"wss_port":null},"performance":"0.99"}]}}
                """.formatted(Examples.identity(4), Examples.key(4));
    }

    private static NodesPage read(String json) throws WireException {
        return NymApiJson.readNodesPage(json.getBytes(StandardCharsets.UTF_8));
    }

    private static NodesPage readChanged(Consumer<ObjectNode> change) throws WireException {
        try {
            ObjectNode root = (ObjectNode) MAPPER.readTree(page());
            change.accept(root);
            return NymApiJson.readNodesPage(MAPPER.writeValueAsBytes(root));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode object(JsonNode root, String pointer) {
        return (ObjectNode) root.at(pointer);
    }

    private static final String NODE = "/nodes/data/0";

    @Test
    void readsThePageOfTheFactSheet() throws WireException, IOException {
        NodesPage page = read(page());
        assertEquals(new Metadata(Optional.empty(), 240, 10, MADE), page.metadata());
        assertEquals(1, page.total());
        SkimmedNode node = page.nodes().getFirst();
        assertEquals(EpochRole.Other.ENTRY_GATEWAY, node.role());
        assertEquals(99, node.performancePercent());
        assertEquals(new Node(4, NodeAddress.parse("127.0.0.1:10004"),
                Optional.of(new Node.Entry(List.of(NodeAddress.parseIp("127.0.0.1"), NodeAddress.parseIp("::1")), 9000,
                        Optional.empty(), OptionalInt.empty())),
                Examples.identity(4), Examples.key(4), Set.of(Node.Role.ENTRY, Node.Role.EXIT), OptionalInt.of(99)),
                node.toNode().orElseThrow());
        ObjectNode expected = (ObjectNode) MAPPER.readTree(page());
        ObjectNode written = (ObjectNode) MAPPER.readTree(NymApiJson.write(page));
        object(expected, NODE).withArray("ip_addresses").set(1, "::1");
        assertEquals(expected, written);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws WireException {
        Topology topology = Examples.topology();
        List<SkimmedNode> nodes = topology.nodes().values().stream()
                .map(node -> SkimmedNode.of(node, topology.rewardedSet())).toList();
        for (Optional<String> status : List.of(Optional.<String>empty(), Optional.of("no-updates"),
                Optional.of("{\"fresh\":{\"id\":1}}"))) {
            NodesPage page = new NodesPage(new Metadata(status, 240, 10, MADE), 9, 1, nodes);
            NodesPage read = NymApiJson.readNodesPage(NymApiJson.write(page));
            assertEquals(page.metadata(), read.metadata());
            assertEquals(9, read.total());
            assertEquals(1, read.page());
            for (SkimmedNode node : read.nodes()) {
                Node original = topology.nodes().get(node.id());
                Node back = node.toNode().orElseThrow();
                assertEquals(new Node(original.id(), original.mixAddress(), original.entry(), original.identity(),
                        original.sphinxKey(), original.roles(), OptionalInt.of(100)), back);
            }
            assertEquals(Map.of(1L, new EpochRole.Mixnode(1), 2L, new EpochRole.Mixnode(2), 3L,
                    new EpochRole.Mixnode(3), 4L, EpochRole.Other.ENTRY_GATEWAY), read.nodes().stream()
                    .collect(Collectors.toMap(SkimmedNode::id, SkimmedNode::role)));
        }
        assertEquals(topology.rewardedSet(), NymApiJson.readRewardedSet(NymApiJson.write(topology.rewardedSet())));
    }

    @Test
    void toleratesWhatUpstreamTolerates() throws WireException {
        NodesPage page = readChanged(root -> {
            object(root, "/metadata").remove("status");
            object(root, NODE).remove("supported_roles");
            object(root, NODE + "/entry").retain("ws_port");
            object(root, NODE).putArray("ip_addresses");
            object(root, NODE).put("unknown", 1);
            root.putObject("unknown");
        });
        SkimmedNode node = page.nodes().getFirst();
        assertEquals(new SkimmedNode.DeclaredRoles(false, false, false, false), node.roles());
        assertEquals(Optional.empty(), node.entry().orElseThrow().hostname());
        assertEquals(Optional.empty(), node.toNode());
        assertEquals(Optional.empty(), readChanged(root -> object(root, NODE).remove("entry"))
                .nodes().getFirst().entry());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            2024-05-23 07:41:02.756283766 +00:00:00 | 2024-05-23T07:41:02.756283766Z
            2024-05-23 07:41:02 +02:00:00           | 2024-05-23T05:41:02Z
            2002-10-02T10:00:00-05:00               | 2002-10-02T15:00:00Z
            nonsense                                | 1970-01-01T00:00:00Z
            2024-99-23T07:41:02Z                    | 1970-01-01T00:00:00Z
            """)
    void everyFormOfTimeIsRead(String text, Instant expected) throws WireException {
        assertEquals(expected, readChanged(root -> object(root, "/metadata").put("refreshed_at", text))
                .metadata().refreshedAt());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {"Mixnode":{"layer":2}} | Mixnode[layer=2]
            "EntryGateway"          | ENTRY_GATEWAY
            "entry"                 | ENTRY_GATEWAY
            "gateway"               | ENTRY_GATEWAY
            "ExitGateway"           | EXIT_GATEWAY
            "exit"                  | EXIT_GATEWAY
            "Standby"               | STANDBY
            "Inactive"              | INACTIVE
            """)
    void everyFormOfRoleIsRead(String role, String expected) throws WireException {
        for (String field : List.of("role", "epoch_role")) {
            NodesPage page = readChanged(root -> {
                object(root, NODE).remove("role");
                set(object(root, NODE), field, role);
            });
            assertEquals(expected, page.nodes().getFirst().role().toString());
        }
    }

    private static void set(ObjectNode object, String name, String json) {
        try {
            if (json.equals("(none)")) {
                object.remove(name);
            } else {
                object.set(name, MAPPER.readTree(json));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 100", "1.000000000000000000, 100", "0, 0", "0.499999999999999999, 49", "0.5, 50"})
    void performanceIsRoundedDown(String performance, int percent) throws WireException {
        SkimmedNode node = readChanged(root -> object(root, NODE).put("performance", performance)).nodes().getFirst();
        assertEquals(percent, node.performancePercent());
        assertEquals(0, new BigDecimal(performance).compareTo(node.performance()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            /nodes/pagination | total     | "1"                | nodes.pagination.total: must be
            /nodes        | data          | {}                 | nodes.data: must be an array, not an object
            /metadata     | refreshed_at  | (none)             | metadata.refreshed_at: missing
            /metadata     | rotation_id   | (none)             | metadata.rotation_id: missing
            /metadata     | status        | "other"            | metadata.status: must be null
            /metadata     | status        | {"stale":{}}       | metadata.status: must be null
            """)
    void errorsNameTheField(String pointer, String name, String value, String message) {
        WireException e = assertThrows(WireException.class,
                () -> readChanged(root -> set(object(root, pointer), name, value)));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            /nodes/data/0 | performance   | 0.99               | nodes.data.0.performance: must be a string
            /nodes/data/0 | performance   | "1.01"             | nodes.data.0.performance: must be a string
            /nodes/data/0 | performance   | "-0.1"             | nodes.data.0.performance: must be a string
            /nodes/data/0 | performance   | "1e-3"             | nodes.data.0.performance: must be a string
            /nodes/data/0 | performance   | "0.1234567890123456789" | nodes.data.0.performance: must be a string
            /nodes/data/0 | role          | (none)             | nodes.data.0.role: missing
            /nodes/data/0 | role          | "mixnode"          | nodes.data.0.role: must be
            /nodes/data/0 | role          | {"Mixnode":{"layer":256}} | nodes.data.0.role.Mixnode.layer: must be
            /nodes/data/0 | role          | {"Standby":{}}     | nodes.data.0.role: must be
            /nodes/data/0 | ip_addresses  | ["example.org"]    | nodes.data.0.ip_addresses.0: "example.org" is not
            /nodes/data/0 | mix_port      | 65536              | nodes.data.0.mix_port: must be
            /nodes/data/0 | node_id       | -1                 | nodes.data.0.node_id: must be
            /nodes/data/0 | ed25519_identity_pubkey | "0OIl"   | nodes.data.0.ed25519_identity_pubkey: identity key is \
            not base58
            /nodes/data/0 | x25519_sphinx_pubkey    | [1]      | nodes.data.0.x25519_sphinx_pubkey: must be a string
            /nodes/data/0 | supported_roles | {"mixnode":true} | nodes.data.0.supported_roles.entry: missing
            /nodes/data/0/entry | ws_port | (none)             | nodes.data.0.entry.ws_port: missing
            """)
    void aMalformedNodeCostsItselfAndNamesTheField(String pointer, String name, String value, String message)
            throws WireException {
        NodesPage page = readChanged(root -> {
            ((ArrayNode) root.at("/nodes/data")).add(object(root, NODE).deepCopy().put("node_id", 5));
            set(object(root, pointer), name, value);
        });
        assertEquals(List.of(5L), page.nodes().stream().map(SkimmedNode::id).toList());
        NodesPage.Malformed malformed = page.malformed().getFirst();
        assertTrue(malformed.fault().startsWith(message), malformed.fault());
        assertEquals(name.equals("ed25519_identity_pubkey") ? Optional.empty() : Optional.of(Examples.identity(4)),
                malformed.identity());
        assertEquals(List.of(), page.faults());
    }

    @Test
    void whatIsNoNodeAtAllIsMalformedToo() throws WireException {
        NodesPage page = readChanged(root -> ((ArrayNode) root.at("/nodes/data")).add("node").addNull().add(7));
        assertEquals(1, page.nodes().size());
        assertEquals(3, page.malformed().size());
    }

    @Test
    void aNameThatIsNoneIsLeftOutAndTold() throws WireException {
        for (String name : HostNameTest.BAD) {
            NodesPage page = readChanged(root -> object(root, NODE + "/entry").put("hostname", name));
            assertEquals(Optional.empty(), page.nodes().getFirst().entry().orElseThrow().hostname());
            assertEquals(1, page.faults().size());
            assertTrue(page.faults().getFirst().startsWith("nodes.data.0.entry.hostname: ")
                    && page.faults().getFirst().matches("\\P{Cntrl}+"), page.faults()::toString);
        }
        NodesPage page = readChanged(root -> object(root, NODE + "/entry").put("hostname", "gw.example.com"));
        assertEquals(Optional.of("gw.example.com"), page.nodes().getFirst().entry().orElseThrow().hostname());
        assertEquals(List.of(), page.faults());
    }

    @Test
    void equalStatusesAreEqualWhateverTheOrderOfTheirKeys() throws WireException {
        Metadata one = readChanged(root -> set(object(root, "/metadata"), "status",
                "{\"fresh\":{\"id\":1,\"current_epoch_id\":2}}")).metadata();
        Metadata other = readChanged(root -> set(object(root, "/metadata"), "status",
                "{\"fresh\":{\"current_epoch_id\":2,\"id\":1}}")).metadata();
        assertEquals(one, other);
    }

    @Test
    void aRewardedSetNeedsItsSixListsAndNoEpoch() throws WireException {
        byte[] json = "{\"entry_gateways\":[4],\"exit_gateways\":[],\"layer1\":[1],\"layer2\":[],\"layer3\":[]}"
                .getBytes(StandardCharsets.UTF_8);
        assertEquals("standby: missing",
                assertThrows(WireException.class, () -> NymApiJson.readRewardedSet(json)).getMessage());
        String whole = new String(json, StandardCharsets.UTF_8).replace("}", ",\"standby\":[9]}");
        Topology.RewardedSet set = NymApiJson.readRewardedSet(whole.getBytes(StandardCharsets.UTF_8));
        assertEquals(0, set.epochId());
        assertEquals(Set.of(9L), set.standby());
    }

    @Test
    void keyRotationInfoIsWrittenAndReadAsInTheFactSheet() throws WireException, IOException {
        KeyRotationInfo info = new KeyRotationInfo(24, 0, 240, MADE, Duration.ofHours(1));
        assertEquals(MAPPER.readTree("""
                {"key_rotation_state":{"validity_epochs":24,"initial_epoch_id":0},"current_absolute_epoch_id":240,
                 "current_epoch_start":"2026-01-01T00:00:00Z","epoch_duration":{"secs":3600,"nanos":0},
                 "progress":{"current_key_rotation_id":10,"current_rotation_starting_epoch":240,
                  "current_rotation_ending_epoch":263}}
                """), MAPPER.readTree(NymApiJson.write(info)));
        assertEquals(info, NymApiJson.readKeyRotationInfo(NymApiJson.write(info)));
        KeyRotationInfo later = new KeyRotationInfo(24, 100, 120, MADE, Duration.ofMillis(1500));
        assertEquals(0, later.rotationId(5));
        assertEquals(1, later.rotationId(124));
        assertEquals(124, later.firstEpochId(1));
        assertEquals(later, NymApiJson.readKeyRotationInfo(NymApiJson.write(later)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            /key_rotation_state | validity_epochs     | 0          | key_rotation_state.validity_epochs: must be
            /epoch_duration     | secs                | 0          | epoch_duration: must be positive
            /epoch_duration     | nanos               | 1000000000 | epoch_duration.nanos: must be
            ^^                  | current_epoch_start | "soon"     | current_epoch_start: must be
            ^^                  | key_rotation_state  | (none)     | key_rotation_state: missing
            """)
    void errorsInKeyRotationInfoNameTheField(String pointer, String name, String value, String message)
            throws IOException {
        ObjectNode root = (ObjectNode) MAPPER.readTree(
                NymApiJson.write(new KeyRotationInfo(24, 0, 240, MADE, Duration.ofHours(1))));
        set(object(root, pointer), name, value);
        byte[] json = MAPPER.writeValueAsBytes(root);
        WireException e = assertThrows(WireException.class, () -> NymApiJson.readKeyRotationInfo(json));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @Test
    void anyChangedByteGivesAValueOrATypedError() {
        byte[] json = page().getBytes(StandardCharsets.UTF_8);
        Random random = new Random(6);
        for (int i = 0; i < 3000; i++) {
            byte[] changed = json.clone();
            changed[random.nextInt(json.length)] = (byte) random.nextInt(256);
            try {
                NymApiJson.readNodesPage(changed);
            } catch (WireException e) {
                assertTrue(e.getMessage().length() < 1000);
            }
        }
    }
}
