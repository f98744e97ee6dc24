package org.cloakwork.api;

/**
 * An X25519 public key, of a client (messages to it are encrypted with it) or of a node (its Sphinx key):
 * 32 bytes, text form base58. Any 32 bytes are a key.
 */
public final class EncryptionKey extends FixedBytes {

    /** Bytes of a key. */
    public static final int LENGTH = 32;

    /**
     * Takes the bytes of a key.
     *
     * @param bytes the 32 bytes of the key
     * @throws IllegalArgumentException if the length is wrong
     */
    public EncryptionKey(byte[] bytes) {
        super(bytes, LENGTH, "encryption key");
    }

    /**
     * Reads the text form.
     *
     * @param base58 text form
     * @return the key
     * @throws IllegalArgumentException if the text is not base58 of 32 bytes
     */
    public static EncryptionKey parse(String base58) {
        return new EncryptionKey(decode(base58, LENGTH, "encryption key"));
    }
}
