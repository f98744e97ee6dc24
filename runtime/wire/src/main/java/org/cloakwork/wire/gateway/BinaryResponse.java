package org.cloakwork.wire.gateway;

import java.util.Objects;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/**
 * A binary frame, gateway to client: a message or an ack from the mixnet, told apart by its length alone. Source:
 * protocol/4-gateway, 8.
 *
 * @param message as the last hop left it
 */
public record BinaryResponse(byte[] message) {

    private static final int PUSHED_MIX_MESSAGE = 1;

    public BinaryResponse {
        Objects.requireNonNull(message);
    }

    /**
     * @param key        shared with the client
     * @param randomness 12 bytes are drawn for the nonce
     * @return the frame
     */
    public byte[] seal(GatewaySharedKey key, Randomness randomness) {
        return BinaryFrame.seal(PUSHED_MIX_MESSAGE, message, key, randomness);
    }

    /**
     * @param frame as it arrived; one that is not encrypted is refused
     * @param key   shared with the gateway
     * @return the response
     * @throws WireException if it is malformed or was not sealed with this key
     */
    public static BinaryResponse open(byte[] frame, GatewaySharedKey key) throws WireException {
        if (BinaryFrame.kind(frame) != PUSHED_MIX_MESSAGE) {
            throw new WireException("unknown kind of binary response");
        }
        return new BinaryResponse(BinaryFrame.open(frame, key));
    }
}
