package org.cloakwork.control;

import java.util.List;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.control.Control;
import org.cloakwork.wire.json.Json;

/** How everything is, for programs: {@code cloakwork state --json}. */
final class StateJson {

    private StateJson() {
    }

    static Json of(Control control) {
        Control.Health health = control.health();
        List<Json> clients = control.clients().stream().map(client -> client(control, client)).toList();
        return Json.empty().with("state", health.state()).with("sentence", health.sentence())
                .with("remedy", health.remedy().orElse(null)).with("clients", clients)
                .withTexts("problems", control.problems());
    }

    private static Json client(Control control, Control.Client client) {
        ClientState state = client.client().state();
        Json uses = Json.empty();
        client.uses().forEach(uses::with);
        Json counters = Json.empty();
        client.client().counters().forEach(counters::with);
        return Json.empty().with("name", client.name()).with("state", state.word())
                .with("address", Commands.address(client).map(MixnetAddress::toString).orElse(null))
                .with("host", Commands.address(client).map(MixnetAddress::toHostName).orElse(null))
                .with("reason", state.why().orElse(null)).with("remedy", client.client().remedy().orElse(null))
                .with("line", client.client().line().orElse(null))
                .withTexts("warnings", control.warnings(client)).with("parts", uses).with("counters", counters);
    }
}
