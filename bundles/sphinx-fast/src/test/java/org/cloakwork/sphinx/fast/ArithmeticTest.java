package org.cloakwork.sphinx.fast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.cloakwork.itests.testing.Laws;
import org.junit.jupiter.api.Test;

/** Against {@link BigInteger} and BouncyCastle. */
class ArithmeticTest {

    private static final BigInteger P = Field.P;
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    /** The u-coordinates of low order, in all their 32-byte forms without bit 255. */
    static final List<BigInteger> LOW_ORDER = List.of(BigInteger.ZERO, BigInteger.ONE,
            new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504"),
            new BigInteger("39382357235489614581723060781553021112529911719440698176882885853963445705823"),
            P.subtract(BigInteger.ONE), P, P.add(BigInteger.ONE));

    /** Limbs from the edges of what a first factor may be: ±2^54, and of what a second one may be: ±2^52.7. */
    private static long[] limbs(Random random, boolean second) {
        long limit = second ? 7_316_000_000_000_000L : 1L << 54;
        long[] edges = {0, 1, -1, (1L << 51) - 1, 1L << 51, (1L << 51) + (1L << 15), -(1L << 15), limit, -limit,
            limit - 1, 1L << 52, -(1L << 51)};
        long[] limbs = new long[5];
        for (int i = 0; i < 5; i++) {
            limbs[i] = random.nextBoolean() ? edges[random.nextInt(edges.length)] : random.nextLong(-limit, limit);
        }
        return limbs;
    }

    private static BigInteger value(long[] limbs, int bits) {
        BigInteger value = BigInteger.ZERO;
        for (int i = limbs.length - 1; i >= 0; i--) {
            value = value.shiftLeft(bits).add(BigInteger.valueOf(limbs[i]));
        }
        return value;
    }

    private static BigInteger field(long[] limbs) {
        return value(limbs, 51).mod(P);
    }

    private static void assertReduced(long[] limbs) {
        for (long limb : limbs) {
            assertTrue(limb > -(1L << 15) && limb < (1L << 51) + (1L << 15), () -> "limb " + limb);
        }
    }

    @Test
    void productsOfTheWholeRangeOfLimbs() {
        Laws.forAll(2000, draw -> {
            long[] a = limbs(draw, false);
            long[] b = limbs(draw, true);
            long[] r = new long[5];
            Field.multiply(r, a, b);
            assertReduced(r);
            assertEquals(field(a).multiply(field(b)).mod(P), field(r));
            Field.square(r, b);
            assertReduced(r);
            assertEquals(field(b).pow(2).mod(P), field(r));
            long[] reduced = r.clone();
            long[] difference = new long[5];
            Field.multiply(difference, a, b);
            Field.subtract(difference, r, difference);
            long[] sum = new long[5];
            Field.addA24Times(sum, reduced, difference);
            assertEquals(field(reduced).add(field(difference).multiply(BigInteger.valueOf(121665))).mod(P), field(sum));
            for (long limb : sum) {
                assertTrue(Math.abs(limb) < 7_316_000_000_000_000L);
            }
        });
    }

    @Test
    void bytesAndBack() {
        Laws.forAll(500, draw -> {
            boolean extreme = draw.nextBoolean();
            long[] a = limbs(draw, false);
            if (extreme) {
                // around multiples of p
                a = Field.of(BigInteger.ZERO);
                BigInteger near = P.multiply(BigInteger.valueOf(draw.nextInt(-3, 4)))
                        .add(BigInteger.valueOf(draw.nextInt(-25, 26)));
                for (int i = 0; i < 4; i++) {
                    a[i] = near.and(BigInteger.ONE.shiftLeft(51).subtract(BigInteger.ONE)).longValue();
                    near = near.shiftRight(51);
                }
                a[4] = near.longValueExact();
            }
            byte[] bytes = new byte[34];
            Field.toBytes(bytes, 1, a);
            assertEquals(field(a), littleEndian(bytes, 1));
            assertEquals(field(a).signum() == 0, Field.isZero(a));
            long[] back = new long[5];
            Field.fromBytes(back, bytes, 1);
            assertEquals(field(a), value(back, 51));
        });
    }

