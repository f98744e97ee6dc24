package org.cloakwork.wire.stream;

/** Whether a piece of a stream is the last one, and why. */
public enum End {
    /** More follows. */
    NONE,
    /** The sending half is closed; what was sent is complete. */
    CLOSED,
    /** The stream broke; what came before may not be all. */
    RESET
}
