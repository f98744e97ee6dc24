package org.cloakwork.itests.transports;

import java.util.List;

/** The transport on Jetty, which tells of every end of a connection, whoever made it, in the same words. */
class WebSocketTransportIT extends GatewayTransportContract {

    WebSocketTransportIT() {
        super("websocket", "Connection refused", "MessageTooLarge", "the connection had ended",
                "the connection had ended", List.of(), "");
    }
}
