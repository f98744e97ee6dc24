package org.cloakwork.spi.transport;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.cloakwork.api.IdentityKey;

/**
 * A gateway to connect to.
 *
 * @param identity who it is; proven by the session's handshake, not by the transport
 * @param uris     where it listens, the preferred first: {@code ws://host:port} or {@code wss://host:port}
 */
public record GatewayEndpoint(IdentityKey identity, List<URI> uris) {

    /** Checks or copies what it is given. */
    public GatewayEndpoint {
        Objects.requireNonNull(identity);
        uris = List.copyOf(uris);
        if (uris.isEmpty()) {
            throw new IllegalArgumentException("a gateway endpoint needs at least one URI");
        }
    }
}
