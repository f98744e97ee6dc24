package org.cloakwork.wire.crypto;

import org.cloakwork.spi.runtime.Randomness;

/** Encrypts the fragment identifiers in a client's acknowledgements: AES-128. Source: protocol/3-messages. */
public final class AckKey extends Secret {

    public static final int LENGTH = 16;

    /**
     * @param bytes {@link #LENGTH} bytes; copied
     * @throws IllegalArgumentException if the length is wrong
     */
    public AckKey(byte[] bytes) {
        super(bytes, LENGTH, "AckKey");
    }

    /**
     * @param randomness 16 bytes are drawn
     * @return a fresh key
     */
    public static AckKey generate(Randomness randomness) {
        return new AckKey(randomness.bytes(LENGTH));
    }

    /** {@return a copy of the 16 bytes} */
    public byte[] bytes() {
        return copy();
    }
}
