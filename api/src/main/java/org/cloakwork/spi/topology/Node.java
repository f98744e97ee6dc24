package org.cloakwork.spi.topology;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;

/**
 * What is known of a node. Source: protocol/7-network, 1.
 *
 * @param id          u32
 * @param mixAddress  where it takes mix packets
 * @param entry       where clients connect, if it is a gateway
 * @param identity    who it is
 * @param sphinxKey   the key of the topology's rotation
 * @param roles       what it is able to do; what it does in an epoch is in the rewarded set
 * @param performance 0 to 100, empty where the source has none
 */
public record Node(long id, NodeAddress mixAddress, Optional<Entry> entry, IdentityKey identity,
                   EncryptionKey sphinxKey, Set<Role> roles, OptionalInt performance) {

    /** Checks or copies what it is given. */
    public Node {
        Objects.requireNonNull(mixAddress);
        Objects.requireNonNull(entry);
        Objects.requireNonNull(identity);
        Objects.requireNonNull(sphinxKey);
        roles = Set.copyOf(roles);
        Objects.requireNonNull(performance);
    }

    /** What a node is able to do. */
    public enum Role {
        /** Mixes packets, in one of the three layers. */
        MIXNODE,
        /** Takes in clients. */
        ENTRY,
        /** Is a gateway of exits. */
        EXIT
    }

    /**
     * Where clients connect to a gateway.
     *
     * @param addresses     numeric addresses, the first preferred
     * @param websocketPort plain websocket
     * @param hostname      name, if announced; needed for TLS. One that cannot stand in a URI is not used
     * @param securePort    websocket over TLS, if announced
     */
    public record Entry(List<InetAddress> addresses, int websocketPort, Optional<String> hostname,
                        OptionalInt securePort) {

        /** Checks or copies what it is given. */
        public Entry {
            addresses = List.copyOf(addresses);
        }
    }
}
