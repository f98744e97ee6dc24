package org.cloakwork.transport.websocket;

import java.util.Map;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayTransport;

/** Makes the transport for plain Java. */
public final class WebSocketTransportFactory implements PartFactory<GatewayTransport> {

    /** For {@link java.util.ServiceLoader}. */
    public WebSocketTransportFactory() {
    }

    @Override
    public Class<GatewayTransport> type() {
        return GatewayTransport.class;
    }

    @Override
    public String name() {
        return "websocket";
    }

    @Override
    public GatewayTransport create(Map<String, String> configuration) {
        return WebSocketTransport.configured(configuration);
    }
}
