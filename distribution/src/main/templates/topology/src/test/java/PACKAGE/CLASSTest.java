package @package@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.junit.jupiter.api.Test;

class @class@Test {

    /** Nodes 1 and 4 in layer 1, 2 in layer 2, 3 in layer 3, and gateway 5. */
    private static final TopologyProvider SOURCE = () -> {
        Map<Long, Node> nodes = new HashMap<>();
        for (long id = 1; id <= 5; id++) {
            nodes.put(id, new Node(id, NodeAddress.parse("127.0.0.1:" + (1000 + id)), Optional.empty(),
                    new IdentityKey(new byte[IdentityKey.LENGTH]), new EncryptionKey(new byte[32]), Set.of(),
                    OptionalInt.empty()));
        }
        return CompletableFuture.completedFuture(new Topology(1, 1, Instant.EPOCH, new Topology.RewardedSet(1,
                Set.of(5L), Set.of(), Set.of(1L, 4L), Set.of(2L), Set.of(3L), Set.of()), nodes));
    };

    @Test
    void avoidedNodesAreNotThere() {
        Topology topology = new @class@(SOURCE, Map.of("avoid", "4")).fetch().join();
        assertEquals(Set.of(1L, 2L, 3L, 5L), topology.nodes().keySet());
        assertEquals(List.of(1L), topology.layer(1).stream().map(Node::id).toList());
    }

    @Test
    void aRouteMustRemain() {
        CompletionException e = assertThrows(CompletionException.class,
                () -> new @class@(SOURCE, Map.of("avoid", "1, 4")).fetch().join());
        assertInstanceOf(TopologyException.class, e.getCause());
    }

    @Test
    void wrongValuesAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new @class@(SOURCE, Map.of("avoid", "me")));
        assertTrue(e.getMessage().startsWith("topology @name@: avoid: "), e.getMessage());
    }
}
