package org.cloakwork.frontend.web.emulation.javax.crypto;

import java.util.Arrays;

/**
 * AES without tables and without branches on what is secret: four blocks at once as eight words, one for each bit of
 * their bytes (FIPS 197). The S-box is the circuit of Boyar and Peralta (2012), the layout that of T. Pornin's
 * constant-time implementations.
 */
final class BitslicedAes {

    private static final int BLOCK = 16;
    private static final int SLICED_BLOCKS = 4;
    private static final int WORDS = 8;
    private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;
    private static final long EVEN_PAIRS = 0x0000ffff0000ffffL;

    private final int rounds;
    /** Eight words a round. */
    private final long[] roundKeys;
    private final long[] state = new long[WORDS];
    private final byte[] buffer = new byte[SLICED_BLOCKS * BLOCK];

    /** @param key of 16, 24 or 32 bytes */
    BitslicedAes(byte[] key) {
        if (key.length != 16 && key.length != 24 && key.length != 32) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        rounds = key.length / 4 + 6;
        roundKeys = new long[(rounds + 1) * WORDS];
        int[] words = expand(key);
        for (int round = 0; round <= rounds; round++) {
            for (int block = 0; block < SLICED_BLOCKS; block++) {
                interleave(block, words[4 * round], words[4 * round + 1], words[4 * round + 2], words[4 * round + 3]);
            }
            transpose(state);
            System.arraycopy(state, 0, roundKeys, round * WORDS, WORDS);
        }
        Arrays.fill(words, 0);
    }

    private int[] expand(byte[] key) {
        int keyWords = key.length / 4;
        int[] words = new int[(rounds + 1) * 4];
        for (int i = 0; i < keyWords; i++) {
            words[i] = word(key, 4 * i);
        }
        int roundConstant = 1;
        for (int i = keyWords; i < words.length; i++) {
            int word = words[i - 1];
            if (i % keyWords == 0) {
                word = substitute(word >>> 8 | word << 24) ^ roundConstant;
                roundConstant = roundConstant << 1 ^ (roundConstant >> 7) * 0x11b;
            } else if (keyWords > 6 && i % keyWords == 4) {
                word = substitute(word);
            }
            words[i] = words[i - keyWords] ^ word;
        }
        return words;
    }

    private int substitute(int word) {
        Arrays.fill(state, 0);
        state[0] = word & 0xffff_ffffL;
        transpose(state);
        substitute(state);
        transpose(state);
        return (int) state[0];
    }

    /** Encrypts whole blocks, each by itself. */
    void encryptBlocks(byte[] in, int from, int length, byte[] out, int to) {
        if (length % BLOCK != 0) {
            throw new IllegalArgumentException("not whole blocks");
        }
        for (int at = 0; at < length; at += buffer.length) {
            int part = Math.min(buffer.length, length - at);
            System.arraycopy(in, from + at, buffer, 0, part);
            encryptBuffer();
            System.arraycopy(buffer, 0, out, to + at, part);
        }
    }

    /** Counter mode from the given block on, which counts as one number of 128 bits, its first byte the highest. */
    void counter(byte[] first, byte[] in, int from, int length, byte[] out, int to) {
        byte[] counter = first.clone();
        for (int at = 0; at < length; at += buffer.length) {
            for (int block = 0; block < SLICED_BLOCKS; block++) {
                System.arraycopy(counter, 0, buffer, block * BLOCK, BLOCK);
                int carry = 1;
                for (int i = BLOCK - 1; i >= 0; i--) {
                    carry += counter[i] & 255;
                    counter[i] = (byte) carry;
                    carry >>= 8;
                }
            }
            encryptBuffer();
            int part = Math.min(buffer.length, length - at);
            for (int i = 0; i < part; i++) {
                out[to + at + i] = (byte) (in[from + at + i] ^ buffer[i]);
            }
        }
    }

    private void encryptBuffer() {
        long[] q = state;
        for (int block = 0; block < SLICED_BLOCKS; block++) {
            int at = block * BLOCK;
            interleave(block, word(buffer, at), word(buffer, at + 4), word(buffer, at + 8), word(buffer, at + 12));
        }
        transpose(q);
        addRoundKey(q, 0);
        for (int round = 1; round < rounds; round++) {
            substitute(q);
            shiftRows(q);
            mixColumns(q);
            addRoundKey(q, round);
        }
        substitute(q);
        shiftRows(q);
        addRoundKey(q, rounds);
        transpose(q);
        for (int block = 0; block < SLICED_BLOCKS; block++) {
            int at = block * BLOCK;
            put(buffer, at, together(q[block]));
            put(buffer, at + 4, together(q[block + 4]));
            put(buffer, at + 8, together(q[block] >>> 8));
            put(buffer, at + 12, together(q[block + 4] >>> 8));
        }
    }

