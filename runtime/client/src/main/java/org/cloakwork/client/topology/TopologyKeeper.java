package org.cloakwork.client.topology;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.Parts;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the last good topology and asks for a new one at its period; after a failure it asks again sooner. */
public final class TopologyKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(TopologyKeeper.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    /** An answer that takes longer is not waited for. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Parts parts;
    private final Scheduler scheduler;
    private final Counters counters;
    private final Duration refreshPeriod;
    private final Runnable onChange;
    private Topology topology;
    private String problem = "no topology yet";
    private Duration retry = FIRST_RETRY;
    private TopologyProvider asked;
    private PacketFormat prepared;
    private CompletableFuture<Topology> question;
    private boolean stopped;
    /** The next question, or the end of the patience with this one. */
    private Scheduler.Cancellable next = () -> { };

    /**
     * @param parts         where the provider is looked up for each question
     * @param scheduler     the client's own
     * @param counters      of the client
     * @param refreshPeriod between questions
     * @param onChange      called after each answer, usable or not
     */
    public TopologyKeeper(Parts parts, Scheduler scheduler, Counters counters, Duration refreshPeriod,
                          Runnable onChange) {
        this.parts = parts;
        this.scheduler = scheduler;
        this.counters = counters;
        this.refreshPeriod = refreshPeriod;
        this.onChange = onChange;
    }

    /** {@return the last good topology} */
    public Optional<Topology> topology() {
        return Optional.ofNullable(topology);
    }

    /** {@return why there is no topology, for people} */
    public String problem() {
        return problem;
    }

    /** Asks now. A question that is under way is not waited for any longer. */
    private void refresh() {
        next.cancel();
        asked = parts.topology();
        if (stopped || asked == null) {
            return;
        }
        CompletableFuture<Topology> asking = ask(asked);
        question = asking;
        next = scheduler.schedule(PATIENCE, () -> answered(asking, null,
                new TimeoutException("no answer within " + PATIENCE.toSeconds() + " s")));
        asking.whenComplete((answer, failure) -> scheduler.execute(() -> answered(asking, answer, failure)));
    }

    private CompletableFuture<Topology> ask(TopologyProvider provider) {
        try {
            return Objects.requireNonNull(provider.fetch(), "no answer");
        } catch (RuntimeException | LinkageError e) {
            counters.count(Counter.PART_FAILURES);
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
        if (format == prepared || format == null || topology == null) {
            return;
        }
        prepared = format;
        try {
            format.prepare(topology.nodes().values().stream().map(Node::sphinxKey).toList());
        } catch (RuntimeException | LinkageError e) {
            counters.count(Counter.PART_FAILURES);
            LOG.warn("the sphinx part failed", e);
        }
    }

    /** Asks no more. */
    public void stop() {
        stopped = true;
        next.cancel();
    }

    private void answered(CompletableFuture<Topology> asking, Topology answer, Throwable failure) {
        if (stopped || asking != question) {
            return;
        }
        question = null;
        next.cancel();
        if (answer != null && answer.isRoutable()) {
            counters.count(Counter.TOPOLOGY_REFRESHES);
            topology = answer;
            retry = FIRST_RETRY;
            prepared = null;
            prepare();
            next = scheduler.schedule(refreshPeriod, this::refresh);
        } else {
            counters.count(Counter.TOPOLOGY_FAILURES);
            Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            problem = cause == null ? "the topology has no route" : String.valueOf(cause.getMessage());
            LOG.warn("no new topology, asking again in {} ms: {}", retry.toMillis(), problem);
            next = scheduler.schedule(retry, this::refresh);
            retry = retry.multipliedBy(2).compareTo(refreshPeriod) < 0 ? retry.multipliedBy(2) : refreshPeriod;
        }
        onChange.run();
    }
}
