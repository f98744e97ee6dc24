package org.cloakwork.transport.websocketjdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayTransport;
import org.junit.jupiter.api.Test;

/** How the transport is made; what it then does is tested with all others in {@code itests/transports}. */
class JdkTransportTest {

    @Test
    void partsAreFoundWithoutOsgi() {
        List<PartFactory<?>> found = new ArrayList<>();
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            assertEquals("websocket-jdk", factory.name());
            found.add(factory);
        }
        assertEquals(1, found.size());
        assertEquals(GatewayTransport.class, found.getFirst().type());
        assertInstanceOf(JdkTransport.class, found.getFirst().create(Map.of("connect-timeout-millis", "250"))).close();
    }

    @Test
    void configurationMistakesNameTheirKey() {
        for (Map<String, String> wrong : List.of(
                Map.of("connect-timeout-millis", "soon"),
                Map.of("connect-timeout-millis", "0"),
                Map.of("connect-timeout-millis", "600001"),
                Map.of("idle-timeout-millis", "0"),
                Map.of("time-out", "5"))) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new JdkTransport.Factory().create(wrong)).getMessage();
            wrong.forEach((key, value) -> assertTrue(message.contains(key), message));
        }
    }
}
