package org.cloakwork.itests.chaos;

/** What may happen to a piece, be it a frame or some bytes, on its way. */
public enum Fault {
    /** It never arrives. */
    DROP,
    /** It arrives later, and all that follows behind it. */
    DELAY,
    /** It arrives twice. */
    DUPLICATE,
    /** One bit of it is another. */
    CORRUPT,
    /** What follows arrives before it. */
    REORDER,
    /** The connection is reset. */
    CUT,
    /** For seconds nothing moves, and nobody is told. */
    STALL;

    /** {@return whether the network itself, which is TCP, never does that to an unbroken connection} */
    public boolean isLie() {
        return switch (this) {
            case DROP, DUPLICATE, CORRUPT, REORDER -> true;
            case DELAY, CUT, STALL -> false;
        };
    }
}
