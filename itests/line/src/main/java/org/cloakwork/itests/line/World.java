package org.cloakwork.itests.line;

import java.time.Duration;
import org.cloakwork.spi.runtime.Randomness;

/**
 * A client whose line is watched, an exit, a site behind it and somebody who writes messages: on sockets or in virtual
 * time. Everything that is handed in runs on one thread, and so do all methods but {@link #run} and {@link #close}.
 */
interface World extends AutoCloseable {

    /** {@return what the watcher has seen} */
    Trace trace();

    /** {@return chance for whoever uses the client} */
    Randomness randomness();

    /**
     * @param delay after which it runs
     * @param task  of whoever uses the client
     */
    void after(Duration delay, Runnable task);

    /** {@return a connection of a program to the site, which is asked for and need not stand yet} */
    Tunnel connect();

    /** @param bytes of a message that the client sends to somebody */
    void messageOut(int bytes);

    /** @param bytes of a message that somebody sends to the client */
    void messageIn(int bytes);

    /** {@return whether its time passes only in {@link #run}} */
    boolean isVirtual();

    /** Lets time pass: the calling thread has nothing to do meanwhile. */
    void run(Duration duration) throws Exception;

    @Override
    void close() throws Exception;
}