    @Test
    void inverses() {
        Laws.forAll(100, draw -> {
            int count = draw.between(1, 9);
            long[][] values = new long[count][];
            BigInteger[] expected = new BigInteger[count];
            for (int i = 0; i < count; i++) {
                values[i] = limbs(draw, true);
                expected[i] = field(values[i]).modPow(P.subtract(BigInteger.TWO), P);
                long[] inverse = new long[5];
                Inversion.invert(inverse, values[i]);
                assertEquals(expected[i], field(inverse));
            }
            for (BigInteger inverse : expected) {
                if (inverse.signum() == 0) {
                    return;
                }
            }
            Inversion.invertAll(values, count);
            for (int i = 0; i < count; i++) {
                assertEquals(expected[i], field(values[i]));
            }
        });
    }

    @Test
    void theInverseOfZeroIsZero() {
        long[] inverse = Field.one();
        Inversion.invert(inverse, Field.of(P));
        assertTrue(Field.isZero(inverse));
    }

    private static List<BigInteger> edgeScalars() {
        List<BigInteger> edges = new ArrayList<>();
        for (BigInteger middle : List.of(BigInteger.ZERO, ORDER, ORDER.shiftLeft(1), ORDER.multiply(
                BigInteger.valueOf(15)), BigInteger.TWO.pow(252), BigInteger.TWO.pow(255), BigInteger.TWO.pow(256))) {
            for (int i = -2; i <= 2; i++) {
                BigInteger edge = middle.add(BigInteger.valueOf(i));
                if (edge.signum() >= 0 && edge.bitLength() <= 256) {
                    edges.add(edge);
                }
            }
        }
        return edges;
    }

    @Test
    void productsModuloTheOrderAtTheEdges() {
        for (BigInteger a : edgeScalars()) {
            checkScalars(a, a.add(BigInteger.TWO).mod(ORDER));
            for (BigInteger b : edgeScalars()) {
                checkScalars(a, b.mod(ORDER));
            }
        }
    }

    @Test
    void productsModuloTheOrder() {
        Laws.forAll(1000, draw -> {
            byte[] a = draw.bytes(32);
            byte[] b = draw.bytes(32);
            checkScalars(littleEndian(a, 0), littleEndian(b, 0).mod(ORDER));
        });
    }

    private static void checkScalars(BigInteger a, BigInteger b) {
        long[] x = scalar(a);
        long[] y = scalar(b);
        assertEquals(a, value(x, 28));
        long[] r = new long[Scalars.LIMBS];
        Scalars.multiply(r, x, y);
        assertEquals(a.multiply(b).mod(ORDER), value(r, 28));
        Scalars.reduce(x, x);
        assertEquals(a.mod(ORDER), value(x, 28));
        byte[] bytes = new byte[32];
        Scalars.toBytes(bytes, x);
        assertEquals(a.mod(ORDER), littleEndian(bytes, 0));
        byte[] all = bytes(a);
        for (int from = 0; from < 8; from++) {
            Scalars.fromBytes(r, all, 0, from);
            assertEquals(a.shiftRight(from), value(r, 28));
        }
    }

    private static long[] scalar(BigInteger value) {
        long[] limbs = new long[Scalars.LIMBS];
        Scalars.fromBytes(limbs, bytes(value), 0, 0);
        return limbs;
    }

    /** Random points, half of them on the twist, and with any bit 255. */
    @Test
    void theLadderIsX25519() {
        Laws.forAll(300, draw -> {
            byte[] scalar = draw.bytes(32);
            byte[] point = draw.bytes(32);
            assertArrayEquals(x25519(scalar, point), ladder(scalar, point));
        });
    }

