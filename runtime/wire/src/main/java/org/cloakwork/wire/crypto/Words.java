package org.cloakwork.wire.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Words in byte arrays, the lowest byte first. Where there are no such views, {@code bundles/frontend-web} puts its own
 * in this place.
 */
final class Words {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {
    }

    static long getLong(byte[] bytes, int from) {
        return (long) LONG.get(bytes, from);
    }

    static void setLong(byte[] bytes, int from, long word) {
        LONG.set(bytes, from, word);
    }

    static int getInt(byte[] bytes, int from) {
        return (int) INT.get(bytes, from);
    }

    static void setInt(byte[] bytes, int from, int word) {
        INT.set(bytes, from, word);
    }
}
