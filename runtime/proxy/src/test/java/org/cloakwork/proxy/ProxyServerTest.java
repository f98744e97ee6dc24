package org.cloakwork.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProxyServerTest {

    private static final Dialect NONE = new Dialect() {
        @Override
        public String scheme() {
            return "none";
        }

        @Override
        public void serve(Program program) {
            // says nothing
        }
    };

    private static long connections(ProxyServer server) {
        return server.figures().stream().filter(figure -> figure.name().equals("test.connections")).findFirst()
                .orElseThrow().value();
    }

    /** Before the client was ready an exit cannot be told where to answer. */
    @Test
    void aConnectionThatCannotBeAskedForHoldsNothing() throws Exception {
        try (FakeClient client = new FakeClient();
                ProxyServer server = ProxyServer.start(client.client(), ProxyConfiguration.of("test", 0,
                        new PartConfiguration("test", Map.of("mode", "plain", "exit", Addresses.of(1).toString()))),
                        NONE)) {
            client.silent.add(Addresses.of(1));
            for (int i = 0; i < 3; i++) {
                NotConnectedException why = assertThrows(NotConnectedException.class,
                        () -> server.open(new Target("example.org", 443), Optional.empty()));
                assertTrue(why.getMessage().contains("not known"), why.getMessage());
            }
            assertEquals(0, connections(server));
        }
    }
}