    private void addRoundKey(long[] q, int round) {
        for (int i = 0; i < WORDS; i++) {
            q[i] ^= roundKeys[round * WORDS + i];
        }
    }

    private void interleave(int block, int w0, int w1, int w2, int w3) {
        state[block] = apart(w0) | apart(w2) << 8;
        state[block + 4] = apart(w1) | apart(w3) << 8;
    }

    private static long apart(int word) {
        long x = word & 0xffff_ffffL;
        x = (x | x << 16) & EVEN_PAIRS;
        return (x | x << 8) & EVEN_BYTES;
    }

    private static int together(long word) {
        long x = word & EVEN_BYTES;
        x = (x | x >>> 8) & EVEN_PAIRS;
        return (int) (x | x >>> 16);
    }

    private static int word(byte[] bytes, int at) {
        return bytes[at] & 255 | (bytes[at + 1] & 255) << 8 | (bytes[at + 2] & 255) << 16 | bytes[at + 3] << 24;
    }

    private static void put(byte[] bytes, int at, int word) {
        bytes[at] = (byte) word;
        bytes[at + 1] = (byte) (word >> 8);
        bytes[at + 2] = (byte) (word >> 16);
        bytes[at + 3] = (byte) (word >> 24);
    }

    /** Between bytes and bits; undoes itself. */
    private static void transpose(long[] q) {
        for (int i = 0; i < WORDS; i += 2) {
            swap(q, i, i + 1, 0x5555555555555555L, 1);
        }
        for (int i = 0; i < WORDS; i += 4) {
            swap(q, i, i + 2, 0x3333333333333333L, 2);
            swap(q, i + 1, i + 3, 0x3333333333333333L, 2);
        }
        for (int i = 0; i < 4; i++) {
            swap(q, i, i + 4, 0x0f0f0f0f0f0f0f0fL, 4);
        }
    }

    private static void swap(long[] q, int i, int j, long low, int shift) {
        long a = q[i];
        long b = q[j];
        q[i] = a & low | (b & low) << shift;
        q[j] = (a & low << shift) >>> shift | b & low << shift;
    }

    private static void shiftRows(long[] q) {
        for (int i = 0; i < WORDS; i++) {
            long x = q[i];
            q[i] = x & 0x000000000000ffffL
                    | (x & 0x00000000fff00000L) >>> 4 | (x & 0x00000000000f0000L) << 12
                    | (x & 0x0000ff0000000000L) >>> 8 | (x & 0x000000ff00000000L) << 8
                    | (x & 0xf000000000000000L) >>> 12 | (x & 0x0fff000000000000L) << 4;
        }
    }

    private static void mixColumns(long[] q) {
        long q0 = q[0];
        long q1 = q[1];
        long q2 = q[2];
        long q3 = q[3];
        long q4 = q[4];
        long q5 = q[5];
        long q6 = q[6];
        long q7 = q[7];
        long r0 = Long.rotateRight(q0, 16);
        long r1 = Long.rotateRight(q1, 16);
        long r2 = Long.rotateRight(q2, 16);
        long r3 = Long.rotateRight(q3, 16);
        long r4 = Long.rotateRight(q4, 16);
        long r5 = Long.rotateRight(q5, 16);
        long r6 = Long.rotateRight(q6, 16);
        long r7 = Long.rotateRight(q7, 16);
        long top = q7 ^ r7;
        q[0] = top ^ r0 ^ Long.rotateRight(q0 ^ r0, 32);
        q[1] = q0 ^ r0 ^ top ^ r1 ^ Long.rotateRight(q1 ^ r1, 32);
        q[2] = q1 ^ r1 ^ r2 ^ Long.rotateRight(q2 ^ r2, 32);
        q[3] = q2 ^ r2 ^ top ^ r3 ^ Long.rotateRight(q3 ^ r3, 32);
        q[4] = q3 ^ r3 ^ top ^ r4 ^ Long.rotateRight(q4 ^ r4, 32);
        q[5] = q4 ^ r4 ^ r5 ^ Long.rotateRight(q5 ^ r5, 32);
        q[6] = q5 ^ r5 ^ r6 ^ Long.rotateRight(q6 ^ r6, 32);
        q[7] = q6 ^ r6 ^ r7 ^ Long.rotateRight(q7 ^ r7, 32);
    }

