package org.cloakwork.proxy;

import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;

/** Addresses of nobody. */
final class Addresses {

    private Addresses() {
    }

    static MixnetAddress of(int number) {
        byte[] encryption = new byte[32];
        encryption[0] = (byte) number;
        return new MixnetAddress(identity(), new EncryptionKey(encryption), identity());
    }

    private static IdentityKey identity() {
        try {
            byte[] encoded = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
            return new IdentityKey(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
