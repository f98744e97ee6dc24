package org.cloakwork.localnet.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.cloakwork.localnet.Parts;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.transport.GatewayServer;
import org.junit.jupiter.api.Test;

/** What Declarative Services calls. */
class LocalNetworkComponentTest {

    private static final PacketFormat FORMAT = Parts.make(PacketFormat.class, "bouncycastle", Map.of());
    private static final GatewayServer TRANSPORT = Parts.make(GatewayServer.class, "websocket", Map.of());

    private record Configuration(int mixes$_$per$_$layer, int gateways, int directory$_$port, int gateway$_$port,
                                 int mix$_$port, String network$_$file, String host, long rotation$_$millis)
            implements LocalNetworkComponent.Configuration {

        @Override
        public Class<? extends Annotation> annotationType() {
            return LocalNetworkComponent.Configuration.class;
        }
    }

    @Test
    void runsFromActivationToDeactivation() throws Exception {
        LocalNetworkComponent component =
                new LocalNetworkComponent(new Configuration(2, 1, 0, 0, 0, "", "127.0.0.1", 0), FORMAT, TRANSPORT);
        URI health = component.directory().resolve("v1/api-status/health");
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertEquals(200, http.send(HttpRequest.newBuilder(health).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode());
            assertEquals(7, component.topology().nodes().size());
            assertEquals(1, component.counters().get("directory-requests"));
            component.close();
            assertThrows(IOException.class, () -> http.send(HttpRequest.newBuilder(health).build(),
                    HttpResponse.BodyHandlers.discarding()));
        }
    }

    @Test
    void failsToActivateWithAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Configuration configuration = new Configuration(1, 1, taken.getLocalPort(), 0, 0, "", "127.0.0.1", 0);
            IOException error = assertThrows(IOException.class,
                    () -> new LocalNetworkComponent(configuration, FORMAT, TRANSPORT));
            assertTrue(error.getMessage().contains(String.valueOf(taken.getLocalPort())));
        }
    }

    @Test
    void failsToActivateWithAWrongValueAndNamesIt() {
        for (Map.Entry<Configuration, String> wrong : Map.of(
                new Configuration(0, 1, 0, 0, 0, "", "127.0.0.1", 0), "mixes-per-layer",
                new Configuration(1, 81, 0, 0, 0, "", "127.0.0.1", 0), "gateways",
                new Configuration(1, 1, -1, 0, 0, "", "127.0.0.1", 0), "directory-port",
                new Configuration(1, 2, 0, 65_535, 0, "", "127.0.0.1", 0), "gateway-port",
                new Configuration(1, 1, 0, 0, 0, "", "localhost", 0), "localhost",
                new Configuration(1, 1, 0, 0, 0, "", "127.0.0.1", 3_999), "rotation",
                new Configuration(1, 1, 0, 0, 0, "", "0.0.0.0", 0), "0.0.0.0").entrySet()) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> new LocalNetworkComponent(wrong.getKey(), FORMAT, TRANSPORT)).getMessage()
                    .contains(wrong.getValue()));
        }
    }
}
