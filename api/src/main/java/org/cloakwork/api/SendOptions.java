package org.cloakwork.api;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a message is sent.
 *
 * @param replySurbs how many reply blocks travel with the message; empty: none and no sender tag, so no answer is
 *                   possible; 0: a sender tag only, for a receiver that still holds blocks of ours
 * @param deadline   when the message is given up, counted from the call
 * @param lane       messages of one lane leave in order, lanes share the link fairly by bytes; empty: the general lane
 * @param isolation  anonymous messages to one recipient carry another sender tag for each value, so that the recipient
 *                   cannot tell that they are from the same client; empty: the tag that has no value. Not kept by a
 *                   store
 */
public record SendOptions(OptionalInt replySurbs, Duration deadline, OptionalLong lane, Optional<String> isolation) {

    /** Most reply blocks one message may carry. */
    public static final int MAX_REPLY_SURBS = 500;

    /** Enough for an answer of up to 11 kB at once; whoever answers asks for more when it needs them. */
    public static final int DEFAULT_REPLY_SURBS = 10;

    /** No reply blocks, 15 minutes, general lane. */
    public static final SendOptions DEFAULT =
            new SendOptions(OptionalInt.empty(), Duration.ofMinutes(15), OptionalLong.empty());

    /**
     * With the sender tag that has no isolation value.
     *
     * @param replySurbs how many reply blocks travel with the message
     * @param deadline   when the message is given up, counted from the call
     * @param lane       messages of one lane leave in order
     */
    public SendOptions(OptionalInt replySurbs, Duration deadline, OptionalLong lane) {
        this(replySurbs, deadline, lane, Optional.empty());
    }

    /** Checks or copies what it is given. */
    public SendOptions {
        if (replySurbs.isPresent() && (replySurbs.getAsInt() < 0 || replySurbs.getAsInt() > MAX_REPLY_SURBS)) {
            throw new IllegalArgumentException(
                    "replySurbs must be 0 to " + MAX_REPLY_SURBS + ", not " + replySurbs.getAsInt());
        }
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline must be positive, not " + deadline);
        }
    }

    /**
     * {@return the same options with {@link #DEFAULT_REPLY_SURBS} reply blocks: the receiver can answer}
     *
     * @since 1.1
     */
    public SendOptions withReplySurbs() {
        return withReplySurbs(DEFAULT_REPLY_SURBS);
    }

    /**
     * Lets the receiver answer.
     *
     * @param count reply blocks to attach, 0 to {@link #MAX_REPLY_SURBS}
     * @return the same options with that many reply blocks
     */
    public SendOptions withReplySurbs(int count) {
        return new SendOptions(OptionalInt.of(count), deadline, lane, isolation);
    }

    /**
     * Limits how long the message is tried.
     *
     * @param newDeadline positive
     * @return the same options with that deadline
     */
    public SendOptions withDeadline(Duration newDeadline) {
        return new SendOptions(replySurbs, newDeadline, lane, isolation);
    }

    /**
     * Chooses a lane.
     *
     * @param newLane any number; each is a lane of its own
     * @return the same options on that lane
     */
    public SendOptions withLane(long newLane) {
        return new SendOptions(replySurbs, deadline, OptionalLong.of(newLane), isolation);
    }

    /**
     * Chooses whom the receiver takes the sender for.
     *
     * @param value any text; never sent
     * @return the same options with the sender tag of that value
     * @since 1.2
     */
    public SendOptions withIsolation(String value) {
        return new SendOptions(replySurbs, deadline, lane, Optional.of(value));
    }
}
