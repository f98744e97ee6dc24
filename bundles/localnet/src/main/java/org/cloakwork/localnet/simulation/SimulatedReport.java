package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.cloakwork.api.Simulator;
import org.cloakwork.client.base.Counter;

/** Puts what was found into words. The same numbers give the same bytes. */
final class SimulatedReport {

    /** Counters of things that did not go on. */
    private static final Predicate<String> DROPS = key -> key.contains("dropped") || key.contains("expired")
            || key.contains("lost") || key.contains("failed") || key.contains("failures") || key.contains("malformed")
            || key.contains("refused") || key.contains("errors") || key.contains("out-of-bandwidth");

    private final SimulatedFindings found;
    private final StringBuilder text = new StringBuilder();
    private final List<String> violated = new ArrayList<>();

    SimulatedReport(SimulatedFindings found) {
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
        Simulator.Options options = found.options();
        line("Simulated %s with %,d clients, seed %d, %s packets, loss %s", words(options.duration()),
                options.clients(), options.seed(), options.packets().name().toLowerCase(Locale.ROOT), options.loss());
        line("  cover %s, routes %s, retransmission %s, faults %s", options.cover(), options.routes(),
                options.retransmission(),
                options.faults().isEmpty() ? "none" : String.join(", ", options.faults()));
        options.rotation().ifPresent(period -> line("  keys rotate every %s", words(period)));
        if (options.hostile()) {
            line("  the first client is hostile");
        }
        line("  %d mixes in 3 layers, %d gateways; a message a minute from each client, %d to %,d bytes, 10 %% "
                + "anonymous and answered", 3 * SimulatedNetwork.MIXES_PER_LAYER, found.network().gateways(),
                SimulatedClient.LEAST_BYTES, SimulatedClient.MOST_BYTES);
        line("  the last message ended %s after the last one was sent", words(found.drain()));
    }

    private void messages() {
        SimulatedStatistics statistics = found.statistics();
        title("Messages");
        row("sent", statistics.sent());
        row("acknowledged", statistics.acknowledged());
        row("failed", statistics.failures());
        statistics.failed().forEach((reason, count) -> row("  " + reason.name().toLowerCase(Locale.ROOT), count));
        row("in flight", found.unended());
        row("received", statistics.received());
        row("  of these answers", statistics.replies());
        row("acknowledged, never received", found.vain());
        row("not sent, no address known", statistics.unsent());
    }

    private void traffic() {
        title("Packets");
        row("clients: data", found.of(Counter.PACKETS_DATA));
        row("clients: retransmissions", found.of(Counter.PACKETS_RETRANSMITTED));
        row("clients: cover", found.of(Counter.PACKETS_COVER));
        row("gateways: acknowledgements", found.network().of(org.cloakwork.localnet.node.Counter.ACKS_FORWARDED));
        row("mixes: forwarded", found.network().of(org.cloakwork.localnet.node.Counter.PACKETS_FORWARDED));
        row("gateways: handed to clients", found.network().of(org.cloakwork.localnet.node.Counter.MESSAGES_DELIVERED));
        row("lost in the network", found.network().lost());
        line("  %-44s %15s", "copies of a packet (acknowledged messages)", found.statistics().packets() == 0 ? "-"
                : String.format(Locale.ROOT, "%.3f",
                        1 + (double) found.statistics().retransmissions() / found.statistics().packets()));
        row("most copies by one client within a minute", found.copies().most());
        line("  %-44s %15s", "shortest wait before a copy", found.copies().shortestWaitNanos() == Long.MAX_VALUE ? "-"
                : millis(found.copies().shortestWaitNanos()));
        title("Reply blocks");
        row("made", found.of(Counter.SURBS_MADE));
        row("  of these with messages that failed", found.of(Counter.SURBS_UNSURE));
        row("received", found.of(Counter.SURBS_RECEIVED));
        row("used", found.of(Counter.SURBS_USED));
        row("expired", found.of(Counter.SURBS_EXPIRED));
        row("refused", found.surbsRefused());
        row("in stock", found.surbs());
        row("own address told to ask for more", found.witness().told());
    }

    private void latencies() {
        title("Latency");
        line("  %-26s %10s %10s %10s %10s", "", "p50", "p95", "p99", "max");
        latency("sent to received", found.statistics().delivery());
        latency("sent to acknowledged", found.statistics().acknowledgement());
    }

    private void latency(String name, SimulatedStatistics.Latencies latencies) {
        long[] p = latencies.percentiles();
        line("  %-26s %10s %10s %10s %10s", name, millis(p[0]), millis(p[1]), millis(p[2]), millis(p[3]));
    }

    private void peaks() {
        title("Queue peaks");
        for (SimulatedPeaks.Queue queue : SimulatedPeaks.Queue.values()) {
            line("  %-44s %,15d %s", queue.text(), found.peaks().peak(queue), queue.limit() == Long.MAX_VALUE ? ""
                    : String.format(Locale.ROOT, "%s of %,d", queue.unit(), queue.limit()));
        }
    }

    private void drops() {
        title("Drops and faults");
        boolean[] any = new boolean[1];
        found.clients().forEach((key, count) -> drop("client: " + key, key, count, any));
        found.network().counters().forEach((key, count) -> drop("network: " + key, key, count, any));
        drop("links: frames to gateways lost", "lost", found.network().fromClients().lost(), any);
        drop("links: frames to clients lost", "lost", found.network().toClients().lost(), any);
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
        title("Invariants");
        for (SimulatedInvariants.Invariant invariant : SimulatedInvariants.of(found)) {
            if (invariant.holds()) {
                line("  OK        %s", invariant.name());
            } else {
                line("  VIOLATED  %s: %s", invariant.name(), invariant.otherwise());
                violated.add(invariant.name());
            }
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
