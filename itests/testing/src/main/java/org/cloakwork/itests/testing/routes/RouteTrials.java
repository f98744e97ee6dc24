package org.cloakwork.itests.testing.routes;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;

/**
 * A client that asks a routes part and nothing else, to count what its routes are. The first mixes of each layer are
 * the hostile ones, if there are any.
 */
public final class RouteTrials {

    private static final IdentityKey OWN = identity(1_000_000);
    private static final IdentityKey OTHER = identity(1_000_001);
    private static final int LAYERS = 3;

    private final RoutePolicy part;
    private final Topology topology;
    private final Randomness randomness;
    private final Map<Scope, Map<Long, Object>> memory = new HashMap<>();

    private record Packet(RouteTrials client, PacketKind kind, long conversation) implements RoutePolicy.Packet {

        @Override
        public IdentityKey own() {
            return OWN;
        }

        @Override
        public IdentityKey target() {
            return kind == PacketKind.DATA ? OTHER : OWN;
        }

        @Override
        public Topology topology() {
            return client.topology;
        }

        /** Whose it is the part knows. */
        @Override
        @SuppressWarnings("unchecked")
        public <T> T remembered(Scope scope, Supplier<T> first) {
            return (T) client.memory.computeIfAbsent(scope, added -> new HashMap<>())
                    .computeIfAbsent(scope == Scope.CLIENT ? 0 : conversation, added -> first.get());
        }
    }

    /**
     * @param part     that chooses
     * @param topology of {@link #topology}
     * @param seed     of all that is drawn
     */
    public RouteTrials(RoutePolicy part, Topology topology, long seed) {
        this.part = part;
        this.topology = topology;
        this.randomness = new SplittableRandom(seed)::nextBytes;
    }

