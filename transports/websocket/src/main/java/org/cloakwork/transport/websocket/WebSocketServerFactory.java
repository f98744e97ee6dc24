package org.cloakwork.transport.websocket;

import java.util.Map;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayServer;

/** {@link WebSocketServer} without OSGi. */
public final class WebSocketServerFactory implements PartFactory<GatewayServer> {

    @Override
    public Class<GatewayServer> type() {
        return GatewayServer.class;
    }

    @Override
    public String name() {
        return "websocket";
    }

    @Override
    public GatewayServer create(Map<String, String> configuration) {
        configuration.forEach((key, value) -> {
            throw new IllegalArgumentException(key + " = " + value + ": there are no keys");
        });
        return new WebSocketServer();
    }
}