    @Test
    void theLadderIsX25519ForOddPoints() {
        Random random = new Random(1);
        for (BigInteger u : LOW_ORDER) {
            for (int top = 0; top < 2; top++) {
                byte[] point = bytes(top == 0 ? u : u.setBit(255));
                byte[] scalar = new byte[32];
                random.nextBytes(scalar);
                assertArrayEquals(new byte[32], ladder(scalar, point));
                assertArrayEquals(x25519(scalar, point), ladder(scalar, point));
                assertNull(FixedBaseTable.of(point));
            }
        }
        for (int i = 2; i < 19; i++) {
            byte[] scalar = new byte[32];
            random.nextBytes(scalar);
            byte[] notCanonical = bytes(P.add(BigInteger.valueOf(i)));
            assertArrayEquals(ladder(scalar, bytes(BigInteger.valueOf(i))), ladder(scalar, notCanonical));
            assertArrayEquals(x25519(scalar, notCanonical), ladder(scalar, notCanonical));
        }
    }

    /** A chain of clamped scalars is one multiplication with the table, whatever the point's part of low order. */
    @Test
    void oneMultiplicationFromATableIsAChainOfX25519() {
        Laws.forAll(150, draw -> {
            int length = draw.between(1, 5);
            byte[] point = new byte[32];
            draw.nextBytes(point);
            FixedBaseTable table = FixedBaseTable.of(point);
            BigInteger u = littleEndian(point, 0).clearBit(255).mod(P);
            BigInteger vSquared = u.pow(3).add(BigInteger.valueOf(486662).multiply(u.pow(2))).add(u).mod(P);
            assertEquals(vSquared.modPow(P.shiftRight(1), P).equals(BigInteger.ONE), table != null);
            if (table == null) {
                return;
            }
            byte[] expected = point;
            long[] m = new long[Scalars.LIMBS];
            for (int i = 0; i < length; i++) {
                byte[] scalar = new byte[32];
                draw.nextBytes(scalar);
                expected = x25519(scalar, expected);
                Ladder.clamp(scalar);
                if (i == 0) {
                    Scalars.fromBytes(m, scalar, 0, 3);
                } else {
                    long[] factor = new long[Scalars.LIMBS];
                    Scalars.fromBytes(factor, scalar, 0, 0);
                    Scalars.multiply(m, factor, m);
                }
            }
            assertArrayEquals(expected, fromTable(table, m));
        });
    }

    /** Digits at their ends: all zero, all 15, all 16 with carries, and l - 1. */
    @Test
    void scalarsAtTheEdgesOfTheTable() {
        FixedBaseTable table = FixedBaseTable.of(Tables.BASE_POINT);
        List<BigInteger> scalars = new ArrayList<>();
        for (int i = 1; i < 40; i++) {
            scalars.add(BigInteger.valueOf(i));
            scalars.add(ORDER.subtract(BigInteger.valueOf(i)));
        }
        for (int digit = 1; digit < 32; digit++) {
            BigInteger repeated = BigInteger.ZERO;
            for (int i = 0; i < 50; i++) {
                repeated = repeated.shiftLeft(5).add(BigInteger.valueOf(digit));
            }
            scalars.add(repeated);
            scalars.add(BigInteger.valueOf(digit).shiftLeft(245));
        }
        for (BigInteger scalar : scalars) {
            // 8 m without clamping, from the ladder for any scalar
            byte[] expected = new byte[32];
            new Ladder().multiply(bytes(scalar.shiftLeft(3).mod(ORDER)), Tables.BASE_POINT, 0, expected, 0);
            assertArrayEquals(expected, fromTable(table, scalar(scalar)), () -> "scalar " + scalar);
        }
    }

    private static byte[] fromTable(FixedBaseTable table, long[] m) {
        long[] numerator = new long[5];
        long[] denominator = new long[5];
        table.multiply(m, new FixedBaseTable.Workspace(), numerator, denominator);
        Inversion.invert(denominator, denominator);
        Field.multiply(numerator, numerator, denominator);
        byte[] result = new byte[32];
        Field.toBytes(result, 0, numerator);
        return result;
    }

