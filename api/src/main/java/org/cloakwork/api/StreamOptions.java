package org.cloakwork.api;

import java.time.Duration;

/**
 * How a stream is opened.
 *
 * @param deadline  until which the other side must have answered
 * @param keepAlive after so long without sending anything each side says that it is there, 1 s to 1 h; a side that has
 *                  heard nothing for {@value #SILENCE_FACTOR} times as long breaks the stream off
 * @since 1.2
 */
public record StreamOptions(Duration deadline, Duration keepAlive) {

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
     * Limits how long opening may take.
     *
     * @param newDeadline positive
     * @return the same options with that deadline
     */
    public StreamOptions withDeadline(Duration newDeadline) {
        return new StreamOptions(newDeadline, keepAlive);
    }

    /**
     * Chooses how often each side says that it is there.
     *
     * @param newKeepAlive 1 s to 1 h
     * @return the same options with that keep-alive
     */
    public StreamOptions withKeepAlive(Duration newKeepAlive) {
        return new StreamOptions(deadline, newKeepAlive);
    }
}
