package org.cloakwork.client.topology;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    private final Parts parts;
    private final Scheduler scheduler;
    private final Counters counters;
    private final Duration refreshPeriod;
    private final Runnable onChange;
    private Topology topology;
    private String problem = "no topology yet";
    private Duration retry = FIRST_RETRY;
    private boolean asking;
    private boolean stopped;
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

    /** Asks now, unless a question is under way. */
    public void refresh() {
        TopologyProvider provider = parts.topology();
        if (asking || stopped || provider == null) {
            return;
        }
        next.cancel();
        asking = true;
        CompletableFuture<Topology> answer;
        try {
            answer = provider.fetch();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((answered, failure) -> scheduler.execute(() -> answered(answered, failure)));
    }

    /** Asks no more. */
    public void stop() {
        stopped = true;
        next.cancel();
    }

    private void answered(Topology answer, Throwable failure) {
        asking = false;
        if (stopped) {
            return;
        }
        if (answer != null && answer.isRoutable()) {
            counters.count(Counter.TOPOLOGY_REFRESHES);
            topology = answer;
            retry = FIRST_RETRY;
            PacketFormat format = parts.sphinx();
            if (format != null) {
                format.prepare(answer.nodes().values().stream().map(Node::sphinxKey).toList());
            }
            next = scheduler.schedule(refreshPeriod, this::refresh);
        } else {
            counters.count(Counter.TOPOLOGY_FAILURES);
            Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
            problem = cause == null ? "the topology has no route" : String.valueOf(cause.getMessage());
            LOG.warn("no topology, asking again in {} ms: {}", retry.toMillis(), problem);
            next = scheduler.schedule(retry, this::refresh);
            retry = retry.multipliedBy(2).compareTo(refreshPeriod) < 0 ? retry.multipliedBy(2) : refreshPeriod;
        }
        onChange.run();
    }
}
