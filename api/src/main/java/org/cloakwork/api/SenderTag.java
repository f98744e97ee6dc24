package org.cloakwork.api;

/** The handle under which an anonymous sender can be answered: 16 bytes chosen by that sender, text form base58. */
public final class SenderTag extends FixedBytes {

    public static final int LENGTH = 16;

    /**
     * @param bytes the 16 bytes of the tag
     * @throws IllegalArgumentException if the length is wrong
     */
    public SenderTag(byte[] bytes) {
        super(bytes, LENGTH, "sender tag");
    }

    /**
     * @param base58 text form
     * @return the tag
     * @throws IllegalArgumentException if the text is not base58 of 16 bytes
     */
    public static SenderTag parse(String base58) {
        return new SenderTag(decode(base58, LENGTH, "sender tag"));
    }
}
