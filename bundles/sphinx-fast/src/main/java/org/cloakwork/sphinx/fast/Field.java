package org.cloakwork.sphinx.fast;

import java.math.BigInteger;

/**
 * Numbers modulo p = 2^255 - 19 as five signed limbs of 51 bits, little-endian. No branch and no index depends on a
 * value.
 *
 * <p>Bounds. {@link #multiply} and the like give <em>reduced</em> limbs, within (-2^15, 2^51 + 2^15). Sums and
 * differences are not carried: a first factor may be anything below 2^54 in size, a second one and what is squared
 * anything below 2^52.7, so a sum or difference of three reduced numbers is always a factor.
 */
final class Field {

    static final int LIMBS = 5;
    static final int BYTES = 32;
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    static final long MASK = (1L << 51) - 1;
    /** (A - 2) / 4 of the Montgomery form. */
    private static final long A24 = 121665;

    private Field() {
    }

    static long[] zero() {
        return new long[LIMBS];
    }

    static long[] one() {
        return new long[] {1, 0, 0, 0, 0};
    }

    static long[] of(BigInteger value) {
        BigInteger rest = value.mod(P);
        long[] limbs = zero();
        for (int i = 0; i < LIMBS; i++) {
            limbs[i] = rest.longValue() & MASK;
            rest = rest.shiftRight(51);
        }
        return limbs;
    }

    /** Reads 32 bytes without the topmost bit; the value may be p or more. */
    static void fromBytes(long[] r, byte[] bytes, int from) {
        unpack(r, littleEndian(bytes, from), littleEndian(bytes, from + 8), littleEndian(bytes, from + 16),
                littleEndian(bytes, from + 24));
    }

    static long littleEndian(byte[] bytes, int from) {
        return Words.get(bytes, from);
    }

    /** From four 64-bit words, without the topmost bit. */
    static void unpack(long[] r, long w0, long w1, long w2, long w3) {
        r[0] = w0 & MASK;
        r[1] = (w0 >>> 51 | w1 << 13) & MASK;
        r[2] = (w1 >>> 38 | w2 << 26) & MASK;
        r[3] = (w2 >>> 25 | w3 << 39) & MASK;
        r[4] = w3 >>> 12 & MASK;
    }

    /** Writes the one representation below p as four 64-bit words; limbs may be up to 2^54 in size. */
    static void pack(long[] words, int at, long[] a) {
        long r0 = a[0];
        long r1 = a[1];
        long r2 = a[2];
        long r3 = a[3];
        long r4 = a[4];
        // The second round settles what the first left in the lowest limb.
        for (int round = 0; round < 2; round++) {
            r1 += r0 >> 51;
            r0 &= MASK;
            r2 += r1 >> 51;
            r1 &= MASK;
            r3 += r2 >> 51;
            r2 &= MASK;
            r4 += r3 >> 51;
            r3 &= MASK;
            r0 += 19 * (r4 >> 51);
            r4 &= MASK;
        }
        // 1 exactly if the value is p or more
        long q = r0 + 19 >> 51;
        q = r1 + q >> 51;
        q = r2 + q >> 51;
        q = r3 + q >> 51;
        q = r4 + q >> 51;
        r0 += 19 * q;
        r1 += r0 >> 51;
        r0 &= MASK;
        r2 += r1 >> 51;
        r1 &= MASK;
        r3 += r2 >> 51;
        r2 &= MASK;
        r4 += r3 >> 51;
        r3 &= MASK;
        r4 &= MASK;
        words[at] = r0 | r1 << 51;
        words[at + 1] = r1 >>> 13 | r2 << 38;
        words[at + 2] = r2 >>> 26 | r3 << 25;
        words[at + 3] = r3 >>> 39 | r4 << 12;
    }

    static void toBytes(byte[] bytes, int from, long[] a) {
        long[] words = new long[4];
        pack(words, 0, a);
        for (int i = 0; i < 4; i++) {
            Words.set(bytes, from + 8 * i, words[i]);
        }
    }

    static boolean isZero(long[] a) {
        long[] words = new long[4];
        pack(words, 0, a);
        return (words[0] | words[1] | words[2] | words[3]) == 0;
    }

    static void copy(long[] r, long[] a) {
        System.arraycopy(a, 0, r, 0, LIMBS);
    }

    static void add(long[] r, long[] a, long[] b) {
        r[0] = a[0] + b[0];
        r[1] = a[1] + b[1];
        r[2] = a[2] + b[2];
        r[3] = a[3] + b[3];
        r[4] = a[4] + b[4];
    }

    static void subtract(long[] r, long[] a, long[] b) {
        r[0] = a[0] - b[0];
        r[1] = a[1] - b[1];
        r[2] = a[2] - b[2];
        r[3] = a[3] - b[3];
        r[4] = a[4] - b[4];
    }

