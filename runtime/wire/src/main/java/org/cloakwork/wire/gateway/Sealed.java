package org.cloakwork.wire.gateway;

import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/** Opening what arrived with a nonce of whatever length the peer chose. */
final class Sealed {

    private Sealed() {
    }

    static byte[] open(GatewaySharedKey key, byte[] nonce, byte[] ciphertext) throws WireException {
        if (nonce.length != GatewaySharedKey.NONCE_LENGTH) {
            throw new WireException("a nonce of " + nonce.length + " bytes");
        }
        return key.open(nonce, ciphertext)
                .orElseThrow(() -> new WireException("not sealed with this key and nonce"));
    }
}
