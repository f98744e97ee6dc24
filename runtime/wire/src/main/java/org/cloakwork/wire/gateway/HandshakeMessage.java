package org.cloakwork.wire.gateway;

import java.util.Objects;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;

/** The text envelope of the registration handshake, both directions. Source: protocol/4-gateway, 4. */
public sealed interface HandshakeMessage {

    /** The tag of {@link Payload}, under which a gateway also takes {@link ClientRequest.RegisterHandshake}. */
    String PAYLOAD_TYPE = "handshakePayload";

    /**
     * One of the four messages.
     *
     * @param protocolVersion proposed or adopted; 0 if the peer left it out
     * @param data            the message
     */
    record Payload(int protocolVersion, byte[] data) implements HandshakeMessage {

        public Payload {
            GatewayProtocol.requireU8(protocolVersion);
            Objects.requireNonNull(data);
        }
    }

    /**
     * The peer gave up.
     *
     * @param message for people
     */
    record Error(String message) implements HandshakeMessage {

        public Error {
            Objects.requireNonNull(message);
        }
    }

    /** {@return the text frame} */
    default String toJson() {
        Json json = switch (this) {
            case Payload(int version, byte[] data) -> Json.typed(PAYLOAD_TYPE).with("protocol_version", version)
                    .with("data", data);
            case Error(String message) -> Json.typed("handshakeError").with("message", message);
        };
        return json.toString();
    }

    /**
     * @param text a text frame, at most {@link GatewayProtocol#MAX_TEXT_LENGTH} characters
     * @return the message
     * @throws WireException if it is none
     */
    static HandshakeMessage parse(String text) throws WireException {
        Json json = GatewayProtocol.json(text);
        return switch (json.string("type")) {
            case PAYLOAD_TYPE -> new Payload(json.u8OrZero("protocol_version"), json.bytes("data"));
            case "handshakeError" -> new Error(json.string("message"));
            default -> throw new WireException("unknown type of handshake message");
        };
    }
}
