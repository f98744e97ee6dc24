package org.cloakwork.client.base;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    CheckedTopology(Parts parts, TopologyProvider part, String name) {
        super(parts, PartKind.TOPOLOGY, part, name);
        this.parts = parts;
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        CompletableFuture<Topology> asked = fetch.call(() -> present(part().fetch()));
        CompletableFuture<Topology> checked = new CompletableFuture<>();
        Cancellable patience = parts.later(MOST, () -> {
            if (!checked.isDone()) {
                checked.completeExceptionally(fetch.failed(
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
                checked.completeExceptionally(fetch.failed(cause));
            } else if (cause != null) {
                checked.completeExceptionally(cause);
            } else if (answer == null) {
                checked.completeExceptionally(fetch.failed(new Refused("completed with null")));
            } else if (answer.nodes().size() > MAX_NODES) {
                checked.completeExceptionally(fetch.failed(new Refused("completed with " + answer.nodes().size()
                        + " nodes; allowed is at most " + MAX_NODES)));
            } else {
                checked.complete(answer);
            }
        });
        return checked;
    }
}
