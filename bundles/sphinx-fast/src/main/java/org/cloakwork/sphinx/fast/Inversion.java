package org.cloakwork.sphinx.fast;

import java.math.BigInteger;

/**
 * Inverses modulo p by the division steps of Bernstein and Yang ("Fast constant-time gcd computation and modular
 * inversion", 2019), in the variant that starts at delta = 1/2: 590 steps do for numbers below 2^256. No branch and no
 * index depends on a value.
 *
 * <p>51 steps at a time look only at the lowest bits of f and g and give a matrix, which is then applied to f and g,
 * and modulo p to d and e. The latter are not divided by 2^51; {@link #SCALE} makes up for it at the end.
 */
final class Inversion {

    private static final int STEPS = 51;
    private static final int BATCHES = 12;
    private static final long[] SCALE =
            Field.of(BigInteger.TWO.modPow(BigInteger.valueOf(-STEPS * BATCHES), Field.P));

    private long f0;
    private long f1;
    private long f2;
    private long f3;
    private long f4;
    private long g0;
    private long g1;
    private long g2;
    private long g3;
    private long g4;
    private final long[] d = Field.zero();
    private final long[] e = Field.one();
    private long zeta = -1;
    // the matrix (u v / q r)
    private long u;
    private long v;
    private long q;
    private long r;

    private Inversion(long[] a) {
        long[] words = new long[4];
        long[] g = Field.zero();
        Field.pack(words, 0, a);
        Field.unpack(g, words[0], words[1], words[2], words[3]);
        f0 = Field.MASK - 18;
        f1 = Field.MASK;
        f2 = Field.MASK;
        f3 = Field.MASK;
        f4 = Field.MASK;
        g0 = g[0];
        g1 = g[1];
        g2 = g[2];
        g3 = g[3];
        g4 = g[4];
    }

    /** 1 / a, and 0 for 0. */
    static void invert(long[] result, long[] a) {
        Inversion inversion = new Inversion(a);
        for (int i = 0; i < BATCHES; i++) {
            inversion.steps();
            inversion.applyToIntegers();
            inversion.applyModuloP();
        }
        // f is 1 or -1 now, and d 2^(51 * 12) f / a.
        long sign = inversion.f4 >> 63;
        for (int i = 0; i < Field.LIMBS; i++) {
            inversion.d[i] = (inversion.d[i] ^ sign) - sign;
        }
        Field.multiply(result, inversion.d, SCALE);
    }

    /**
     * Inverts all numbers in place with one inversion.
     *
     * @param values none of them zero
     */
    static void invertAll(long[][] values, int count) {
        long[][] products = new long[count][];
        long[] product = Field.one();
        for (int i = 0; i < count; i++) {
            products[i] = product.clone();
            Field.multiply(product, product, values[i]);
        }
        invert(product, product);
        long[] inverse = Field.zero();
        for (int i = count - 1; i >= 0; i--) {
            Field.multiply(inverse, product, products[i]);
            Field.multiply(product, product, values[i]);
            Field.copy(values[i], inverse);
        }
    }

    private void steps() {
        long z = zeta;
        long a = f0 | f1 << 51;
        long b = g0 | g1 << 51;
        long uu = 1;
        long vv = 0;
        long qq = 0;
        long rr = 1;
        for (int i = 0; i < STEPS; i++) {
            long negative = z >> 63;
            long odd = -(b & 1);
            b += (a ^ negative) - negative & odd;
            qq += (uu ^ negative) - negative & odd;
            rr += (vv ^ negative) - negative & odd;
            long swap = negative & odd;
            z = (z ^ swap) - 1;
            a += b & swap;
            uu += qq & swap;
            vv += rr & swap;
            b >>= 1;
            uu <<= 1;
            vv <<= 1;
        }
        zeta = z;
        u = uu;
        v = vv;
        q = qq;
        r = rr;
    }

