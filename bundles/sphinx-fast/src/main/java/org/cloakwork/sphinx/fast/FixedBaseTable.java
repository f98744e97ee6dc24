package org.cloakwork.sphinx.fast;

import java.util.Arrays;
import org.cloakwork.sphinx.fast.Edwards.Niels;
import org.cloakwork.sphinx.fast.Edwards.Point;

/**
 * Multiples of 8 P for one key P, so that a multiple of P takes 51 additions and hardly a doubling.
 *
 * <p>On the curve a chain of clamped scalars acts as their product modulo eight times the group order, and each is a
 * multiple of 8. So with m = (product of the clamped scalars) / 8 mod l the chain's result is m (8 P), and 8 P is in
 * the subgroup of prime order l. On the twist this does not hold, and points of low order have 8 P = 0: such keys have
 * no table.
 *
 * <p>Scalars are cut into 51 signed digits of five bits. Row i has 1 to 16 times 2^(10 i) 8 P and serves digits 2i and
 * 2i + 1 with one scan; the sum over the odd digits is doubled five times at the end. Every entry of every row is read,
 * whatever the scalar is.
 */
final class FixedBaseTable {

    private static final int DIGIT_BITS = 5;
    private static final int DIGITS = 51;
    private static final int ROWS = (DIGITS + 1) / 2;
    private static final int ENTRIES = 1 << DIGIT_BITS - 1;
    /** 64-bit words of an entry: sum, difference and product of a {@link Niels}, packed. */
    private static final int WORDS = 12;

    /** Memory of a table. */
    static final int BYTES = ROWS * (ENTRIES * WORDS * Long.BYTES + 24);

    private final long[][] rows;

    private FixedBaseTable(long[][] rows) {
        this.rows = rows;
    }

    /**
     * @param key u-coordinate
     * @return null if this key can have none
     */
    static FixedBaseTable of(byte[] key) {
        Edwards edwards = new Edwards();
        Point base = new Point();
        long[] u = Field.zero();
        Field.fromBytes(u, key, 0);
        if (!edwards.fromMontgomery(base, u)) {
            return null;
        }
        for (int i = 0; i < 3; i++) {
            edwards.twice(base, base);
        }
        if (Edwards.isIdentity(base)) {
            return null;
        }
        Point[] points = new Point[ROWS * ENTRIES];
        long[][] zs = new long[points.length][];
        for (int i = 0; i < points.length; i++) {
            points[i] = new Point();
            if (i % ENTRIES == 0) {
                points[i].set(base);
            } else {
                edwards.add(points[i], points[i - 1], base);
            }
            zs[i] = points[i].z;
            if (i % ENTRIES == ENTRIES - 1) {
                // 16 times what the row began with, so 2^10 of it is six doublings away
                base.set(points[i]);
                for (int j = 0; j < 2 * DIGIT_BITS - 4; j++) {
                    edwards.twice(base, base);
                }
            }
        }
        Field.invertAll(zs, zs.length);
        long[][] rows = new long[ROWS][ENTRIES * WORDS];
        Niels niels = new Niels();
        for (int i = 0; i < points.length; i++) {
            Field.multiply(points[i].x, points[i].x, zs[i]);
            Field.multiply(points[i].y, points[i].y, zs[i]);
            Edwards.toNiels(niels, points[i].x, points[i].y);
            int at = i % ENTRIES * WORDS;
            Field.pack(rows[i / ENTRIES], at, niels.sum);
            Field.pack(rows[i / ENTRIES], at + 4, niels.difference);
            Field.pack(rows[i / ENTRIES], at + 8, niels.product);
        }
        return new FixedBaseTable(rows);
    }

    /** What a multiplication works with; for one thread. */
    static final class Workspace {

        private final Edwards edwards = new Edwards();
        private final Point even = new Point();
        private final Point odd = new Point();
        private final Niels niels = new Niels();
        private final long[] negated = Field.zero();
        private final int[] digits = new int[2 * ROWS];
        private final long[] evenWords = new long[WORDS];
        private final long[] oddWords = new long[WORDS];

        /** Forgets what the last multiplication left behind. */
        void wipe() {
            even.setIdentity();
            odd.setIdentity();
            Arrays.fill(digits, 0);
            Arrays.fill(evenWords, 0);
            Arrays.fill(oddWords, 0);
        }
    }

