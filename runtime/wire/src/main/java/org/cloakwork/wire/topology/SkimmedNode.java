package org.cloakwork.wire.topology;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;

/**
 * A node in a list.
 *
 * @param id          u32
 * @param identity    who it is
 * @param addresses   numeric, the first for mix packets; may be empty
 * @param mixPort     where it takes mix packets
 * @param sphinxKey   of the list's rotation
 * @param role        in this epoch; routes follow the rewarded set instead
 * @param roles       what it is able to do
 * @param entry       where clients connect, if it is a gateway
 * @param performance 0 to 1
 */
public record SkimmedNode(long id, IdentityKey identity, List<InetAddress> addresses, int mixPort,
                          EncryptionKey sphinxKey, EpochRole role, DeclaredRoles roles, Optional<EntryPorts> entry,
                          BigDecimal performance) {

    /** What a node does in an epoch, as the directory sees it. */
    public sealed interface EpochRole {

        /** @param layer 1 to 3, u8 */
        record Mixnode(int layer) implements EpochRole {
        }

        /** Any other. */
        enum Other implements EpochRole { ENTRY_GATEWAY, EXIT_GATEWAY, STANDBY, INACTIVE }
    }

    /**
     * What a node declared to be able to do.
     *
     * @param mixnode mixes
     * @param entry   accepts clients
     * @param exitNr  runs a network requester
     * @param exitIpr runs an IP packet router
     */
    public record DeclaredRoles(boolean mixnode, boolean entry, boolean exitNr, boolean exitIpr) {
    }

    /**
     * Where clients connect to a gateway, at its addresses.
     *
     * @param hostname      if announced, as {@link HostName} allows it
     * @param websocketPort plain
     * @param securePort    TLS, if announced
     */
    public record EntryPorts(Optional<String> hostname, int websocketPort, OptionalInt securePort) {

        public EntryPorts {
            Objects.requireNonNull(hostname);
            Objects.requireNonNull(securePort);
        }
    }

    public SkimmedNode {
        Objects.requireNonNull(identity);
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(sphinxKey);
        Objects.requireNonNull(role);
        Objects.requireNonNull(roles);
        Objects.requireNonNull(entry);
        Objects.requireNonNull(performance);
    }

    /**
     * @param node        as clients know it; without performance it counts as perfect
     * @param rewardedSet says its role
     * @return as a directory lists it
     */
    public static SkimmedNode of(Node node, Topology.RewardedSet rewardedSet) {
        List<InetAddress> addresses = new ArrayList<>(List.of(node.mixAddress().ip()));
        node.entry().ifPresent(entry -> entry.addresses().stream().filter(ip -> !addresses.contains(ip))
                .forEach(addresses::add));
        boolean exit = node.roles().contains(Node.Role.EXIT);
        return new SkimmedNode(node.id(), node.identity(), addresses, node.mixAddress().port(), node.sphinxKey(),
                epochRole(node.id(), rewardedSet),
                new DeclaredRoles(node.roles().contains(Node.Role.MIXNODE), node.roles().contains(Node.Role.ENTRY),
                        exit, exit),
                node.entry().map(e -> new EntryPorts(e.hostname(), e.websocketPort(), e.securePort())),
                BigDecimal.valueOf(node.performance().orElse(100), 2));
    }

    private static EpochRole epochRole(long id, Topology.RewardedSet set) {
        if (set.entryGateways().contains(id)) {
            return EpochRole.Other.ENTRY_GATEWAY;
        }
        if (set.exitGateways().contains(id)) {
            return EpochRole.Other.EXIT_GATEWAY;
        }
        if (set.layer1().contains(id)) {
            return new EpochRole.Mixnode(1);
        }
        if (set.layer2().contains(id)) {
            return new EpochRole.Mixnode(2);
        }
        if (set.layer3().contains(id)) {
            return new EpochRole.Mixnode(3);
        }
        return set.standby().contains(id) ? EpochRole.Other.STANDBY : EpochRole.Other.INACTIVE;
    }

    /** {@return performance in whole percent, rounded down, as thresholds are compared} */
    public int performancePercent() {
        return performance.movePointRight(2).setScale(0, RoundingMode.FLOOR).intValueExact();
    }

    /** {@return as clients use it; empty without an address. Source: protocol/7-network, 1.3} */
    public Optional<Node> toNode() {
        if (addresses.isEmpty()) {
            return Optional.empty();
        }
        Set<Node.Role> supported = EnumSet.noneOf(Node.Role.class);
        TopologyJson.addIf(supported, Node.Role.MIXNODE, roles.mixnode());
        TopologyJson.addIf(supported, Node.Role.ENTRY, roles.entry());
        TopologyJson.addIf(supported, Node.Role.EXIT, roles.exitNr() && roles.exitIpr());
        return Optional.of(new Node(id, new NodeAddress(addresses.getFirst(), mixPort),
                entry.map(e -> new Node.Entry(addresses, e.websocketPort(), e.hostname(), e.securePort())),
                identity, sphinxKey, supported, OptionalInt.of(performancePercent())));
    }
}
