package org.cloakwork.wire.crypto;

import org.bouncycastle.math.ec.rfc7748.X25519;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.Randomness;

/** An X25519 key pair. The private bytes are kept as given and clamped at each use. */
public final class EncryptionKeyPair extends Secret {

    public static final int PRIVATE_LENGTH = 32;

    private final EncryptionKey publicKey;

    private EncryptionKeyPair(byte[] privateBytes) {
        super(privateBytes, PRIVATE_LENGTH, "an X25519 private key");
        byte[] point = new byte[EncryptionKey.LENGTH];
        X25519.scalarMultBase(privateBytes, 0, point, 0);
        this.publicKey = new EncryptionKey(point);
    }

    /**
     * @param randomness 32 bytes are drawn
     * @return a fresh key pair
     */
    public static EncryptionKeyPair generate(Randomness randomness) {
        return new EncryptionKeyPair(randomness.bytes(PRIVATE_LENGTH));
    }

    /**
     * @param privateBytes 32 bytes, clamped or not; copied
     * @return the key pair
     * @throws IllegalArgumentException if the length is wrong
     */
    public static EncryptionKeyPair ofPrivate(byte[] privateBytes) {
        return new EncryptionKeyPair(privateBytes);
    }

    /** {@return the public key} */
    public EncryptionKey publicKey() {
        return publicKey;
    }

    /** {@return a copy of the private bytes as they were given} */
    public byte[] privateBytes() {
        return copy();
    }

    /**
     * Diffie-Hellman (RFC 7748). Takes any key; the unused top bit is ignored and a result of zeros is returned like
     * any other, as the reference does.
     *
     * @param other the public key of the other side
     * @return 32 bytes
     */
    public byte[] agree(EncryptionKey other) {
        byte[] shared = new byte[X25519.POINT_SIZE];
        X25519.scalarMult(copy(), 0, other.bytes(), 0, shared, 0);
        return shared;
    }
}
