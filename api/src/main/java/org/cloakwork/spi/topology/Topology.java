package org.cloakwork.spi.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;

/**
 * A snapshot of the network: which nodes there are and what each does in this epoch. Immutable. What is asked for each
 * packet, {@link #node} and {@link #layer}, is looked up, not searched.
 * Source: protocol/7-network, 1.
 */
public final class Topology {

    /**
     * An epoch of the public network. Source: protocol/7-network, 2.3.
     *
     * @since 1.3
     */
    public static final Duration EPOCH = Duration.ofHours(1);

    private static final int LAYERS = 3;

    private final long epochId;
    private final long keyRotationId;
    private final Instant refreshedAt;
    private final RewardedSet rewardedSet;
    private final Map<Long, Node> nodes;
    private final List<Rejected> rejected;
    private final List<String> faults;
    private final Duration epochLength;
    private final Map<IdentityKey, Node> byIdentity = new HashMap<>();
    private final List<List<Node>> layers;
    private final List<Map<IdentityKey, Node>> mixes;
    private final List<Node> gateways;

    /**
     * Makes a snapshot.
     *
     * @param epochId       absolute epoch, u32; informational
     * @param keyRotationId which Sphinx keys the nodes are listed with, u32; {@link KeyRotation#NO_ROTATION} if not
     *                      known
     * @param refreshedAt   when it was made
     * @param rewardedSet   roles in this epoch
     * @param nodes         details by node id; ids of the rewarded set without details cannot be used
     */
    public Topology(long epochId, long keyRotationId, Instant refreshedAt, RewardedSet rewardedSet,
                    Map<Long, Node> nodes) {
        this(epochId, keyRotationId, refreshedAt, rewardedSet, nodes, List.of());
    }

    /**
     * Makes a snapshot that says what was left out.
     *
     * @param epochId       absolute epoch, u32; informational
     * @param keyRotationId which Sphinx keys the nodes are listed with, u32; {@link KeyRotation#NO_ROTATION} if not
     *                      known
     * @param refreshedAt   when it was made
     * @param rewardedSet   roles in this epoch
     * @param nodes         details by node id; ids of the rewarded set without details cannot be used
     * @param rejected      what the source lists and nobody should use; informational
     * @since 1.2
     */
    public Topology(long epochId, long keyRotationId, Instant refreshedAt, RewardedSet rewardedSet,
                    Map<Long, Node> nodes, List<Rejected> rejected) {
        this(epochId, keyRotationId, refreshedAt, rewardedSet, nodes, rejected, List.of(), EPOCH);
    }

    private Topology(long epochId, long keyRotationId, Instant refreshedAt, RewardedSet rewardedSet,
                     Map<Long, Node> nodes, List<Rejected> rejected, List<String> faults, Duration epochLength) {
        this.epochId = epochId;
        this.keyRotationId = keyRotationId;
        this.refreshedAt = Objects.requireNonNull(refreshedAt);
        this.rewardedSet = Objects.requireNonNull(rewardedSet);
        this.nodes = Map.copyOf(nodes);
        this.rejected = List.copyOf(rejected);
        this.faults = List.copyOf(faults);
        this.epochLength = Objects.requireNonNull(epochLength);
        List<Node> ascending = this.nodes.keySet().stream().sorted().map(this.nodes::get).toList();
        ascending.forEach(node -> byIdentity.putIfAbsent(node.identity(), node));
        gateways = ascending.stream()
                .filter(node -> node.entry().isPresent() && node.roles().contains(Node.Role.ENTRY)).toList();
        layers = Stream.of(rewardedSet.layer1(), rewardedSet.layer2(), rewardedSet.layer3())
                .map(ids -> ids.stream().sorted().map(this.nodes::get).filter(Objects::nonNull).toList()).toList();
        mixes = layers.stream().map(Topology::byIdentity).toList();
    }

    private static Map<IdentityKey, Node> byIdentity(List<Node> layer) {
        Map<IdentityKey, Node> mixes = new HashMap<>();
        layer.forEach(mix -> mixes.putIfAbsent(mix.identity(), mix));
        return mixes;
    }

    /** {@return absolute epoch, u32; informational} */
    public long epochId() {
        return epochId;
    }

    /** {@return which Sphinx keys the nodes are listed with, u32; {@link KeyRotation#NO_ROTATION} if not known} */
    public long keyRotationId() {
        return keyRotationId;
    }

    /**
     * {@return how long an epoch lasts, {@link #EPOCH} if the source does not tell; so long after a change of keys
     * packets for the ones before are still taken}
     *
     * @since 1.3
     */
    public Duration epochLength() {
        return epochLength;
    }

    /**
     * Tells how long its epochs are.
     *
     * @param length of an epoch
     * @return the same snapshot of a network with such epochs
     * @since 1.3
     */
    public Topology withEpochLength(Duration length) {
        return new Topology(epochId, keyRotationId, refreshedAt, rewardedSet, nodes, rejected, faults, length);
    }

