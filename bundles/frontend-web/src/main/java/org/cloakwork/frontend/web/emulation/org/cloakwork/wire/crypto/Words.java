package org.cloakwork.frontend.web.emulation.org.cloakwork.wire.crypto;

/** Words in byte arrays, the lowest byte first. */
final class Words {

    private Words() {
    }

    static long getLong(byte[] bytes, int from) {
        return getInt(bytes, from) & 0xffff_ffffL | (long) getInt(bytes, from + 4) << 32;
    }

    static void setLong(byte[] bytes, int from, long word) {
        setInt(bytes, from, (int) word);
        setInt(bytes, from + 4, (int) (word >>> 32));
    }

    static int getInt(byte[] bytes, int from) {
        return bytes[from] & 255 | (bytes[from + 1] & 255) << 8 | (bytes[from + 2] & 255) << 16 | bytes[from + 3] << 24;
    }

    static void setInt(byte[] bytes, int from, int word) {
        bytes[from] = (byte) word;
        bytes[from + 1] = (byte) (word >> 8);
        bytes[from + 2] = (byte) (word >> 16);
        bytes[from + 3] = (byte) (word >> 24);
    }
}
