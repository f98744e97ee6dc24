package org.cloakwork.proxy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.wire.socks5.ExitPolicy;
import org.cloakwork.wire.socks5.ProviderResponse;

/**
 * Which exit is next. Knows no threads and no clock: it is told what happens and when, and answers with what is to be
 * done. An exit is asked what it does before it is taken; of those that the network names some are drawn, the fastest
 * of them is taken and kept for as long as it answers. One that leaves a connection waiting is asked again, and set
 * aside if it does not answer that: who has an exit connect to a place that is silent cannot have it set aside.
 */
final class ExitChoice {

    /** For an answer to a question, at most; mixes delay it by a second or two. */
    static final Duration PROBE_PATIENCE = Duration.ofSeconds(20);
    /** And at least, from an exit of which is known how long it takes: so many times that. */
    static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);
    static final int PATIENCE_ROUND_TRIPS = 8;
    /**
     * After so many round trips a connection that the exit has said nothing about casts doubt on it, within limits:
     * whom it connects to may be slow.
     */
    static final int LATE_ROUND_TRIPS = 4;
    static final Duration LATE = Duration.ofSeconds(8);
    static final Duration LEAST_LATE = Duration.ofSeconds(2);
    /** An exit that has connections and says nothing about any for so long is asked whether it is there. */
    static final Duration QUIET = Duration.ofSeconds(30);
    static final Duration FIRST_BACK_OFF = Duration.ofSeconds(30);
    static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(30);
    /** Between questions to an exit that is set aside, when there is no other. */
    static final Duration LEAST_BACK_OFF = Duration.ofSeconds(3);
    /** Exits that are asked at once. */
    static final int AT_ONCE = 3;
    /** That have answered, so that there is another one when one goes. */
    static final int SPARE = 2;
    /** Exits that may refuse a port before it counts as refused by all. */
    static final int MOST_REFUSALS = 3;
    /** What the network names is good for so long. */
    static final Duration LIST_AGE = Duration.ofHours(1);
    private static final Duration FIRST_LIST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_LIST_PAUSE = Duration.ofMinutes(5);
    /** A policy of more rules is not kept: the exit is taken for one that has not told. */
    static final int MOST_RULES = 10_000;
    private static final int MOST_DOUBLINGS = 10;

    /** What is to be done. */
    sealed interface Action {
    }

    /** The network is to be asked for its exits. */
    record TellExits() implements Action {
    }

    /**
     * An exit is to be asked.
     *
     * @param probe  for its answers
     * @param exit   whom
     * @param policy whether for its policy, too
     */
    record Ask(long probe, MixnetAddress exit, boolean policy) implements Action {
    }

    /** A connection waits for an exit in vain, or has lost it. */
    record Lost(long use, String reason) implements Action {
    }

    /** Whom to take. */
    sealed interface Answer {
    }

    /** This one. */
    record Take(MixnetAddress exit) implements Answer {
    }

    /** It is not known yet, and why. */
    record Wait(String reason) implements Answer {
    }

    /** There is none, and why. */
    record None(String reason) implements Answer {
    }

    private enum Status { UNTRIED, READY, ASIDE }

    private static final class Row {

        private KnownExit exit;
        private final long order;
        private Status status = Status.UNTRIED;
        private Optional<String> objection = Optional.empty();
        /** 0: it is not being asked. */
        private long probe;
        private long askedNanos;
        private boolean asksPolicy;
        private Optional<Boolean> open = Optional.empty();
        private Optional<ExitPolicy> policy = Optional.empty();
        private Optional<Duration> roundTrip = Optional.empty();
        private int failures;
        private long asideUntilNanos;
        private String reason = "";
        private boolean hasAnswered;
        private long answeredNanos;

        Row(KnownExit exit, long order) {
            this.exit = exit;
            this.order = order;
        }

        boolean isAsked() {
            return probe != 0;
        }

        boolean isAllowed() {
            return objection.isEmpty();
        }

        boolean isReady() {
            return status == Status.READY && isAllowed();
        }

        boolean connectsTo(int port) {
            return open.orElse(false) || policy.isEmpty() || policy.get().acceptsSomewhere(port);
        }

        private Duration times(int roundTrips, Duration least, Duration most) {
            Duration wanted = roundTrip.map(time -> time.multipliedBy(roundTrips)).orElse(most);
            return wanted.compareTo(least) < 0 ? least : wanted.compareTo(most) > 0 ? most : wanted;
        }

        Duration late() {
            return times(LATE_ROUND_TRIPS, LEAST_LATE, LATE);
        }

        /** One that was never asked, or is aside, has all the time. */
        Duration patience() {
            return status == Status.READY ? times(PATIENCE_ROUND_TRIPS, LEAST_PATIENCE, PROBE_PATIENCE)
                    : PROBE_PATIENCE;
        }

        boolean hasAnsweredSince(long nanos) {
            return hasAnswered && answeredNanos - nanos >= 0;
        }
    }

    /** A connection through an exit. */
    private static final class Use {

        private final MixnetAddress exit;
        private final long sinceNanos;
        private boolean doubted;
        private boolean answered;

        Use(MixnetAddress exit, long sinceNanos) {
            this.exit = exit;
            this.sinceNanos = sinceNanos;
        }
    }

    private final ExitSettings settings;
    private final boolean auto;
    private final LongSupplier random;
    private final Map<MixnetAddress, Row> rows = new LinkedHashMap<>();
    private final Map<Long, Use> connections = new HashMap<>();
    private long lastNumber;
    private boolean online;
    private MixnetAddress current;
    /** Whom the next connection was going to take. */
    private MixnetAddress next;

    private boolean listing;
    private boolean isListed;
    private long listDueNanos;
    private boolean listIsDue = true;
    private int listFailures;
    private String listFault = "";

    /**
     * @param settings which may be taken
     * @param random   any number; decides in which order exits of the network are tried
     */
    ExitChoice(ExitSettings settings, LongSupplier random) {
        this.settings = settings;
        this.random = random;
        auto = settings.named().isEmpty();
        for (MixnetAddress exit : settings.named()) {
            rows.put(exit, new Row(new KnownExit(exit, Optional.empty(), OptionalInt.empty()), rows.size()));
        }
    }

    // ------------------------------------------------------------------ what happens

    /** The client can send and receive, or cannot: then no exit is to blame for silence. */
    void online(boolean now) {
        online = now;
        if (!now) {
            rows.values().forEach(row -> row.probe = 0);
        }
    }

    /** The network names these. */
    void listed(List<KnownExit> exits, long nowNanos) {
        listing = false;
        isListed = true;
        listFailures = 0;
        listDueNanos = nowNanos + LIST_AGE.toNanos();
        Set<MixnetAddress> present = new HashSet<>();
        for (KnownExit exit : exits) {
            present.add(exit.address());
            Row row = rows.computeIfAbsent(exit.address(), address -> new Row(exit, random.getAsLong()));
            row.exit = exit;
            row.objection = settings.objection(exit);
        }
        rows.keySet().retainAll(present);
    }

    /** It cannot be asked now, or does not answer. */
    void notListed(String fault, long nowNanos) {
        listing = false;
        listFault = fault;
        listDueNanos = nowNanos + doubled(FIRST_LIST_PAUSE, listFailures++, LONGEST_LIST_PAUSE).toNanos();
    }

    /**
     * Somebody wants an exit.
     *
     * @param port of the target
     */
    List<Action> wanted(int port, long nowNanos) {
        List<Action> actions = new ArrayList<>();
        if (auto && !listing && (listIsDue || nowNanos - listDueNanos >= 0)) {
            listing = true;
            listIsDue = false;
            actions.add(new TellExits());
        }
        if (!online) {
            return actions;
        }
        List<Row> ready = ready(port);
        long asked = rows.values().stream().filter(row -> row.isAllowed() && row.isAsked()
                && row.status != Status.READY).count();
        if (auto && ready.isEmpty() && refusals(port) >= MOST_REFUSALS) {
            return actions;
        }
        long needed = ready.isEmpty() ? AT_ONCE : SPARE - ready.size();
        // Of those that are named, one that stands before those that are ready is wanted back.
        long before = auto || ready.isEmpty() ? Long.MAX_VALUE : ready.getFirst().order;
        List<Row> due = rows.values().stream().filter(row -> row.isAllowed() && !row.isAsked()
                && (row.status == Status.UNTRIED
                || row.status == Status.ASIDE && nowNanos - row.asideUntilNanos >= 0))
                .sorted(Comparator.comparingLong(row -> row.order)).toList();
        for (Row row : due) {
            if (asked < needed || !auto && !ready.isEmpty() && row.order < before) {
                actions.add(ask(row, true, nowNanos));
                asked++;
            }
        }
        if (asked == 0 && ready.isEmpty()) {
            rows.values().stream().filter(row -> row.isAllowed() && row.status == Status.ASIDE
                    && nowNanos - row.askedNanos >= LEAST_BACK_OFF.toNanos())
                    .sorted(Comparator.comparingLong(row -> row.askedNanos)).limit(AT_ONCE)
                    .forEach(row -> actions.add(ask(row, true, nowNanos)));
        }
        return actions;
    }

    private long refusals(int port) {
        return rows.values().stream().filter(row -> row.isReady() && !row.connectsTo(port)).count();
    }

    private Action ask(Row row, boolean policy, long nowNanos) {
        row.probe = ++lastNumber;
        row.askedNanos = nowNanos;
        row.asksPolicy = policy;
        return new Ask(row.probe, row.exit.address(), policy);
    }

    /** An exit has answered one of the questions of a probe. */
    void answered(long probe, ProviderResponse.QueryAnswer answer, long nowNanos) {
        Optional<Row> asked = asked(probe);
        if (asked.isEmpty()) {
            return;
        }
        Row row = asked.get();
        heard(row, nowNanos);
        switch (answer) {
            case ProviderResponse.OpenProxy(boolean open) -> {
                row.open = Optional.of(open);
                row.roundTrip = Optional.of(Duration.ofNanos(nowNanos - row.askedNanos));
                if (open || !row.asksPolicy) {
                    ready(row);
                }
            }
            case ProviderResponse.Policy(boolean enabled, String ignored, Optional<ExitPolicy> policy) -> {
                row.policy = policy.filter(told -> enabled && told.rules().size() <= MOST_RULES);
                if (row.open.isPresent()) {
                    ready(row);
                }
                row.asksPolicy = false;
            }
            case ProviderResponse.Description ignored -> { }
            case ProviderResponse.QueryError ignored -> ready(row);
        }
    }

    private static void heard(Row row, long nowNanos) {
        row.hasAnswered = true;
        row.answeredNanos = nowNanos;
    }

    private static void ready(Row row) {
        row.probe = 0;
        row.status = Status.READY;
        row.failures = 0;
        row.reason = "";
    }

    private Optional<Row> asked(long probe) {
        return rows.values().stream().filter(row -> probe != 0 && row.probe == probe).findFirst();
    }

    /** {@return whether answers to a probe are still of interest} */
    boolean isOpen(long probe) {
        return asked(probe).isPresent();
    }

    /** A question cannot be delivered. */
    List<Action> undelivered(long probe, String reason, long nowNanos) {
        return asked(probe).map(row -> setAside(row, reason, nowNanos)).orElse(List.of());
    }

    private List<Action> setAside(Row row, String reason, long nowNanos) {
        row.probe = 0;
        row.status = Status.ASIDE;
        row.reason = reason;
        row.policy = Optional.empty();
        row.open = Optional.empty();
        row.asideUntilNanos = nowNanos + doubled(FIRST_BACK_OFF, row.failures++, LONGEST_BACK_OFF).toNanos();
        if (row.exit.address().equals(current)) {
            current = null;
        }
        List<Action> lost = new ArrayList<>();
        connections.entrySet().removeIf(entry -> {
            boolean concerned = entry.getValue().exit.equals(row.exit.address());
            if (concerned) {
                lost.add(new Lost(entry.getKey(), reason));
            }
            return concerned;
        });
        return lost;
    }

    private static Duration doubled(Duration first, int times, Duration most) {
        Duration doubled = first.multipliedBy(1L << Math.min(times, MOST_DOUBLINGS));
        return doubled.compareTo(most) < 0 ? doubled : most;
    }

    /** {@return the number of a connection that takes an exit from now on} */
    long took(MixnetAddress exit, long nowNanos) {
        current = exit;
        connections.put(++lastNumber, new Use(exit, nowNanos));
        return lastNumber;
    }

    /** The exit has said something about a connection. */
    void heardOf(long use, long nowNanos) {
        Use connection = connections.get(use);
        if (connection != null) {
            connection.answered = true;
            if (rows.containsKey(connection.exit)) {
                heard(rows.get(connection.exit), nowNanos);
            }
        }
    }

    /** A connection is over, and the exit is not to blame. */
    void left(long use) {
        connections.remove(use);
    }

    /** An exit has said nothing about a connection in time. */
    List<Action> failed(long use, long nowNanos) {
        Use over = connections.remove(use);
        return over == null ? List.of() : doubt(over, nowNanos);
    }

    private List<Action> doubt(Use connection, long nowNanos) {
        Row row = rows.get(connection.exit);
        if (!online || row == null || row.status != Status.READY || row.isAsked() || !isSilent(row, nowNanos)) {
            return List.of();
        }
        return List.of(ask(row, false, nowNanos));
    }

    private static boolean isSilent(Row row, long nowNanos) {
        return !row.hasAnsweredSince(nowNanos - row.late().toNanos() + 1);
    }

    /** Time passes. */
    List<Action> tick(long nowNanos) {
        List<Action> actions = new ArrayList<>();
        for (Row row : List.copyOf(rows.values())) {
            Duration patience = row.patience();
            if (row.isAsked() && nowNanos - row.askedNanos >= patience.toNanos()) {
                if (row.open.isPresent() && row.hasAnsweredSince(row.askedNanos)) {
                    // It does not tell its policy.
                    ready(row);
                } else if (row.hasAnsweredSince(row.askedNanos)) {
                    row.probe = 0;
                } else {
                    actions.addAll(setAside(row, "it did not answer within " + patience.toMillis() + " ms", nowNanos));
                }
            }
        }
        for (Use connection : connections.values()) {
            Row row = rows.get(connection.exit);
            if (connection.answered && online && row != null && row.status == Status.READY && !row.isAsked()
                    && !row.hasAnsweredSince(nowNanos - QUIET.toNanos() + 1)) {
                actions.add(ask(row, false, nowNanos));
            }
            // Not before the exit is silent altogether: who waits on then would have no doubt left.
            if (!connection.answered && !connection.doubted && row != null
                    && nowNanos - connection.sinceNanos >= row.late().toNanos() && isSilent(row, nowNanos)) {
                connection.doubted = true;
                actions.addAll(doubt(connection, nowNanos));
            }
        }
        return actions;
    }

    // ------------------------------------------------------------------ what follows

    /** Those that may be taken for a port, the best first. */
    private List<Row> ready(int port) {
        Comparator<Row> best = auto
                ? Comparator.<Row, Boolean>comparing(row -> !row.exit.address().equals(current))
                .thenComparing(row -> !row.exit.address().equals(next))
                .thenComparing(row -> row.roundTrip.orElse(PROBE_PATIENCE))
                : Comparator.comparingLong(row -> row.order);
        return rows.values().stream().filter(row -> row.isReady() && row.connectsTo(port)).sorted(best).toList();
    }

    /**
     * @param port of the target
     * @return whom a connection would take; that stays the same as long as it answers
     */
    Optional<MixnetAddress> next(int port) {
        List<Row> ready = ready(port);
        if (!ready.isEmpty()) {
            next = ready.getFirst().exit.address();
        }
        return Optional.ofNullable(next);
    }

    /**
     * @param port of the target
     * @return whom to take, after {@link #wanted}
     */
    Answer choice(int port) {
        List<Row> ready = ready(port);
        if (!ready.isEmpty()) {
            return new Take(ready.getFirst().exit.address());
        }
        if (!online) {
            return new Wait("the client is not ready");
        }
        if (auto && !isListed) {
            return listing ? new Wait("the network has not told its exits yet")
                    : new None("the network's exits are not known: " + listFault);
        }
        List<Row> allowed = rows.values().stream().filter(Row::isAllowed).toList();
        if (rows.isEmpty()) {
            return listing ? new Wait("the network names no exit") : new None("the network names no exit");
        }
        if (allowed.isEmpty()) {
            return new None("none of the " + rows.size() + " exits of the network is allowed by the configuration: "
                    + rows.values().iterator().next().objection.orElse(""));
        }
        long refusals = refusals(port);
        boolean anyAsked = allowed.stream().anyMatch(row -> row.isAsked() && row.status != Status.READY);
        if (refusals > 0 && (!anyAsked || auto && refusals >= MOST_REFUSALS)) {
            return new None("no exit connects to port " + port + ", " + refusals + " asked");
        }
        if (anyAsked || allowed.stream().anyMatch(row -> row.status == Status.UNTRIED)) {
            return new Wait("no exit has answered yet");
        }
        Row last = allowed.stream().max(Comparator.comparingLong(row -> row.askedNanos)).orElseThrow();
        return new None("none of " + allowed.size() + " exits answers; the last: " + last.reason);
    }

    /** {@return what is known of each} */
    List<ExitStanding> known() {
        return rows.values().stream().map(row -> new ExitStanding(row.exit, state(row), row.roundTrip,
                row.policy.map(policy -> OptionalInt.of(policy.rules().size())).orElse(OptionalInt.empty()), row.open,
                row.objection.or(() -> Optional.of(row.reason).filter(reason -> !reason.isEmpty()))))
                .sorted(Comparator.comparing(ExitStanding::state)).toList();
    }

    private ExitStanding.State state(Row row) {
        if (!row.isAllowed()) {
            return ExitStanding.State.EXCLUDED;
        }
        return switch (row.status) {
            case READY -> row.exit.address().equals(current) ? ExitStanding.State.IN_USE : ExitStanding.State.READY;
            case ASIDE -> row.isAsked() ? ExitStanding.State.ASKED : ExitStanding.State.ASIDE;
            case UNTRIED -> row.isAsked() ? ExitStanding.State.ASKED : ExitStanding.State.UNTRIED;
        };
    }
}
