package org.cloakwork.spi.topology;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.KnownExit;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells the client which nodes there are. The client asks at start and then at its refresh period, keeps the last good
 * answer, and never asks again before the previous question ended. Registered as an OSGi service with
 * {@code cloakwork.part=topology} and {@code cloakwork.name}.
 *
 * <p>Bounds: a call returns within 2 seconds and throws nothing; what it returns completes within
 * {@link #MAX_ANSWER_TIME}, not with null, and with {@link #MAX_NODES} nodes at most. A provider that breaks one of
 * them is named in the client's state and not used for a while; the one before goes on. That the source cannot be
 * reached breaks none.
 *
 * <p>A provider keeps no state that would be missed: it may be exchanged between any two questions.
 */
@ConsumerType
public interface TopologyProvider {

    /** An answer takes no longer. */
    Duration MAX_ANSWER_TIME = Duration.ofMinutes(2);
    /** And has no more nodes. */
    int MAX_NODES = 65_536;

    /**
     * Asks for the present topology. Must not block the caller and must end within a bounded time.
     *
     * @return completes with a topology that {@link Topology#isRoutable() is routable}, or exceptionally with a
     *         {@link TopologyException} whose message names the source and what was wrong with it
     */
    CompletableFuture<Topology> fetch();

    /**
     * Asks which exits to the internet the source names. Asked only when somebody wants to know, beside questions for
     * the topology and with the same bounds, {@link #MAX_NODES} exits at most. Exits whose gateway cannot be used are
     * left out by whoever asks.
     *
     * @return completes with what the source says of them, each address once; none if it names none; exceptionally with
     *         a {@link TopologyException} if it cannot be had
     * @since 1.5
     */
    default CompletableFuture<List<KnownExit>> exits() {
        return CompletableFuture.completedFuture(List.of());
    }
}