    /**
     * The u-coordinate of m (8 P) as a fraction.
     *
     * @param m           below the group order and not zero, which makes the denominator not zero
     * @param numerator   result
     * @param denominator result
     */
    void multiply(long[] m, Workspace w, long[] numerator, long[] denominator) {
        recode(m, w.digits);
        w.even.setIdentity();
        w.odd.setIdentity();
        for (int i = 0; i < ROWS; i++) {
            int evenDigit = w.digits[2 * i];
            int oddDigit = w.digits[2 * i + 1];
            select(rows[i], magnitude(evenDigit), magnitude(oddDigit), w.evenWords, w.oddWords);
            add(w.even, w.evenWords, evenDigit >> 31, w);
            add(w.odd, w.oddWords, oddDigit >> 31, w);
        }
        for (int i = 0; i < DIGIT_BITS; i++) {
            w.edwards.twice(w.odd, w.odd);
        }
        w.edwards.add(w.even, w.even, w.odd);
        Field.add(numerator, w.even.z, w.even.y);
        Field.subtract(denominator, w.even.z, w.even.y);
    }

    /** Digits from -16 to 15. */
    private static void recode(long[] m, int[] digits) {
        int carry = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = Scalars.bits(m, DIGIT_BITS * i, DIGIT_BITS) + carry;
            carry = digit + ENTRIES >> DIGIT_BITS;
            digits[i] = digit - (carry << DIGIT_BITS);
        }
        digits[DIGITS] = 0;
    }

    private static int magnitude(int digit) {
        int sign = digit >> 31;
        return (digit ^ sign) - sign;
    }

    /** {@return all ones if the two, both from 0 to 16, are equal, otherwise 0} */
    private static long maskIfEqual(int a, int b) {
        return (a ^ b) - 1L >> 63;
    }

    /** Entry {@code even - 1} and entry {@code odd - 1}; the neutral one for 0. */
    private static void select(long[] row, int even, int odd, long[] evenWords, long[] oddWords) {
        long evenNeutral = maskIfEqual(even, 0) & 1;
        long oddNeutral = maskIfEqual(odd, 0) & 1;
        for (int i = 0; i < WORDS; i++) {
            evenWords[i] = 0;
            oddWords[i] = 0;
        }
        evenWords[0] = evenNeutral;
        evenWords[4] = evenNeutral;
        oddWords[0] = oddNeutral;
        oddWords[4] = oddNeutral;
        for (int e = 0; e < ENTRIES; e += 4) {
            long e0 = maskIfEqual(even, e + 1);
            long e1 = maskIfEqual(even, e + 2);
            long e2 = maskIfEqual(even, e + 3);
            long e3 = maskIfEqual(even, e + 4);
            long o0 = maskIfEqual(odd, e + 1);
            long o1 = maskIfEqual(odd, e + 2);
            long o2 = maskIfEqual(odd, e + 3);
            long o3 = maskIfEqual(odd, e + 4);
            int at = e * WORDS;
            for (int i = 0; i < WORDS; i++) {
                long w0 = row[at + i];
                long w1 = row[at + WORDS + i];
                long w2 = row[at + 2 * WORDS + i];
                long w3 = row[at + 3 * WORDS + i];
                evenWords[i] |= w0 & e0 | w1 & e1 | w2 & e2 | w3 & e3;
                oddWords[i] |= w0 & o0 | w1 & o1 | w2 & o2 | w3 & o3;
            }
        }
    }

    /** Adds the packed point, or its negative if {@code negate} is all ones. */
    private static void add(Point sum, long[] words, long negate, Workspace w) {
        // The negative of a point has sum and difference exchanged and the product negated.
        long s0 = (words[0] ^ words[4]) & negate;
        long s1 = (words[1] ^ words[5]) & negate;
        long s2 = (words[2] ^ words[6]) & negate;
        long s3 = (words[3] ^ words[7]) & negate;
        Field.unpack(w.niels.sum, words[0] ^ s0, words[1] ^ s1, words[2] ^ s2, words[3] ^ s3);
        Field.unpack(w.niels.difference, words[4] ^ s0, words[5] ^ s1, words[6] ^ s2, words[7] ^ s3);
        Field.unpack(w.negated, words[8], words[9], words[10], words[11]);
        for (int i = 0; i < Field.LIMBS; i++) {
            w.niels.product[i] = (w.negated[i] ^ negate) - negate;
        }
        w.edwards.add(sum, sum, w.niels);
    }
}
