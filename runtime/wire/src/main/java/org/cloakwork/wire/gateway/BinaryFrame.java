package org.cloakwork.wire.gateway;

import java.util.Arrays;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/**
 * Kind (1), encryption flag (1), nonce (12), ciphertext with tag. Kind numbers of the two directions overlap. The flag
 * 0, plaintext, is refused although the reference takes it: nobody sends it, and it would let anyone on the way
 * put packets into a session. Source: protocol/4-gateway, 8.
 */
final class BinaryFrame {

    static final int HEADER_LENGTH = 2 + GatewaySharedKey.NONCE_LENGTH;

    private static final byte ENCRYPTED = 1;

    private BinaryFrame() {
    }

    static byte[] seal(int kind, byte[] plaintext, GatewaySharedKey key, Randomness randomness) {
        byte[] nonce = randomness.bytes(GatewaySharedKey.NONCE_LENGTH);
        return Handshake.concat(new byte[] {(byte) kind, ENCRYPTED}, nonce, key.seal(nonce, plaintext));
    }

    static int kind(byte[] frame) throws WireException {
        if (frame.length < HEADER_LENGTH) {
            throw new WireException("a binary frame of " + frame.length + " bytes");
        }
        return frame[0] & 0xff;
    }

    static byte[] open(byte[] frame, GatewaySharedKey key) throws WireException {
        if (frame[1] != ENCRYPTED) {
            throw new WireException("encryption flag " + (frame[1] & 0xff));
        }
        return Sealed.open(key, Arrays.copyOfRange(frame, 2, HEADER_LENGTH),
                Arrays.copyOfRange(frame, HEADER_LENGTH, frame.length));
    }
}
