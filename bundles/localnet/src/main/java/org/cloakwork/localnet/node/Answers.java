package org.cloakwork.localnet.node;

import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.ServerResponse;

/** What a gateway says to a client in text frames. */
final class Answers {

    /** Bandwidth is free here anyway. */
    static final boolean UPGRADE_MODE = false;

    private final Counters<Counter> counters;

    /** @param counters where errors are counted */
    Answers(Counters<Counter> counters) {
        this.counters = counters;
    }

    SessionAction.Send error(String message) {
        counters.count(Counter.CLIENT_REQUESTS_REFUSED);
        return send(new ServerResponse.Error(message));
    }

    static SessionAction.Send supportedProtocol() {
        return send(new ServerResponse.SupportedProtocol(GatewayProtocol.CURRENT_VERSION));
    }

    static SessionAction.Send send(ServerResponse response) {
        return new SessionAction.Send(response.toJson());
    }
}
