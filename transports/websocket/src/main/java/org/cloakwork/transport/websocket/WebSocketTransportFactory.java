package org.cloakwork.transport.websocket;

import java.util.Map;
import java.util.Set;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayTransport;

/** {@link WebSocketTransport} without OSGi. */
public final class WebSocketTransportFactory implements PartFactory<GatewayTransport> {

    private static final Set<String> KEYS =
            Set.of(WebSocketTransport.CONNECT_TIMEOUT_KEY, WebSocketTransport.IDLE_TIMEOUT_KEY);

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
        configuration.forEach((key, value) -> {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(key + " = " + value + ": no such key; known are " + KEYS);
            }
        });
        return new WebSocketTransport(
                number(configuration, WebSocketTransport.CONNECT_TIMEOUT_KEY, 5_000),
                number(configuration, WebSocketTransport.IDLE_TIMEOUT_KEY, 0));
    }

    private static int number(Map<String, String> configuration, String key, int otherwise) {
        String value = configuration.get(key);
        try {
            return value == null ? otherwise : Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " = " + value + ": a whole number of milliseconds is allowed", e);
        }
    }
}