    /*
     * Products are split at bit 51 without a compare: with factors shifted by 7 and by 6 the upper half of the 128-bit
     * product is the product without its lowest 51 bits (h). Of the lower parts only their sum is needed, below 2^58,
     * so it may be had from a sum of lower halves that wraps around (s).
     *
     * What bounds the speed is the one multiplier of a core. Hence Karatsuba's way for pairs of limbs:
     * ai bj + aj bi = (ai - aj)(bj - bi) + ai bi + aj bj, where the ai bi are shared by all: 15 products for 25.
     * The sum of the ai bi that a column needs is a difference of two of their running sums.
     */

    static void multiply(long[] r, long[] a, long[] b) {
        long a0 = a[0];
        long a1 = a[1];
        long a2 = a[2];
        long a3 = a[3];
        long a4 = a[4];
        long b0 = b[0] << 6;
        long b1 = b[1] << 6;
        long b2 = b[2] << 6;
        long b3 = b[3] << 6;
        long b4 = b[4] << 6;
        long s0 = a0 * b0;
        long s1 = a1 * b1;
        long s2 = a2 * b2;
        long s3 = a3 * b3;
        long s4 = a4 * b4;
        long h0 = Words.multiplyHigh(a0 << 7, b0);
        long h1 = Words.multiplyHigh(a1 << 7, b1);
        long h2 = Words.multiplyHigh(a2 << 7, b2);
        long h3 = Words.multiplyHigh(a3 << 7, b3);
        long h4 = Words.multiplyHigh(a4 << 7, b4);
        long x01 = a0 - a1;
        long y01 = b1 - b0;
        long x02 = a0 - a2;
        long y02 = b2 - b0;
        long x03 = a0 - a3;
        long y03 = b3 - b0;
        long x04 = a0 - a4;
        long y04 = b4 - b0;
        long x12 = a1 - a2;
        long y12 = b2 - b1;
        long x13 = a1 - a3;
        long y13 = b3 - b1;
        long x14 = a1 - a4;
        long y14 = b4 - b1;
        long x23 = a2 - a3;
        long y23 = b3 - b2;
        long x24 = a2 - a4;
        long y24 = b4 - b2;
        long x34 = a3 - a4;
        long y34 = b4 - b3;
        s1 += s0;
        s2 += s1;
        s3 += s2;
        s4 += s3;
        h1 += h0;
        h2 += h1;
        h3 += h2;
        h4 += h3;
        long low0 = s0 + 19 * (s4 - s0 + x14 * y14 + x23 * y23);
        long low1 = s1 + x01 * y01 + 19 * (s4 - s1 + x24 * y24);
        long low2 = s2 + x02 * y02 + 19 * (s4 - s2 + x34 * y34);
        long low3 = s3 + x03 * y03 + x12 * y12 + 19 * (s4 - s3);
        long low4 = s4 + x04 * y04 + x13 * y13;
        long high0 = h0 + 19 * (h4 - h0 + Words.multiplyHigh(x14 << 7, y14) + Words.multiplyHigh(x23 << 7, y23));
        long high1 = h1 + Words.multiplyHigh(x01 << 7, y01) + 19 * (h4 - h1 + Words.multiplyHigh(x24 << 7, y24));
        long high2 = h2 + Words.multiplyHigh(x02 << 7, y02) + 19 * (h4 - h2 + Words.multiplyHigh(x34 << 7, y34));
        long high3 = h3 + Words.multiplyHigh(x03 << 7, y03) + Words.multiplyHigh(x12 << 7, y12) + 19 * (h4 - h3);
        long high4 = h4 + Words.multiplyHigh(x04 << 7, y04) + Words.multiplyHigh(x13 << 7, y13);
        long r0 = (low0 - (high0 << 57) >>> 6) + 19 * high4;
        long r1 = (low1 - (high1 << 57) >>> 6) + high0;
        long r2 = (low2 - (high2 << 57) >>> 6) + high1;
        long r3 = (low3 - (high3 << 57) >>> 6) + high2;
        long r4 = (low4 - (high4 << 57) >>> 6) + high3;
        r[0] = (r0 & MASK) + 19 * (r4 >> 51);
        r[1] = (r1 & MASK) + (r0 >> 51);
        r[2] = (r2 & MASK) + (r1 >> 51);
        r[3] = (r3 & MASK) + (r2 >> 51);
        r[4] = (r4 & MASK) + (r3 >> 51);
    }

