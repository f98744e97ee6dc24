package org.cloakwork.sphinx.fast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What the JDK has instructions for; where it has not, {@code bundles/frontend-web} puts its own in this place. */
final class Words {

    private static final VarHandle LITTLE_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {
    }

    /** The word in eight bytes, the lowest first. */
    static long get(byte[] bytes, int from) {
        return (long) LITTLE_ENDIAN_LONGS.get(bytes, from);
    }

    /** Writes eight bytes, the lowest first. */
    static void set(byte[] bytes, int from, long word) {
        LITTLE_ENDIAN_LONGS.set(bytes, from, word);
    }

    /** The upper 64 bits of the product of two signed words. */
    static long multiplyHigh(long x, long y) {
        return Math.multiplyHigh(x, y);
    }
}
