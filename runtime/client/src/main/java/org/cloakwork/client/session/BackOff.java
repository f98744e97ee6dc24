package org.cloakwork.client.session;

import java.time.Duration;
import org.cloakwork.spi.runtime.Randomness;

/** Pauses that grow; half of each is drawn, so that clients which lost the same thing do not come back together. */
final class BackOff {

    private final Duration first;
    private final Randomness randomness;
    private Duration pause;

    BackOff(Duration first, Randomness randomness) {
        this.first = first;
        this.randomness = randomness;
        pause = first;
    }

    /**
     * {@return half of the present pause to all of it; the next one is twice as long}
     *
     * @param longest that it may be
     */
    Duration next(Duration longest) {
        Duration present = pause.compareTo(longest) < 0 ? pause : longest;
        long nanos = present.toNanos();
        pause = present.multipliedBy(2);
        return Duration.ofNanos(nanos / 2 + (long) (nanos / 2 * (randomness.nextInt(1000) / 1000.0)));
    }

    /** The next pause is short again. */
    void reset() {
        pause = first;
    }
}
