package org.cloakwork.spi.topology;

import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells the client which nodes there are. The client asks at start and then at its refresh period, keeps the last good
 * answer, and never asks again before the previous question ended. Registered as an OSGi service with
 * {@code cloakwork.part=topology} and {@code cloakwork.name}.
 *
 * <p>A provider keeps no state that would be missed: it may be exchanged between any two questions.
 */
@ConsumerType
public interface TopologyProvider {

    /**
     * Asks for the present topology. Must not block the caller and must end within a bounded time.
     *
     * @return completes with a topology that {@link Topology#isRoutable() is routable}, or exceptionally with a
     *         {@link TopologyException} whose message names the source and what was wrong with it
     */
    CompletableFuture<Topology> fetch();
}
