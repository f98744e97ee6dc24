package org.cloakwork.wire.gateway;

import java.util.Arrays;
import java.util.Optional;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.Hashes;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/** What both sides of the registration handshake do the same way. */
final class Handshake {

    static final int SALT_LENGTH = 16;
    static final int INITIALISATION_LENGTH = IdentityKey.LENGTH + EncryptionKey.LENGTH + SALT_LENGTH;
    static final int SEALED_SIGNATURE_LENGTH = IdentityKeyPair.SIGNATURE_LENGTH + GatewaySharedKey.TAG_LENGTH;
    static final int MATERIAL_LENGTH = SEALED_SIGNATURE_LENGTH + GatewaySharedKey.NONCE_LENGTH;
    static final byte FINALIZATION = 1;

    private Handshake() {
    }

    static GatewaySharedKey sharedKey(EncryptionKeyPair own, EncryptionKey other, byte[] salt) {
        return new GatewaySharedKey(
                Hashes.hkdfBlake3(salt, own.agree(other), new byte[0], GatewaySharedKey.LENGTH));
    }

    /** The signature over own and other ephemeral key, sealed, then the nonce. */
    static byte[] material(IdentityKeyPair signer, EncryptionKey own, EncryptionKey other, GatewaySharedKey key,
            Randomness randomness) {
        byte[] nonce = randomness.bytes(GatewaySharedKey.NONCE_LENGTH);
        return concat(key.seal(nonce, signer.sign(concat(own.bytes(), other.bytes()))), nonce);
    }

    /** Opens and verifies the peer's material, in whose signature the peer's ephemeral key comes first. */
    static void verify(byte[] material, IdentityKey signer, EncryptionKey own, EncryptionKey other,
            GatewaySharedKey key) throws WireException {
        if (material.length != MATERIAL_LENGTH) {
            throw new WireException("handshake message of wrong length");
        }
        byte[] nonce = Arrays.copyOfRange(material, SEALED_SIGNATURE_LENGTH, MATERIAL_LENGTH);
        byte[] signature = Sealed.open(key, nonce, Arrays.copyOf(material, SEALED_SIGNATURE_LENGTH));
        if (!IdentityKeyPair.verify(signer, concat(other.bytes(), own.bytes()), signature)) {
            throw new WireException("wrong signature");
        }
    }

    static HandshakeStep.Failed failed(String reason) {
        return new HandshakeStep.Failed(Optional.of(new HandshakeMessage.Error(reason).toJson()), reason);
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
