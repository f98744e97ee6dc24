package org.cloakwork.itests.line;

/** A connection of a program to the site. What is asked for on it is done one after the other. */
interface Tunnel {

    /**
     * Asks and is answered.
     *
     * @param up   bytes of the question
     * @param down bytes of the answer
     * @param then runs when all of it has come, on the world's thread; never if the connection breaks
     */
    void exchange(long up, long down, Runnable then);

    /** Closes it when what was asked for is done. */
    void close();
}
