package org.cloakwork.api;

import java.util.Arrays;

/** Base of the public, fixed-length values: compared by content, printed as base58 (Bitcoin alphabet). */
public abstract sealed class FixedBytes permits IdentityKey, EncryptionKey, SenderTag {

    private final byte[] bytes;

    FixedBytes(byte[] bytes, int length, String what) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(what + " must be " + length + " bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    static byte[] decode(String base58, int length, String what) {
        // The longest base58 text of n bytes is shorter than 2n; anything longer is not worth decoding.
        if (base58.length() > 2 * length) {
            throw new IllegalArgumentException(what + " is too long: " + base58.length() + " characters");
        }
        byte[] decoded;
        try {
            decoded = Base58.decode(base58);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " is not base58: " + e.getMessage(), e);
        }
        if (decoded.length != length) {
            throw new IllegalArgumentException(what + " must be " + length + " bytes, not " + decoded.length);
        }
        return decoded;
    }

    /** {@return a copy of the bytes} */
    public final byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public final boolean equals(Object other) {
        return other != null && getClass() == other.getClass() && Arrays.equals(bytes, ((FixedBytes) other).bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@return base58 of the bytes} */
    @Override
    public final String toString() {
        return Base58.encode(bytes);
    }
}
