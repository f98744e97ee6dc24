package org.cloakwork.frontend.dashboard;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Figure;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.wire.json.Json;

/** What the page is told. Nothing of it names a recipient, a target, an address of a client, a key or a content. */
final class Live {

    /** A client that does not tell in time is shown without what goes on inside. */
    private static final Duration PATIENCE = Duration.ofMillis(300);
    /** Passages so far back are told: more than the time between two ticks. */
    private static final Duration RECENT = Duration.ofMillis(2500);
    private static final int GATEWAY_LETTERS = 8;

    private final Chronicle chronicle;
    private final Map<String, CoverTrafficStrategy> covers;
    private final boolean mayChange;
    private final Price price = new Price();
    private final List<Json> worth = Worth.all();

    Live(Chronicle chronicle, Map<String, CoverTrafficStrategy> covers, boolean mayChange) {
        this.chronicle = chronicle;
        this.covers = covers;
        this.mayChange = mayChange;
    }

    static Json health(Control.Health health) {
        return Json.empty().with("state", health.state()).with("sentence", Texts.shortened(health.sentence()))
                .with("remedy", health.remedy().map(Texts::shortened).orElse(null));
    }

    /** {@return all that changes} */
    Json now(Control control) {
        List<Control.Client> clients = control.clients();
        Map<Control.Client, CompletableFuture<Insight>> asked = new LinkedHashMap<>();
        clients.forEach(client -> asked.put(client, client.client().insight()));
        Instant now = Instant.now();
        List<Json> told = new ArrayList<>();
        asked.forEach((client, insight) -> told.add(client(client, answer(insight), now)));
        return Json.empty().with("at", now.toEpochMilli()).with("health", health(control.health()))
                .with("mayChange", mayChange).with("process", process()).with("clients", told)
                .with("doors", control.doors().stream().map(Live::door).toList()).with("covers", covers())
                .withNumbers("day", chronicle.day())
                .with("readyPermille", chronicle.readyPermille())
                .with("events", chronicle.events().stream().map(event -> Json.empty()
                        .with("at", event.at().toEpochMilli()).with("kind", event.kind()).with("text", event.text()))
                        .toList());
    }

    static Insight ask(MixnetClient client) {
        return answer(client.insight());
    }

    private static Insight answer(CompletableFuture<Insight> asked) {
        try {
            return asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Insight.NONE;
        } catch (ExecutionException | TimeoutException e) {
            return Insight.NONE;
        }
    }

    private static Json process() {
        var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return Json.empty().with("cpuNanos", ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO)
                .toNanos()).with("heap", memory.getUsed()).with("heapMax", memory.getMax())
                .with("threads", ManagementFactory.getThreadMXBean().getThreadCount());
    }

    private static Json client(Control.Client client, Insight insight, Instant now) {
        ClientState state = client.client().state();
        Json uses = Json.empty();
        client.uses().forEach(uses::with);
        Json counters = Json.empty();
        client.client().counters().forEach((name, value) -> {
            if (value != 0) {
                counters.with(name, value);
            }
        });
        return Json.empty().with("name", client.name()).with("state", state.word())
                .with("reason", state.why().map(Texts::shortened).orElse(null)).with("uses", uses)
                .with("gateway", gateway(client))
                .withTexts("warnings", client.client().warnings().stream().map(Texts::shortened).toList())
                .with("counters", counters).withNumbers("passages", passages(insight, now))
                .with("messages", insight.messages().stream().map(Live::course).toList())
                .with("deliveries", histogram(insight.deliveries())).with("roundTrips", histogram(insight.roundTrips()))
                .with("oneWay", histogram(insight.oneWay()))
                .with("lanes", insight.lanes().stream().map(lane -> Json.empty().with("kind", lane.kind())
                        .with("id", lane.id()).with("bytes", lane.bytes())).toList())
                .with("replyBlocks", insight.replyBlocks().stream().map(stock -> Json.empty()
                        .with("peer", stock.peer()).with("count", stock.count())).toList())
                .with("mixes", insight.mixes().stream().map(mix -> Json.empty().with("layer", mix.layer())
                        .with("name", mix.name()).with("drawn", mix.drawn())).toList());
    }

    private static String gateway(Control.Client client) {
        try {
            return client.client().address().gateway().toString().substring(0, GATEWAY_LETTERS);
        } catch (IllegalStateException notKnownYet) {
            return null;
        }
    }

    /** Pairs: how many milliseconds ago, and the kind's number. */
    private static long[] passages(Insight insight, Instant now) {
        Instant since = now.minus(RECENT);
        return insight.passages().stream().filter(passage -> passage.at().isAfter(since))
                .flatMapToLong(passage -> LongStream.of(Duration.between(passage.at(), now).toMillis(),
                        passage.kind().ordinal())).toArray();
    }

    private static Json course(Insight.Course course) {
        return Json.empty().with("number", course.number()).with("at", course.accepted().toEpochMilli())
                .with("packets", course.packets()).with("acknowledged", course.acknowledged())
                .with("again", course.again()).with("sealed", millis(course.sealed()))
                .with("paced", millis(course.paced())).with("sent", millis(course.sent()))
                .with("ended", millis(course.ended()))
                .with("failure", course.failure().map(Enum::name).orElse(null));
    }

    /** -1: not yet. */
    private static long millis(Optional<Duration> duration) {
        return duration.map(Duration::toMillis).orElse(-1L);
    }

    private static Json histogram(Insight.Histogram histogram) {
        return Json.empty()
                .withNumbers("upTo", histogram.upTo().stream().mapToLong(Duration::toMillis).toArray())
                .withNumbers("counts", histogram.counts().stream().mapToLong(Long::longValue).toArray())
                .with("sum", histogram.sum().toMillis());
    }

    private static Json door(Control.Door door) {
        Json figures = Json.empty();
        for (Figure figure : door.serving().figures()) {
            if (figure.level() || figure.value() != 0) {
                figures.with(figure.name(), figure.value());
            }
        }
        return Json.empty().with("client", door.client()).with("name", door.frontEnd())
                .withTexts("addresses", door.serving().addresses().stream().map(Object::toString).map(Texts::shortened)
                        .toList())
                .with("figures", figures);
    }

    private List<Json> covers() {
        List<Json> told = new ArrayList<>();
        covers.forEach((name, strategy) -> {
            Price.Of cost = price.of(strategy);
            told.add(Json.empty().with("name", name).with("milliPackets", Math.round(cost.packetsPerSecond() * 1000))
                    .with("out", Math.round(cost.outBytes())).with("back", Math.round(cost.backBytes()))
                    .with("waitMicros", Math.round(cost.waitMillis() * 1000)));
        });
        return told;
    }

    /** {@return parts with their configurations, what they are worth, and bundles} */
    Json parts(Control control) {
        List<Json> parts = control.parts().stream().map(part -> Json.empty().with("kind", part.kind())
                .with("name", part.name()).with("bundle", part.bundle()).with("state", Texts.shortened(part.state()))
                .with("available", part.available()).withTexts("usedBy", part.usedBy())
                .with("settings", control.settings(part.kind(), part.name()).stream().map(setting -> Json.empty()
                        .with("key", setting.key()).with("value", setting.value().map(Texts::shortened).orElse(null))
                        .with("default", setting.defaultValue()).with("description", setting.description())).toList()))
                .toList();
        return Json.empty().with("parts", parts).with("worth", worth)
                .with("bundles", control.bundles().stream().map(bundle -> Json.empty()
                .with("name", bundle.name()).with("version", bundle.version()).with("state", bundle.state())).toList());
    }
}
