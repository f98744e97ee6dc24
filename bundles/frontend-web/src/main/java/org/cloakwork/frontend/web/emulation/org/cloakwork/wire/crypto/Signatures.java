package org.cloakwork.frontend.web.emulation.org.cloakwork.wire.crypto;

import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.cloakwork.api.IdentityKey;

/** Ed25519 of BouncyCastle, which refuses keys of small order: they are nobody's identity. */
final class Signatures {

    private Signatures() {
    }

    static boolean verify(IdentityKey signer, byte[] message, byte[] signature) {
        return Ed25519.verify(signature, 0, signer.bytes(), 0, message, 0, message.length);
    }
}
