package @package@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.junit.jupiter.api.Test;

class @class@Test {

    private static final IdentityKey GATEWAY = identity(new Random(9));

    private record Packet(Topology topology, Map<Scope, Object> memory) implements RoutePolicy.Packet {

        Packet(Topology topology) {
            this(topology, new HashMap<>());
        }

        @Override
        public PacketKind kind() {
            return PacketKind.DATA;
        }

        @Override
        public long conversation() {
            return 1;
        }

        @Override
        public IdentityKey own() {
            return GATEWAY;
        }

        @Override
        public IdentityKey target() {
            return GATEWAY;
        }

        /** Whoever asks, asks for the same type. */
        @Override
        @SuppressWarnings("unchecked")
        public <T> T remembered(Scope scope, Supplier<T> first) {
            return (T) memory.computeIfAbsent(scope, missing -> first.get());
        }
    }

    /** Some bytes are no key. */
    private static IdentityKey identity(Random random) {
        byte[] bytes = new byte[IdentityKey.LENGTH];
        while (true) {
            random.nextBytes(bytes);
            try {
                return new IdentityKey(bytes);
            } catch (IllegalArgumentException e) {
                continue;
            }
        }
    }

    /** Two mixes a layer, the first of each with 60, the second with 90 percent. */
    private static Topology topology() {
        Random random = new Random(1);
        Map<Long, Node> nodes = new HashMap<>();
        for (long id = 0; id < 6; id++) {
            nodes.put(id, new Node(id, new NodeAddress(InetAddress.getLoopbackAddress(), 1789), Optional.empty(),
                    identity(random), new EncryptionKey(new byte[EncryptionKey.LENGTH]), Set.of(Node.Role.MIXNODE),
                    OptionalInt.of(id % 2 == 0 ? 60 : 90)));
        }
        return new Topology(1, 1, Instant.EPOCH, new Topology.RewardedSet(1, Set.of(), Set.of(), Set.of(0L, 1L),
                Set.of(2L, 3L), Set.of(4L, 5L), Set.of()), nodes);
    }

    @Test
    void theBetterOfTwoIsTaken() {
        Random random = new Random(1);
        @class@ part = new @class@(Map.of("draws", "2"));
        int better = 0;
        for (int i = 0; i < 10_000; i++) {
            better += part.choose(new Packet(topology()), random::nextBytes).second().performance().getAsInt() == 90
                    ? 1 : 0;
        }
        assertEquals(7500, better, 200);
    }

    @Test
    void wrongValuesAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new @class@(Map.of("draws", "0")));
        assertTrue(e.getMessage().startsWith("routes @name@: draws: "), e.getMessage());
    }
}
