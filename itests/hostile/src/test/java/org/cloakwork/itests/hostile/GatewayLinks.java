package org.cloakwork.itests.hostile;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;

/** Opens links as the client does, with a transport by its name, and tells how they end. */
final class GatewayLinks implements AutoCloseable {

    private static final IdentityKey SOMEONE = new IdentityKey(new byte[32]);

    private final GatewayTransport transport;

    GatewayLinks(String name) {
        transport = Parts.part(GatewayTransport.class, name, Map.of("connect-timeout-millis", "5000"));
    }

    /** {@return why a link to that port of this machine ends} */
    String endOf(int port) throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        transport.connect(new GatewayEndpoint(SOMEONE, List.of(URI.create("ws://127.0.0.1:" + port))),
                new Silent() {

                    @Override
                    public void closed(String reason) {
                        end.complete(reason);
                    }
                });
        return end.get(40, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        if (transport instanceof AutoCloseable closing) {
            closing.close();
        }
    }

    /** Hears everything, and does nothing. */
    static class Silent implements GatewayLink.Handler {

        @Override
        public void opened() {
            // what the peer says then is the test
        }

        @Override
        public void text(String text) {
            // likewise
        }

        @Override
        public void binary(byte[] binary) {
            // likewise
        }

        @Override
        public void closed(String reason) {
            // likewise
        }
    }
}
