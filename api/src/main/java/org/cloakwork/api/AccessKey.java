package org.cloakwork.api;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What a caller shows that it may come in with: the private half of an X25519 key pair, whose public half, an
 * {@link EncryptionKey}, whoever listens has in its list. {@code cloakwork key} makes one. Never printed.
 *
 * @since 2.2
 */
public final class AccessKey {

    /** Length of {@link #bytes()}. */
    public static final int LENGTH = 32;

    private final byte[] bytes;

    /**
     * Takes a key that was made before.
     *
     * @param bytes 32, of which the pair is made as RFC 7748 says
     * @throws IllegalArgumentException if the length is another one
     */
    public AccessKey(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a key to come in with is " + LENGTH + " bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /**
     * Reads what {@code cloakwork key} has written.
     *
     * @param text of the file: lines that begin with {@code #}, and one that is base58
     * @return the key
     * @throws IllegalArgumentException if it is none; the message repeats nothing of it
     */
    public static AccessKey parse(String text) {
        String found = "";
        for (String line : text.split("\n")) {
            String stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                if (!found.isEmpty()) {
                    throw new IllegalArgumentException("there is more than one key");
                }
                found = stripped;
            }
        }
        try {
            return new AccessKey(FixedBytes.decode(found, LENGTH, "a key to come in with"));
        } catch (IllegalArgumentException e) {
            // What that says may have a piece of the secret in it.
            throw new IllegalArgumentException("there is no key of " + LENGTH + " bytes in base58");
        }
    }

    /** {@return a copy of the bytes; a secret} */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AccessKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@return nothing of the secret} */
    @Override
    public String toString() {
        return "AccessKey[hidden]";
    }
}
