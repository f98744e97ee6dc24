package org.cloakwork.frontend.web.emulation.org.cloakwork.sphinx.fast;

/** Words in byte arrays and products of words, from smaller ones. */
final class Words {

    private static final long LOW = 0xffff_ffffL;

    private Words() {
    }

    static long get(byte[] bytes, int from) {
        int low = bytes[from] & 255 | (bytes[from + 1] & 255) << 8 | (bytes[from + 2] & 255) << 16
                | bytes[from + 3] << 24;
        int high = bytes[from + 4] & 255 | (bytes[from + 5] & 255) << 8 | (bytes[from + 6] & 255) << 16
                | bytes[from + 7] << 24;
        return low & LOW | (long) high << 32;
    }

    static void set(byte[] bytes, int from, long word) {
        int low = (int) word;
        int high = (int) (word >>> 32);
        bytes[from] = (byte) low;
        bytes[from + 1] = (byte) (low >> 8);
        bytes[from + 2] = (byte) (low >> 16);
        bytes[from + 3] = (byte) (low >> 24);
        bytes[from + 4] = (byte) high;
        bytes[from + 5] = (byte) (high >> 8);
        bytes[from + 6] = (byte) (high >> 16);
        bytes[from + 7] = (byte) (high >> 24);
    }

    static long multiplyHigh(long x, long y) {
        long xHigh = x >> 32;
        long xLow = x & LOW;
        long yHigh = y >> 32;
        long yLow = y & LOW;
        long middle = xHigh * yLow + (xLow * yLow >>> 32);
        long other = (middle & LOW) + xLow * yHigh;
        return xHigh * yHigh + (middle >> 32) + (other >> 32);
    }
}
