package org.cloakwork.wire.crypto;

import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.GCMSIVBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.cloakwork.wire.WireException;

/**
 * What a client and its gateway share after registration: AES-256-GCM-SIV (RFC 8452), one key for both directions.
 * Source: protocol/4-gateway, 3.
 */
public final class GatewaySharedKey extends Secret {

    public static final int LENGTH = 32;
    public static final int NONCE_LENGTH = 12;
    public static final int TAG_LENGTH = 16;

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
        try {
            return run(true, nonce, plaintext);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param nonce      {@link #NONCE_LENGTH} bytes
     * @param ciphertext as from {@link #seal}
     * @return the plaintext
     * @throws WireException            if it was not sealed with this key and nonce
     * @throws IllegalArgumentException if the nonce has another length
     */
    public byte[] open(byte[] nonce, byte[] ciphertext) throws WireException {
        if (ciphertext.length < TAG_LENGTH) {
            throw new WireException("no room for the tag: " + ciphertext.length + " bytes");
        }
        try {
            return run(false, nonce, ciphertext);
        } catch (InvalidCipherTextException e) {
            throw new WireException("not sealed with this key and nonce");
        }
    }

    private byte[] run(boolean sealing, byte[] nonce, byte[] in) throws InvalidCipherTextException {
        if (nonce.length != NONCE_LENGTH) {
            throw new IllegalArgumentException("a nonce is " + NONCE_LENGTH + " bytes, not " + nonce.length);
        }
        GCMSIVBlockCipher cipher = new GCMSIVBlockCipher();
        cipher.init(sealing, new AEADParameters(new KeyParameter(copy()), 8 * TAG_LENGTH, nonce));
        cipher.processBytes(in, 0, in.length, new byte[0], 0);
        byte[] out = new byte[cipher.getOutputSize(0)];
        cipher.doFinal(out, 0);
        return out;
    }
}
