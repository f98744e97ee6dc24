package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Supplier;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.SendOptions;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.topology.Topology;

/**
 * Asks a cover part when packets leave and a routes part which way they go, as the client does, for hours, and seals
 * nothing: a packet costs no more than the parts take for it. Sends what clients of the simulator send: a message a
 * minute on average, of 50 to 5,000 bytes, one in ten with ten reply blocks. What arrived is told
 * the routes part some packets later; what did not when the retransmission part waits no longer. Used on one thread.
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
    /** Of a piece, in nanoseconds since it was sent first. */
    static final long DEADLINE = SendOptions.DEFAULT.deadline().toNanos();
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
    private final Patience patience;
    private final Chance chance;
    private final Network network;
    private final long[] peers = new long[PEERS];
    private final Deque<Fragment> waiting = new ArrayDeque<>();
    private final Queue<UnderWay> underWay = new ArrayDeque<>();
    private final Queue<Due> later = new PriorityQueue<>(Comparator.comparingLong(Due::at));
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
         * @param nanos from the first time until it was acknowledged; negative: it was not
         */
        default void ended(int tries, long nanos) {
        }
    }

    /** A piece of a message. */
    static final class Fragment {

        private final long conversation;
        private int tries;
        private long first;
        private long expected;
        private boolean isEnded;

        private Fragment(long conversation) {
            this.conversation = conversation;
        }

        /** {@return copies that have left} */
        int tries() {
            return tries;
        }

        /** {@return when the first left} */
        long first() {
            return first;
        }

        /** {@return how long mixes hold the last one and its acknowledgement} */
        long expected() {
            return expected;
        }
    }

    /** A packet of which it will be known what became of it. */
    private record UnderWay(Packet packet, Mixes mixes, Packet ack, Mixes ackMixes, long late, long until,
            Fragment fragment) {
    }

    private enum What { LOST, COPY, ACKNOWLEDGED }

    /** What is to be done about a packet, and when. */
    private record Due(long at, What what, UnderWay packet) {
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
     * @param network told of each packet; loses no data
     */
    public DrivenClient(Ground ground, RoutePolicy routes, CoverTrafficStrategy cover, Chance chance, Network network) {
        this(ground, routes, cover, null, chance, network);
    }

    /**
     * @param ground   where it is
     * @param routes   a part of its own
     * @param cover    a part of its own
     * @param patience with acknowledgements, of its own
     * @param chance   decides all but delays
     * @param network  told of each packet
     */
    public DrivenClient(Ground ground, RoutePolicy routes, CoverTrafficStrategy cover, Patience patience,
            Chance chance, Network network) {
        this.ground = ground;
        this.routes = new CheckedRoutes(ground, routes);
        this.cover = cover;
        this.patience = patience;
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
        while (true) {
            long due = later.isEmpty() ? Long.MAX_VALUE : later.peek().at;
            now = Math.min(Math.min(slot, loop), Math.min(message, due));
            if (now >= end) {
                return;
            }
            if (isRedrawn && now / Topology.EPOCH.toNanos() > epoch) {
                epoch = now / Topology.EPOCH.toNanos();
                memory = new Memory(ground.topology(epoch));
                underWay.clear();
            }
            if (now == message) {
                write();
                message = now + Math.max(1, chance.exponentialNanos(MEAN_INTERVAL.toNanos()));
            } else if (now == slot) {
                if (!sendWaiting()) {
                    sendCover();
                }
                slot = next(cover.untilNextSlot(FREE, chance));
            } else if (now == loop) {
                sendCover();
                loop = next(cover.untilNextLoop(FREE, chance));
            } else {
                pass(later.poll());
            }
            while (!isPaced && sendWaiting()) {
                // All that there is leaves at once.
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
            waiting.add(new Fragment(conversation));
        }
    }

    private Packet packet(PacketKind kind, long conversation) {
        return new Packet(memory, kind, conversation, ground.own(),
                kind == PacketKind.DATA ? ground.other() : ground.own());
    }

    /** {@return whether something was waiting} */
    private boolean sendWaiting() {
        Fragment fragment = waiting.poll();
        while (fragment != null && fragment.isEnded) {
            fragment = waiting.poll();
        }
        if (fragment != null) {
            send(fragment);
        }
        return fragment != null;
    }

    private void send(Fragment fragment) {
        Packet data = packet(PacketKind.DATA, fragment.conversation);
        Mixes mixes = routes.choose(data, chance);
        long late = network.goes(now, PacketKind.DATA, mixes);
        Packet ack = packet(PacketKind.ACK, fragment.conversation);
        Mixes ackMixes = routes.choose(ack, chance);
        long ackLate = network.goes(now, PacketKind.ACK, ackMixes);
        boolean isLost = Math.min(late, ackLate) < 0;
        fragment.expected = patience == null ? 0 : patience.roundTrip();
        fragment.first = fragment.tries++ == 0 ? now : fragment.first;
        UnderWay sent = new UnderWay(data, mixes, ack, ackMixes, isLost ? -1 : late + ackLate,
                now + fragment.expected + late + ackLate, fragment);
        Optional<Duration> patient = patience == null ? Optional.empty() : patience.untilLost(fragment, now);
        long lost = patient.map(wait -> now + wait.toNanos()).orElse(fragment.first + DEADLINE);
        if (!isLost && (sent.until <= lost || patient.isEmpty())) {
            underWay.add(sent);
            return;
        }
        later.add(new Due(lost, What.LOST, sent));
        if (!isLost) {
            later.add(new Due(sent.until, What.ACKNOWLEDGED, sent));
        }
    }

    private void pass(Due due) {
        Fragment fragment = due.packet.fragment;
        if (fragment.isEnded) {
            return;
        }
        if (due.what == What.ACKNOWLEDGED) {
            tell(due.packet);
            return;
        } else if (due.what == What.LOST) {
            routes.lost(due.packet.packet, due.packet.mixes);
            routes.lost(due.packet.ack, due.packet.ackMixes);
        }
        Optional<Duration> putOff = now < fragment.first + DEADLINE ? patience.untilCopy(fragment, now)
                : Optional.empty();
        if (putOff.isEmpty()) {
            fragment.isEnded = true;
            network.ended(fragment.tries, -1);
        } else if (putOff.get().isZero()) {
            waiting.addFirst(fragment);
        } else {
            later.add(new Due(now + putOff.get().toNanos(), What.COPY, due.packet));
        }
    }

    private void sendCover() {
        Packet packet = packet(PacketKind.COVER, 0);
        Mixes mixes = routes.choose(packet, chance);
        long late = network.goes(now, PacketKind.COVER, mixes);
        network.goes(now, PacketKind.COVER_ACK, routes.choose(packet(PacketKind.COVER_ACK, 0), chance));
        underWay.add(new UnderWay(packet, mixes, null, null, late, 0, null));
    }

    private void tell(UnderWay known) {
        if (known.ack == null && known.late >= 0) {
            routes.arrived(known.packet, known.mixes, Optional.of(Duration.ofNanos(known.late)));
        } else if (known.ack == null) {
            routes.lost(known.packet, known.mixes);
        } else {
            routes.arrived(known.packet, known.mixes, Optional.empty());
            routes.arrived(known.ack, known.ackMixes, Optional.empty());
            Fragment fragment = known.fragment;
            if (!fragment.isEnded) {
                fragment.isEnded = true;
                network.ended(fragment.tries, known.until - fragment.first);
                if (patience != null && fragment.tries == 1) {
                    patience.measured(known.late);
                }
            }
        }
    }
}
