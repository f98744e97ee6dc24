package org.cloakwork.client.engine;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.api.ClientState;
import org.cloakwork.client.session.Session;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.topology.TopologyKeeper;

/**
 * What a client's state is and why.
 *
 * @param ledger   may be unable to write
 * @param topology may be missing or old
 * @param session  may not be there
 * @param outgoing may have no route
 */
record Condition(Ground ground, Ledger ledger, TopologyKeeper topology, Session session, Outgoing outgoing) {

    /**
     * @param wasReady whether it ever was
     * @return its state now
     */
    ClientState state(boolean wasReady) {
        Optional<String> fault = fault();
        if (fault.isPresent()) {
            return wasReady ? new ClientState.Degraded(fault.get()) : new ClientState.Connecting(fault.get());
        }
        // It works with an old one as long as the nodes are what they were.
        return topology.isOutOfDate() ? new ClientState.Degraded("the topology of " + topology.since()
                + " is out of date: " + topology.problem()) : new ClientState.Ready();
    }

    private Optional<String> fault() {
        Optional<String> missing = ground.parts().problem();
        if (missing.isPresent()) {
            return missing;
        } else if (topology.topology().isEmpty()) {
            return Optional.of(topology.problem());
        } else if (!session.isLive()) {
            return Optional.of(session.status());
        } else if (!outgoing.hasRoutes()) {
            return Optional.of("our own gateway is not in the network any more");
        }
        return ledger.problem().map(problem -> "the state cannot be written: " + problem);
    }

    /** {@return what does not keep it from working and should be known} */
    List<String> warnings() {
        return Stream.of(session.warning(), uncovered()).flatMap(Optional::stream).toList();
    }

    private Optional<String> uncovered() {
        return outgoing.isUncovered() && session.address()
                .flatMap(own -> topology.topology().flatMap(known -> known.node(own.gateway())))
                .filter(Warnings::isElsewhere).isPresent() ? Optional.of(Warnings.UNCOVERED) : Optional.empty();
    }
}
