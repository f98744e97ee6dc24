package org.cloakwork.client.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RoundTripsTest {

    private static final long MILLI = 1_000_000;
    private static final long EXPECTED_NANOS = 90 * MILLI;

    private final RoundTrips roundTrips = new RoundTrips();
    private long sentNanos = Long.MAX_VALUE - 1000 * MILLI;

    /** Packets leave every 20 ms, and the clock's overflow is passed on the way. */
    private void acknowledged(int transmissions, long excessMillis) {
        sentNanos += 20 * MILLI;
        acknowledged(transmissions, sentNanos, excessMillis);
    }

    private void acknowledged(int transmissions, long firstSentNanos, long excessMillis) {
        roundTrips.acknowledged(transmissions, firstSentNanos, EXPECTED_NANOS,
                firstSentNanos + EXPECTED_NANOS + excessMillis * MILLI);
    }

    @Test
    void theFirstSampleIsTheMeanAndHalfOfItTheVariation() {
        assertEquals(0, roundTrips.samples());
        acknowledged(1, 80);
        assertEquals(1, roundTrips.samples());
        assertEquals(80 * MILLI, roundTrips.excessNanos());
        assertEquals(40 * MILLI, roundTrips.variationNanos());
    }

    @Test
    void furtherSamplesHaveTheWeightsOfRfc6298() {
        acknowledged(1, 80);
        acknowledged(1, 160);
        assertEquals(90 * MILLI, roundTrips.excessNanos());
        assertEquals(50 * MILLI, roundTrips.variationNanos());
    }

    @Test
    void aSteadyPathIsKnownExactlySoon() {
        acknowledged(1, 5000);
        for (int i = 0; i < 100; i++) {
            acknowledged(1, 50);
        }
        assertEquals(50, roundTrips.excessNanos() / 1e6, 0.1);
        assertEquals(0, roundTrips.variationNanos() / 1e6, 1);
    }

    @Test
    void aNoisyPathIsKnownInItsMeanAndDeviation() {
        SplittableRandom random = new SplittableRandom(1);
        double excess = 0;
        double variation = 0;
        for (int i = 0; i < 2000; i++) {
            acknowledged(1, random.nextInt(40, 61));
            excess += roundTrips.excessNanos() / 2000e6;
            variation += roundTrips.variationNanos() / 2000e6;
        }
        assertEquals(50, excess, 1);
        // The mean deviation of 40, 41, ... 60 is 5.24.
        assertEquals(5.24, variation, 0.5);
    }

    @Test
    void anAcknowledgementBeforeTheExpectedOneCountsAsNoExcess() {
        acknowledged(1, -30);
        assertEquals(0, roundTrips.excessNanos());
        assertEquals(1, roundTrips.samples());
    }

    @Test
    void packetsSentTwiceAreNotMeasuredWhileOthersAre() {
        acknowledged(1, 50);
        for (int i = 0; i < 1000; i++) {
            acknowledged(2, 700);
            if (i % 4 == 3) {
                acknowledged(1, 50);
            }
        }
        assertEquals(50 * MILLI, roundTrips.excessNanos());
        assertEquals(251, roundTrips.samples());
    }

    /** The last of a burst are acknowledged in a row when the first copies of some were lost. */
    @Test
    void packetsSentBeforeTheLastMeasuredOneSayNothing() {
        long beforeNanos = sentNanos;
        acknowledged(1, 50);
        for (int i = 0; i < 100; i++) {
            acknowledged(2, beforeNanos, 700);
        }
        assertEquals(1, roundTrips.samples());
    }

    @Test
    void aPathThatBecameSlowerThanTheWaitsIsMeasuredAllTheSame() {
        acknowledged(1, 50);
        for (int i = 0; i < RoundTrips.AMBIGUOUS_IN_A_ROW; i++) {
            assertEquals(1, roundTrips.samples());
            acknowledged(2, 3000);
        }
        assertEquals(2, roundTrips.samples());
        long waitNanos = roundTrips.excessNanos() + 4 * roundTrips.variationNanos();
        assertTrue(waitNanos >= 3000 * MILLI, waitNanos + " ns");
    }

    @Test
    void aPathThatIsSlowFromTheStartIsMeasured() {
        for (int i = 0; i < RoundTrips.AMBIGUOUS_IN_A_ROW; i++) {
            acknowledged(2, 3000);
        }
        assertEquals(3000 * MILLI, roundTrips.excessNanos());
    }
}