    /** {@return when it was made} */
    public Instant refreshedAt() {
        return refreshedAt;
    }

    /** {@return roles in this epoch} */
    public RewardedSet rewardedSet() {
        return rewardedSet;
    }

    /** {@return details by node id} */
    public Map<Long, Node> nodes() {
        return nodes;
    }

    /**
     * {@return what the source lists and was left out, each with the reason}
     *
     * @since 1.2
     */
    public List<Rejected> rejected() {
        return rejected;
    }

    /**
     * {@return what of the source was left out beside nodes that can be named: nodes of whom not even the identity can
     * be read, and names that are none; one line each, naming the field}
     *
     * @since 1.3
     */
    public List<String> faults() {
        return faults;
    }

    /**
     * Tells what is wrong with its source.
     *
     * @param found what of the source was left out, one line each
     * @return the same snapshot with these faults
     * @since 1.3
     */
    public Topology withFaults(List<String> found) {
        return new Topology(epochId, keyRotationId, refreshedAt, rewardedSet, nodes, rejected, found, epochLength);
    }

    /**
     * Tells why a node is not among these.
     *
     * @param identity of a node
     * @param role     it could have had
     * @return why it was left out in that role, for people; empty if it was not
     * @since 1.2
     */
    public Optional<String> rejection(IdentityKey identity, Node.Role role) {
        return rejected.stream().filter(node -> node.role() == role && node.identity().equals(identity))
                .map(Rejected::reason).findFirst();
    }

    /** {@return the parity that packets built from this topology are tagged with} */
    public KeyRotation keyRotation() {
        return KeyRotation.ofId(keyRotationId);
    }

    /**
     * Lists a layer.
     *
     * @param layer 1, 2 or 3
     * @return the usable nodes of that mix layer, by ascending id
     */
    public List<Node> layer(int layer) {
        if (layer < 1 || layer > LAYERS) {
            throw new IllegalArgumentException("layer must be 1, 2 or 3, not " + layer);
        }
        return layers.get(layer - 1);
    }

    /**
     * Looks up a mix.
     *
     * @param layer    1, 2 or 3
     * @param identity of a mix
     * @return its details, if it is a usable node of that mix layer
     * @since 1.6
     */
    public Optional<Node> mix(int layer, IdentityKey identity) {
        if (layer < 1 || layer > LAYERS) {
            throw new IllegalArgumentException("layer must be 1, 2 or 3, not " + layer);
        }
        return Optional.ofNullable(mixes.get(layer - 1).get(identity));
    }

    /**
     * Finds a node.
     *
     * @param identity a gateway's identity
     * @return its details, if it is listed
     */
    public Optional<Node> node(IdentityKey identity) {
        return Optional.ofNullable(byIdentity.get(identity));
    }

    /** {@return the nodes that accept clients, by ascending id} */
    public List<Node> gateways() {
        return gateways;
    }

    /**
     * Leaves out exits that cannot be reached.
     *
     * @param exits that somebody names
     * @return those whose gateway is in this network, each with its gateway's performance if that is told here
     * @since 1.5
     */
    public List<KnownExit> reachable(List<KnownExit> exits) {
        return exits.stream().flatMap(exit -> node(exit.address().gateway())
                .map(gateway -> gateway.performance().isPresent() ? exit.withPerformance(gateway.performance()) : exit)
                .stream()).toList();
    }

    /** {@return whether a route can be built: each layer has a usable node and some gateway is in the rewarded set} */
    public boolean isRoutable() {
        return layers.stream().noneMatch(List::isEmpty)
                && !(rewardedSet.entryGateways().isEmpty() && rewardedSet.exitGateways().isEmpty());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topology that && epochId == that.epochId && keyRotationId == that.keyRotationId
                && refreshedAt.equals(that.refreshedAt) && rewardedSet.equals(that.rewardedSet)
                && nodes.equals(that.nodes) && rejected.equals(that.rejected) && faults.equals(that.faults)
                && epochLength.equals(that.epochLength);
    }

    @Override
    public int hashCode() {
        return Objects.hash(epochId, keyRotationId, refreshedAt, rewardedSet, nodes);
    }

    @Override
    public String toString() {
        return "Topology[epoch " + epochId + ", key rotation " + keyRotationId + ", " + nodes.size() + " nodes, made "
                + refreshedAt + "]";
    }

    /**
     * A node that was left out.
     *
     * @param identity who it is
     * @param role     what it is not used as; for gateways of any kind {@link Node.Role#ENTRY}
     * @param reason   why, for people
     * @since 1.2
     */
    public record Rejected(IdentityKey identity, Node.Role role, String reason) {

        /** Checks or copies what it is given. */
        public Rejected {
            Objects.requireNonNull(identity);
            Objects.requireNonNull(role);
            Objects.requireNonNull(reason);
        }
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

        /** Checks or copies what it is given. */
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
