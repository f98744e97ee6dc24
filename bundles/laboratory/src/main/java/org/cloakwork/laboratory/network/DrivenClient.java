package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.topology.Topology;

/**
 * Asks a cover part when packets leave and a routes part which way they go, as the client does, for hours, and seals
 * nothing: a packet costs no more than the parts take for it. Sends what clients of the simulator send: a message a
 * minute on average, of 50 to 5,000 bytes, one in ten with ten reply blocks. What becomes of data and cover is told
 * to the routes part some packets later. Used on one thread.
 */
public final class DrivenClient {

    /** Of a regular packet, for a message. */
    static final int FRAGMENT_BYTES = 1_500;

    private static final Duration MEAN_INTERVAL = Duration.ofMinutes(1);
    private static final int LEAST_BYTES = 50;
    private static final int MOST_BYTES = 5_000;
    private static final int ANONYMOUS_OF = 10;
    private static final int PEERS = 10;
    private static final int REPLY_BLOCKS = 10;
    /** About a round trip. */
    private static final int UNDER_WAY = 24;
    private static final int MOST_TRIES = 20;
    static final CoverTrafficStrategy.Link FREE = new CoverTrafficStrategy.Link() {
        @Override
        public boolean congested() {
            return false;
        }

        @Override
        public int congestionLevel() {
            return 0;
        }
    };

    private final Ground ground;
    private final RoutePolicy routes;
    private final CoverTrafficStrategy cover;
    private final Chance chance;
    private final Network network;
    private final long[] peers = new long[PEERS];
    private final Deque<Fragment> waiting = new ArrayDeque<>();
    private final Queue<UnderWay> underWay = new ArrayDeque<>();
    private Memory memory;
    private long now;

    /** What is around the client. */
    public interface Network {

        /**
         * A packet goes.
         *
         * @param nanos since the start
         * @param kind  of it
         * @param mixes that it goes through
         * @return how much later than its mixes hold it it comes through; negative: it does not
         */
        long goes(long nanos, PacketKind kind, Mixes mixes);

        /**
         * A piece of a message was acknowledged, or given up.
         *
         * @param tries how often it was sent
         * @param done  whether it was acknowledged
         */
        default void ended(int tries, boolean done) {
        }
    }

    private record Fragment(long conversation, int tries) {
    }

    /** A packet of which it will be known what became of it. */
    private record UnderWay(Packet packet, Mixes mixes, Packet ack, Mixes ackMixes, long late, Fragment fragment) {
    }

    /** What the part remembers of an epoch; as {@link RoutePolicy} says. */
    private static final class Memory {

        private final Topology topology;
        private Object client;
        private final Map<Long, Object> conversations = new LinkedHashMap<>(16, 0.75f, true);

        private Memory(Topology topology) {
            this.topology = topology;
        }
    }

    private record Packet(Memory memory, PacketKind kind, long conversation, IdentityKey own, IdentityKey target)
            implements RoutePolicy.Packet {

        @Override
        public Topology topology() {
            return memory.topology;
        }

        /** A part gets what itself has made. */
        @Override
        @SuppressWarnings("unchecked")
        public <T> T remembered(Scope scope, Supplier<T> first) {
            if (scope == Scope.CLIENT) {
                if (memory.client == null) {
                    memory.client = first.get();
                }
                return (T) memory.client;
            }
            T known = (T) memory.conversations.get(conversation);
            if (known == null) {
                known = first.get();
                memory.conversations.put(conversation, known);
                if (memory.conversations.size() > RoutePolicy.MOST_CONVERSATIONS) {
                    memory.conversations.remove(memory.conversations.keySet().iterator().next());
                }
            }
            return known;
        }
    }

    /**
     * @param ground  where it is
     * @param routes  a part of its own
     * @param cover   a part of its own; null if only {@link #covers} is to be called
     * @param chance  decides
     * @param network told of each packet
     */
    public DrivenClient(Ground ground, RoutePolicy routes, CoverTrafficStrategy cover, Chance chance, Network network) {
        this.ground = ground;
        this.routes = routes;
        this.cover = cover;
        this.chance = chance;
        this.network = network;
        memory = new Memory(ground.topology(0));
        Arrays.setAll(peers, peer -> chance.nextLong() | 1);
    }

    /**
     * Lets that time pass, from the start. Each hour the mixes go to other layers.
     *
     * @param length how long
     */
    public void run(Duration length) {
        run(length, true);
    }