    /**
     * @param mixes in each layer
     * @return a network of three layers and no gateway
     */
    public static Topology topology(int mixes) {
        Map<Long, Node> nodes = new HashMap<>();
        List<Set<Long>> layers = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            Set<Long> ids = new TreeSet<>();
            for (int i = 0; i < mixes; i++) {
                long id = layer * mixes + i;
                ids.add(id);
                nodes.put(id, new Node(id, new NodeAddress(NodeAddress.parseIp("10.0.0.1"), 1789), Optional.empty(),
                        identity(id), new EncryptionKey(identity(id).bytes()), Set.of(), OptionalInt.empty()));
            }
            layers.add(ids);
        }
        return new Topology(1, 1, Instant.EPOCH, new Topology.RewardedSet(1, Set.of(), Set.of(), layers.get(0),
                layers.get(1), layers.get(2), Set.of()), nodes);
    }

    /** About every second 32 bytes are a key. */
    private static IdentityKey identity(long id) {
        SplittableRandom random = new SplittableRandom(id);
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

    /**
     * @param kind         of a packet
     * @param conversation it belongs to
     * @return the mixes of its route
     */
    public Mixes choose(PacketKind kind, long conversation) {
        return part.choose(new Packet(this, kind, kind.isCover() ? 0 : conversation), randomness);
    }

    /**
     * @param kind         of a packet
     * @param conversation it belongs to
     * @param mixes        of its route
     * @param excess       of cover, if it came
     */
    public void arrived(PacketKind kind, long conversation, Mixes mixes, Optional<Duration> excess) {
        part.arrived(new Packet(this, kind, kind.isCover() ? 0 : conversation), mixes, excess);
    }

    /**
     * @param kind         of a packet
     * @param conversation it belongs to
     * @param mixes        of its route
     */
    public void lost(PacketKind kind, long conversation, Mixes mixes) {
        part.lost(new Packet(this, kind, kind.isCover() ? 0 : conversation), mixes);
    }

    /**
     * @param mixes   a route
     * @param hostile mixes in each layer
     * @return how many of the route are hostile, 0 to 3
     */
    public int hostileOf(Mixes mixes, int hostile) {
        int width = topology.layer(1).size();
        int count = 0;
        for (int layer = 1; layer <= LAYERS; layer++) {
            count += mixes.of(layer).id() % width < hostile ? 1 : 0;
        }
        return count;
    }

    /**
     * Who may be traced, and what hostile mixes do.
     *
     * @param mixes    in each layer
     * @param hostile  of them, in each layer
     * @param packets  that a client sends
     * @param dropping what hostile mixes drop
     */
    public record Setting(int mixes, int hostile, int packets, Dropping dropping) {

        /**
         * @param mixes   in each layer
         * @param hostile of them, in each layer
         * @param packets that a client sends
         */
        public Setting(int mixes, int hostile, int packets) {
            this(mixes, hostile, packets, Dropping.NOTHING);
        }
    }

    /** What hostile mixes drop of what comes to them. A mix sees its neighbours. */
    public enum Dropping {
        /** Nothing. */
        NOTHING,
        /** Whatever goes through an honest mix, too; so theirs look as dead as the honest ones. */
        ALL_THEY_CANNOT_TRACE,
        /** What goes through an honest mix in the middle, to have the client take another one there. */
        HONEST_MIDDLES,
        /** What goes through one of theirs only, to have the client keep routes with two or three of them. */
        LONE_ONES
    }

    private static boolean isDropped(Mixes mixes, Setting setting) {
        int middle = mixes.second().id() % setting.mixes < setting.hostile ? 1 : 0;
        int hostile = (mixes.first().id() % setting.mixes < setting.hostile ? 1 : 0) + middle
                + (mixes.third().id() % setting.mixes < setting.hostile ? 1 : 0);
        return switch (setting.dropping) {
            case NOTHING -> false;
            case ALL_THEY_CANNOT_TRACE -> hostile % LAYERS != 0;
            case HONEST_MIDDLES -> hostile > 0 && middle == 0;
            case LONE_ONES -> hostile == 1;
        };
    }

    /**
     * A share of trials.
     *
     * @param share  of them
     * @param trials all of them
     */
    public record Share(double share, int trials) {

        /** {@return how far it may be off, but for one in 1,000} */
        public double interval() {
            return 3.29 * Math.sqrt(Math.max(share * (1 - share), 1.0 / trials) / trials);
        }

        @Override
        public String toString() {
            return String.format("%.4f +- %.4f", share, interval());
        }
    }

    /**
     * @param part    that chooses
     * @param setting of each trial
     * @param trials  clients, each of its own
     * @param seed    of all of them
     * @return in how many of them at least one packet of cover took a route of hostile mixes only
     */
    public static Share tracedCover(RoutePolicy part, Setting setting, int trials, long seed) {
        Topology topology = topology(setting.mixes);
        int traced = 0;
        for (int trial = 0; trial < trials; trial++) {
            RouteTrials client = new RouteTrials(part, topology, seed * trials + trial);
            boolean found = false;
            for (int i = 0; i < setting.packets && !found; i++) {
                Mixes mixes = client.choose(PacketKind.COVER, 0);
                int hostile = client.hostileOf(mixes, setting.hostile);
                found = hostile == LAYERS;
                if (isDropped(mixes, setting)) {
                    client.lost(PacketKind.COVER, 0, mixes);
                } else {
                    client.arrived(PacketKind.COVER, 0, mixes, Optional.of(Duration.ZERO));
                }
            }
            traced += found ? 1 : 0;
        }
        return new Share((double) traced / trials, trials);
    }

    /**
     * @param part    that chooses
     * @param setting of each trial
     * @param trials  clients, each of its own, in one conversation
     * @param seed    of all of them
     * @return in how many of them at least one packet of data took a route of hostile mixes only
     */
    public static Share tracedData(RoutePolicy part, Setting setting, int trials, long seed) {
        Topology topology = topology(setting.mixes);
        int traced = 0;
        for (int trial = 0; trial < trials; trial++) {
            RouteTrials client = new RouteTrials(part, topology, seed * trials + trial);
            boolean found = false;
            for (int i = 0; i < setting.packets && !found; i++) {
                Mixes data = client.choose(PacketKind.DATA, 1);
                Mixes ack = client.choose(PacketKind.ACK, 1);
                int ofData = client.hostileOf(data, setting.hostile);
                found = ofData == LAYERS;
                if (isDropped(data, setting) || isDropped(ack, setting)) {
                    client.lost(PacketKind.DATA, 1, data);
                    client.lost(PacketKind.ACK, 1, ack);
                } else {
                    client.arrived(PacketKind.DATA, 1, data, Optional.empty());
                    client.arrived(PacketKind.ACK, 1, ack, Optional.empty());
                }
            }
            traced += found ? 1 : 0;
        }
        return new Share((double) traced / trials, trials);
    }
}
