package org.cloakwork.sphinx.fast;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.cloakwork.spi.sphinx.PacketFormat;

/**
 * HMAC-SHA256 and what is derived with it; for one thread. One digest is fed with the pads of HMAC, which costs less
 * than a {@code Mac}. An expanded secret is 288 bytes, its parts named by the offsets below.
 * Source: protocol/1-sphinx, 4.
 */
final class Keys {

    static final int EXPANDED_LENGTH = 288;
    /** 16 bytes, of the header's stream cipher. */
    static final int CIPHER_KEY = 0;
    /** 16 bytes, of the header's MAC. */
    static final int MAC_KEY = 16;
    /** 192 bytes: the payload key of older versions; its first 16 the seed of newer ones. */
    static final int PAYLOAD_KEY = 32;
    /** 32 bytes. */
    static final int BLINDING_FACTOR = 224;
    /** 32 bytes. */
    static final int REPLAY_TAG = 256;

    static final int SYMMETRIC_KEY_LENGTH = 16;
    static final int SEED_LENGTH = 16;
    static final int PAYLOAD_KEY_LENGTH = 192;
    static final int MAC_LENGTH = 16;

    private static final int INITIAL_LEGACY = 1;
    private static final int UPDATED_LEGACY = 257;

    private static final byte[] EXPAND_INFO = ascii("Dwste mou enan moxlo arketa makru kai ena upomoxlio gia na ton "
            + "topothetisw kai tha kinisw thn gh.");
    private static final byte[] PAYLOAD_KEY_SALT = ascii("sphinx-payload-key-V01-CS01-HKDF:SHA256-SALT");
    private static final byte[] PAYLOAD_KEY_INFO = ascii("sphinx-payload-key-V01-CS01-HKDF:SHA256-INFO");

    private static final int BLOCK = 64;
    private static final int DIGEST = 32;

    private final MessageDigest sha256;
    /** Inner pad, then room for the last output block, info and counter of HKDF. */
    private final byte[] inner = new byte[BLOCK + DIGEST + EXPAND_INFO.length + 1];
    /** Outer pad, then the inner digest. */
    private final byte[] outer = new byte[BLOCK + DIGEST];
    private final byte[] digest = new byte[DIGEST];

    Keys() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether points are blinded with reduced, unclamped scalars. */
    static boolean isLegacy(int version) {
        return version == INITIAL_LEGACY || version == UPDATED_LEGACY;
    }

    /** Unknown versions are like the newest. */
    static boolean usesSeeds(int version) {
        return !isLegacy(version) && version != PacketFormat.VERSION_EXPLICIT_KEYS;
    }

    /**
     * @param length of what is wanted, a multiple of 32
     * @return the beginning of the 288 bytes derived from a shared secret
     */
    byte[] expand(byte[] sharedSecret, int from, int length) {
        byte[] expanded = new byte[length];
        setKey(digest, 0, 0);
        hkdf(sharedSecret, from, Field.BYTES, EXPAND_INFO, expanded);
        return expanded;
    }

    /** {@return the 192 bytes derived from a seed of 16} */
    byte[] payloadKey(byte[] seeds, int from) {
        byte[] key = new byte[PAYLOAD_KEY_LENGTH];
        setKey(PAYLOAD_KEY_SALT, 0, PAYLOAD_KEY_SALT.length);
        hkdf(seeds, from, SEED_LENGTH, PAYLOAD_KEY_INFO, key);
        return key;
    }

    /** HMAC-SHA256 cut to 16 bytes. */
    void mac(byte[] key, int keyFrom, byte[] data, int from, int length, byte[] target, int targetFrom) {
        setKey(key, keyFrom, SYMMETRIC_KEY_LENGTH);
        sha256.update(inner, 0, BLOCK);
        sha256.update(data, from, length);
        finish(digest, 0);
        System.arraycopy(digest, 0, target, targetFrom, MAC_LENGTH);
    }

    /** RFC 5869, with the salt set as key; the output is a whole number of digests. */
    private void hkdf(byte[] secret, int from, int length, byte[] info, byte[] output) {
        sha256.update(inner, 0, BLOCK);
        sha256.update(secret, from, length);
        finish(digest, 0);
        setKey(digest, 0, DIGEST);
        int infoAt = BLOCK + DIGEST;
        System.arraycopy(info, 0, inner, infoAt, info.length);
        int counterAt = infoAt + info.length;
        for (int at = 0; at < output.length; at += DIGEST) {
            inner[counterAt] = (byte) (at / DIGEST + 1);
            if (at == 0) {
                sha256.update(inner, 0, BLOCK);
                sha256.update(inner, infoAt, info.length + 1);
            } else {
                System.arraycopy(output, at - DIGEST, inner, BLOCK, DIGEST);
                sha256.update(inner, 0, counterAt + 1);
            }
            finish(output, at);
        }
    }

    /** An empty key is one of zeros. */
    private void setKey(byte[] key, int from, int length) {
        Arrays.fill(inner, 0, BLOCK, (byte) 0x36);
        Arrays.fill(outer, 0, BLOCK, (byte) 0x5c);
        for (int i = 0; i < length; i++) {
            inner[i] ^= key[from + i];
            outer[i] ^= key[from + i];
        }
    }

    private void finish(byte[] target, int at) {
        try {
            sha256.digest(outer, BLOCK, DIGEST);
            sha256.update(outer, 0, BLOCK + DIGEST);
            sha256.digest(target, at, DIGEST);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Forgets what the last call left behind. */
    void wipe() {
        Arrays.fill(inner, (byte) 0);
        Arrays.fill(outer, (byte) 0);
        Arrays.fill(digest, (byte) 0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
