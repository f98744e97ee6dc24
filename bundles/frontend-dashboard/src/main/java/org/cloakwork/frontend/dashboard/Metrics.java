package org.cloakwork.frontend.dashboard;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Figure;
import org.cloakwork.api.Insight;
import org.cloakwork.spi.control.Control;

/** The figures of all clients and front-ends, and the JVM's, in the texts of Prometheus and OpenMetrics. */
final class Metrics {

    /** What Prometheus asks for if it can read it. */
    static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final Set<String> UNFIT = Set.of("process.cpu.time", "system.cpu.count");
    private static final double NANOS = 1e9;
    private static final String PREFIX = "cloakwork.";
    private static final String READY = "client.ready";

    /** @param frontEnd empty: of the client itself */
    private record Key(String client, String frontEnd, String name) {
    }

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Key, Meter> meters = new HashMap<>();
    private Map<Key, Figure> now = Map.of();

    private Map<String, Insight> insights = Map.of();

    Metrics() {
        registry.getPrometheusRegistry().register(this::histograms);
        // Their names are none that Prometheus takes without complaint.
        registry.config().meterFilter(MeterFilter.deny(meter -> UNFIT.contains(meter.getName())));
        FunctionCounter.builder("process.cpu", ProcessHandle.current(), process -> process.info().totalCpuDuration()
                .orElse(Duration.ZERO).toNanos() / NANOS).baseUnit("seconds").description("CPU time of the process")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /**
     * @param control     whose figures
     * @param contentType {@link #OPEN_METRICS} or {@link #TEXT}
     * @return the text
     */
    synchronized String text(Control control, String contentType) {
        now = figures(control);
        insights = insights(control);
        now.forEach((key, figure) -> meters.computeIfAbsent(key, added -> register(key, figure)));
        Iterator<Map.Entry<Key, Meter>> entries = meters.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Key, Meter> entry = entries.next();
            if (!now.containsKey(entry.getKey())) {
                registry.remove(entry.getValue());
                entries.remove();
            }
        }
        return registry.scrape(contentType);
    }

    void close() {
        registry.close();
    }

    private static Map<String, Insight> insights(Control control) {
        Map<String, Insight> insights = new TreeMap<>();
        control.clients().forEach(client -> insights.put(client.name(), Live.ask(client.client())));
        return insights;
    }

    private MetricSnapshots histograms() {
        return MetricSnapshots.builder().metricSnapshot(histogram("cloakwork_message_delivery_seconds",
                        "from send to the acknowledgement of the whole message", Insight::deliveries))
                .metricSnapshot(histogram("cloakwork_packet_round_trip_seconds",
                        "from a packet to its acknowledgement, for packets sent once", Insight::roundTrips))
                .metricSnapshot(histogram("cloakwork_packet_one_way_seconds",
                        "from a loop cover packet to its return", Insight::oneWay)).build();
    }

    private HistogramSnapshot histogram(String name, String help, Function<Insight, Insight.Histogram> which) {
        HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(help);
        insights.forEach((client, insight) -> {
            Insight.Histogram histogram = which.apply(insight);
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < histogram.counts().size(); i++) {
                buckets.bucket(i < histogram.upTo().size() ? histogram.upTo().get(i).toNanos() / NANOS
                        : Double.POSITIVE_INFINITY, histogram.counts().get(i));
            }
            snapshot.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(buckets.build()).sum(histogram.sum().toNanos() / NANOS)
                    .labels(Labels.of("client", client)).build());
        });
        return snapshot.build();
    }

    private static Map<Key, Figure> figures(Control control) {
        Map<Key, Figure> figures = new HashMap<>();
        for (Control.Client client : control.clients()) {
            client.client().figures().forEach(figure -> figures.put(new Key(client.name(), "", figure.name()), figure));
            figures.put(new Key(client.name(), "", READY), Figure.level(READY, "1 while the client sends and receives, "
                    + "else 0", client.client().state() instanceof ClientState.Ready ? 1 : 0));
        }
        for (Control.Door door : control.doors()) {
            door.serving().figures().forEach(figure ->
                    figures.put(new Key(door.client(), door.frontEnd(), figure.name()), figure));
        }
        return figures;
    }

    private Meter register(Key key, Figure figure) {
        Tags tags = key.frontEnd().isEmpty() ? Tags.of("client", key.client())
                : Tags.of("client", key.client(), "frontend", key.frontEnd());
        return figure.level()
                ? Gauge.builder(PREFIX + key.name(), this, metrics -> metrics.value(key)).tags(tags)
                        .description(figure.meaning()).register(registry)
                : FunctionCounter.builder(PREFIX + key.name(), this, metrics -> metrics.value(key)).tags(tags)
                        .description(figure.meaning()).register(registry);
    }

    private double value(Key key) {
        Figure figure = now.get(key);
        return figure == null ? Double.NaN : figure.value();
    }
}
