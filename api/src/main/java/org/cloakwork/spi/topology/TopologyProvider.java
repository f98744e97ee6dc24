package org.cloakwork.spi.topology;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
}
