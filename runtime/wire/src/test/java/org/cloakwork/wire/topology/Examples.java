package org.cloakwork.wire.topology;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;

/** The smallest network: a mix node a layer and a gateway. */
final class Examples {

    private Examples() {
    }

    static IdentityKey identity(int id) {
        byte[] secret = new byte[32];
        secret[0] = (byte) id;
        byte[] key = new byte[32];
        Ed25519.generatePublicKey(secret, 0, key, 0);
        return new IdentityKey(key);
    }

    static EncryptionKey key(int id) {
        byte[] key = new byte[32];
        key[31] = (byte) (200 + id);
        return new EncryptionKey(key);
    }

    static Topology topology() {
        Map<Long, Node> nodes = new HashMap<>();
        for (int id = 1; id <= 3; id++) {
            nodes.put((long) id, new Node(id, NodeAddress.parse("127.0.0.1:" + (10000 + id)), Optional.empty(),
                    identity(id), key(id), Set.of(Node.Role.MIXNODE), OptionalInt.empty()));
        }
        NodeAddress gateway = NodeAddress.parse("[2001:db8:0:0:0:0:0:4]:10004");
        nodes.put(4L, new Node(4, gateway,
                Optional.of(new Node.Entry(List.of(gateway.ip(), NodeAddress.parseIp("127.0.0.1")), 9000,
                        Optional.of("gate.example"), OptionalInt.empty())),
                identity(4), key(4), Set.of(Node.Role.ENTRY, Node.Role.EXIT), OptionalInt.empty()));
        return new Topology(240, 10, Instant.parse("2026-01-01T00:00:00Z"),
                new Topology.RewardedSet(240, Set.of(4L), Set.of(4L), Set.of(1L), Set.of(2L), Set.of(3L), Set.of()),
                nodes);
    }
}