    private static void substitute(long[] q) {
        long x0 = q[7];
        long x1 = q[6];
        long x2 = q[5];
        long x3 = q[4];
        long x4 = q[3];
        long x5 = q[2];
        long x6 = q[1];
        long x7 = q[0];
        long y14 = x3 ^ x5;
        long y13 = x0 ^ x6;
        long y9 = x0 ^ x3;
        long y8 = x0 ^ x5;
        long t0 = x1 ^ x2;
        long y1 = t0 ^ x7;
        long y4 = y1 ^ x3;
        long y12 = y13 ^ y14;
        long y2 = y1 ^ x0;
        long y5 = y1 ^ x6;
        long y3 = y5 ^ y8;
        long t1 = x4 ^ y12;
        long y15 = t1 ^ x5;
        long y20 = t1 ^ x1;
        long y6 = y15 ^ x7;
        long y10 = y15 ^ t0;
        long y11 = y20 ^ y9;
        long y7 = x7 ^ y11;
        long y17 = y10 ^ y11;
        long y19 = y10 ^ y8;
        long y16 = t0 ^ y11;
        long y21 = y13 ^ y16;
        long y18 = x0 ^ y16;
        long t2 = y12 & y15;
        long t3 = y3 & y6;
        long t4 = t3 ^ t2;
        long t5 = y4 & x7;
        long t6 = t5 ^ t2;
        long t7 = y13 & y16;
        long t8 = y5 & y1;
        long t9 = t8 ^ t7;
        long t10 = y2 & y7;
        long t11 = t10 ^ t7;
        long t12 = y9 & y11;
        long t13 = y14 & y17;
        long t14 = t13 ^ t12;
        long t15 = y8 & y10;
        long t16 = t15 ^ t12;
        long t17 = t4 ^ t14;
        long t18 = t6 ^ t16;
        long t19 = t9 ^ t14;
        long t20 = t11 ^ t16;
        long t21 = t17 ^ y20;
        long t22 = t18 ^ y19;
        long t23 = t19 ^ y21;
        long t24 = t20 ^ y18;
        long t25 = t21 ^ t22;
        long t26 = t21 & t23;
        long t27 = t24 ^ t26;
        long t28 = t25 & t27;
        long t29 = t28 ^ t22;
        long t30 = t23 ^ t24;
        long t31 = t22 ^ t26;
        long t32 = t31 & t30;
        long t33 = t32 ^ t24;
        long t34 = t23 ^ t33;
        long t35 = t27 ^ t33;
        long t36 = t24 & t35;
        long t37 = t36 ^ t34;
        long t38 = t27 ^ t36;
        long t39 = t29 & t38;
        long t40 = t25 ^ t39;
        long t41 = t40 ^ t37;
        long t42 = t29 ^ t33;
        long t43 = t29 ^ t40;
        long t44 = t33 ^ t37;
        long t45 = t42 ^ t41;
        long z0 = t44 & y15;
        long z1 = t37 & y6;
        long z2 = t33 & x7;
        long z3 = t43 & y16;
        long z4 = t40 & y1;
        long z5 = t29 & y7;
        long z6 = t42 & y11;
        long z7 = t45 & y17;
        long z8 = t41 & y10;
        long z9 = t44 & y12;
        long z10 = t37 & y3;
        long z11 = t33 & y4;
        long z12 = t43 & y13;
        long z13 = t40 & y5;
        long z14 = t29 & y2;
        long z15 = t42 & y9;
        long z16 = t45 & y14;
        long z17 = t41 & y8;
        long t46 = z15 ^ z16;
        long t47 = z10 ^ z11;
        long t48 = z5 ^ z13;
        long t49 = z9 ^ z10;
        long t50 = z2 ^ z12;
        long t51 = z2 ^ z5;
        long t52 = z7 ^ z8;
        long t53 = z0 ^ z3;
        long t54 = z6 ^ z7;
        long t55 = z16 ^ z17;
        long t56 = z12 ^ t48;
        long t57 = t50 ^ t53;
        long t58 = z4 ^ t46;
        long t59 = z3 ^ t54;
        long t60 = t46 ^ t57;
        long t61 = z14 ^ t57;
        long t62 = t52 ^ t58;
        long t63 = t49 ^ t58;
        long t64 = z4 ^ t59;
        long t65 = t61 ^ t62;
        long t66 = z1 ^ t63;
        long s0 = t59 ^ t63;
        long s6 = t56 ^ ~t62;
        long s7 = t48 ^ ~t60;
        long t67 = t64 ^ t65;
        long s3 = t53 ^ t66;
        long s4 = t51 ^ t66;
        long s5 = t47 ^ t65;
        long s1 = t64 ^ ~s3;
        long s2 = t55 ^ ~t67;
        q[7] = s0;
        q[6] = s1;
        q[5] = s2;
        q[4] = s3;
        q[3] = s4;
        q[2] = s5;
        q[1] = s6;
        q[0] = s7;
    }
}
