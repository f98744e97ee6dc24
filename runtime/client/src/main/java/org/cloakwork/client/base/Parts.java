package org.cloakwork.client.base;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchangeable parts a client works with at this moment. Whoever assembles the client sets them, at any time and
 * from any thread; the engine looks here for each decision, so the next one goes to the new part.
 *
 * <p>A part that does what its contract does not allow is not used for a while: the one of that kind that was used
 * before and never did so goes on, as long as it is there, otherwise nothing of that kind. It is tried again, each time
 * in vain after a longer pause; after it has worked for as long as the last pause it is taken for a good one again.
 */
public final class Parts {

    /** How long a call on the client's own thread may take; so long, and a little, the client may stand still. */
    static final Duration BUDGET = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    /** Until a part is tried again, the first time: if there is none to go on with, if there is one, if it hung. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE_REPLACED = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE_HUNG = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final int MOST_DOUBLINGS = 12;

    /** Whoever uses parts. */
    private record User(Environment environment, Counters<Counter> counters, Runnable onChange) {
    }

    /**
     * What a part did.
     *
     * @param kind     of it
     * @param part     its name
     * @param sentence which call did what, and what is done about it; for people
     */
    public record Breach(PartKind<?> kind, String part, String sentence) {
    }

    private final Map<PartKind<?>, Slot> slots = new ConcurrentHashMap<>();
    private final Map<PartKind<?>, String> names = new ConcurrentHashMap<>();
    private volatile Optional<String> trouble = Optional.empty();
    private volatile User user;
    private volatile Runnable onUse = () -> { };

    /** Those of one kind. */
    private static final class Slot {

        /** In its guarded state: see {@link Parts}. */
        private Checked<?> chosen;
        private boolean broken;
        private Breach breach;
        private int failures;
        private Cancellable next = () -> { };
        /** That were chosen before and never failed, the last one first. */
        private final Deque<Checked<?>> good = new ArrayDeque<>();
        private volatile Checked<?> used;
    }

    /** Makes an empty one. */
    public Parts() {
        PartKind.OF_A_CLIENT.forEach(kind -> slots.put(kind, new Slot()));
    }

    /**
     * @param environment where time and watch come from
     * @param counters    of the client
     * @param onChange    told when another part, or none, is to be used, on any thread
     */
    public void serve(Environment environment, Counters<Counter> counters, Runnable onChange) {
        user = new User(environment, counters, onChange);
    }

    /** @param listener told when {@link #using} may answer something else, on any thread */
    public void onUse(Runnable listener) {
        onUse = listener;
    }

    private void changed() {
        User told = user;
        if (told != null) {
            told.onChange.run();
        }
        onUse.run();
    }

    Watch watch() {
        User one = user;
        return one == null ? Watch.NONE : one.environment.watch();
    }

    Cancellable later(Duration delay, Runnable task) {
        User one = user;
        return one == null ? () -> { } : one.environment.scheduler().schedule(delay, task);
    }

    /** Nobody uses them any more. */
    public void stop() {
        user = null;
        for (Slot slot : slots.values()) {
            synchronized (slot) {
                slot.next.cancel();
            }
        }
    }

    /**
     * Only for people: what a kind that is missing should be.
     *
     * @param kind of a part
     * @param name of the part that is wanted
     */
    public void want(PartKind<?> kind, String name) {
        names.put(kind, name);
        changed();
    }

    /**
     * @param sentence what is wrong around the client and not with it, for people; empty: nothing is
     */
    public void setTrouble(Optional<String> sentence) {
        trouble = sentence;
        changed();
    }

    /** {@return what is wrong around the client} */
    public Optional<String> trouble() {
        return trouble;
    }

    /**
     * @param kind one of {@link PartKind#OF_A_CLIENT}
     * @param part the new one of that kind, or null while there is none
     */
    public <T> void set(PartKind<T> kind, T part) {
        Slot slot = slots.get(kind);
        synchronized (slot) {
            if (slot.chosen != null && !slot.broken) {
                slot.good.addFirst(slot.chosen);
            }
            slot.next.cancel();
            slot.broken = false;
            slot.breach = null;
            slot.failures = 0;
            if (part != null) {
                slot.good.removeIf(before -> before.part() == part);
            }
            slot.chosen = part == null ? null
                    : checked(kind, part, names.getOrDefault(kind, part.getClass().getName()));
            slot.used = slot.chosen;
        }
        changed();
    }

    private Checked<?> checked(PartKind<?> kind, Object part, String name) {
        return switch (part) {
            case TopologyProvider topology when kind == PartKind.TOPOLOGY -> new CheckedTopology(this, topology, name);
            case GatewayTransport transport when kind == PartKind.TRANSPORT ->
                    new CheckedTransport(this, transport, name);
            case PacketFormat format when kind == PartKind.SPHINX -> new CheckedFormat(this, format, name);
            case RoutePolicy routes when kind == PartKind.ROUTES -> new CheckedRoutes(this, routes, name);
            case RetransmissionPolicy policy when kind == PartKind.RETRANSMISSION ->
                    new CheckedRetransmission(this, policy, name);
            case CoverTrafficStrategy cover when kind == PartKind.COVER -> new CheckedCover(this, cover, name);
            default -> throw new IllegalArgumentException("a client has no part of the kind " + kind);
        };
    }

    /** @param part that is not there any more, and cannot stand in for another one */
    public void gone(Object part) {
        for (Slot slot : slots.values()) {
            boolean stoodIn;
            synchronized (slot) {
                stoodIn = slot.used != null && slot.used != slot.chosen && slot.used.part() == part;
                slot.good.removeIf(before -> before.part() == part);
                if (stoodIn) {
                    slot.used = slot.good.peekFirst();
                }
            }
            if (stoodIn) {
                changed();
            }
        }
    }

