package org.cloakwork.sphinx.fast;

import java.util.Arrays;

/**
 * The Montgomery ladder on u-coordinates of 32 little-endian bytes; takes the same time for all scalars.
 * Source: RFC 7748, 5; protocol/1-sphinx, 3.
 */
final class Ladder {

    private static final int BITS = 255;

    private final long[] x1 = Field.zero();
    private final long[] x2 = Field.zero();
    private final long[] z2 = Field.zero();
    private final long[] x3 = Field.zero();
    private final long[] z3 = Field.zero();
    private final long[] sum2 = Field.zero();
    private final long[] difference2 = Field.zero();
    private final long[] sum3 = Field.zero();
    private final long[] difference3 = Field.zero();
    private final byte[] clamped = new byte[Field.BYTES];

    /** X25519: clamps the scalar, drops bit 255 of the point, passes an all-zero result through. */
    void x25519(byte[] scalar, int scalarFrom, byte[] point, int pointFrom, byte[] result, int resultFrom) {
        System.arraycopy(scalar, scalarFrom, clamped, 0, Field.BYTES);
        clamp(clamped);
        multiply(clamped, point, pointFrom, result, resultFrom);
    }

    static void clamp(byte[] scalar) {
        scalar[0] &= (byte) 0xf8;
        scalar[31] = (byte) (scalar[31] & 0x7f | 0x40);
    }

    /** The lower 255 bits of the scalar times the point. */
    void multiply(byte[] scalar, byte[] point, int pointFrom, byte[] result, int resultFrom) {
        Field.fromBytes(x1, point, pointFrom);
        set(x2, 1);
        set(z2, 0);
        Field.copy(x3, x1);
        set(z3, 1);
        long swapped = 0;
        for (int bit = BITS - 1; bit >= 0; bit--) {
            long swap = -(scalar[bit >> 3] >> (bit & 7) & 1L);
            swapSumsAndDifferences(swapped ^ swap);
            swapped = swap;
            Field.multiply(difference3, sum2, difference3);
            Field.multiply(sum3, sum3, difference2);
            Field.square(sum2, sum2);
            Field.square(difference2, difference2);
            Field.add(x3, difference3, sum3);
            Field.subtract(z3, difference3, sum3);
            Field.square(x3, x3);
            Field.square(z3, z3);
            Field.multiply(z3, z3, x1);
            Field.multiply(x2, sum2, difference2);
            Field.subtract(difference2, sum2, difference2);
            Field.addA24Times(sum2, sum2, difference2);
            Field.multiply(z2, difference2, sum2);
        }
        for (int i = 0; i < Field.LIMBS; i++) {
            x2[i] ^= (x2[i] ^ x3[i]) & swapped;
            z2[i] ^= (z2[i] ^ z3[i]) & swapped;
        }
        Inversion.invert(z2, z2);
        Field.multiply(x2, x2, z2);
        Field.toBytes(result, resultFrom, x2);
    }

    /** Forgets what the last call left behind. */
    void wipe() {
        set(x2, 0);
        set(z2, 0);
        set(x3, 0);
        set(z3, 0);
        Arrays.fill(clamped, (byte) 0);
    }

    private static void set(long[] number, long value) {
        number[0] = value;
        number[1] = 0;
        number[2] = 0;
        number[3] = 0;
        number[4] = 0;
    }

    /** Swaps the two points if the mask is all ones, and forms x + z and x - z of both. */
    private void swapSumsAndDifferences(long mask) {
        for (int i = 0; i < Field.LIMBS; i++) {
            long x = (x2[i] ^ x3[i]) & mask;
            long z = (z2[i] ^ z3[i]) & mask;
            long xa = x2[i] ^ x;
            long za = z2[i] ^ z;
            long xb = x3[i] ^ x;
            long zb = z3[i] ^ z;
            sum2[i] = xa + za;
            difference2[i] = xa - za;
            sum3[i] = xb + zb;
            difference3[i] = xb - zb;
        }
    }
}
