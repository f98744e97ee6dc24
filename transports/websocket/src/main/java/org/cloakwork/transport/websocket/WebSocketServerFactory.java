package org.cloakwork.transport.websocket;

import java.util.Map;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayServer;

/** Makes the server for plain Java. */
public final class WebSocketServerFactory implements PartFactory<GatewayServer> {

    /** For {@link java.util.ServiceLoader}. */
    public WebSocketServerFactory() {
    }

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
        new PartConfiguration("gateway server websocket", configuration).verify();
        return new WebSocketServer();
    }
}
