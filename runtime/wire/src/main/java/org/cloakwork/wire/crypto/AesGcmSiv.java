package org.cloakwork.wire.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM-SIV (RFC 8452) without associated data. AES is the processor's; the hash is computed from multiplications
 * alone. No branch and no table index depends on a secret.
 */
final class AesGcmSiv {

    static final int KEY_LENGTH = 32;
    static final int NONCE_LENGTH = 12;
    static final int TAG_LENGTH = 16;

    private static final int BLOCK = 16;
    private static final int HASH_KEY_LENGTH = 16;
    private static final int DERIVED_BLOCKS = 6;
    private static final ThreadCipher CIPHER = new ThreadCipher("AES/ECB/NoPadding");

    private final byte[] nonce;
    private final long hashKeyLow;
    private final long hashKeyHigh;
    private final byte[] key;

    /**
     * @param key   {@link #KEY_LENGTH} bytes
     * @param nonce {@link #NONCE_LENGTH} bytes
     */
    AesGcmSiv(byte[] key, byte[] nonce) {
        if (nonce.length != NONCE_LENGTH) {
            throw new IllegalArgumentException("a nonce is " + NONCE_LENGTH + " bytes, not " + nonce.length);
        }
        this.nonce = nonce;
        byte[] blocks = new byte[DERIVED_BLOCKS * BLOCK];
        for (int i = 0; i < DERIVED_BLOCKS; i++) {
            Words.setInt(blocks, i * BLOCK, i);
            System.arraycopy(nonce, 0, blocks, i * BLOCK + Integer.BYTES, NONCE_LENGTH);
        }
        encrypt(key, blocks);
        byte[] derived = new byte[HASH_KEY_LENGTH + KEY_LENGTH];
        for (int i = 0; i < DERIVED_BLOCKS; i++) {
            System.arraycopy(blocks, i * BLOCK, derived, i * Long.BYTES, Long.BYTES);
        }
        hashKeyLow = Words.getLong(derived, 0);
        hashKeyHigh = Words.getLong(derived, Long.BYTES);
        this.key = Arrays.copyOfRange(derived, HASH_KEY_LENGTH, derived.length);
    }

    private static void encrypt(byte[] key, byte[] blocks) {
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            cipher.doFinal(blocks, 0, blocks.length, blocks, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a key is " + KEY_LENGTH + " bytes, not " + key.length, e);
        }
    }

