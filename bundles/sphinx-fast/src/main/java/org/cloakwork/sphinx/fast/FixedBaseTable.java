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
 * 2i + 1; the sum over the odd digits is doubled five times at the end. Every entry of every row is read, whatever the
 * scalar is, and for all rows at once: what is stored together are entries of the same multiple, so that the selection
 * is a few long loops over whole arrays, which the JIT compiler turns into vector instructions.
 */
final class FixedBaseTable {

    private static final int DIGIT_BITS = 5;
    private static final int DIGITS = 51;
    private static final int ROWS = (DIGITS + 1) / 2;
    private static final int ENTRIES = 1 << DIGIT_BITS - 1;
    /** 64-bit words of an entry: sum, difference and product of a {@link Niels}, packed. */
    private static final int WORDS = 12;
    private static final int ROW_WORDS = ROWS * WORDS;

    /** Memory of a table. */
    static final int BYTES = ENTRIES * (ROW_WORDS * Long.BYTES + 24);

    /** By multiple less one: the entries of all rows. */
    private final long[][] entries;

    private FixedBaseTable(long[][] entries) {
        this.entries = entries;
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
        Inversion.invertAll(zs, zs.length);
        long[][] entries = new long[ENTRIES][ROW_WORDS];
        Niels niels = new Niels();
        for (int i = 0; i < points.length; i++) {
            Field.multiply(points[i].x, points[i].x, zs[i]);
            Field.multiply(points[i].y, points[i].y, zs[i]);
            Edwards.toNiels(niels, points[i].x, points[i].y);
            long[] target = entries[i % ENTRIES];
            int at = i / ENTRIES * WORDS;
            Field.pack(target, at, niels.sum);
            Field.pack(target, at + 4, niels.difference);
            Field.pack(target, at + 8, niels.product);
        }
        return new FixedBaseTable(entries);
    }

    /** What a multiplication works with; for one thread. */
    static final class Workspace {

        private final Edwards edwards = new Edwards();
        private final Point even = new Point();
        private final Point odd = new Point();
        private final Niels niels = new Niels();
        private final long[] negated = Field.zero();
        private final int[] digits = new int[2 * ROWS];
        /** The sizes of the even digits, each as often as an entry has words. */
        private final long[] evenSizes = new long[ROW_WORDS];
        private final long[] oddSizes = new long[ROW_WORDS];
        private final long[] evenWords = new long[ROW_WORDS];
        private final long[] oddWords = new long[ROW_WORDS];

        /** Forgets what the last multiplication left behind. */
        void wipe() {
            even.setIdentity();
            odd.setIdentity();
            Arrays.fill(digits, 0);
            Arrays.fill(evenSizes, 0);
            Arrays.fill(oddSizes, 0);
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
        for (int i = 0; i < ROWS; i++) {
            Arrays.fill(w.evenSizes, WORDS * i, WORDS * (i + 1), size(w.digits[2 * i]));
            Arrays.fill(w.oddSizes, WORDS * i, WORDS * (i + 1), size(w.digits[2 * i + 1]));
        }
        select(w);
        unpack(w.evenWords, 0, w.digits[0] >> 31, w);
        Edwards.fromNiels(w.even, w.niels);
        unpack(w.oddWords, 0, w.digits[1] >> 31, w);
        Edwards.fromNiels(w.odd, w.niels);
        for (int i = 1; i < ROWS; i++) {
            unpack(w.evenWords, WORDS * i, w.digits[2 * i] >> 31, w);
            w.edwards.add(w.even, w.even, w.niels);
            unpack(w.oddWords, WORDS * i, w.digits[2 * i + 1] >> 31, w);
            w.edwards.add(w.odd, w.odd, w.niels);
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

    private static int size(int digit) {
        int sign = digit >> 31;
        return (digit ^ sign) - sign;
    }

    /** For each row and digit the entry of that size; for 0 the neutral one, with sum and difference 1. */
    private void select(Workspace w) {
        startSelection(w.evenSizes, w.evenWords);
        startSelection(w.oddSizes, w.oddWords);
        for (int e = 0; e < ENTRIES; e += 4) {
            select(w.evenSizes, w.evenWords, entries[e], entries[e + 1], entries[e + 2], entries[e + 3], e + 1);
            select(w.oddSizes, w.oddWords, entries[e], entries[e + 1], entries[e + 2], entries[e + 3], e + 1);
        }
    }

    private static void startSelection(long[] sizes, long[] words) {
        Arrays.fill(words, 0);
        for (int i = 0; i < ROW_WORDS; i += WORDS) {
            long neutral = sizes[i] - 1 >>> 63;
            words[i] = neutral;
            words[i + 4] = neutral;
        }
    }

    /** For each word the one of four entries whose size is wanted there, if one is. */
    static void select(long[] sizes, long[] words, long[] t0, long[] t1, long[] t2, long[] t3, long first) {
        for (int i = 0; i < words.length; i++) {
            long size = sizes[i];
            // x - 1 >> 63 is all ones for 0, and 0 for what is greater
            words[i] |= t0[i] & ((size ^ first) - 1 >> 63)
                    | t1[i] & ((size ^ first + 1) - 1 >> 63)
                    | t2[i] & ((size ^ first + 2) - 1 >> 63)
                    | t3[i] & ((size ^ first + 3) - 1 >> 63);
        }
    }

    /** The packed point, or its negative if {@code negate} is all ones. */
    private static void unpack(long[] words, int at, long negate, Workspace w) {
        // The negative of a point has sum and difference exchanged and the product negated.
        long s0 = (words[at] ^ words[at + 4]) & negate;
        long s1 = (words[at + 1] ^ words[at + 5]) & negate;
        long s2 = (words[at + 2] ^ words[at + 6]) & negate;
        long s3 = (words[at + 3] ^ words[at + 7]) & negate;
        Field.unpack(w.niels.sum, words[at] ^ s0, words[at + 1] ^ s1, words[at + 2] ^ s2, words[at + 3] ^ s3);
        Field.unpack(w.niels.difference, words[at + 4] ^ s0, words[at + 5] ^ s1, words[at + 6] ^ s2,
                words[at + 7] ^ s3);
        Field.unpack(w.negated, words[at + 8], words[at + 9], words[at + 10], words[at + 11]);
        for (int i = 0; i < Field.LIMBS; i++) {
            w.niels.product[i] = (w.negated[i] ^ negate) - negate;
        }
    }
}
