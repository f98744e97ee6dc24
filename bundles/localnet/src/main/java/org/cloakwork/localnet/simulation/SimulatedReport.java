package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.cloakwork.api.Simulator;
import org.cloakwork.client.Counter;

/** Puts what was counted into words, and checks what must hold. The same numbers give the same bytes. */
final class SimulatedReport {

    /** Counters of things that did not go on. */
    private static final Predicate<String> DROPS = key -> key.contains("dropped") || key.contains("expired")
            || key.contains("lost") || key.contains("failed") || key.contains("failures") || key.contains("malformed")
            || key.contains("refused") || key.contains("errors") || key.contains("out-of-bandwidth");

    private final StringBuilder text = new StringBuilder();
    private final List<String> violated = new ArrayList<>();

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
     * @param inFlight    packets under way in the network, and frames on links, when the clients were stopped
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
    record Findings(Simulator.Options options, Duration drain, long unended, SimulatedStatistics statistics,
                    SimulatedPeaks peaks, Map<String, Long> clients, NetworkFindings network, long surbs, long hostile,
                    SimulatedWitness witness, long vain, boolean restarts,
                    long timersAmiss, long timersLeft, Copies copies, long failures) {

        private long of(Counter counter) {
            return clients.get(counter.key());
        }
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
    record NetworkFindings(Map<String, Long> counters, SimulatedLink.Flow.Counts fromClients,
                           SimulatedLink.Flow.Counts toClients, long lost, long underWay, long inboxes, int gateways) {

        private long of(org.cloakwork.localnet.node.Counter counter) {
            return counters.get(counter.text());
        }

        private long dropped() {
            return Arrays.stream(org.cloakwork.localnet.node.Counter.values())
                    .filter(counter -> counter.name().startsWith("DROPPED_")).mapToLong(this::of).sum();
        }
    }

    private final Findings found;

    SimulatedReport(Findings found) {
        this.found = found;
    }

    /** {@return the report} */
    Simulator.Report report() {
        options();
        messages();
        traffic();
        latencies();
        peaks();
        drops();
        invariants();
        return new Simulator.Report(text.toString(), violated);
    }

    private void options() {
        Simulator.Options options = found.options;
        line("Simulated %s with %,d clients, seed %d, %s packets, loss %s", words(options.duration()),
                options.clients(), options.seed(), options.packets().name().toLowerCase(Locale.ROOT), options.loss());
        line("  cover %s, retransmission %s, faults %s", options.cover(), options.retransmission(),
                options.faults().isEmpty() ? "none" : String.join(", ", options.faults()));
        options.rotation().ifPresent(period -> line("  keys rotate every %s", words(period)));
        if (options.hostile()) {
            line("  the first client is hostile");
        }
        line("  %d mixes in 3 layers, %d gateways; a message a minute from each client, %d to %,d bytes, 10 %% "
                + "anonymous"
                + " and answered", 3 * SimulatedNetwork.MIXES_PER_LAYER, found.network.gateways(),
                SimulatedClient.LEAST_BYTES, SimulatedClient.MOST_BYTES);
        line("  the last message ended %s after the last one was sent", words(found.drain));
    }

    private void messages() {
        SimulatedStatistics statistics = found.statistics;
        title("Messages");
        row("sent", statistics.sent());
        row("acknowledged", statistics.acknowledged());
        row("failed", statistics.failures());
        statistics.failed().forEach((reason, count) -> row("  " + reason.name().toLowerCase(Locale.ROOT), count));
        row("in flight", found.unended);
        row("received", statistics.received());
        row("  of these answers", statistics.replies());
        row("acknowledged, never received", found.vain);
        row("not sent, no address known", statistics.unsent());
    }

    private void traffic() {
        title("Packets");
        row("clients: data", found.of(Counter.PACKETS_DATA));
        row("clients: retransmissions", found.of(Counter.PACKETS_RETRANSMITTED));
        row("clients: cover", found.of(Counter.PACKETS_COVER));
        row("gateways: acknowledgements", found.network.of(org.cloakwork.localnet.node.Counter.ACKS_FORWARDED));
        row("mixes: forwarded", found.network.of(org.cloakwork.localnet.node.Counter.PACKETS_FORWARDED));
        row("gateways: handed to clients", found.network.of(org.cloakwork.localnet.node.Counter.MESSAGES_DELIVERED));
        row("lost in the network", found.network.lost());
        line("  %-44s %15s", "copies of a packet (acknowledged messages)", found.statistics.packets() == 0 ? "-"
                : String.format(Locale.ROOT, "%.3f",
                        1 + (double) found.statistics.retransmissions() / found.statistics.packets()));
        row("most copies by one client within a minute", found.copies.most());
        line("  %-44s %15s", "shortest wait before a copy", found.copies.shortestWaitNanos() == Long.MAX_VALUE ? "-"
                : millis(found.copies.shortestWaitNanos()));
        title("Reply blocks");
        row("made", found.of(Counter.SURBS_MADE));
        row("  of these with messages that failed", found.of(Counter.SURBS_UNSURE));
        row("received", found.of(Counter.SURBS_RECEIVED));
        row("used", found.of(Counter.SURBS_USED));
        row("expired", found.of(Counter.SURBS_EXPIRED));
        row("in stock", found.surbs);
        row("own address told to ask for more", found.witness.told());
    }

    private void latencies() {
        title("Latency");
        line("  %-26s %10s %10s %10s %10s", "", "p50", "p95", "p99", "max");
        latency("sent to received", found.statistics.delivery());
        latency("sent to acknowledged", found.statistics.acknowledgement());
    }

    private void latency(String name, SimulatedStatistics.Latencies latencies) {
        long[] p = latencies.percentiles();
        line("  %-26s %10s %10s %10s %10s", name, millis(p[0]), millis(p[1]), millis(p[2]), millis(p[3]));
    }

    private void peaks() {
        title("Queue peaks");
        for (SimulatedPeaks.Queue queue : SimulatedPeaks.Queue.values()) {
            line("  %-44s %,15d %s", queue.text(), found.peaks.peak(queue), queue.limit() == Long.MAX_VALUE ? ""
                    : String.format(Locale.ROOT, "%s of %,d", queue.unit(), queue.limit()));
        }
    }

    private void drops() {
        title("Drops and faults");
        boolean[] any = new boolean[1];
        found.clients.forEach((key, count) -> drop("client: " + key, key, count, any));
        found.network.counters().forEach((key, count) -> drop("network: " + key, key, count, any));
        drop("links: frames to gateways lost", "lost", found.network.fromClients().lost(), any);
        drop("links: frames to clients lost", "lost", found.network.toClients().lost(), any);
        if (!any[0]) {
            line("  none");
        }
    }

    private void drop(String name, String key, long count, boolean[] any) {
        if (count > 0 && DROPS.test(key)) {
            row(name, count);
            any[0] = true;
        }
    }

    private void invariants() {
        SimulatedStatistics statistics = found.statistics;
        NetworkFindings network = found.network;
        title("Invariants");
        equal("messages created = acknowledged + failed + in flight", found.of(Counter.MESSAGES_CREATED),
                found.of(Counter.MESSAGES_ACKNOWLEDGED) + found.of(Counter.MESSAGES_FAILED) + statistics.open());
        equal("what users were told is what clients counted", statistics.acknowledged() + statistics.failures(),
                found.of(Counter.MESSAGES_ACKNOWLEDGED) + found.of(Counter.MESSAGES_FAILED));
        equal("every message ended by its deadline", found.unended + statistics.late(), 0);
        equal("no payload delivered twice, or to someone else", statistics.again() + statistics.misdeliveries(), 0);
        if (!found.restarts) {
            equal("every acknowledged message was delivered", found.vain, 0);
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
                .filter(queue -> found.peaks.peak(queue) > queue.limit()).map(SimulatedPeaks.Queue::text).toList();
        check("no queue above its limit", over.isEmpty(), String.join(", ", over));
        equal("reply blocks received = used + expired + in stock", found.of(Counter.SURBS_RECEIVED),
                found.of(Counter.SURBS_USED) + found.of(Counter.SURBS_EXPIRED) + found.surbs);
        equal("reply blocks made = with acknowledged messages + with failed ones", found.of(Counter.SURBS_MADE),
                found.of(Counter.SURBS_ARRIVED) + found.of(Counter.SURBS_UNSURE));
        long accounted = found.of(Counter.SURBS_USED) + found.of(Counter.SURBS_EXPIRED) + found.surbs;
        long made = found.of(Counter.SURBS_MADE) + found.hostile;
        long least = found.restarts ? 0 : found.of(Counter.SURBS_ARRIVED);
        check("reply blocks made = used + expired + in stock, but for those whose message failed",
                least <= accounted && accounted <= made, made + " and " + accounted + ", "
                + found.of(Counter.SURBS_UNSURE) + " with failed messages");
        equal("no address told to somebody who was not given it", found.witness.betrayed(), 0);
        equal("no sender tag shown to two recipients", found.witness.linked(), 0);
        equal("copies within the budget of the retransmission part", found.copies.overBudget(), 0);
        equal("no message with more copies than packets x time / shortest wait", statistics.copiesTooMany(), 0);
        equal("timers pending = messages in flight, each second and after the end", found.timersAmiss
                + found.timersLeft, 0);
        equal("no task failed", found.failures + network.of(org.cloakwork.localnet.node.Counter.INTERNAL_ERRORS)
                + found.of(Counter.LISTENER_FAILURES), 0);
    }

    private long sentByClients() {
        return found.of(Counter.PACKETS_DATA) + found.of(Counter.PACKETS_RETRANSMITTED)
                + found.of(Counter.PACKETS_COVER) - found.of(Counter.PACKETS_UNSENT);
    }

    private static long afterDelivery(NetworkFindings network) {
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
        if (holds) {
            line("  OK        %s", name);
        } else {
            line("  VIOLATED  %s: %s", name, otherwise);
            violated.add(name);
        }
    }

    private void title(String title) {
        text.append('\n');
        line("%s", title);
    }

    private void row(String name, long value) {
        line("  %-44s %,15d", name, value);
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%,d ms", Math.round(nanos / 1e6));
    }

    private static String words(Duration duration) {
        double seconds = duration.toNanos() / 1e9;
        return seconds >= 3600 ? number(seconds / 3600) + " h" : number(seconds) + " s";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
    }
}
