package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.cloakwork.api.Simulator;
import org.cloakwork.client.base.Counter;

/**
 * What was found at the end of a simulation.
 *
 * @param options     what was simulated
 * @param drain       how long it went on after the last message was sent
 * @param unended     messages that had not ended then
 * @param statistics  what users saw
 * @param peaks       of queues
 * @param clients     counters of all clients together
 * @param network     the network, its clients stopped
 * @param surbs       reply blocks in stock
 * @param hostile     reply blocks that a hostile client gave away beside those it counts
 * @param witness     of what clients told each other
 * @param vain        messages that were acknowledged and never delivered
 * @param restarts    whether a gateway was restarted
 * @param timersAmiss by how many the timers that end messages differed from the messages, at any check
 * @param timersLeft  tasks and timers of clients that were stopped
 * @param copies      further copies of packets
 * @param failures    tasks that threw an exception
 */
record SimulatedFindings(Simulator.Options options, Duration drain, long unended, SimulatedStatistics statistics,
                         SimulatedPeaks peaks, Map<String, Long> clients, Network network, long surbs, long hostile,
                         SimulatedWitness witness, long vain, boolean restarts, long timersAmiss, long timersLeft,
                         Copies copies, long failures) {

    /** {@return what all clients counted together} */
    long of(Counter counter) {
        return clients.get(counter.key());
    }

    /** {@return reply blocks that nobody would keep} */
    long surbsRefused() {
        return of(Counter.SURBS_FIRST_HOP) + of(Counter.SURBS_HOPS) + of(Counter.SURBS_NO_ROOM);
    }

    /**
     * What was found of further copies of packets.
     *
     * @param most              that one client made within a minute
     * @param overBudget        made although the retransmission part's budget was used up
     * @param shortestWaitNanos that any acknowledgement was waited for
     */
    record Copies(int most, long overBudget, long shortestWaitNanos) {
    }

    /**
     * What was found in the network at that time.
     *
     * @param counters    by name
     * @param fromClients packets handed to gateways
     * @param toClients   frames handed to clients
     * @param lost        packets and acknowledgements that got lost
     * @param underWay    packets on wires and in the delays of mixes
     * @param inboxes     messages that wait for clients at gateways
     * @param gateways    how many there are
     */
    record Network(Map<String, Long> counters, SimulatedLink.Flow.Counts fromClients,
                   SimulatedLink.Flow.Counts toClients, long lost, long underWay, long inboxes, int gateways) {

        /** {@return what all nodes counted together} */
        long of(org.cloakwork.localnet.node.Counter counter) {
            return counters.get(counter.key());
        }

        /** {@return packets that were dropped, for whatever reason} */
        long dropped() {
            return Arrays.stream(org.cloakwork.localnet.node.Counter.values())
                    .filter(counter -> counter.name().startsWith("DROPPED_")).mapToLong(this::of).sum();
        }
    }
}