    @Test
    void blake2b() {
        Laws.forAll(300, draw -> {
            byte[] key = draw.bytes(64);
            int length = draw.between(1, 600);
            long seed = draw.nextLong();
            byte[] data = new byte[length + 3];
            new Random(seed).nextBytes(data);
            Blake2bDigest digest = new Blake2bDigest(key, 32, null, null);
            digest.update(data, 3, length);
            byte[] expected = new byte[32];
            digest.doFinal(expected, 0);
            byte[] actual = new byte[33];
            new Blake2b().xorDigest(key, 0, data, 3, data.length, actual, 1);
            assertArrayEquals(expected, Arrays.copyOfRange(actual, 1, 33));
        });
    }

    private static byte[] ladder(byte[] scalar, byte[] point) {
        byte[] result = new byte[32];
        new Ladder().x25519(scalar, 0, point, 0, result, 0);
        return result;
    }

    private static byte[] x25519(byte[] scalar, byte[] point) {
        byte[] result = new byte[32];
        X25519.scalarMult(scalar, 0, point, 0, result, 0);
        return result;
    }

    static byte[] bytes(BigInteger value) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = value.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    private static BigInteger littleEndian(byte[] bytes, int from) {
        BigInteger value = BigInteger.ZERO;
        for (int i = 31; i >= 0; i--) {
            value = value.shiftLeft(8).add(BigInteger.valueOf(bytes[from + i] & 0xff));
        }
        return value;
    }

    /** Scalars of all lengths: clamped, reduced, extreme ones; the second after the first with the same rows. */
    @Test
    void multiplesOfAPointAreThoseOfTheLadder() {
        Laws.forAll(300, draw -> {
            byte[] point = draw.bytes(32);
            assertMultiples(point, draw);
        });
    }

    @Test
    void multiplesOfOddPointsAreThoseOfTheLadder() {
        Random random = new Random(1);
        List<BigInteger> odd = new ArrayList<>(LOW_ORDER);
        for (int i = 2; i < 40; i++) {
            odd.add(BigInteger.valueOf(i));
            odd.add(P.subtract(BigInteger.valueOf(i)));
            odd.add(P.add(BigInteger.valueOf(i - 2)).min(BigInteger.TWO.pow(255).subtract(BigInteger.ONE)));
        }
        long onCurve = odd.stream().filter(u -> assertMultiples(bytes(u), random)).count();
        assertTrue(onCurve > 20 && onCurve < odd.size() - 20, onCurve + " of " + odd.size());
    }

    /** {@return whether the point is on the curve, so that there was something to compare} */
    private static boolean assertMultiples(byte[] point, Random random) {
        PointMultiples multiples = new PointMultiples();
        if (!multiples.prepare(point, 0)) {
            BigInteger u = littleEndian(point, 0).clearBit(255).mod(P);
            BigInteger square = u.modPow(BigInteger.valueOf(3), P).add(u.pow(2).multiply(BigInteger.valueOf(486662)))
                    .add(u).mod(P);
            assertTrue(square.signum() == 0 || !square.modPow(P.shiftRight(1), P).equals(BigInteger.ONE),
                    "a point of the curve is refused");
            return false;
        }
        byte[] expected = new byte[32];
        byte[] actual = new byte[40];
        for (int i = 0; i < 6; i++) {
            byte[] scalar = new byte[32];
            switch (i) {
                case 0 -> Arrays.fill(scalar, (byte) 0xff);
                case 1 -> scalar[0] = 8;
                case 2 -> Arrays.fill(scalar, (byte) 0x88);
                case 3 -> scalar = bytes(new BigInteger(256, random).mod(ORDER));
                default -> {
                    random.nextBytes(scalar);
                    Ladder.clamp(scalar);
                }
            }
            new Ladder().multiply(scalar, point, 0, expected, 0);
            multiples.multiply(scalar, actual, 5);
            assertArrayEquals(expected, Arrays.copyOfRange(actual, 5, 37));
        }
        return true;
    }
}
