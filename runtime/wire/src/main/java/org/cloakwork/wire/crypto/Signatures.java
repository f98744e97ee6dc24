package org.cloakwork.wire.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import org.cloakwork.api.IdentityKey;

/**
 * Ed25519 without a cofactor and without refusing keys of small order, as the reference verifies: the JDK's, as
 * BouncyCastle refuses those keys. Where there is no JDK, {@code bundles/frontend-web} puts BouncyCastle's in this
 * place.
 */
final class Signatures {

    private Signatures() {
    }

    /** @param signature of the right length */
    static boolean verify(IdentityKey signer, byte[] message, byte[] signature) {
        try {
            byte[] key = signer.bytes();
            boolean xOdd = key[key.length - 1] < 0;
            key[key.length - 1] &= 0x7f;
            EdECPoint point = new EdECPoint(xOdd, new BigInteger(1, reversed(key)));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
