package org.cloakwork.client.base;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.cloakwork.api.KnownExit;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;

/** An answer within its time, of a bounded number of nodes. Whether it can be used is seen by who asked. */
final class CheckedTopology extends Checked<TopologyProvider> implements TopologyProvider {

    // Read before a part is called: TeaVM takes an interface for initialized once a method of it was called.
    private static final Duration MOST = MAX_ANSWER_TIME;

    private final Parts parts;
    private final Method fetch = new Method("fetch", Parts.BUDGET);
    private final Method exits = new Method("exits", Parts.BUDGET);

    CheckedTopology(Parts parts, TopologyProvider part, String name) {
        super(parts, PartKind.TOPOLOGY, part, name);
        this.parts = parts;
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        return within(fetch, fetch.call(() -> present(part().fetch())),
                answer -> answer.nodes().size() > MAX_NODES ? answer.nodes().size() + " nodes" : "");
    }

    @Override
    public CompletableFuture<List<KnownExit>> exits() {
        return within(exits, exits.call(() -> present(part().exits())),
                answer -> answer.size() > MAX_NODES ? answer.size() + " exits" : "");
    }

    /** @param excess what there is too much of in an answer; blank: nothing */
    private <R> CompletableFuture<R> within(Method method, CompletableFuture<R> asked, Function<R, String> excess) {
        CompletableFuture<R> checked = new CompletableFuture<>();
        Cancellable patience = parts.later(MOST, () -> {
            if (!checked.isDone()) {
                checked.completeExceptionally(method.failed(
                        new Refused("gave no answer within " + MOST.getSeconds() + " s")));
            }
        });
        checked.whenComplete((answer, failure) -> patience.cancel());
        asked.whenComplete((answer, failure) -> {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                    ? failure.getCause() : failure;
            if (checked.isDone()) {
                return;
            }
            if (cause instanceof Error) {
                checked.completeExceptionally(method.failed(cause));
            } else if (cause != null) {
                checked.completeExceptionally(cause);
            } else if (answer == null) {
                checked.completeExceptionally(method.failed(new Refused("completed with null")));
            } else if (!excess.apply(answer).isEmpty()) {
                checked.completeExceptionally(method.failed(new Refused("completed with " + excess.apply(answer)
                        + "; allowed is at most " + MAX_NODES)));
            } else {
                checked.complete(answer);
            }
        });
        return checked;
    }
}
