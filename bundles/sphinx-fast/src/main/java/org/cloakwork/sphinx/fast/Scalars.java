package org.cloakwork.sphinx.fast;

/**
 * Numbers modulo the group order l = 2^252 + 27742317777372353535851937790883648493 as ten limbs of 28 bits,
 * little-endian, so that limb 9 starts at 2^252. No branch and no index depends on a value.
 */
final class Scalars {

    static final int LIMBS = 10;

    private static final int LIMB_BITS = 28;
    private static final long MASK = (1L << LIMB_BITS) - 1;
    /** The limb at 2^252. */
    private static final int TOP = 9;
    /** l - 2^252. */
    private static final long[] C = {0xcf5d3ed, 0x12631a5, 0x79cd658, 0xf9dea2f, 0x00014de};

    private Scalars() {
    }

    /** Bits {@code fromBit} to 255 of 32 little-endian bytes. */
    static void fromBytes(long[] r, byte[] bytes, int at, int fromBit) {
        for (int i = 0; i < LIMBS; i++) {
            int bit = fromBit + i * LIMB_BITS;
            long limb = 0;
            for (int j = 0; j < 5; j++) {
                int index = bit / 8 + j;
                limb |= index < 32 ? (bytes[at + index] & 0xffL) << 8 * j : 0;
            }
            r[i] = limb >>> bit % 8 & MASK;
        }
    }

    /** r = a b mod l for a below 2^256 and b below l; r may be either. */
    static void multiply(long[] r, long[] a, long[] b) {
        long[] t = new long[2 * LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            long ai = a[i];
            for (int j = 0; j < LIMBS; j++) {
                t[i + j] += ai * b[j];
            }
        }
        carry(t, 2 * LIMBS - 1);
        foldAll(r, t);
    }

    /** r = a mod l for a below 2^256. */
    static void reduce(long[] r, long[] a) {
        long[] t = new long[2 * LIMBS];
        System.arraycopy(a, 0, t, 0, LIMBS);
        foldAll(r, t);
    }

    private static void foldAll(long[] r, long[] t) {
        fold(t, 11);
        carry(t, TOP + 6); // 2^386 in size
        fold(t, 7);
        carry(t, TOP + 1); // 2^254 in size
        fold(t, 2);
        carry(t, TOP + 1); // from -2^127 to 2^252 + 2^127
        fold(t, 2);
        carry(t, TOP + 1); // from -2^125 to l
        long negative = t[TOP + 1];
        t[TOP] += (negative << LIMB_BITS) + (1 & negative);
        for (int i = 0; i < C.length; i++) {
            t[i] += C[i] & negative;
        }
        carry(t, TOP);
        System.arraycopy(t, 0, r, 0, LIMBS);
    }

    /** Subtracts l times the {@code count} limbs from 2^252 on; the last of them may be negative. */
    private static void fold(long[] t, int count) {
        for (int i = 0; i < count; i++) {
            long high = t[TOP + i];
            t[TOP + i] = 0; // the loop below writes at most limb i + 4, which was read before
            for (int j = 0; j < C.length; j++) {
                t[i + j] -= high * C[j];
            }
        }
    }

    /** Brings all limbs below {@code last} into 0 to 2^28 - 1. */
    private static void carry(long[] t, int last) {
        for (int i = 0; i < last; i++) {
            t[i + 1] += t[i] >> LIMB_BITS;
            t[i] &= MASK;
        }
    }

    /** Little-endian bytes of a reduced number. */
    static void toBytes(byte[] bytes, long[] a) {
        for (int i = 0; i < 32; i++) {
            bytes[i] = (byte) bits(a, 8 * i, 8);
        }
    }

    /** {@return bits of a reduced number, up to 28} */
    static int bits(long[] a, int from, int count) {
        int limb = from / LIMB_BITS;
        long above = limb + 1 < LIMBS ? a[limb + 1] << LIMB_BITS : 0;
        return (int) ((a[limb] | above) >>> from % LIMB_BITS) & (1 << count) - 1;
    }
}
