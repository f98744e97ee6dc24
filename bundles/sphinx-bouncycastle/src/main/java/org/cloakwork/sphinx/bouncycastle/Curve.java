package org.cloakwork.sphinx.bouncycastle;

import java.math.BigInteger;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** Multiplication on Curve25519, u-coordinates of 32 little-endian bytes. Source: protocol/1-sphinx, 3. */
final class Curve {

    static final int LENGTH = 32;

    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    private static final BigInteger A24 = BigInteger.valueOf(121665);

    private Curve() {
    }

    /** X25519 as in RFC 7748: clamps the scalar, drops bit 255 of the point, passes an all-zero result through. */
    static byte[] x25519(byte[] scalar, byte[] point) {
        byte[] result = new byte[LENGTH];
        X25519.scalarMult(scalar, 0, point, 0, result, 0);
        return result;
    }

    static byte[] x25519Base(byte[] scalar) {
        byte[] result = new byte[LENGTH];
        X25519.scalarMultBase(scalar, 0, result, 0);
        return result;
    }

    static BigInteger reducedScalar(byte[] bytes) {
        return fromLittleEndian(bytes).mod(ORDER);
    }

    static BigInteger multiplyScalars(BigInteger a, BigInteger b) {
        return a.multiply(b).mod(ORDER);
    }

    /**
     * The Montgomery ladder without clamping, for the legacy versions 1 and 257. Not constant-time and slow: we never
     * send these versions, and only the nodes of the embedded network process them.
     */
    static byte[] unclamped(BigInteger scalar, byte[] point) {
        BigInteger x1 = fromLittleEndian(point).clearBit(255).mod(P);
        BigInteger x2 = BigInteger.ONE;
        BigInteger z2 = BigInteger.ZERO;
        BigInteger x3 = x1;
        BigInteger z3 = BigInteger.ONE;
        for (int bit = 254; bit >= 0; bit--) {
            boolean swap = scalar.testBit(bit);
            BigInteger xa = swap ? x3 : x2;
            BigInteger za = swap ? z3 : z2;
            BigInteger xb = swap ? x2 : x3;
            BigInteger zb = swap ? z2 : z3;
            BigInteger sum = xa.add(za);
            BigInteger difference = xa.subtract(za);
            BigInteger sumSquared = square(sum);
            BigInteger differenceSquared = square(difference);
            BigInteger e = sumSquared.subtract(differenceSquared);
            BigInteger da = xb.subtract(zb).multiply(sum);
            BigInteger cb = xb.add(zb).multiply(difference);
            BigInteger addedX = square(da.add(cb));
            BigInteger addedZ = x1.multiply(square(da.subtract(cb))).mod(P);
            BigInteger doubledX = sumSquared.multiply(differenceSquared).mod(P);
            BigInteger doubledZ = e.multiply(sumSquared.add(A24.multiply(e))).mod(P);
            x2 = swap ? addedX : doubledX;
            z2 = swap ? addedZ : doubledZ;
            x3 = swap ? doubledX : addedX;
            z3 = swap ? doubledZ : addedZ;
        }
        // Fermat's inverse of 0 is 0, so the point at infinity gives all zeros.
        return toLittleEndian(x2.multiply(z2.modPow(P.subtract(BigInteger.TWO), P)).mod(P));
    }

    private static BigInteger square(BigInteger value) {
        return value.multiply(value).mod(P);
    }

    private static BigInteger fromLittleEndian(byte[] bytes) {
        return new BigInteger(1, reversed(bytes));
    }

    private static byte[] toLittleEndian(BigInteger value) {
        byte[] bigEndian = value.toByteArray();
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < Math.min(LENGTH, bigEndian.length); i++) {
            bytes[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return bytes;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = bytes[bytes.length - 1 - i];
        }
        return result;
    }
}
