package org.cloakwork.sphinx.fast;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The header's keystream and LIONESS, the wide-block cipher of payloads: left part 32 bytes, right part the rest, at
 * least one byte. For one thread. Source: protocol/1-sphinx, 6 and 7.
 */
final class Ciphers {

    private static final int LEFT_LENGTH = Blake2b.DIGEST_LENGTH;
    private static final int FIRST_STREAM_KEY = 0;
    private static final int FIRST_HASH_KEY = 32;
    private static final int SECOND_STREAM_KEY = 96;
    private static final int SECOND_HASH_KEY = 128;

    private static final AlgorithmParameterSpec ZERO_IV = new IvParameterSpec(new byte[16]);
    private static final AlgorithmParameterSpec ZERO_NONCE = new ChaCha20ParameterSpec(new byte[12], 0);

    private final Cipher aes;
    private final Cipher chacha;
    private final Blake2b blake2b = new Blake2b();
    private final byte[] streamKey = new byte[LEFT_LENGTH];

    Ciphers() {
        try {
            aes = Cipher.getInstance("AES/CTR/NoPadding");
            chacha = Cipher.getInstance("ChaCha20");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** AES-128-CTR keystream from a zero IV. */
    void keystream(byte[] key, int keyFrom, byte[] target) {
        Arrays.fill(target, (byte) 0);
        try {
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, keyFrom, Keys.SYMMETRIC_KEY_LENGTH, "AES"), ZERO_IV);
            aes.doFinal(target, 0, target.length, target, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Encrypts the bytes from {@code from} to the end, in place. */
    void encrypt(byte[] key, int keyFrom, byte[] buffer, int from) {
        stream(key, keyFrom + FIRST_STREAM_KEY, buffer, from);
        hash(key, keyFrom + FIRST_HASH_KEY, buffer, from);
        stream(key, keyFrom + SECOND_STREAM_KEY, buffer, from);
        hash(key, keyFrom + SECOND_HASH_KEY, buffer, from);
    }

    /** Undoes {@link #encrypt}. */
    void decrypt(byte[] key, int keyFrom, byte[] buffer, int from) {
        hash(key, keyFrom + SECOND_HASH_KEY, buffer, from);
        stream(key, keyFrom + SECOND_STREAM_KEY, buffer, from);
        hash(key, keyFrom + FIRST_HASH_KEY, buffer, from);
        stream(key, keyFrom + FIRST_STREAM_KEY, buffer, from);
    }

    /** Right ^= ChaCha20 stream of left ^ key. */
    private void stream(byte[] key, int keyFrom, byte[] buffer, int from) {
        for (int i = 0; i < LEFT_LENGTH; i++) {
            streamKey[i] = (byte) (key[keyFrom + i] ^ buffer[from + i]);
        }
        int right = from + LEFT_LENGTH;
        try {
            // In this mode the JDK does not refuse a key it has seen; for a stream cipher both modes are the same.
            chacha.init(Cipher.DECRYPT_MODE, new SecretKeySpec(streamKey, "ChaCha20"), ZERO_NONCE);
            chacha.doFinal(buffer, right, buffer.length - right, buffer, right);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Left ^= H(key, right). */
    private void hash(byte[] key, int keyFrom, byte[] buffer, int from) {
        blake2b.xorDigest(key, keyFrom, buffer, from + LEFT_LENGTH, buffer.length, buffer, from);
    }

    static void xor(byte[] target, int targetFrom, byte[] mask, int maskFrom, int length) {
        for (int i = 0; i < length; i++) {
            target[targetFrom + i] ^= mask[maskFrom + i];
        }
    }

    /** Forgets what the last call left behind, but for what the JDK's ciphers keep until their next key. */
    void wipe() {
        blake2b.wipe();
        Arrays.fill(streamKey, (byte) 0);
    }
}