    /** Reduces as {@link #multiply} does, written out again on purpose: the sums stay in registers. */
    static void square(long[] r, long[] a) {
        long a0 = a[0];
        long a1 = a[1];
        long a2 = a[2];
        long a3 = a[3];
        long a4 = a[4];
        long d0 = a0 << 1;
        long d1 = a1 << 1;
        long d2 = a2 << 1;
        long d3 = a3 << 1;
        long b0 = a0 << 6;
        long b1 = a1 << 6;
        long b2 = a2 << 6;
        long b3 = a3 << 6;
        long b4 = a4 << 6;
        long c3 = 19 * b3;
        long c4 = 19 * b4;
        long s0 = a0 * b0 + d1 * c4 + d2 * c3;
        long s1 = d0 * b1 + d2 * c4 + a3 * c3;
        long s2 = d0 * b2 + a1 * b1 + d3 * c4;
        long s3 = d0 * b3 + d1 * b2 + a4 * c4;
        long s4 = d0 * b4 + d1 * b3 + a2 * b2;
        a0 <<= 7;
        a1 <<= 7;
        a2 <<= 7;
        a3 <<= 7;
        a4 <<= 7;
        d0 <<= 7;
        d1 <<= 7;
        d2 <<= 7;
        d3 <<= 7;
        long h0 = Words.multiplyHigh(a0, b0) + Words.multiplyHigh(d1, c4) + Words.multiplyHigh(d2, c3);
        long h1 = Words.multiplyHigh(d0, b1) + Words.multiplyHigh(d2, c4) + Words.multiplyHigh(a3, c3);
        long h2 = Words.multiplyHigh(d0, b2) + Words.multiplyHigh(a1, b1) + Words.multiplyHigh(d3, c4);
        long h3 = Words.multiplyHigh(d0, b3) + Words.multiplyHigh(d1, b2) + Words.multiplyHigh(a4, c4);
        long h4 = Words.multiplyHigh(d0, b4) + Words.multiplyHigh(d1, b3) + Words.multiplyHigh(a2, b2);
        long r0 = (s0 - (h0 << 57) >>> 6) + 19 * h4;
        long r1 = (s1 - (h1 << 57) >>> 6) + h0;
        long r2 = (s2 - (h2 << 57) >>> 6) + h1;
        long r3 = (s3 - (h3 << 57) >>> 6) + h2;
        long r4 = (s4 - (h4 << 57) >>> 6) + h3;
        r[0] = (r0 & MASK) + 19 * (r4 >> 51);
        r[1] = (r1 & MASK) + (r0 >> 51);
        r[2] = (r2 & MASK) + (r1 >> 51);
        r[3] = (r3 & MASK) + (r2 >> 51);
        r[4] = (r4 & MASK) + (r3 >> 51);
    }

    /** a + 121665 b; the result is a factor like a sum of two. */
    static void addA24Times(long[] r, long[] a, long[] b) {
        long k = A24 << 6;
        long h0 = Words.multiplyHigh(b[0] << 7, k);
        long h1 = Words.multiplyHigh(b[1] << 7, k);
        long h2 = Words.multiplyHigh(b[2] << 7, k);
        long h3 = Words.multiplyHigh(b[3] << 7, k);
        long h4 = Words.multiplyHigh(b[4] << 7, k);
        r[0] = a[0] + (b[0] * A24 & MASK) + 19 * h4;
        r[1] = a[1] + (b[1] * A24 & MASK) + h0;
        r[2] = a[2] + (b[2] * A24 & MASK) + h1;
        r[3] = a[3] + (b[3] * A24 & MASK) + h2;
        r[4] = a[4] + (b[4] * A24 & MASK) + h3;
    }

    static void square(long[] r, long[] a, int times) {
        square(r, a);
        for (int i = 1; i < times; i++) {
            square(r, r);
        }
    }

    /** a^((p - 5) / 8), which is a^(2^252 - 3). */
    static void powerForRoot(long[] r, long[] a) {
        long[] x = zero();
        long[] y = zero();
        long[] z = zero();
        square(x, a);
        square(y, x, 2);
        multiply(y, a, y); // 9
        multiply(x, x, y); // 11
        square(x, x);
        multiply(y, y, x); // 2^5 - 1
        square(x, y, 5);
        multiply(y, x, y); // 2^10 - 1
        square(x, y, 10);
        multiply(x, x, y); // 2^20 - 1
        square(z, x, 20);
        multiply(x, z, x); // 2^40 - 1
        square(x, x, 10);
        multiply(y, x, y); // 2^50 - 1
        square(x, y, 50);
        multiply(x, x, y); // 2^100 - 1
        square(z, x, 100);
        multiply(x, z, x); // 2^200 - 1
        square(x, x, 50);
        multiply(x, x, y); // 2^250 - 1
        square(x, x, 2);
        multiply(r, x, a);
    }
}