    /**
     * Lets that time pass, from the start.
     *
     * @param length    how long
     * @param isRedrawn whether the mixes go to other layers each hour
     */
    public void run(Duration length, boolean isRedrawn) {
        long end = length.toNanos();
        long slot = next(cover.untilNextSlot(FREE, chance));
        long loop = next(cover.untilNextLoop(FREE, chance));
        boolean isPaced = slot < Long.MAX_VALUE;
        long message = chance.exponentialNanos(MEAN_INTERVAL.toNanos());
        long epoch = 0;
        while (Math.min(slot, Math.min(loop, message)) < end) {
            now = Math.min(slot, Math.min(loop, message));
            if (isRedrawn && now / Topology.EPOCH.toNanos() > epoch) {
                epoch = now / Topology.EPOCH.toNanos();
                memory = new Memory(ground.topology(epoch));
                underWay.clear();
            }
            if (now == message) {
                write();
                message = now + Math.max(1, chance.exponentialNanos(MEAN_INTERVAL.toNanos()));
                while (!isPaced && !waiting.isEmpty()) {
                    send(waiting.poll());
                }
            } else if (now == slot) {
                Fragment fragment = waiting.poll();
                if (fragment == null) {
                    sendCover();
                } else {
                    send(fragment);
                }
                slot = next(cover.untilNextSlot(FREE, chance));
            } else {
                sendCover();
                loop = next(cover.untilNextLoop(FREE, chance));
            }
            while (underWay.size() > (isPaced ? UNDER_WAY : 0)) {
                tell(underWay.poll());
            }
        }
    }

    /**
     * Sends so many covers, and nothing else, within an epoch.
     *
     * @param routes to take; their acknowledgements are left out, and the part is not told what becomes of them
     */
    public void covers(int routes) {
        for (int i = 0; i < routes; i++) {
            network.goes(i, PacketKind.COVER, this.routes.choose(packet(PacketKind.COVER, 0), chance));
        }
    }

    /**
     * Asks for one way more, after what was sent before. What becomes of the packet is not told.
     *
     * @param kind         of the packet
     * @param conversation its label; 0 for cover
     * @return the way
     */
    public Mixes way(PacketKind kind, long conversation) {
        return routes.choose(packet(kind, conversation), chance);
    }

    private long next(Optional<Duration> gap) {
        return gap.map(until -> now + Math.max(1, until.toNanos())).orElse(Long.MAX_VALUE);
    }

    private void write() {
        boolean isAnonymous = chance.nextInt(ANONYMOUS_OF) == 0;
        long conversation = isAnonymous ? peers[chance.nextInt(PEERS)] : chance.nextLong() | 1;
        for (int i = 0; isAnonymous && i < REPLY_BLOCKS; i++) {
            Packet block = packet(PacketKind.REPLY_BLOCK, conversation);
            network.goes(now, PacketKind.REPLY_BLOCK, routes.choose(block, chance));
        }
        int bytes = LEAST_BYTES + chance.nextInt(MOST_BYTES - LEAST_BYTES + 1);
        for (int left = bytes; left > 0; left -= FRAGMENT_BYTES) {
            waiting.add(new Fragment(conversation, 1));
        }
    }

    private Packet packet(PacketKind kind, long conversation) {
        return new Packet(memory, kind, conversation, ground.own(),
                kind == PacketKind.DATA ? ground.other() : ground.own());
    }

    private void send(Fragment fragment) {
        Packet data = packet(PacketKind.DATA, fragment.conversation);
        Mixes mixes = routes.choose(data, chance);
        long late = network.goes(now, PacketKind.DATA, mixes);
        Packet ack = packet(PacketKind.ACK, fragment.conversation);
        Mixes ackMixes = routes.choose(ack, chance);
        long ackLate = network.goes(now, PacketKind.ACK, ackMixes);
        underWay.add(new UnderWay(data, mixes, ack, ackMixes, Math.min(late, ackLate), fragment));
    }

    private void sendCover() {
        Packet packet = packet(PacketKind.COVER, 0);
        Mixes mixes = routes.choose(packet, chance);
        long late = network.goes(now, PacketKind.COVER, mixes);
        network.goes(now, PacketKind.COVER_ACK, routes.choose(packet(PacketKind.COVER_ACK, 0), chance));
        underWay.add(new UnderWay(packet, mixes, null, null, late, null));
    }

    private void tell(UnderWay known) {
        if (known.ack == null && known.late >= 0) {
            routes.arrived(known.packet, known.mixes, Optional.of(Duration.ofNanos(known.late)));
        } else if (known.ack == null) {
            routes.lost(known.packet, known.mixes);
        } else if (known.late >= 0) {
            routes.arrived(known.packet, known.mixes, Optional.empty());
            routes.arrived(known.ack, known.ackMixes, Optional.empty());
            network.ended(known.fragment.tries, true);
        } else {
            routes.lost(known.packet, known.mixes);
            routes.lost(known.ack, known.ackMixes);
            if (known.fragment.tries == MOST_TRIES) {
                network.ended(known.fragment.tries, false);
            } else {
                waiting.addFirst(new Fragment(known.fragment.conversation, known.fragment.tries + 1));
            }
        }
    }
}
