package org.cloakwork.transport.websocketjdk;

import java.util.Map;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayTransport;

/** Makes the transport for plain Java. */
public final class JdkTransportFactory implements PartFactory<GatewayTransport> {

    /** For {@link java.util.ServiceLoader}. */
    public JdkTransportFactory() {
    }

    @Override
    public Class<GatewayTransport> type() {
        return GatewayTransport.class;
    }

    @Override
    public String name() {
        return "websocket-jdk";
    }

    @Override
    public GatewayTransport create(Map<String, String> configuration) {
        return JdkTransport.configured(configuration);
    }
}
