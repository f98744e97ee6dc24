package org.cloakwork.spi.cover;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Decides when packets leave. A pure decision: the client keeps the queue and builds the cover. Registered as an OSGi
 * service with {@code cloakwork.part=cover} and {@code cloakwork.name}. Called on the client's own thread: must not
 * block.
 *
 * <p>Bounds: a call returns within 2 seconds, throws nothing, and answers with a gap of more than 0 and at most
 * {@link #MAX_GAP}, or with none; any hundred gaps of a stream last {@link #MIN_HUNDRED_GAPS} together. A strategy that
 * breaks one of them is named in the client's state and not used for a while; the one before goes on.
 *
 * <p>The main stream has slots; in each a waiting packet leaves, or cover in its place. The loop stream is cover only.
 */
@ConsumerType
public interface CoverTrafficStrategy {

    /** The longest gap. */
    Duration MAX_GAP = Duration.ofDays(30);
    /** So long last a hundred gaps in a row, at least. */
    Duration MIN_HUNDRED_GAPS = Duration.ofMillis(1);

    /**
     * Asked after each slot of the main stream.
     *
     * @param link       how the link does
     * @param randomness to draw from
     * @return time until the next slot, within the bounds; empty: no slots, packets leave as soon as they
     *         are ready and are not covered
     */
    Optional<Duration> untilNextSlot(Link link, Randomness randomness);

    /**
     * Asked after each packet of the loop stream.
     *
     * @param link       how the link does
     * @param randomness to draw from
     * @return time until the next loop cover packet, within the bounds; empty: none
     */
    Optional<Duration> untilNextLoop(Link link, Randomness randomness);

    /**
     * Tells what it promises of the line, for people. The client does its part for the other direction: where packets
     * leave in slots it has each bring one in return from whoever gives them.
     *
     * @return what does not depend on what the client does
     * @since 1.2
     */
    default Promise promise() {
        return Promise.NOTHING;
    }

    /**
     * What does not depend on what a client does.
     *
     * @since 1.2
     */
    enum Promise {
        /** Nothing: packets leave as they are ready. */
        NOTHING,
        /** When packets leave; how many come does. */
        SENDING,
        /** When packets leave and come, where those we write to return packet for packet. */
        BOTH
    }

    /** How the link to the gateway does. */
    @ProviderType
    interface Link {

        /** The level that further congestion does not raise. */
        int HIGHEST_CONGESTION = 5;

        /** {@return whether packets leave more slowly than they are sent} */
        boolean congested();

        /**
         * How much congestion has lasted: one level up for every second with it, one level down for every two seconds
         * without. Source: protocol/5-client, 2.1.
         *
         * @return 0 to {@link #HIGHEST_CONGESTION}
         */
        int congestionLevel();
    }
}