    /**
     * (f, g) = matrix (f, g) / 2^51, which is exact. Products are split as in {@link Field#multiply}. The two halves
     * are written out on purpose: both read the old f and g, which stay in registers.
     */
    private void applyToIntegers() {
        long a0 = f0 << 6;
        long a1 = f1 << 6;
        long a2 = f2 << 6;
        long a3 = f3 << 6;
        long a4 = f4 << 6;
        long b0 = g0 << 6;
        long b1 = g1 << 6;
        long b2 = g2 << 6;
        long b3 = g3 << 6;
        long b4 = g4 << 6;
        long s = u << 7;
        long t = v << 7;
        long h0 = Words.multiplyHigh(s, a0) + Words.multiplyHigh(t, b0);
        long h1 = Words.multiplyHigh(s, a1) + Words.multiplyHigh(t, b1);
        long h2 = Words.multiplyHigh(s, a2) + Words.multiplyHigh(t, b2);
        long h3 = Words.multiplyHigh(s, a3) + Words.multiplyHigh(t, b3);
        long h4 = Words.multiplyHigh(s, a4) + Words.multiplyHigh(t, b4);
        long carry = (u * a0 + v * b0 - (h0 << 57) >>> 6) >> 51;
        long l1 = (u * a1 + v * b1 - (h1 << 57) >>> 6) + h0 + carry;
        long l2 = (u * a2 + v * b2 - (h2 << 57) >>> 6) + h1 + (l1 >> 51);
        long l3 = (u * a3 + v * b3 - (h3 << 57) >>> 6) + h2 + (l2 >> 51);
        long l4 = (u * a4 + v * b4 - (h4 << 57) >>> 6) + h3 + (l3 >> 51);
        f0 = l1 & Field.MASK;
        f1 = l2 & Field.MASK;
        f2 = l3 & Field.MASK;
        f3 = l4 & Field.MASK;
        f4 = h4 + (l4 >> 51);
        s = q << 7;
        t = r << 7;
        h0 = Words.multiplyHigh(s, a0) + Words.multiplyHigh(t, b0);
        h1 = Words.multiplyHigh(s, a1) + Words.multiplyHigh(t, b1);
        h2 = Words.multiplyHigh(s, a2) + Words.multiplyHigh(t, b2);
        h3 = Words.multiplyHigh(s, a3) + Words.multiplyHigh(t, b3);
        h4 = Words.multiplyHigh(s, a4) + Words.multiplyHigh(t, b4);
        carry = (q * a0 + r * b0 - (h0 << 57) >>> 6) >> 51;
        l1 = (q * a1 + r * b1 - (h1 << 57) >>> 6) + h0 + carry;
        l2 = (q * a2 + r * b2 - (h2 << 57) >>> 6) + h1 + (l1 >> 51);
        l3 = (q * a3 + r * b3 - (h3 << 57) >>> 6) + h2 + (l2 >> 51);
        l4 = (q * a4 + r * b4 - (h4 << 57) >>> 6) + h3 + (l3 >> 51);
        g0 = l1 & Field.MASK;
        g1 = l2 & Field.MASK;
        g2 = l3 & Field.MASK;
        g3 = l4 & Field.MASK;
        g4 = h4 + (l4 >> 51);
    }

    /** (d, e) = matrix (d, e) modulo p. */
    private void applyModuloP() {
        long a0 = d[0] << 6;
        long a1 = d[1] << 6;
        long a2 = d[2] << 6;
        long a3 = d[3] << 6;
        long a4 = d[4] << 6;
        long b0 = e[0] << 6;
        long b1 = e[1] << 6;
        long b2 = e[2] << 6;
        long b3 = e[3] << 6;
        long b4 = e[4] << 6;
        combine(d, u, a0, a1, a2, a3, a4, v, b0, b1, b2, b3, b4);
        combine(e, q, a0, a1, a2, a3, a4, r, b0, b1, b2, b3, b4);
    }

    private static void combine(long[] result, long x, long a0, long a1, long a2, long a3, long a4, long y, long b0,
                                long b1, long b2, long b3, long b4) {
        long s = x << 7;
        long t = y << 7;
        long h0 = Words.multiplyHigh(s, a0) + Words.multiplyHigh(t, b0);
        long h1 = Words.multiplyHigh(s, a1) + Words.multiplyHigh(t, b1);
        long h2 = Words.multiplyHigh(s, a2) + Words.multiplyHigh(t, b2);
        long h3 = Words.multiplyHigh(s, a3) + Words.multiplyHigh(t, b3);
        long h4 = Words.multiplyHigh(s, a4) + Words.multiplyHigh(t, b4);
        long l0 = (x * a0 + y * b0 - (h0 << 57) >>> 6) + 19 * h4;
        long l1 = (x * a1 + y * b1 - (h1 << 57) >>> 6) + h0;
        long l2 = (x * a2 + y * b2 - (h2 << 57) >>> 6) + h1;
        long l3 = (x * a3 + y * b3 - (h3 << 57) >>> 6) + h2;
        long l4 = (x * a4 + y * b4 - (h4 << 57) >>> 6) + h3;
        result[0] = (l0 & Field.MASK) + 19 * (l4 >> 51);
        result[1] = (l1 & Field.MASK) + (l0 >> 51);
        result[2] = (l2 & Field.MASK) + (l1 >> 51);
        result[3] = (l3 & Field.MASK) + (l2 >> 51);
        result[4] = (l4 & Field.MASK) + (l3 >> 51);
    }
}
