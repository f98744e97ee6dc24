package org.cloakwork.spi.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Function;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The accepting side of a {@link GatewayTransport}, for gateways: the embedded network uses it, so that it speaks over
 * whatever transport is installed. Registered as an OSGi service with {@code cloakwork.name}.
 */
@ConsumerType
public interface GatewayServer {

    /**
     * Accepts links until closed.
     *
     * @param bind     address and port to listen on; port 0 takes a free one
     * @param acceptor called for each connection that finished its own handshake, before anything is read from it;
     *                 makes the handler for that link. {@link GatewayLink.Handler#opened} follows.
     * @return the open listener
     * @throws IOException if the address cannot be bound; the message names it
     */
    Listening listen(InetSocketAddress bind, Function<GatewayLink, GatewayLink.Handler> acceptor) throws IOException;

    /** An open listener. */
    @ConsumerType
    interface Listening extends AutoCloseable {

        /** {@return where it listens, with the real port} */
        InetSocketAddress address();

        /** Stops accepting and closes every link it accepted. Idempotent. */
        @Override
        void close();
    }
}
