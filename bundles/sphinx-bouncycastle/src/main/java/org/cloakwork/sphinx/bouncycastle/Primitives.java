package org.cloakwork.sphinx.bouncycastle;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.Blake2bDigest;

/** The symmetric functions of protocol/1-sphinx, 4, 6 and 7. */
final class Primitives {

    private static final String HMAC_SHA256 = "HmacSHA256";
    private static final int SHA256_LENGTH = 32;
    private static final int AES_BLOCK_LENGTH = 16;
    private static final int CHACHA_NONCE_LENGTH = 12;
    static final int BLAKE2B_LENGTH = 32;

    private Primitives() {
    }

    static byte[] hmacSha256(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance(HMAC_SHA256);
            mac.init(new SecretKeySpec(key, HMAC_SHA256));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** HKDF-SHA256 (RFC 5869); an absent salt is 32 zero bytes. */
    static byte[] hkdfSha256(byte[] salt, byte[] inputKey, byte[] info, int length) {
        try {
            Mac mac = Mac.getInstance(HMAC_SHA256);
            mac.init(new SecretKeySpec(hmacSha256(salt, inputKey), HMAC_SHA256));
            byte[] output = new byte[length];
            byte[] block = new byte[0];
            for (int from = 0; from < length; from += SHA256_LENGTH) {
                mac.update(block);
                mac.update(info);
                mac.update((byte) (from / SHA256_LENGTH + 1));
                block = mac.doFinal();
                System.arraycopy(block, 0, output, from, Math.min(SHA256_LENGTH, length - from));
            }
            return output;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** AES-128-CTR keystream from a zero IV. */
    static byte[] aesKeystream(byte[] key, int length) {
        return cipher("AES/CTR/NoPadding", new SecretKeySpec(key, "AES"),
                new IvParameterSpec(new byte[AES_BLOCK_LENGTH]), length);
    }

    /** ChaCha20 keystream from a zero nonce and counter. */
    static byte[] chachaKeystream(byte[] key, int length) {
        return cipher("ChaCha20", new SecretKeySpec(key, "ChaCha20"),
                new ChaCha20ParameterSpec(new byte[CHACHA_NONCE_LENGTH], 0), length);
    }

    private static byte[] cipher(String name, SecretKeySpec key, AlgorithmParameterSpec parameters,
                                 int length) {
        try {
            Cipher cipher = Cipher.getInstance(name);
            cipher.init(Cipher.ENCRYPT_MODE, key, parameters);
            return cipher.doFinal(new byte[length]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keyed BLAKE2b with the digest length parameter 32. */
    static byte[] blake2b(byte[] key, byte[] data, int from, int to) {
        Blake2bDigest digest = new Blake2bDigest(key, BLAKE2B_LENGTH, null, null);
        digest.update(data, from, to - from);
        byte[] output = new byte[BLAKE2B_LENGTH];
        digest.doFinal(output, 0);
        return output;
    }

    static byte[] xor(byte[] a, byte[] b) {
        byte[] result = Arrays.copyOf(a, a.length);
        xorInto(result, 0, b, 0, a.length);
        return result;
    }

    static void xorInto(byte[] target, int targetFrom, byte[] mask, int maskFrom, int length) {
        for (int i = 0; i < length; i++) {
            target[targetFrom + i] ^= mask[maskFrom + i];
        }
    }
}
