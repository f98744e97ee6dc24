package org.cloakwork.api;

import java.math.BigInteger;

/**
 * The Ed25519 public key that names a client, a gateway or a mix node: 32 bytes, text form base58.
 * Source: protocol/2-packets, 6.
 */
public final class IdentityKey extends FixedBytes {

    /** Bytes of a key. */
    public static final int LENGTH = 32;

    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D =
            BigInteger.valueOf(-121665).multiply(BigInteger.valueOf(121666).modInverse(P)).mod(P);

    /**
     * Takes the bytes of a key.
     *
     * @param bytes the 32 bytes of the key
     * @throws IllegalArgumentException if the length is wrong or the bytes are not a point of the curve
     */
    public IdentityKey(byte[] bytes) {
        super(bytes, LENGTH, "identity key");
        if (!isPoint(bytes)) {
            throw new IllegalArgumentException("identity key is not an Ed25519 public key");
        }
    }

    /**
     * Reads the text form.
     *
     * @param base58 text form
     * @return the key
     * @throws IllegalArgumentException if the text is not base58 of an Ed25519 public key
     */
    public static IdentityKey parse(String base58) {
        return new IdentityKey(decode(base58, LENGTH, "identity key"));
    }

    /** Whether x² = (y² - 1) / (d·y² + 1) has a root; the y coordinate may be non-canonical, as upstream allows. */
    private static boolean isPoint(byte[] bytes) {
        byte[] bigEndian = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bigEndian[i] = bytes[LENGTH - 1 - i];
        }
        bigEndian[0] &= 0x7f;
        BigInteger y2 = new BigInteger(1, bigEndian).modPow(BigInteger.TWO, P);
        BigInteger u = y2.subtract(BigInteger.ONE).mod(P);
        BigInteger v = D.multiply(y2).add(BigInteger.ONE).mod(P);
        if (u.signum() == 0) {
            return true;
        }
        BigInteger x2 = u.multiply(v.modInverse(P)).mod(P);
        return x2.modPow(P.subtract(BigInteger.ONE).shiftRight(1), P).equals(BigInteger.ONE);
    }
}
