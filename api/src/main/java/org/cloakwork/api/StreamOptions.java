package org.cloakwork.api;

import java.time.Duration;
import java.util.Optional;

/**
 * How a stream is opened.
 *
 * @param deadline  until which the other side must have answered
 * @param keepAlive after so long without sending anything each side says that it is there, 1 s to 1 h; a side that has
 *                  heard nothing for {@value #SILENCE_FACTOR} times as long breaks the stream off
 * @param isolation who the other side thinks we are, as in {@link SendOptions#withIsolation}; empty: the same as
 *                  without one
 * @param key       to come in with, where keys are asked for; empty: none
 * @param early     whether opening does not wait for the answer: what is written meanwhile goes along, and a refusal
 *                  breaks the stream
 * @since 1.2
 */
public record StreamOptions(Duration deadline, Duration keepAlive, Optional<String> isolation,
                            Optional<AccessKey> key, boolean early) {

    /** After how many times the keep-alive without a sign of life the other side is given up. */
    public static final int SILENCE_FACTOR = 5;
    /** A minute to open it, a keep-alive every 30 s. */
    public static final StreamOptions DEFAULT = new StreamOptions(Duration.ofMinutes(1), Duration.ofSeconds(30));

    /** Checks or copies what it is given. */
    public StreamOptions {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline must be positive, not " + deadline);
        }
        if (keepAlive.toMillis() < 1_000 || keepAlive.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("keepAlive must be 1 s to 1 h, not " + keepAlive);
        }
    }

    /**
     * A stream as whoever this client is, without a key, whose opening waits for the answer.
     *
     * @param deadline  positive
     * @param keepAlive 1 s to 1 h
     */
    public StreamOptions(Duration deadline, Duration keepAlive) {
        this(deadline, keepAlive, Optional.empty(), Optional.empty(), false);
    }

    /**
     * Limits how long opening may take.
     *
     * @param newDeadline positive
     * @return the same options with that deadline
     */
    public StreamOptions withDeadline(Duration newDeadline) {
        return new StreamOptions(newDeadline, keepAlive, isolation, key, early);
    }

    /**
     * Chooses how often each side says that it is there.
     *
     * @param newKeepAlive 1 s to 1 h
     * @return the same options with that keep-alive
     */
    public StreamOptions withKeepAlive(Duration newKeepAlive) {
        return new StreamOptions(deadline, newKeepAlive, isolation, key, early);
    }

    /**
     * Keeps the stream apart from others.
     *
     * @param newIsolation says nothing to anybody
     * @return the same options with that isolation
     * @since 2.2
     */
    public StreamOptions withIsolation(String newIsolation) {
        return new StreamOptions(deadline, keepAlive, Optional.of(newIsolation), key, early);
    }

    /**
     * Shows a key.
     *
     * @param newKey to come in with
     * @return the same options with that key
     * @since 2.2
     */
    public StreamOptions withKey(AccessKey newKey) {
        return new StreamOptions(deadline, keepAlive, isolation, Optional.of(newKey), early);
    }

    /**
     * {@return the same options, but opening does not wait for the answer}
     *
     * @since 2.2
     */
    public StreamOptions withEarly() {
        return new StreamOptions(deadline, keepAlive, isolation, key, true);
    }
}
