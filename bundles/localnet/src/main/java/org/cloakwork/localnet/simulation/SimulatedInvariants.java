package org.cloakwork.localnet.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.client.base.Counter;

/** What must hold at the end of a simulation, whatever went wrong in it. */
final class SimulatedInvariants {

    /**
     * One of them.
     *
     * @param name      says it
     * @param holds     whether it does
     * @param otherwise what was found, of use if it does not
     */
    record Invariant(String name, boolean holds, String otherwise) {
    }

    private final SimulatedFindings found;
    private final List<Invariant> invariants = new ArrayList<>();

    private SimulatedInvariants(SimulatedFindings found) {
        this.found = found;
    }

    /**
     * @param found at the end
     * @return all of them, in the order of the report
     */
    static List<Invariant> of(SimulatedFindings found) {
        return new SimulatedInvariants(found).all();
    }

    private List<Invariant> all() {
        SimulatedStatistics statistics = found.statistics();
        SimulatedFindings.Network network = found.network();
        equal("messages created = acknowledged + failed + in flight", found.of(Counter.MESSAGES_CREATED),
                found.of(Counter.MESSAGES_ACKNOWLEDGED) + found.of(Counter.MESSAGES_FAILED) + statistics.open());
        equal("what users were told is what clients counted", statistics.acknowledged() + statistics.failures(),
                found.of(Counter.MESSAGES_ACKNOWLEDGED) + found.of(Counter.MESSAGES_FAILED));
        equal("every message ended by its deadline", found.unended() + statistics.late(), 0);
        equal("no payload delivered twice, or to someone else", statistics.again() + statistics.misdeliveries(), 0);
        if (!found.restarts()) {
            equal("every acknowledged message was delivered", found.vain(), 0);
        }
        equal("packets sent by clients = taken by gateways + lost with links", sentByClients(),
                network.fromClients().delivered() + network.fromClients().lost());
        equal("packets created = delivered + dropped by reason + under way",
                network.fromClients().delivered() + network.of(org.cloakwork.localnet.node.Counter.ACKS_FORWARDED),
                network.of(org.cloakwork.localnet.node.Counter.MESSAGES_STORED) + network.dropped()
                        - afterDelivery(network) + network.lost() + network.underWay());
        equal("stored at gateways = handed to clients + dropped by reason + waiting",
                network.of(org.cloakwork.localnet.node.Counter.MESSAGES_STORED),
                network.of(org.cloakwork.localnet.node.Counter.MESSAGES_DELIVERED) + afterDelivery(network)
                        + network.inboxes());
        equal("handed to clients = read by clients + dropped by reason + lost with links",
                network.of(org.cloakwork.localnet.node.Counter.MESSAGES_DELIVERED), readByClients()
                        + network.toClients().lost());
        List<String> over = Arrays.stream(SimulatedPeaks.Queue.values())
                .filter(queue -> found.peaks().peak(queue) > queue.limit()).map(SimulatedPeaks.Queue::text).toList();
        check("no queue above its limit", over.isEmpty(), String.join(", ", over));
        long accounted = found.of(Counter.SURBS_USED) + found.of(Counter.SURBS_EXPIRED) + found.surbsRefused()
                + found.surbs();
        equal("reply blocks received = used + expired + refused + in stock", found.of(Counter.SURBS_RECEIVED),
                accounted);
        equal("reply blocks made = with acknowledged messages + with failed ones", found.of(Counter.SURBS_MADE),
                found.of(Counter.SURBS_ARRIVED) + found.of(Counter.SURBS_UNSURE));
        long made = found.of(Counter.SURBS_MADE) + found.hostile();
        long least = found.restarts() ? 0 : found.of(Counter.SURBS_ARRIVED);
        check("reply blocks made = used + expired + refused + in stock, but for those whose message failed",
                least <= accounted && accounted <= made, made + " and " + accounted + ", "
                + found.of(Counter.SURBS_UNSURE) + " with failed messages");
        equal("no address told to somebody who was not given it", found.witness().betrayed(), 0);
        equal("no sender tag shown to two recipients", found.witness().linked(), 0);
        equal("copies within the budget of the retransmission part", found.copies().overBudget(), 0);
        equal("no message with more copies than packets x time / shortest wait", statistics.copiesTooMany(), 0);
        equal("timers pending = messages in flight, each second and after the end", found.timersAmiss()
                + found.timersLeft(), 0);
        equal("no task failed", found.failures() + network.of(org.cloakwork.localnet.node.Counter.INTERNAL_ERRORS)
                + found.of(Counter.LISTENER_FAILURES), 0);
        return invariants;
    }

    private long sentByClients() {
        return found.of(Counter.PACKETS_DATA) + found.of(Counter.PACKETS_RETRANSMITTED)
                + found.of(Counter.PACKETS_COVER) - found.of(Counter.PACKETS_UNSENT);
    }

    private static long afterDelivery(SimulatedFindings.Network network) {
        return network.of(org.cloakwork.localnet.node.Counter.DROPPED_INBOX_EXPIRED)
                + network.of(org.cloakwork.localnet.node.Counter.DROPPED_FORGOTTEN);
    }

    /** Everything that a client may take what it gets for. */
    private long readByClients() {
        return found.of(Counter.ACKS_RECEIVED) + found.of(Counter.ACKS_COVER) + found.of(Counter.ACKS_UNKNOWN)
                + found.of(Counter.ACKS_MALFORMED) + found.of(Counter.RECEIVED_FRAGMENTS)
                + found.of(Counter.RECEIVED_COVER) + found.of(Counter.FRAGMENTS_MALFORMED)
                + found.of(Counter.FRAGMENTS_DUPLICATE) + found.of(Counter.FRAGMENTS_REFUSED)
                + found.of(Counter.GATEWAY_MALFORMED) + found.of(Counter.GATEWAY_LATE);
    }

    private void equal(String name, long left, long right) {
        check(name, left == right, left + " and " + right);
    }

    private void check(String name, boolean holds, String otherwise) {
        invariants.add(new Invariant(name, holds, otherwise));
    }
}
