package org.cloakwork.sphinx.fast;

import java.math.BigInteger;

/**
 * Points on the twisted Edwards form of Curve25519, in extended coordinates (X : Y : Z : T), and temporary numbers for
 * working with them. Additions are complete: they hold for all points.
 */
final class Edwards {

    private static final BigInteger D_VALUE = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(Field.P)).mod(Field.P);
    private static final long[] D2 = Field.of(D_VALUE.shiftLeft(1));
    private static final long[] ROOT_OF_MINUS_ONE =
            Field.of(BigInteger.TWO.modPow(Field.P.subtract(BigInteger.ONE).shiftRight(2), Field.P));

    private static final BigInteger A_VALUE = BigInteger.valueOf(486662);
    private static final long[] A = Field.of(A_VALUE);
    private static final long[] ROOT_OF_MINUS_A_PLUS_2 = Field.of(root(A_VALUE.add(BigInteger.TWO).negate()));

    private final long[] a = Field.zero();
    private final long[] b = Field.zero();
    private final long[] c = Field.zero();
    private final long[] d = Field.zero();
    private final long[] e = Field.zero();

    /** A root of a square, modulo p. */
    private static BigInteger root(BigInteger square) {
        BigInteger root = square.modPow(Field.P.add(BigInteger.valueOf(3)).shiftRight(3), Field.P);
        BigInteger other = root.multiply(BigInteger.TWO.modPow(Field.P.subtract(BigInteger.ONE).shiftRight(2), Field.P))
                .mod(Field.P);
        return root.pow(2).subtract(square).mod(Field.P).signum() == 0 ? root : other;
    }

    /** A point; changed in place. */
    static final class Point {

        final long[] x = Field.zero();
        final long[] y = Field.one();
        final long[] z = Field.one();
        final long[] t = Field.zero();

        void setIdentity() {
            set(x, 0);
            set(y, 1);
            set(z, 1);
            set(t, 0);
        }

        void setZ(long value) {
            set(z, value);
        }

        private static void set(long[] number, long value) {
            number[0] = value;
            number[1] = 0;
            number[2] = 0;
            number[3] = 0;
            number[4] = 0;
        }

        void set(Point other) {
            Field.copy(x, other.x);
            Field.copy(y, other.y);
            Field.copy(z, other.z);
            Field.copy(t, other.t);
        }
    }

    /** What an addition needs of an affine point: y + x, y - x and 2 d x y. */
    static final class Niels {

        final long[] sum = Field.zero();
        final long[] difference = Field.zero();
        final long[] product = Field.zero();
    }

    /** What an addition needs of a point: y + x, y - x, 2 z and 2 d t. */
    static final class Cached {

        final long[] sum = Field.zero();
        final long[] difference = Field.zero();
        final long[] z2 = Field.zero();
        final long[] product = Field.zero();
    }

    /**
     * A point with a u-coordinate of the Montgomery form; which of the two does not matter to u-coordinates of its
     * multiples. Its time depends on the coordinate, which is public. Source: RFC 7748, 4.1.
     *
     * @return false if there is none on this curve, but on its twist, or if the coordinate is 0
     */
    boolean fromMontgomery(Point r, long[] u) {
        long[] one = Field.one();
        // v^2 = u (u^2 + A u + 1)
        Field.square(a, u);
        Field.multiply(b, u, A);
        Field.add(a, a, b);
        Field.add(a, a, one);
        Field.multiply(a, a, u);
        // candidate for 1 / v: v^6 (v^14)^((p - 5) / 8)
        Field.square(b, a);
        Field.multiply(b, b, a);
        Field.square(c, b);
        Field.multiply(c, c, a);
        Field.powerForRoot(c, c);
        Field.multiply(b, b, c);
        Field.square(c, b);
        Field.multiply(c, c, a); // 1 or -1 if there is a root
        Field.subtract(d, c, one);
        if (!Field.isZero(d)) {
            Field.add(d, c, one);
            if (!Field.isZero(d)) {
                return false;
            }
            Field.multiply(b, b, ROOT_OF_MINUS_ONE);
        }
        // x = u / v times the root, y = (u - 1) / (u + 1)
        Field.multiply(b, b, u);
        Field.multiply(b, b, ROOT_OF_MINUS_A_PLUS_2);
        Field.subtract(r.y, u, one);
        Field.add(r.z, u, one);
        Field.multiply(r.t, r.y, b);
        Field.multiply(r.x, r.z, b);
        return true;
    }

    static boolean isIdentity(Point p) {
        long[] difference = Field.zero();
        Field.subtract(difference, p.y, p.z);
        return Field.isZero(p.x) && Field.isZero(difference);
    }

    /** r = 2 p; r may be p. */
    void twice(Point r, Point p) {
        twiceWithoutT(r, p);
        Field.multiply(r.t, d, e);
    }

    /** r = 2 p without T, with which it can be doubled again but not be added to; r may be p. */
    void twiceWithoutT(Point r, Point p) {
        Field.square(a, p.x);
        Field.square(b, p.y);
        Field.square(c, p.z);
        Field.add(e, p.x, p.y);
        Field.square(e, e);
        Field.add(d, a, b); // H
        Field.subtract(e, d, e); // E
        Field.subtract(a, a, b); // G
        Field.add(c, c, c);
        Field.add(c, c, a); // F
        Field.multiply(r.x, c, e);
        Field.multiply(r.y, d, a);
        Field.multiply(r.z, c, a);
    }

    /** r = p + q; r may be either. */
    void add(Point r, Point p, Point q) {
        Field.subtract(a, p.y, p.x);
        Field.subtract(b, q.y, q.x);
        Field.multiply(a, a, b);
        Field.add(b, p.y, p.x);
        Field.add(c, q.y, q.x);
        Field.multiply(b, b, c);
        Field.multiply(c, p.t, q.t);
        Field.multiply(c, c, D2);
        Field.multiply(d, p.z, q.z);
        Field.add(d, d, d);
        finishAddition(r);
    }

    /** r = p + q; r may be p. */
    void add(Point r, Point p, Niels q) {
        Field.subtract(a, p.y, p.x);
        Field.multiply(a, a, q.difference);
        Field.add(b, p.y, p.x);
        Field.multiply(b, b, q.sum);
        Field.multiply(c, p.t, q.product);
        Field.add(d, p.z, p.z);
        finishAddition(r);
    }

    /** r = p + q; r may be p. A twin of the one above on purpose: with q.z = 1 that one has a multiplication less. */
    void add(Point r, Point p, Cached q) {
        Field.subtract(a, p.y, p.x);
        Field.multiply(a, a, q.difference);
        Field.add(b, p.y, p.x);
        Field.multiply(b, b, q.sum);
        Field.multiply(c, p.t, q.product);
        Field.multiply(d, p.z, q.z2);
        finishAddition(r);
    }

    private void finishAddition(Point r) {
        Field.subtract(e, b, a); // E
        Field.add(b, b, a); // H
        Field.subtract(a, d, c); // F
        Field.add(d, d, c); // G
        Field.multiply(r.x, a, e);
        Field.multiply(r.y, d, b);
        Field.multiply(r.t, b, e);
        Field.multiply(r.z, d, a);
    }

    static void toCached(Cached r, Point p) {
        Field.add(r.sum, p.y, p.x);
        Field.subtract(r.difference, p.y, p.x);
        Field.add(r.z2, p.z, p.z);
        Field.multiply(r.product, p.t, D2);
    }

    /** Of a point with z = 1. */
    static void toNiels(Niels r, long[] x, long[] y) {
        Field.add(r.sum, y, x);
        Field.subtract(r.difference, y, x);
        Field.multiply(r.product, x, y);
        Field.multiply(r.product, r.product, D2);
    }

    /** Four times the coordinates, to avoid halves. */
    static void fromNiels(Point r, Niels q) {
        Field.subtract(r.x, q.sum, q.difference);
        Field.add(r.y, q.sum, q.difference);
        Field.multiply(r.t, r.x, r.y);
        Field.add(r.x, r.x, r.x);
        Field.add(r.y, r.y, r.y);
        r.setZ(4);
    }
}
