package org.cloakwork.client.reliability;

/**
 * By how much round trips exceed the delays that mixes were asked for: network and queues. Smoothed mean and mean
 * deviation with the weights of RFC 6298. Used on the client's own thread only.
 *
 * <p>An acknowledgement does not say which copy it is for, so only packets sent once are measured (Karn). But when the
 * path has become slower than the waits, every packet is sent twice and nothing would be measured any more. Therefore
 * {@value #AMBIGUOUS_IN_A_ROW} such packets, all first sent after the last that was measured, count as one measurement
 * of their first copy; with packets lost at random that is rare.
 */
public final class RoundTrips {

    static final int AMBIGUOUS_IN_A_ROW = 8;

    private long samples;
    private long excessNanos;
    private long variationNanos;
    private long lastMeasuredSentNanos;
    private int ambiguous;

    /**
     * A packet was acknowledged.
     *
     * @param transmissions          copies of it that have left
     * @param firstSentNanos         when the first left, monotonic time
     * @param expectedRoundTripNanos delays that the last and its acknowledgement spend in mixes
     * @param nowNanos               monotonic time
     */
    public void acknowledged(int transmissions, long firstSentNanos, long expectedRoundTripNanos, long nowNanos) {
        boolean newer = samples == 0 || firstSentNanos - lastMeasuredSentNanos > 0;
        if (transmissions == 1) {
            if (newer) {
                lastMeasuredSentNanos = firstSentNanos;
                ambiguous = 0;
            }
        } else if (!newer || ++ambiguous < AMBIGUOUS_IN_A_ROW) {
            return;
        } else {
            ambiguous = 0;
        }
        measured(Math.max(0, nowNanos - firstSentNanos - expectedRoundTripNanos));
    }

    private void measured(long sampleNanos) {
        if (samples++ == 0) {
            excessNanos = sampleNanos;
            variationNanos = sampleNanos / 2;
        } else {
            variationNanos += (Math.abs(sampleNanos - excessNanos) - variationNanos) / 4;
            excessNanos += (sampleNanos - excessNanos) / 8;
        }
    }

    /** {@return how many were measured; with 0 there is no mean} */
    public long samples() {
        return samples;
    }

    /** {@return smoothed mean of the excess} */
    public long excessNanos() {
        return excessNanos;
    }

    /** {@return smoothed mean deviation of the excess} */
    public long variationNanos() {
        return variationNanos;
    }
}
