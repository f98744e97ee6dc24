package org.cloakwork.client.topology;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Printable;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last good topology, for ever, and asks for a new one at its period; after a failure it asks again sooner.
 * At a start without an answer it goes on with the last good one of before.
 */
public final class TopologyKeeper {

    /** In {@link #figures}: for how long the present topology has been in use. */
    public static final String AGE = "topology.age-seconds";
    /** How many nodes the present topology has, and how many its source lists and left out. */
    public static final String NODES = "topology.nodes";
    public static final String REJECTED = "topology.nodes.rejected";
    /** What else of its source could not be read, or was no host name. */
    public static final String FAULTS = "topology.faults";

    private static final Logger LOG = LoggerFactory.getLogger(TopologyKeeper.class);
    /** A part that leaves has given way to another one by then. */
    private static final Duration EXCHANGE = Duration.ofMillis(500);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    /** After so many periods without a new topology the one we have is out of date. */
    private static final int OUT_OF_DATE_PERIODS = 3;
    /** At the start so long is waited for an answer before the topology of before is used. */
    private static final Duration FALL_BACK = Duration.ofSeconds(5);
    /** One of before that is older is not used: all nodes have other keys by then. */
    private static final Duration OLDEST = Duration.ofDays(1);
    private static final int MOST_NAMED = 5;
    /** By so much clocks may differ. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(2);
    /** At least so often a new topology is asked for: keys that rotated are good for one more epoch only. */
    private static final int REFRESHES_AN_EPOCH = 4;
    /** Between questions for a topology, at least, whatever the directory says of epochs. */
    private static final Duration LEAST_PERIOD = Duration.ofMillis(250);

    private final Parts parts;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Executor workers;
    private final Counters<Counter> counters;
    private final Duration refreshPeriod;
    private final Ledger ledger;
    private final Runnable onChange;
    /** When it was taken over: monotonic time, and the date. */
    private record Held(Topology topology, long sinceNanos, Instant since) {
    }

    private volatile Held held;
    /** Of before the start, while there is no other. */
    private Saved.LastTopology saved;
    private Scheduler.Cancellable warning = () -> { };
    private Scheduler.Cancellable fallBack = () -> { };
    private boolean failing;
    private String problem = "no topology yet";
    private Optional<String> clockProblem = Optional.empty();
    private Duration retry = FIRST_RETRY;
    private TopologyProvider asked;
    private PacketFormat prepared;
    private CompletableFuture<Topology> question;
    private boolean stopped;
    /** The next question. */
    private Scheduler.Cancellable next = () -> { };

    /**
     * @param parts         where the provider is looked up for each question
     * @param environment   of the client
     * @param counters      of the client
     * @param refreshPeriod between questions, at most
     * @param ledger        told what there is to go on from after a restart
     * @param onChange      called after each answer, usable or not
     */
    public TopologyKeeper(Parts parts, Environment environment, Counters<Counter> counters, Duration refreshPeriod,
                          Ledger ledger, Runnable onChange) {
        this.parts = parts;
        clock = environment.clock();
        scheduler = environment.scheduler();
        workers = environment.workers();
        this.counters = counters;
        this.refreshPeriod = refreshPeriod;
        this.ledger = ledger;
        this.onChange = onChange;
    }

    /**
     * To be called before the first question.
     *
     * @param last the last good one of before the start
     */
    public void restore(Saved.LastTopology last) {
        if (last.at().isAfter(clock.now().minus(OLDEST))) {
            saved = last;
            fallBack = scheduler.schedule(FALL_BACK, () -> {
                if (fallBack()) {
                    onChange.run();
                }
            });
        }
    }

    /** {@return whether the topology is the one of before from now on} */
    private boolean fallBack() {
        fallBack.cancel();
        if (saved == null || held != null || stopped) {
            return false;
        }
        Duration age = Duration.between(saved.at(), clock.now());
        held = new Held(saved.topology(), clock.nanoTime() - Math.max(0, age.toNanos()), saved.at());
        saved = null;
        LOG.warn("no new topology: going on with the one of {}", since());
        prepare();
        return true;
    }

    /** {@return the last good topology} */
    public Optional<Topology> topology() {
        return Optional.ofNullable(held).map(Held::topology);
    }