    /** {@return what is to be thrown at whoever called it} */
    PartFailure broke(Checked<?> part, String method, String what, Throwable cause, boolean hung) {
        User told = user;
        if (told != null) {
            told.counters.count(Counter.PART_FAILURES);
        }
        if (hung) {
            part.setHung(true);
        }
        String fault = part.kind() + " part \"" + part.name() + "\" failed: " + method + ' ' + Printable.of(what);
        Slot slot = slots.get(part.kind());
        boolean news;
        synchronized (slot) {
            boolean chosenOne = part == slot.chosen && !slot.broken;
            boolean stoodIn = part == slot.used && part != slot.chosen;
            news = chosenOne || stoodIn;
            slot.good.remove(part);
            if (chosenOne) {
                Duration pause = pause(slot, hung);
                slot.broken = true;
                slot.next.cancel();
                slot.next = later(pause, () -> tryAgain(slot, part, pause));
                slot.used = slot.good.peekFirst();
                slot.breach = new Breach(part.kind(), part.name(), fault + "; " + instead(slot.used)
                        + "; next attempt in " + pause.getSeconds() + " s");
            } else if (stoodIn) {
                slot.used = slot.good.peekFirst();
                slot.breach = new Breach(part.kind(), slot.chosen.name(), slot.breach.sentence() + "; then " + fault
                        + "; " + instead(slot.used));
            }
            if (news) {
                LOG.warn("{}", slot.breach.sentence(), cause);
            }
        }
        if (news) {
            changed();
        }
        return new PartFailure(fault);
    }

    private static String instead(Checked<?> used) {
        return used == null ? "nothing else of that kind worked before, so traffic waits"
                : "going on with \"" + used.name() + '"';
    }

    private static Duration pause(Slot slot, boolean hung) {
        Duration first = hung ? FIRST_PAUSE_HUNG : slot.good.isEmpty() ? FIRST_PAUSE : FIRST_PAUSE_REPLACED;
        Duration pause = first.multipliedBy(1L << Math.min(slot.failures++, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private void tryAgain(Slot slot, Checked<?> part, Duration pause) {
        synchronized (slot) {
            if (slot.chosen != part || !slot.broken) {
                return;
            }
            part.setHung(false);
            slot.broken = false;
            slot.used = part;
            slot.next = later(pause, () -> proven(slot, part));
        }
        changed();
    }

    private void proven(Slot slot, Checked<?> part) {
        synchronized (slot) {
            if (slot.chosen != part || slot.broken) {
                return;
            }
            slot.breach = null;
            slot.failures = 0;
        }
        LOG.info("{} part \"{}\" works again", part.kind(), part.name());
        changed();
    }

    private <T> T get(PartKind<T> kind) {
        Checked<?> used = slots.get(kind).used;
        return used == null ? null : kind.service().cast(used.asPart());
    }

    /**
     * @param kind one of {@link PartKind#OF_A_CLIENT}
     * @return the part that was set last, whether it is used or not; null if there is none
     */
    public <T> T chosen(PartKind<T> kind) {
        Slot slot = slots.get(kind);
        synchronized (slot) {
            return slot.chosen == null ? null : kind.service().cast(slot.chosen.part());
        }
    }

    /**
     * @param kind one of {@link PartKind#OF_A_CLIENT}
     * @return the name of the part that is used; empty while there is none
     */
    public Optional<String> using(PartKind<?> kind) {
        return Optional.ofNullable(slots.get(kind).used).map(Checked::name);
    }

    /** {@return the topology provider, or null while there is none} */
    public TopologyProvider topology() {
        return get(PartKind.TOPOLOGY);
    }

    /** {@return the transport, or null while there is none} */
    public GatewayTransport transport() {
        return get(PartKind.TRANSPORT);
    }

    /** {@return the packet format, or null while there is none} */
    public PacketFormat sphinx() {
        return get(PartKind.SPHINX);
    }

    /** {@return the routes part, or null while there is none} */
    public RoutePolicy routes() {
        return get(PartKind.ROUTES);
    }

    /** {@return the retransmission policy, or null while there is none} */
    public RetransmissionPolicy retransmission() {
        return get(PartKind.RETRANSMISSION);
    }

    /** {@return the cover strategy, or null while there is none} */
    public CoverTrafficStrategy cover() {
        return get(PartKind.COVER);
    }

    /** {@return for people, which part is missing, if one is; the first of them} */
    public Optional<String> problem() {
        return PartKind.OF_A_CLIENT.stream().filter(kind -> chosen(kind) == null).findFirst()
                .map(kind -> "no " + kind + " part"
                + Optional.ofNullable(names.get(kind)).map(name -> " \"" + name + '"').orElse(""));
    }

    /** {@return what chosen parts did against their contracts; those that work again, and have for a while, are out} */
    public List<Breach> breaches() {
        return PartKind.OF_A_CLIENT.stream().map(this::breach).flatMap(Optional::stream).toList();
    }

    private Optional<Breach> breach(PartKind<?> kind) {
        Slot slot = slots.get(kind);
        synchronized (slot) {
            return Optional.ofNullable(slot.breach);
        }
    }

    /** {@return the kind of the first part that is missing or not used, if one is} */
    public Optional<PartKind<?>> missing() {
        return PartKind.OF_A_CLIENT.stream().<PartKind<?>>map(kind -> kind)
                .filter(kind -> slots.get(kind).used == null).findFirst();
    }
}
