package org.cloakwork.api;

import java.io.IOException;

/**
 * Why a stream broke, or was not opened. The message is for people and carries no address and no payload.
 *
 * @since 1.2
 */
public final class StreamException extends IOException {

    private static final long serialVersionUID = 1L;

    /** For programs. */
    public enum Reason {
        /** The other side has nobody who listens there, or not for us: it was not opened. */
        REFUSED,
        /** The other side did not answer in time: it was not opened. */
        TIMED_OUT,
        /** The other side broke it off. */
        RESET,
        /** A piece did not come while later ones did: the stream would have a hole. */
        GAP,
        /** The other side sent more than it was told it may. */
        OVERRUN,
        /** A piece of ours could not be delivered. */
        UNDELIVERED,
        /** Nothing was heard of the other side for too long. */
        SILENT,
        /** This side broke it off. */
        ABORTED,
        /** There is no room for another stream, on this side or the other. */
        NO_ROOM,
        /**
         * The other side serves the port, and what it serves there does not answer: it was not opened.
         *
         * @since 2.2
         */
        UNREACHABLE,
        /**
         * The host name is nobody's address, and in no file of ours.
         *
         * @since 2.2
         */
        UNKNOWN_NAME,
        /**
         * The host name is mistyped: its checksum does not match.
         *
         * @since 2.2
         */
        MISTYPED_NAME
    }

    private final transient Reason reason;

    /**
     * A stream that broke, or was none.
     *
     * @param reason for programs
     * @param detail for people
     */
    public StreamException(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
    }

    /** {@return the reason} */
    public Reason reason() {
        return reason;
    }
}
