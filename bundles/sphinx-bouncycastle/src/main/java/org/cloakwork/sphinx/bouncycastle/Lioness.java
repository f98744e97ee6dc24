package org.cloakwork.sphinx.bouncycastle;

import java.util.Arrays;

/**
 * The wide-block cipher of payloads: left part 32 bytes, right part the rest, at least one byte.
 * Source: protocol/1-sphinx, 7.
 */
final class Lioness {

    static final int KEY_LENGTH = 192;
    private static final int LEFT_LENGTH = Primitives.BLAKE2B_LENGTH;

    private Lioness() {
    }

    /** Encrypts the bytes from {@code from} to the end, in place. */
    static void encrypt(byte[] key, byte[] buffer, int from) {
        stream(key, 0, buffer, from);
        hash(key, 32, buffer, from);
        stream(key, 96, buffer, from);
        hash(key, 128, buffer, from);
    }

    /** Undoes {@link #encrypt}. */
    static void decrypt(byte[] key, byte[] buffer, int from) {
        hash(key, 128, buffer, from);
        stream(key, 96, buffer, from);
        hash(key, 32, buffer, from);
        stream(key, 0, buffer, from);
    }

    /** Right ^= S(left ^ key). */
    private static void stream(byte[] key, int keyFrom, byte[] buffer, int from) {
        byte[] streamKey = Arrays.copyOfRange(key, keyFrom, keyFrom + LEFT_LENGTH);
        Primitives.xorInto(streamKey, 0, buffer, from, LEFT_LENGTH);
        int right = from + LEFT_LENGTH;
        byte[] keystream = Primitives.chachaKeystream(streamKey, buffer.length - right);
        Primitives.xorInto(buffer, right, keystream, 0, keystream.length);
    }

    /** Left ^= H(key, right). */
    private static void hash(byte[] key, int keyFrom, byte[] buffer, int from) {
        byte[] hashKey = Arrays.copyOfRange(key, keyFrom, keyFrom + 2 * LEFT_LENGTH);
        byte[] hash = Primitives.blake2b(hashKey, buffer, from + LEFT_LENGTH, buffer.length);
        Primitives.xorInto(buffer, from, hash, 0, LEFT_LENGTH);
    }
}