    /** {@return the ciphertext and the tag} */
    byte[] seal(byte[] plaintext) {
        byte[] tag = tag(plaintext, plaintext.length);
        byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + TAG_LENGTH);
        crypt(sealed, plaintext.length, tag);
        System.arraycopy(tag, 0, sealed, plaintext.length, TAG_LENGTH);
        return sealed;
    }

    /**
     * @param sealed at least {@link #TAG_LENGTH} bytes
     * @return the plaintext; null if it was not sealed with this key and nonce
     */
    byte[] open(byte[] sealed) {
        int length = sealed.length - TAG_LENGTH;
        byte[] tag = Arrays.copyOfRange(sealed, length, sealed.length);
        byte[] plaintext = Arrays.copyOf(sealed, length);
        crypt(plaintext, length, tag);
        return MessageDigest.isEqual(tag, tag(plaintext, length)) ? plaintext : null;
    }

    private byte[] tag(byte[] plaintext, int length) {
        Polyval hash = new Polyval(hashKeyLow, hashKeyHigh);
        int whole = length - length % BLOCK;
        for (int i = 0; i < whole; i += BLOCK) {
            hash.add(Words.getLong(plaintext, i), Words.getLong(plaintext, i + Long.BYTES));
        }
        if (whole < length) {
            byte[] last = new byte[BLOCK];
            System.arraycopy(plaintext, whole, last, 0, length - whole);
            hash.add(Words.getLong(last, 0), Words.getLong(last, Long.BYTES));
        }
        hash.add(0, (long) length * Byte.SIZE);
        byte[] tag = new byte[TAG_LENGTH];
        Words.setLong(tag, 0, hash.low);
        Words.setLong(tag, Long.BYTES, hash.high);
        for (int i = 0; i < NONCE_LENGTH; i++) {
            tag[i] ^= nonce[i];
        }
        tag[TAG_LENGTH - 1] &= 0x7f;
        encrypt(key, tag);
        return tag;
    }

    /** Counter mode, from the tag on: the counter is the first four bytes and does not carry over. */
    private void crypt(byte[] data, int length, byte[] tag) {
        int counter = Words.getInt(tag, 0);
        int middle = Words.getInt(tag, Integer.BYTES);
        long rest = Words.getLong(tag, Long.BYTES) | 1L << 63;
        byte[] stream = new byte[(length + BLOCK - 1) / BLOCK * BLOCK];
        for (int i = 0; i < stream.length; i += BLOCK) {
            Words.setInt(stream, i, counter++);
            Words.setInt(stream, i + Integer.BYTES, middle);
            Words.setLong(stream, i + Long.BYTES, rest);
        }
        if (length > 0) {
            encrypt(key, stream);
        }
        int words = length - length % Long.BYTES;
        for (int i = 0; i < words; i += Long.BYTES) {
            Words.setLong(data, i, Words.getLong(data, i) ^ Words.getLong(stream, i));
        }
        for (int i = words; i < length; i++) {
            data[i] ^= stream[i];
        }
    }

    /**
     * POLYVAL: a polynomial in the key, over GF(2^128) with x^128 + x^127 + x^126 + x^121 + 1; bit i of 16 bytes
     * in little-endian order is the factor of x^i.
     */
    private static final class Polyval {

        private static final long EVERY_FOURTH = 0x1111_1111_1111_1111L;

        private final long keyLow;
        private final long keyHigh;
        private final long keyLowReversed;
        private final long keyHighReversed;
        private long low;
        private long high;

        Polyval(long keyLow, long keyHigh) {
            this.keyLow = keyLow;
            this.keyHigh = keyHigh;
            keyLowReversed = Long.reverse(keyLow);
            keyHighReversed = Long.reverse(keyHigh);
        }

        /** Takes a block: (hash + block) · key · x^-128. */
        void add(long blockLow, long blockHigh) {
            long a = low ^ blockLow;
            long b = high ^ blockHigh;
            long aReversed = Long.reverse(a);
            long bReversed = Long.reverse(b);
            // Karatsuba: the product of two words is 127 bits, its upper half that of the mirrored words, mirrored.
            long ll = multiply(a, keyLow);
            long hh = multiply(b, keyHigh);
            long mm = multiply(a ^ b, keyLow ^ keyHigh) ^ ll ^ hh;
            long llUpper = Long.reverse(multiply(aReversed, keyLowReversed)) >>> 1;
            long hhUpper = Long.reverse(multiply(bReversed, keyHighReversed)) >>> 1;
            long mmUpper = Long.reverse(multiply(aReversed ^ bReversed, keyLowReversed ^ keyHighReversed)) >>> 1
                    ^ llUpper ^ hhUpper;
            long v1 = llUpper ^ mm;
            long v2 = hh ^ mmUpper;
            // The modulus ends in 1, so that adding multiples of it clears the lower words one after the other.
            v1 ^= ll << 57 ^ ll << 62 ^ ll << 63;
            v2 ^= ll ^ ll >>> 1 ^ ll >>> 2 ^ ll >>> 7;
            v2 ^= v1 << 57 ^ v1 << 62 ^ v1 << 63;
            high = hhUpper ^ v1 ^ v1 >>> 1 ^ v1 >>> 2 ^ v1 >>> 7;
            low = v2;
        }

        /**
         * {@return the lower 64 bits of the product without carries} With only every fourth bit set, at most 15 carries
         * of a column meet, and the three bits between columns hold them.
         */
        private static long multiply(long x, long y) {
            long x0 = x & EVERY_FOURTH;
            long x1 = x & EVERY_FOURTH << 1;
            long x2 = x & EVERY_FOURTH << 2;
            long x3 = x & EVERY_FOURTH << 3;
            long y0 = y & EVERY_FOURTH;
            long y1 = y & EVERY_FOURTH << 1;
            long y2 = y & EVERY_FOURTH << 2;
            long y3 = y & EVERY_FOURTH << 3;
            return (x0 * y0 ^ x1 * y3 ^ x2 * y2 ^ x3 * y1) & EVERY_FOURTH
                    | (x0 * y1 ^ x1 * y0 ^ x2 * y3 ^ x3 * y2) & EVERY_FOURTH << 1
                    | (x0 * y2 ^ x1 * y1 ^ x2 * y0 ^ x3 * y3) & EVERY_FOURTH << 2
                    | (x0 * y3 ^ x1 * y2 ^ x2 * y1 ^ x3 * y0) & EVERY_FOURTH << 3;
        }
    }
}
