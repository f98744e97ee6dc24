package org.cloakwork.proxy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.ExitStanding;

/**
 * The exits of a front-end: which of them a new connection takes. Learns from what becomes of connections. Safe for use
 * by many threads.
 */
public interface Exits extends AutoCloseable {

    /**
     * A connection and the exit that it takes; whoever has one reports what becomes of it, and {@link #left} at its
     * end.
     */
    interface Use {

        /** {@return through whom} */
        MixnetAddress exit();

        /**
         * The exit has said something about the connection: that it stands, why not, or what came of it. Cheap.
         *
         * @param ours whether it is one of ours, by what it said: those answer questions
         */
        void answered(boolean ours);

        /** The exit has not said anything in time, or was not reached: that was the connection's end. */
        void failed();

        /** It is over, or nobody waits for the exit any more, for reasons of our own. Idempotent. */
        void left();

        /**
         * {@return completes with the reason when the exit is set aside before {@link #left}. A connection of which the
         * exit has said nothing may then be asked of another one; one that stood has ended}
         */
        CompletableFuture<String> lost();
    }

    /**
     * Blocks until there is an exit for a new connection. With one exit configured, that one, at once.
     *
     * @param port     of the target; exits whose policy lets no address be reached at it are left out
     * @param patience to wait for exits to become known and to answer
     * @return whom to take
     * @throws NoExitException      if there is none, or none within this time; the message says why, for people
     * @throws InterruptedException if the thread is interrupted
     */
    Use choose(int port, Duration patience) throws NoExitException, InterruptedException;

    /** {@return all that are known, the one in use first, then those that could be} */
    List<ExitStanding> known();

    /** Ends the waiting of whoever waits. Idempotent. */
    @Override
    void close();

    /**
     * Begins to look for exits, unless the settings name a single one. The one that connections would take is a partner
     * of the client from the beginning, and another one when that changes.
     *
     * @param client   whose network they are in
     * @param settings which may be taken
     * @return to be closed by the caller
     */
    static Exits of(MixnetClient client, ExitSettings settings) {
        return settings.only().<Exits>map(exit -> new OneExit(client, exit, ExitWatch.Patience.DEFAULT))
                .orElseGet(() -> new ExitSearch(client, settings));
    }
}
