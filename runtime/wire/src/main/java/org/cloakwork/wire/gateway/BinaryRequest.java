package org.cloakwork.wire.gateway;

import java.util.Objects;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/**
 * A binary frame, client to gateway: a packet to send on. Source: protocol/4-gateway, 8.
 *
 * @param kind   with or without the packet's key rotation
 * @param packet the packet; of unknown rotation if it was read from the kind without
 */
public record BinaryRequest(Kind kind, MixPacket packet) {

    /** Which form the packet is in. */
    public enum Kind {
        /** Without key rotation. */
        FORWARD_SPHINX(1),
        /** With key rotation. */
        FORWARD_SPHINX_V2(2);

        private final int wireValue;

        Kind(int wireValue) {
            this.wireValue = wireValue;
        }

        /** {@return the byte on the wire} */
        public int wireValue() {
            return wireValue;
        }
    }

    public BinaryRequest {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(packet);
    }

    /**
     * @param packet          to send on
     * @param protocolVersion negotiated
     * @return the request in the form that version has
     */
    public static BinaryRequest of(MixPacket packet, int protocolVersion) {
        return new BinaryRequest(protocolVersion >= GatewayProtocol.KEY_ROTATION_VERSION
                ? Kind.FORWARD_SPHINX_V2 : Kind.FORWARD_SPHINX, packet);
    }

    /**
     * @param key        shared with the gateway
     * @param randomness 12 bytes are drawn for the nonce
     * @return the frame
     */
    public byte[] seal(GatewaySharedKey key, Randomness randomness) {
        byte[] plaintext = switch (kind) {
            case FORWARD_SPHINX -> packet.toBytesV1();
            case FORWARD_SPHINX_V2 -> packet.toBytesV2();
        };
        return BinaryFrame.seal(kind.wireValue, plaintext, key, randomness);
    }

    /**
     * @param frame as it arrived; one that is not encrypted is refused
     * @param key   shared with the client
     * @return the request
     * @throws WireException if it is malformed, was not sealed with this key or holds no packet
     */
    public static BinaryRequest open(byte[] frame, GatewaySharedKey key) throws WireException {
        return switch (BinaryFrame.kind(frame)) {
            case 1 -> new BinaryRequest(Kind.FORWARD_SPHINX, MixPacket.parseV1(BinaryFrame.open(frame, key)));
            case 2 -> new BinaryRequest(Kind.FORWARD_SPHINX_V2, MixPacket.parseV2(BinaryFrame.open(frame, key)));
            default -> throw new WireException("unknown kind of binary request");
        };
    }
}
