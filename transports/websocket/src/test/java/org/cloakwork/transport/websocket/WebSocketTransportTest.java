package org.cloakwork.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.cloakwork.itests.testing.transport.Net;
import org.cloakwork.itests.testing.transport.Recorder;
import org.cloakwork.itests.testing.transport.RecordingServer;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.spi.transport.GatewayTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How the transport is made, and its own time-out; what it does as all others is tested in {@code itests/transports}.
 */
@Timeout(60)
class WebSocketTransportTest {

    @Test
    void idleTimeoutClosesOnlyIfAskedFor() throws Exception {
        try (WebSocketTransport patient =
                        new WebSocketTransport(Map.of("connect-timeout-millis", "2000"));
                WebSocketTransport impatient = new WebSocketTransport(Map.of("idle-timeout-millis", "300"));
                RecordingServer server = RecordingServer.echo(new WebSocketServer())) {
            Recorder patientOne = new Recorder();
            Recorder impatientOne = new Recorder();
            GatewayLink link = patient.connect(Net.endpoint(server.address()), patientOne);
            impatient.connect(Net.endpoint(server.address()), impatientOne);
            patientOne.expect(Recorder.Opened.class);
            impatientOne.expect(Recorder.Opened.class);
            impatientOne.awaitClosed();
            Thread.sleep(Math.max(2000, Connections.HANDSHAKE_TIMEOUT_MILLIS) + 500);
            link.send("after a silence longer than every handshake time-out");
            patientOne.expect(Recorder.Text.class);
        }
    }

    @Test
    void partsAreFoundWithoutOsgi() {
        List<Class<?>> types = new ArrayList<>();
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            assertEquals("websocket", factory.name());
            types.add(factory.type());
        }
        assertEquals(List.of(GatewayServer.class, GatewayTransport.class), types);
        assertInstanceOf(WebSocketTransport.class,
                new WebSocketTransport(Map.of("connect-timeout-millis", "250"))).close();
        assertInstanceOf(WebSocketServer.class, new WebSocketServerFactory().create(Map.of())).close();
    }

    @Test
    void configurationMistakesNameTheirKey() throws InterruptedException {
        for (Map<String, String> wrong : List.of(
                Map.of("connect-timeout-millis", "soon"),
                Map.of("connect-timeout-millis", "0"),
                Map.of("connect-timeout-millis", "600001"),
                Map.of("idle-timeout-millis", "-1"),
                Map.of("time-out", "5"))) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new WebSocketTransport.Factory().create(wrong)).getMessage();
            wrong.forEach((key, value) -> assertTrue(message.contains(key), message));
        }
        assertThrows(IllegalArgumentException.class, () -> new WebSocketServerFactory().create(Map.of("a", "b")));
        Net.assertNoThreads();
    }
}