    /**
     * Asks the provider of now, on the client's own thread.
     *
     * @return the exits of the present topology; fails without one, or if the provider cannot tell
     */
    public CompletableFuture<List<KnownExit>> exits() {
        TopologyProvider provider = parts.topology();
        if (provider == null || held == null) {
            return CompletableFuture.failedFuture(new IllegalStateException(problem));
        }
        try {
            return provider.exits().thenApply(named -> topology().orElseThrow().reachable(named));
        } catch (PartFailure e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** {@return for how long the last good topology has been in use; may be asked from any thread} */
    public Optional<Duration> age() {
        return Optional.ofNullable(held).map(last -> Duration.ofNanos(clock.nanoTime() - last.sinceNanos()));
    }

    /** {@return figures of the present topology by their names; none without one} */
    public Map<String, Long> figures() {
        Map<String, Long> figures = new TreeMap<>();
        age().ifPresent(age -> figures.put(AGE, age.getSeconds()));
        topology().ifPresent(present -> {
            figures.put(NODES, (long) present.nodes().size());
            figures.put(REJECTED, (long) present.rejected().size());
            figures.put(FAULTS, (long) present.faults().size());
        });
        return figures;
    }

    /**
     * @param figure the name of one of {@link #figures}
     * @return what it measures
     */
    public static String meaning(String figure) {
        return switch (figure) {
            case AGE -> "for how long the present topology has been in use";
            case NODES -> "nodes of the present topology";
            case REJECTED -> "nodes that its source lists and that were left out";
            case FAULTS -> "what else of its source could not be read";
            default -> throw new IllegalArgumentException(figure);
        };
    }

    /** {@return when the last good topology was taken over, to the second; there must be one} */
    public Instant since() {
        return held.since().truncatedTo(ChronoUnit.SECONDS);
    }

    /** {@return whether the last good topology should have been followed by another one long ago} */
    public boolean isOutOfDate() {
        return age().filter(age -> age.compareTo(period().multipliedBy(OUT_OF_DATE_PERIODS)) >= 0).isPresent();
    }

    private Duration period() {
        Duration longest = topology().orElseThrow().epochLength().dividedBy(REFRESHES_AN_EPOCH);
        Duration bounded = longest.compareTo(LEAST_PERIOD) < 0 ? LEAST_PERIOD : longest;
        return refreshPeriod.compareTo(bounded) < 0 ? refreshPeriod : bounded;
    }

    /** {@return how this machine's clock contradicts its source, for people; empty if it does not} */
    public Optional<String> clockProblem() {
        return clockProblem;
    }

    /** A directory says when it drew up what it answers with: not later than now, and not epochs ago. */
    private static Optional<String> clockProblem(Topology answer, Instant now) {
        Duration age = Duration.between(answer.refreshedAt(), now);
        if (age.compareTo(CLOCK_TOLERANCE.negated()) < 0) {
            return Optional.of("this machine's clock is at least " + age.negated().getSeconds()
                    + " s slow: the directory's answer is from the future");
        }
        return age.compareTo(answer.epochLength().multipliedBy(OUT_OF_DATE_PERIODS).plus(CLOCK_TOLERANCE)) > 0
                ? Optional.of("this machine's clock is fast, or the directory asleep: its answer is " + age.getSeconds()
                + " s old") : Optional.empty();
    }

    /** {@return why there is no topology, or no newer one, for people} */
    public String problem() {
        return problem;
    }

    /** Asks now. A question that is under way is not waited for any longer. */
    private void refresh() {
        next.cancel();
        forget();
        asked = parts.topology();
        if (stopped || asked == null) {
            return;
        }
        CompletableFuture<Topology> asking = ask(asked);
        question = asking;
        asking.whenComplete((answer, failure) -> scheduler.execute(() -> answered(asking, answer, failure)));
    }

    private void forget() {
        if (question != null) {
            CompletableFuture<Topology> old = question;
            question = null;
            old.completeExceptionally(new IllegalStateException("nobody waits for it any more"));
        }
    }

    private CompletableFuture<Topology> ask(TopologyProvider provider) {
        try {
            return provider.fetch();
        } catch (PartFailure e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Another provider is asked at once, another packet format gets ready. */
    public void partsChanged() {
        if (parts.topology() != asked) {
            refresh();
        }
        prepare();
    }

    private void prepare() {
        PacketFormat format = parts.sphinx();
        if (format == prepared || format == null || held == null) {
            return;
        }
        prepared = format;
        List<EncryptionKey> keys = held.topology().nodes().values().stream().map(Node::sphinxKey).toList();
        // Not here: what it computes may take its time.
        workers.execute(() -> {
            try {
                format.prepare(keys);
            } catch (PartFailure e) {
                LOG.debug("known already", e);
            }
        });
    }

    /** Asks no more. */
    public void stop() {
        stopped = true;
        next.cancel();
        warning.cancel();
        forget();
        fallBack.cancel();
    }

    private void answered(CompletableFuture<Topology> asking, Topology answer, Throwable failure) {
        if (stopped || asking != question) {
            return;
        }
        question = null;
        next.cancel();
        // Whatever happens meanwhile, there is a next time.
        next = scheduler.schedule(retry, this::refresh);
        if (answer != null && answer.isRoutable()) {
            counters.count(Counter.TOPOLOGY_REFRESHES);
            if (failing) {
                LOG.info("there is a new topology again");
                failing = false;
            }
            if (!answer.faults().isEmpty() && (held == null || !answer.faults().equals(held.topology().faults()))) {
                LOG.info("{} faults of the topology were left out: {}", answer.faults().size(),
                        answer.faults().stream().limit(MOST_NAMED).map(Printable::of)
                                .collect(Collectors.joining("; ")));
            }
            held = new Held(answer, clock.nanoTime(), clock.now());
            clockProblem = clockProblem(answer, clock.now());
            fallBack.cancel();
            saved = null;
            ledger.topology(answer);
            retry = FIRST_RETRY;
            prepared = null;
            prepare();
            next.cancel();
            next = scheduler.schedule(period(), this::refresh);
        } else {
            counters.count(Counter.TOPOLOGY_FAILURES);
            Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            problem = cause == null ? "the topology has no route" : Printable.of(String.valueOf(cause.getMessage()));
            // Once an outage, not once an attempt; and not because a part that is being exchanged says so.
            if (!failing) {
                TopologyProvider failed = asked;
                warning.cancel();
                warning = scheduler.schedule(EXCHANGE, () -> {
                    if (failing && failed == parts.topology()) {
                        LOG.warn("no new topology, asking again: {}", problem);
                    }
                });
            }
            failing = true;
            fallBack();
            retry = retry.multipliedBy(2).compareTo(refreshPeriod) < 0 ? retry.multipliedBy(2) : refreshPeriod;
        }
        onChange.run();
    }
}
