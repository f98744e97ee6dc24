package org.cloakwork.spi.topology;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.IdentityKey;

/**
 * A snapshot of the network: which nodes there are and what each does in this epoch. Immutable.
 * Source: protocol/7-network, 1.
 *
 * @param epochId       absolute epoch, u32; informational
 * @param keyRotationId which Sphinx keys the nodes are listed with, u32; {@link KeyRotation#NO_ROTATION} if not known
 * @param refreshedAt   when it was made
 * @param rewardedSet   roles in this epoch
 * @param nodes         details by node id; ids of the rewarded set without details cannot be used
 */
public record Topology(long epochId, long keyRotationId, Instant refreshedAt, RewardedSet rewardedSet,
                       Map<Long, Node> nodes) {

    public Topology {
        Objects.requireNonNull(refreshedAt);
        Objects.requireNonNull(rewardedSet);
        nodes = Map.copyOf(nodes);
    }

    /** {@return the parity that packets built from this topology are tagged with} */
    public KeyRotation keyRotation() {
        return KeyRotation.ofId(keyRotationId);
    }

    /**
     * @param layer 1, 2 or 3
     * @return the usable nodes of that mix layer, by ascending id
     */
    public List<Node> layer(int layer) {
        Set<Long> ids = switch (layer) {
            case 1 -> rewardedSet.layer1();
            case 2 -> rewardedSet.layer2();
            case 3 -> rewardedSet.layer3();
            default -> throw new IllegalArgumentException("layer must be 1, 2 or 3, not " + layer);
        };
        return ids.stream().sorted().map(nodes::get).filter(Objects::nonNull).toList();
    }

    /**
     * @param identity a gateway's identity
     * @return its details, if it is listed
     */
    public Optional<Node> node(IdentityKey identity) {
        return nodes.values().stream().filter(node -> node.identity().equals(identity)).findFirst();
    }

    /** {@return the nodes that accept clients, by ascending id} */
    public List<Node> gateways() {
        return nodes.keySet().stream().sorted().map(nodes::get)
                .filter(node -> node.entry().isPresent() && node.roles().contains(Node.Role.ENTRY)).toList();
    }

    /** {@return whether a route can be built: each layer has a usable node and some gateway is in the rewarded set} */
    public boolean isRoutable() {
        return !layer(1).isEmpty() && !layer(2).isEmpty() && !layer(3).isEmpty()
                && !(rewardedSet.entryGateways().isEmpty() && rewardedSet.exitGateways().isEmpty());
    }

    /**
     * Roles of node ids in an epoch.
     *
     * @param epochId       the epoch, u32
     * @param entryGateways ids
     * @param exitGateways  ids
     * @param layer1        ids
     * @param layer2        ids
     * @param layer3        ids
     * @param standby       ids
     */
    public record RewardedSet(long epochId, Set<Long> entryGateways, Set<Long> exitGateways,
                              Set<Long> layer1, Set<Long> layer2, Set<Long> layer3, Set<Long> standby) {

        public RewardedSet {
            entryGateways = Set.copyOf(entryGateways);
            exitGateways = Set.copyOf(exitGateways);
            layer1 = Set.copyOf(layer1);
            layer2 = Set.copyOf(layer2);
            layer3 = Set.copyOf(layer3);
            standby = Set.copyOf(standby);
        }
    }
}
