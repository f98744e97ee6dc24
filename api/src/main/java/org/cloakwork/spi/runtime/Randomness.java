package org.cloakwork.spi.runtime;

import org.osgi.annotation.versioning.ConsumerType;

/** Random bytes: unpredictable in production, reproducible in tests and simulations. Safe for use by many threads. */
@ConsumerType
@FunctionalInterface
public interface Randomness {

    /**
     * Fills an array.
     *
     * @param target filled entirely
     */
    void fill(byte[] target);

    /**
     * Makes an array.
     *
     * @param length how many
     * @return that many fresh bytes
     */
    default byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        fill(bytes);
        return bytes;
    }

    /** {@return a uniform 64-bit number} */
    default long nextLong() {
        byte[] bytes = bytes(Long.BYTES);
        long value = 0;
        for (byte b : bytes) {
            value = value << 8 | b & 0xff;
        }
        return value;
    }

    /**
     * Draws a number.
     *
     * @param bound positive
     * @return a uniform number from 0 to {@code bound - 1}
     */
    default int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, not " + bound);
        }
        // Rejecting the incomplete last stretch of the 63-bit range keeps every number equally likely.
        long limit = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        long value;
        do {
            value = nextLong() >>> 1;
        } while (value >= limit);
        return (int) (value % bound);
    }

    /**
     * Draws a fraction.
     *
     * @return a uniform number from 0 to below 1, a multiple of 2^-53
     * @since 1.6
     */
    default double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /**
     * Draws from the exponential distribution, as delays at mixes and gaps between packets are.
     *
     * @param meanNanos mean; 0 gives 0
     * @return nanoseconds, rounded half up
     */
    default long exponentialNanos(long meanNanos) {
        double uniform = ((nextLong() >>> 11) + 1) * 0x1.0p-53;
        return Math.round(-Math.log(uniform) * meanNanos);
    }
}
