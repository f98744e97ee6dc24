package org.cloakwork.spi.sphinx;

/** A packet or reply block was refused. */
public class SphinxException extends Exception {

    private static final long serialVersionUID = 1L;

    /** For programs: what was wrong. */
    private final Kind kind;

    /** What was wrong. Source: protocol/1-sphinx, 11. */
    public enum Kind {
        /** Too short to be a packet. */
        INVALID_PACKET,
        /** The MAC does not fit: another key, or changed on the way. */
        INVALID_HEADER,
        /** Neither a forward nor a final hop, or a next address that is none. */
        INVALID_ROUTING,
        /** Too short, or without its leading zeros or its marker. */
        INVALID_PAYLOAD,
        /** A reply block of an impossible length. */
        INVALID_SURB
    }

    /**
     * A packet that cannot be made or read.
     *
     * @param kind    for programs
     * @param message for people
     */
    public SphinxException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    /** {@return what was wrong} */
    public Kind kind() {
        return kind;
    }
}
