package org.cloakwork.localnet.node;

import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;

/** How a gateway reads and writes binary frames: sealed, or in simulations not. */
public interface Frames {

    /** As the protocol has them. */
    Frames SEALED = new Frames() {

        @Override
        public MixPacket openPacket(byte[] frame, GatewaySharedKey key) throws WireException {
            return BinaryRequest.open(frame, key).packet();
        }

        @Override
        public byte[] sealMessage(byte[] message, GatewaySharedKey key, Randomness randomness) {
            return new BinaryResponse(message).seal(key, randomness);
        }
    };

    /**
     * @param frame of a client
     * @param key   shared with it
     * @return the packet inside
     * @throws WireException if it is malformed
     */
    MixPacket openPacket(byte[] frame, GatewaySharedKey key) throws WireException;

    /**
     * @param message    for a client
     * @param key        shared with it
     * @param randomness drawn from
     * @return the frame
     */
    byte[] sealMessage(byte[] message, GatewaySharedKey key, Randomness randomness);
}
