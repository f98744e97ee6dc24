package org.cloakwork.laboratory.network;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;

/**
 * Mixes in three layers and two gateways. In each epoch every mix goes to the next layer. Safe for use by many threads.
 */
public final class Ground {

    /** Layers of mixes. */
    public static final int LAYERS = 3;

    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    private static final long FIRST_EPOCH = 240;
    private static final int PORT = 1789;
    private static final int CLIENT_PORT = 9000;

    private final int width;
    private final Map<Long, Node> nodes = new HashMap<>();
    private final List<Topology> topologies = new ArrayList<>();
    private final Node own;
    private final Node other;

    /**
     * @param width  mixes of a layer
     * @param epochs how many there are to be
     */
    public Ground(int width, int epochs) {
        this.width = width;
        Chance chance = new Chance(width, "ground");
        for (int i = 0; i < LAYERS * width + 2; i++) {
            boolean isGateway = i >= LAYERS * width;
            NodeAddress address = new NodeAddress(NodeAddress.parseIp("10.0." + i / 250 + "." + (i % 250 + 1)), PORT);
            Optional<Node.Entry> entry = isGateway ? Optional.of(new Node.Entry(List.of(address.ip()), CLIENT_PORT,
                    Optional.empty(), OptionalInt.empty())) : Optional.empty();
            nodes.put((long) i, new Node(i, address, entry, identity(chance), new EncryptionKey(chance.bytes(32)),
                    isGateway ? Set.of(Node.Role.ENTRY, Node.Role.EXIT) : Set.of(Node.Role.MIXNODE),
                            OptionalInt.empty()));
        }
        own = nodes.get((long) LAYERS * width);
        other = nodes.get((long) LAYERS * width + 1);
        for (int epoch = 0; epoch < epochs; epoch++) {
            topologies.add(topology(epoch));
        }
    }

    private static IdentityKey identity(Chance chance) {
        while (true) {
            try {
                return new IdentityKey(chance.bytes(IdentityKey.LENGTH));
            } catch (IllegalArgumentException e) {
                // Every second number is no point of the curve.
            }
        }
    }

    private Topology topology(int epoch) {
        List<Set<Long>> layers = List.of(new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
        for (int i = 0; i < LAYERS * width; i++) {
            layers.get((i / width + epoch) % LAYERS).add((long) i);
        }
        Set<Long> gateways = Set.of(own.id(), other.id());
        long id = FIRST_EPOCH + epoch;
        return new Topology(id, 0, START.plus(Topology.EPOCH.multipliedBy(epoch)), new Topology.RewardedSet(id,
                gateways,
                gateways, layers.get(0), layers.get(1), layers.get(2), Set.of()), nodes);
    }

    /** {@return mixes of a layer} */
    public int width() {
        return width;
    }

    /**
     * @param epoch from 0; after the last one they begin anew
     * @return who is in which layer then
     */
    public Topology topology(long epoch) {
        return topologies.get((int) (epoch % topologies.size()));
    }

    /** {@return in which layer of one of these topologies it is, from 1; 0 if in none} */
    int layer(Topology topology, Node node) {
        boolean isMix = node.id() >= 0 && node.id() < (long) LAYERS * width;
        return isMix ? (int) ((node.id() / width + topology.epochId() - FIRST_EPOCH) % LAYERS) + 1 : 0;
    }

    /** {@return the gateway of the client} */
    IdentityKey own() {
        return own.identity();
    }

    /** {@return the gateway of those it writes to} */
    IdentityKey other() {
        return other.identity();
    }

    /**
     * For each mix, by its node id, its place among the mixes that begin in its layer, drawn anew: if a share b of the
     * mixes is hostile, it is those with places below b times {@link #width}. So of each layer the same share is
     * hostile, and whoever is hostile at a small share is it at a larger one.
     *
     * @param chance draws
     * @return places, 0 to {@code width - 1}
     */
    public int[] places(Chance chance) {
        int[] places = new int[LAYERS * width];
        for (int layer = 0; layer < LAYERS; layer++) {
            System.arraycopy(chance.order(width), 0, places, layer * width, width);
        }
        return places;
    }
}
