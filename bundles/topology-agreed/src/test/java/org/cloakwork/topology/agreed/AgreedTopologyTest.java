package org.cloakwork.topology.agreed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgreedTopologyTest {

    private static final Topology PLAIN = RouteTrials.topology(4);

    /** The last node of layer 3 is a gateway, too, so that routes lead somewhere. */
    private static Topology network(long epoch, Instant made, Map<Long, Node> nodes, Set<Long> layer1,
            Set<Long> layer2) {
        return new Topology(epoch, 1, made, new Topology.RewardedSet(epoch, Set.of(11L), Set.of(11L), layer1, layer2,
                PLAIN.rewardedSet().layer3(), Set.of()), nodes);
    }

    private static Topology honest(long epoch) {
        return network(epoch, Instant.EPOCH, PLAIN.nodes(), PLAIN.rewardedSet().layer1(),
                PLAIN.rewardedSet().layer2());
    }

    /** With the keys of node 1 for node 0. */
    private static Topology otherKey() {
        Map<Long, Node> nodes = new HashMap<>(PLAIN.nodes());
        nodes.put(0L, new Node(0, nodes.get(0L).mixAddress(), nodes.get(0L).entry(), nodes.get(0L).identity(),
                nodes.get(1L).sphinxKey(), nodes.get(0L).roles(), nodes.get(0L).performance()));
        return network(1, Instant.EPOCH, nodes, PLAIN.rewardedSet().layer1(), PLAIN.rewardedSet().layer2());
    }

    /** With a mix of its own in another layer. */
    private static Topology otherLayer() {
        return network(1, Instant.EPOCH.plusSeconds(9), PLAIN.nodes(), Set.of(0L, 1L, 2L, 3L, 4L), Set.of(5L, 6L, 7L));
    }

    @Test
    void keysAndLayersAreThoseThatTwoOfThreeName() throws TopologyException {
        for (Topology lie : List.of(otherKey(), otherLayer())) {
            Agreement agreement = Agreement.of(Map.of("a", honest(1), "b", lie, "c", honest(1)), Map.of(), 2);
            assertEquals(honest(1).layer(1), agreement.topology().layer(1));
            assertEquals(honest(1).layer(2), agreement.topology().layer(2));
            assertEquals(honest(1).nodes(), agreement.topology().nodes());
            assertEquals(2, agreement.alike());
            assertEquals(1, agreement.topology().faults().size());
            assertTrue(agreement.topology().faults().getFirst().startsWith(
                    "b: 1 nodes that too few others name so, 1 missing, the first: node "),
                    agreement.topology().faults().getFirst());
            assertEquals(Instant.EPOCH, agreement.topology().refreshedAt());
        }
    }

    @Test
    void ofTwoThatDifferWhatBothNameIsUsed() throws TopologyException {
        Agreement agreement = Agreement.of(Map.of("a", honest(1), "b", otherKey()), Map.of(), 2);
        assertEquals(List.of(1L, 2L, 3L), agreement.topology().layer(1).stream().map(Node::id).toList());
        assertEquals(0, agreement.alike());
        assertEquals(2, agreement.topology().faults().size());
    }

    @Test
    void anotherEpochIsNamedAndWithoutAgreementNothingIsUsed() throws TopologyException {
        Agreement agreement = Agreement.of(Map.of("a", honest(2), "b", honest(1), "c", honest(2)),
                Map.of("d", "d: silent"), 2);
        assertEquals(2, agreement.topology().epochId());
        assertEquals(List.of("d: silent", "b: epoch 1, key rotation 1, where 2 others have 2 and 1"),
                agreement.topology().faults());
        TopologyException e = assertThrows(TopologyException.class, () ->
                Agreement.of(Map.of("a", honest(2), "b", honest(1)), Map.of("c", "c: silent"), 2));
        assertTrue(e.getMessage().startsWith("fewer than 2 directories name the same epoch: c: silent; "),
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"http://a/ | | urls: 1 of them; allowed is 2 to 16",
        "http://a/,http://a/x | | urls: \"http://a/x\"; allowed is 2 to 16",
        "http://a/,ftp://b/ | | urls: \"ftp://b/\"",
        "http://a/,http://b/,http://c/ | 1 | agree: \"1\"; allowed is a whole number from 2 to 3",
        "http://a/,http://b/,http://c/,http://d/ | 2 | agree: \"2\"; allowed is a whole number from 3 to 4"})
    void wrongValuesAreNamed(String urls, String agree, String message) {
        Map<String, String> configuration = agree == null ? Map.of("urls", urls)
                : Map.of("urls", urls, "agree", agree);
        String said = assertThrows(IllegalArgumentException.class,
                () -> new AgreedTopology.Factory().create(configuration)).getMessage();
        assertTrue(said.startsWith("topology agreed: " + message), said);
    }
}
