package org.cloakwork.frontend.dashboard;

import java.util.List;
import java.util.Map;
import org.cloakwork.api.ClientState;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.wire.json.Json;

/** What the page is told. */
final class Live {

    private final Chronicle chronicle;
    private final Map<String, CoverTrafficStrategy> covers;
    private final boolean mayChange;

    Live(Chronicle chronicle, Map<String, CoverTrafficStrategy> covers, boolean mayChange) {
        this.chronicle = chronicle;
        this.covers = covers;
        this.mayChange = mayChange;
    }

    static Json health(Control.Health health) {
        return Json.empty().with("state", health.state()).with("sentence", Texts.shortened(health.sentence()))
                .with("remedy", health.remedy().map(Texts::shortened).orElse(null));
    }

    Json now(Control control) {
        return Json.empty().with("at", System.currentTimeMillis()).with("health", health(control.health()))
                .with("mayChange", mayChange)
                .with("clients", control.clients().stream().map(Live::client).toList())
                .withNumbers("day", chronicle.day())
                .with("events", chronicle.events().stream().map(event -> Json.empty()
                        .with("at", event.at().toEpochMilli()).with("kind", event.kind()).with("text", event.text()))
                        .toList());
    }

    private static Json client(Control.Client client) {
        ClientState state = client.client().state();
        Json uses = Json.empty();
        client.uses().forEach(uses::with);
        Json counters = Json.empty();
        client.client().counters().forEach(counters::with);
        return Json.empty().with("name", client.name()).with("state", state.word())
                .with("reason", state.why().map(Texts::shortened).orElse(null)).with("uses", uses)
                .withTexts("warnings", client.client().warnings().stream().map(Texts::shortened).toList())
                .with("counters", counters);
    }

    Json parts(Control control) {
        List<Json> parts = control.parts().stream().map(part -> Json.empty().with("kind", part.kind())
                .with("name", part.name()).with("bundle", part.bundle()).with("state", Texts.shortened(part.state()))
                .with("available", part.available()).withTexts("usedBy", part.usedBy())
                .with("settings", control.settings(part.kind(), part.name()).stream().map(setting -> Json.empty()
                        .with("key", setting.key()).with("value", setting.value().map(Texts::shortened).orElse(null))
                        .with("default", setting.defaultValue()).with("description", setting.description())).toList()))
                .toList();
        return Json.empty().with("parts", parts).with("bundles", control.bundles().stream().map(bundle -> Json.empty()
                .with("name", bundle.name()).with("version", bundle.version()).with("state", bundle.state())).toList());
    }
}
