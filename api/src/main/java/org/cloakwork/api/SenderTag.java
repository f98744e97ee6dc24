package org.cloakwork.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The handle under which an anonymous sender can be answered: 16 bytes chosen by that sender, text form base58.
 *
 * <p>It is a pseudonym: messages under one tag come from one client. It is also a secret between that client and
 * whoever it wrote to: nothing proves that a message under a tag comes from where the tag was made, so whoever knows
 * the tag can send under it, reply blocks of its own along, and get answers that were meant for its owner. Keep it out
 * of logs and away from third parties; {@link #shortHash} is for people's eyes.
 */
public final class SenderTag extends FixedBytes {

    /** Bytes of a tag. */
    public static final int LENGTH = 16;

    private static final int SHORT_HASH_LENGTH = 4;

    /**
     * Takes the bytes of a tag.
     *
     * @param bytes the 16 bytes of the tag
     * @throws IllegalArgumentException if the length is wrong
     */
    public SenderTag(byte[] bytes) {
        super(bytes, LENGTH, "sender tag");
    }

    /**
     * Tells tags apart where people look, and gives nothing to send with.
     *
     * @return the first 4 bytes of the SHA-256 of the tag, 8 digits in hex
     * @since 1.3
     */
    public String shortHash() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes()), 0, SHORT_HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Reads the text form.
     *
     * @param base58 text form
     * @return the tag
     * @throws IllegalArgumentException if the text is not base58 of 16 bytes
     */
    public static SenderTag parse(String base58) {
        return new SenderTag(decode(base58, LENGTH, "sender tag"));
    }
}
