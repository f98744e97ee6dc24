package org.cloakwork.wire.crypto;

import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;

/** An Ed25519 key pair (RFC 8032, no context, no prehash); signatures are deterministic. */
public final class IdentityKeyPair extends Secret {

    public static final int SEED_LENGTH = 32;
    public static final int SIGNATURE_LENGTH = 64;

    private final IdentityKey publicKey;

    private IdentityKeyPair(byte[] seed) {
        super(seed, SEED_LENGTH, "an Ed25519 seed");
        byte[] point = new byte[IdentityKey.LENGTH];
        Ed25519.generatePublicKey(seed, 0, point, 0);
        this.publicKey = new IdentityKey(point);
    }

    /**
     * @param randomness 32 bytes are drawn
     * @return a fresh key pair
     */
    public static IdentityKeyPair generate(Randomness randomness) {
        return new IdentityKeyPair(randomness.bytes(SEED_LENGTH));
    }

    /**
     * @param seed 32 bytes; copied
     * @return the key pair
     * @throws IllegalArgumentException if the length is wrong
     */
    public static IdentityKeyPair ofSeed(byte[] seed) {
        return new IdentityKeyPair(seed);
    }

    /** {@return the public key} */
    public IdentityKey publicKey() {
        return publicKey;
    }

    /** {@return a copy of the 32 bytes of the seed} */
    public byte[] seed() {
        return copy();
    }

    /**
     * @param message what to sign
     * @return {@link #SIGNATURE_LENGTH} bytes
     */
    public byte[] sign(byte[] message) {
        byte[] signature = new byte[SIGNATURE_LENGTH];
        Ed25519.sign(copy(), 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /**
     * Verifies without a cofactor. The few keys whose y coordinate is not reduced, or whose x is zero with the sign bit
     * set, verify nothing here; they are of small order, so nobody's identity.
     *
     * @param signer    who should have signed
     * @param message   what should have been signed
     * @param signature any bytes
     * @return whether the signature is right; never throws for what it is given
     */
    public static boolean verify(IdentityKey signer, byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_LENGTH) {
            return false;
        }
        return Signatures.verify(signer, message, signature);
    }
}
