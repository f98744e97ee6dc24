package org.cloakwork.spi.frontend;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetClient;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A door through which other programs use a client, or a service that lives behind a client: a listening socket and
 * what is spoken there. It may serve several clients, each on a port of its own.
 *
 * <p>Bounds: {@link #serve} and {@link Serving#close} return within 10 seconds; what they throw otherwise, whatever it
 * is, is told in the client's state, and serving is tried again. What a {@link Serving} tells of itself is asked on the
 * threads of whoever wants to know: it must not block, and what it throws counts as nothing told.
 *
 * <p>It keeps nothing that must survive it: messages that arrive while no front-end listens wait in the client. Several
 * front-ends of one client see all of its messages; each must leave alone what is not for it.
 */
@ConsumerType
public interface FrontEnd {

    /**
     * Begins to serve a client. Called on a thread that may block for as long as it takes to open a port, whatever the
     * state of the client is: it may not be ready yet, and may become so or cease to be so at any time.
     *
     * @param client   whom to serve; not to be closed
     * @param settings what this client's own file says of this front-end: keys that begin with its name and a dot
     *                 ({@code websocket.port}), without those. They go before the front-end's own configuration
     * @return what is being served, until it is closed
     * @throws IOException              if a port cannot be had, naming it; nothing is left open
     * @throws IllegalArgumentException if a setting is unknown or wrong, naming key, value and what is allowed
     */
    Serving serve(MixnetClient client, Map<String, String> settings) throws IOException;

    /** A client being served. */
    @ConsumerType
    interface Serving extends AutoCloseable {

        /** {@return where, for people: with the ports that were really taken; empty if nothing listens} */
        List<URI> addresses();

        /** {@return counters by name, each with its present value: what was served, dropped and why} */
        default Map<String, Long> counters() {
            return Map.of();
        }

        /**
         * Tells what {@link #counters} counts, with what each of them means, and what else can be measured.
         *
         * @return each with its present value
         * @since 1.1
         */
        default List<Figure> figures() {
            return counters().entrySet().stream().map(entry -> Figure.counter(entry.getKey(), entry.getKey(),
                    entry.getValue())).toList();
        }

        /**
         * Tells what whoever runs it should know of the way it serves, though all is as it was configured.
         *
         * @return a sentence each, without a full stop
         * @since 1.2
         */
        default List<String> warnings() {
            return List.of();
        }

        /**
         * Tells which exits it uses or could use.
         *
         * @return those it uses first; empty: it needs none
         * @since 1.3
         */
        default List<ExitStanding> exits() {
            return List.of();
        }

        /**
         * Takes other settings while it serves, so that what goes on need not end. Returns within 10 seconds.
         *
         * @param settings as {@link FrontEnd#serve} takes them
         * @return whether it did; otherwise it is closed, and serves anew
         * @throws IOException              if a port cannot be had: it is closed, and serves anew
         * @throws IllegalArgumentException if a setting is unknown or wrong, naming key, value and what is allowed: it
         *                                  goes on with those it has
         * @since 1.4
         */
        default boolean change(Map<String, String> settings) throws IOException {
            return false;
        }

        /** Ends every connection, frees the ports and every thread. Idempotent; does not close the client. */
        @Override
        void close();
    }
}
