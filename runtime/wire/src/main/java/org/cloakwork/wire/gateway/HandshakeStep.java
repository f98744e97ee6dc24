package org.cloakwork.wire.gateway;

import java.util.Objects;
import java.util.Optional;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/** What follows from a frame that arrived during a registration handshake. */
public sealed interface HandshakeStep {

    /**
     * Send this and wait for the next frame.
     *
     * @param text the text frame
     */
    record Send(String text) implements HandshakeStep {

        public Send {
            Objects.requireNonNull(text);
        }
    }

    /**
     * Both sides have the key.
     *
     * @param text            to send first: the gateway's last message; empty at the client
     * @param key             shared from now on
     * @param protocolVersion negotiated; below {@link GatewayProtocol#MIN_VERSION} only if the peer says so, 0 if it
     *                        says nothing
     */
    record Done(Optional<String> text, GatewaySharedKey key, int protocolVersion) implements HandshakeStep {

        public Done {
            Objects.requireNonNull(text);
            Objects.requireNonNull(key);
        }
    }

    /**
     * There will be no key. Give the connection up.
     *
     * @param text   to send first: tells the peer; empty if it was the peer who told us
     * @param reason for people; the peer's words if it was the peer
     */
    record Failed(Optional<String> text, String reason) implements HandshakeStep {

        public Failed {
            Objects.requireNonNull(text);
            Objects.requireNonNull(reason);
        }
    }

    /** The frame has no part in the handshake; keep waiting, without more time. */
    record Ignored() implements HandshakeStep {
    }
}
