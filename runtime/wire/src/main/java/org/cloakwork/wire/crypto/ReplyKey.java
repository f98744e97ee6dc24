package org.cloakwork.wire.crypto;

import org.cloakwork.spi.runtime.Randomness;

/** Encrypts a reply sent with one reply block: AES-128. Source: protocol/3-messages. */
public final class ReplyKey extends Secret {

    public static final int LENGTH = 16;

    /**
     * @param bytes {@link #LENGTH} bytes; copied
     * @throws IllegalArgumentException if the length is wrong
     */
    public ReplyKey(byte[] bytes) {
        super(bytes, LENGTH, "ReplyKey");
    }

    /**
     * @param randomness 16 bytes are drawn
     * @return a fresh key
     */
    public static ReplyKey generate(Randomness randomness) {
        return new ReplyKey(randomness.bytes(LENGTH));
    }

    /** {@return a copy of the 16 bytes} */
    public byte[] bytes() {
        return copy();
    }

    /** {@return BLAKE3 of the key, 32 bytes, by which its owner finds it when a reply arrives} */
    public byte[] digest() {
        return Hashes.blake3(copy());
    }
}
