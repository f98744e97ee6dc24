package org.cloakwork.itests.fuzz;

import java.util.Arrays;

/** Takes an input apart where a check needs several. There is always more: zeros. */
public final class Slices {

    private final byte[] input;
    private int at;

    /** @param input to take apart */
    public Slices(byte[] input) {
        this.input = input;
    }

    /** {@return whether there are bytes that were not taken} */
    public boolean hasMore() {
        return at < input.length;
    }

    /** {@return 0 to 255} */
    public int u8() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    /** {@return 0 to 65535} */
    public int u16() {
        return u8() << 8 | u8();
    }

    /**
     * @param length how many
     * @return as many of the next bytes as there are
     */
    public byte[] upTo(int length) {
        int from = at;
        at = Math.min(input.length, at + length);
        return Arrays.copyOfRange(input, from, at);
    }

    /**
     * @param length how many
     * @return so many
     */
    public byte[] exactly(int length) {
        return Arrays.copyOf(upTo(length), length);
    }

    /** {@return what is left} */
    public byte[] rest() {
        return upTo(input.length);
    }
}
