package org.cloakwork.streams;

/** Whether a piece of a stream is the last one, and why. Messages say it by a {@link #code}. */
public enum End {
    /** More follows. */
    NONE,
    /** The sending half is closed; what was sent is complete. */
    CLOSED,
    /** The stream broke; what came before may not be all. */
    RESET;

    /** {@return 0 if more follows, 1 for closed, 2 for reset} */
    public int code() {
        return ordinal();
    }

    /**
     * @param code 0, 2, or anything else for closed
     * @return what it says
     */
    public static End of(int code) {
        return code == NONE.code() ? NONE : code == RESET.code() ? RESET : CLOSED;
    }
}
