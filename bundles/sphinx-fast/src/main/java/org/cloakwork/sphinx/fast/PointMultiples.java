package org.cloakwork.sphinx.fast;

import java.util.Arrays;
import org.cloakwork.sphinx.fast.Edwards.Cached;
import org.cloakwork.sphinx.fast.Edwards.Point;

/**
 * Multiples of a point that is met once and multiplied twice, as a hop does it: what it has to be multiplied with for
 * the second time is known only after the first. Most doublings serve both, which a {@link Ladder} cannot do. For one
 * thread.
 *
 * <p>Scalars are cut into 64 signed digits of four bits. Row i has 1 to 8 times 2^(64 i) P and serves 16 digits, every
 * fourth of whose sums are doubled four times. Every entry of every row is read, whatever the scalar is. Additions are
 * complete and scalars are not reduced, so it holds for points of low order, too; on the twist there is only the
 * ladder.
 */
final class PointMultiples {

    private static final int DIGIT_BITS = 4;
    private static final int ROWS = 4;
    private static final int COLUMNS = 16;
    private static final int ENTRIES = 1 << DIGIT_BITS - 1;
    /** Numbers of an entry. */
    private static final int NUMBERS = 4;
    private static final int WORDS = NUMBERS * Field.LIMBS;
    private static final int ROW_WORDS = ROWS * WORDS;

    private final Edwards edwards = new Edwards();
    private final Point base = new Point();
    private final Point sum = new Point();
    private final Cached cached = new Cached();
    private final long[] u = Field.zero();
    private final long[] denominator = Field.zero();
    /** By multiple less one: the entries of all rows. */
    private final long[][] entries = new long[ENTRIES][ROW_WORDS];
    private final int[] digits = new int[ROWS * COLUMNS];
    private final long[] sizes = new long[ROW_WORDS];
    private final long[] words = new long[ROW_WORDS];

    /**
     * Makes the rows of a point.
     *
     * @param point u-coordinate, bit 255 of which is ignored
     * @return false if there can be none
     */
    boolean prepare(byte[] point, int from) {
        Field.fromBytes(u, point, from);
        if (!edwards.fromMontgomery(base, u)) {
            return false;
        }
        for (int row = 0; row < ROWS; row++) {
            if (row > 0) {
                for (int i = 1; i < DIGIT_BITS * COLUMNS; i++) {
                    edwards.twiceWithoutT(base, base);
                }
                edwards.twice(base, base);
            }
            Edwards.toCached(cached, base);
            store(0, row);
            sum.set(base);
            for (int entry = 1; entry < ENTRIES; entry++) {
                load(entries[0], row);
                edwards.add(sum, sum, cached);
                Edwards.toCached(cached, sum);
                store(entry, row);
            }
        }
        return true;
    }

    private void store(int entry, int row) {
        long[] target = entries[entry];
        int at = row * WORDS;
        System.arraycopy(cached.sum, 0, target, at, Field.LIMBS);
        System.arraycopy(cached.difference, 0, target, at + Field.LIMBS, Field.LIMBS);
        System.arraycopy(cached.z2, 0, target, at + 2 * Field.LIMBS, Field.LIMBS);
        System.arraycopy(cached.product, 0, target, at + 3 * Field.LIMBS, Field.LIMBS);
    }

    private void load(long[] source, int row) {
        int at = row * WORDS;
        System.arraycopy(source, at, cached.sum, 0, Field.LIMBS);
        System.arraycopy(source, at + Field.LIMBS, cached.difference, 0, Field.LIMBS);
        System.arraycopy(source, at + 2 * Field.LIMBS, cached.z2, 0, Field.LIMBS);
        System.arraycopy(source, at + 3 * Field.LIMBS, cached.product, 0, Field.LIMBS);
    }

    /** The lower 255 bits of the scalar times the point of the last {@link #prepare}; 0 for the neutral element. */
    void multiply(byte[] scalar, byte[] result, int resultFrom) {
        recode(scalar);
        sum.setIdentity();
        for (int column = COLUMNS - 1; column >= 0; column--) {
            if (column < COLUMNS - 1) {
                for (int i = 1; i < DIGIT_BITS; i++) {
                    edwards.twiceWithoutT(sum, sum);
                }
                edwards.twice(sum, sum);
            }
            select(column);
            for (int row = 0; row < ROWS; row++) {
                loadSigned(row, digits[COLUMNS * row + column] >> 31);
                edwards.add(sum, sum, cached);
            }
        }
        Field.add(u, sum.z, sum.y);
        Field.subtract(denominator, sum.z, sum.y);
        Inversion.invert(denominator, denominator);
        Field.multiply(u, u, denominator);
        Field.toBytes(result, resultFrom, u);
    }

    /** Digits from -8 to 7, the last to 8. */
    private void recode(byte[] scalar) {
        int carry = 0;
        for (int i = 0; i < digits.length; i++) {
            int digit = (scalar[i / 2] >> DIGIT_BITS * (i & 1) & 15) + carry;
            if (i == digits.length - 1) {
                digit -= scalar[31] >> 7 & 8;
                carry = 0;
            } else {
                carry = digit + ENTRIES >> DIGIT_BITS;
            }
            digits[i] = digit - (carry << DIGIT_BITS);
        }
    }

    /** For each row the entry of the digit's size; for 0 the neutral one: sum, difference 1, z2 2. */
    private void select(int column) {
        Arrays.fill(words, 0);
        for (int row = 0; row < ROWS; row++) {
            int digit = digits[COLUMNS * row + column];
            int sign = digit >> 31;
            long size = (digit ^ sign) - sign;
            int at = row * WORDS;
            Arrays.fill(sizes, at, at + WORDS, size);
            long neutral = size - 1 >>> 63;
            words[at] = neutral;
            words[at + Field.LIMBS] = neutral;
            words[at + 2 * Field.LIMBS] = 2 * neutral;
        }
        for (int entry = 0; entry < ENTRIES; entry += 4) {
            FixedBaseTable.select(sizes, words, entries[entry], entries[entry + 1], entries[entry + 2],
                    entries[entry + 3], entry + 1);
        }
    }

    /** The selected point, or its negative if {@code negate} is all ones. */
    private void loadSigned(int row, long negate) {
        int at = row * WORDS;
        for (int i = 0; i < Field.LIMBS; i++) {
            long s = words[at + i];
            long d = words[at + Field.LIMBS + i];
            long swap = (s ^ d) & negate;
            cached.sum[i] = s ^ swap;
            cached.difference[i] = d ^ swap;
            cached.z2[i] = words[at + 2 * Field.LIMBS + i];
            cached.product[i] = (words[at + 3 * Field.LIMBS + i] ^ negate) - negate;
        }
    }

    /** Forgets what the last multiplication left behind. */
    void wipe() {
        sum.setIdentity();
        Arrays.fill(digits, 0);
        Arrays.fill(sizes, 0);
        Arrays.fill(words, 0);
    }
}
