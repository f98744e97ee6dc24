package org.cloakwork.sphinx.fast;

import java.math.BigInteger;

/**
 * Points on the twisted Edwards form of Curve25519, in extended coordinates (X : Y : Z : T), and temporary numbers for
 * working with them. Additions are complete: they hold for all points.
 */
final class Edwards {

    private static final BigInteger D_VALUE = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(Field.P)).mod(Field.P);
    private static final long[] D = Field.of(D_VALUE);
    private static final long[] D2 = Field.of(D_VALUE.shiftLeft(1));
    private static final long[] ROOT_OF_MINUS_ONE =
            Field.of(BigInteger.TWO.modPow(Field.P.subtract(BigInteger.ONE).shiftRight(2), Field.P));

    private final long[] a = Field.zero();
    private final long[] b = Field.zero();
    private final long[] c = Field.zero();
    private final long[] d = Field.zero();
    private final long[] e = Field.zero();

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

    /**
     * A point with a u-coordinate of the Montgomery form; which of the two does not matter to u-coordinates of its
     * multiples. Its time depends on the coordinate, which is public.
     *
     * @return false if there is none on this curve, but on its twist
     */
    boolean fromMontgomery(Point r, long[] u) {
        long[] one = Field.one();
        // y = (u - 1) / (u + 1)
        Field.add(a, u, one);
        Inversion.invert(a, a);
        Field.subtract(b, u, one);
        Field.multiply(r.y, b, a);
        // x^2 = n / m with n = y^2 - 1, m = d y^2 + 1
        Field.square(a, r.y);
        Field.subtract(b, a, one); // n
        Field.multiply(c, a, D);
        Field.add(c, c, one); // m
        // candidate n m^3 (n m^7)^((p - 5) / 8)
        Field.square(d, c);
        Field.multiply(d, d, c);
        Field.multiply(d, b, d); // n m^3
        Field.square(e, c);
        Field.square(e, e);
        Field.multiply(e, e, d); // n m^7
        Field.powerForRoot(e, e);
        Field.multiply(r.x, d, e);
        Field.square(d, r.x);
        Field.multiply(d, d, c); // m x^2 is n or -n if there is a root
        Field.subtract(e, d, b);
        if (!Field.isZero(e)) {
            Field.add(e, d, b);
            if (!Field.isZero(e)) {
                return false;
            }
            Field.multiply(r.x, r.x, ROOT_OF_MINUS_ONE);
        }
        Field.copy(r.z, one);
        Field.multiply(r.t, r.x, r.y);
        return true;
    }

    static boolean isIdentity(Point p) {
        long[] difference = Field.zero();
        Field.subtract(difference, p.y, p.z);
        return Field.isZero(p.x) && Field.isZero(difference);
    }

    /** r = 2 p; r may be p. */
    void twice(Point r, Point p) {
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
        Field.multiply(r.t, d, e);
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
