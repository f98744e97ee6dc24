package org.cloakwork.wire.crypto;

import java.util.Optional;

/**
 * What a client and its gateway share after registration: AES-256-GCM-SIV (RFC 8452), one key for both directions.
 * Source: protocol/4-gateway, 3.
 */
public final class GatewaySharedKey extends Secret {

    public static final int LENGTH = 32;
    public static final int NONCE_LENGTH = AesGcmSiv.NONCE_LENGTH;
    public static final int TAG_LENGTH = AesGcmSiv.TAG_LENGTH;

    /**
     * @param bytes {@link #LENGTH} bytes; copied
     * @throws IllegalArgumentException if the length is wrong
     */
    public GatewaySharedKey(byte[] bytes) {
        super(bytes, LENGTH, "GatewaySharedKey");
    }

    /** {@return a copy of the 32 bytes} */
    public byte[] bytes() {
        return copy();
    }

    /**
     * @param nonce     {@link #NONCE_LENGTH} bytes
     * @param plaintext any length
     * @return the ciphertext and 16 bytes of tag; the same input gives the same output
     * @throws IllegalArgumentException if the nonce has another length
     */
    public byte[] seal(byte[] nonce, byte[] plaintext) {
        return new AesGcmSiv(copy(), nonce).seal(plaintext);
    }

    /**
     * @param nonce      {@link #NONCE_LENGTH} bytes
     * @param ciphertext as from {@link #seal}
     * @return the plaintext; empty if it was not sealed with this key and nonce
     * @throws IllegalArgumentException if the nonce has another length
     */
    public Optional<byte[]> open(byte[] nonce, byte[] ciphertext) {
        return ciphertext.length < TAG_LENGTH ? Optional.empty()
                : Optional.ofNullable(new AesGcmSiv(copy(), nonce).open(ciphertext));
    }
}
