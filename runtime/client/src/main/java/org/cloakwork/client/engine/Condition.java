package org.cloakwork.client.engine;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.ClientState;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Printable;
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

    private static final String CHECK_DIRECTORY =
            "Check that this machine reaches the directory, and that its address is right.";

    /**
     * @param wasReady whether it ever was
     * @return its state now
     */
    ClientState state(boolean wasReady) {
        List<String> breaches = ground.parts().breaches().stream().map(Parts.Breach::sentence).toList();
        boolean held = ground.parts().missing().isPresent();
        Optional<String> fault = held && !breaches.isEmpty() ? Optional.empty() : fault().map(Fault::reason);
        String reason = Stream.concat(breaches.stream(), fault.stream()).collect(Collectors.joining("; "));
        if (held || fault.isPresent()) {
            return wasReady ? new ClientState.Degraded(reason) : new ClientState.Connecting(reason);
        } else if (!reason.isEmpty()) {
            return new ClientState.Degraded(reason);
        }
        // It works with an old one as long as the nodes are what they were.
        return topology.isOutOfDate() ? new ClientState.Degraded("the topology of " + topology.since()
                + " is out of date: " + topology.problem())
                : ground.parts().trouble().<ClientState>map(ClientState.Degraded::new)
                        .orElseGet(ClientState.Ready::new);
    }

    /** @param remedy what somebody can do */
    private record Fault(String reason, String remedy) {
    }

    private Optional<Fault> fault() {
        Optional<String> missing = ground.parts().problem();
        if (missing.isPresent()) {
            return Optional.of(new Fault(missing.get(),
                    "Put its jar into bundles/, or choose another part of that kind (swap)."));
        } else if (topology.topology().isEmpty()) {
            return Optional.of(new Fault(topology.problem(), CHECK_DIRECTORY));
        } else if (!session.isLive()) {
            return Optional.of(new Fault(noSession(), "Check that this machine reaches the gateway; if it is gone "
                    + "for good, name another one (gateway) and start again."));
        } else if (!outgoing.hasRoutes()) {
            return Optional.of(new Fault("our own gateway is not in the network any more",
                    "Name another gateway (gateway) and start again."));
        }
        return ledger.problem().map(problem -> new Fault("the state cannot be written: " + problem,
                "Make room on the disk of the state folder, and look at its rights."));
    }

    private String noSession() {
        String status = session.status();
        return status.contains("gateway") || status.contains("guard") ? status
                : "the gateway is not reached: " + status;
    }

    /** {@return what somebody can do about the state, or about its clock; empty if nothing} */
    Optional<String> remedy() {
        if (topology.clockProblem().isPresent()) {
            return Optional.of("Set this machine's clock, best by NTP.");
        }
        if (!ground.parts().breaches().isEmpty()) {
            return Optional.of("Choose another part of that kind (swap), or put a better one into bundles/.");
        }
        return fault().map(Fault::remedy).or(() -> topology.isOutOfDate() ? Optional.of(CHECK_DIRECTORY)
                : Optional.empty());
    }

    /** {@return what does not keep it from working and should be known} */
    List<String> warnings() {
        return Stream.of(topology.clockProblem(), session.warning(), uncovered(),
                        outgoing.line().shows().filter(sentence -> isGatewayElsewhere())).flatMap(Optional::stream)
                .map(Printable::of).toList();
    }

    private Optional<String> uncovered() {
        return outgoing.isUncovered() && isGatewayElsewhere() ? Optional.of(Warnings.UNCOVERED) : Optional.empty();
    }

    /** A link within this machine is watched by nobody. */
    private boolean isGatewayElsewhere() {
        return session.address().flatMap(own -> topology.topology().flatMap(known -> known.node(own.gateway())))
                .filter(Warnings::isElsewhere).isPresent();
    }
}
