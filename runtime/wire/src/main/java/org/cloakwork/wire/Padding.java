package org.cloakwork.wire;

import java.util.Arrays;

/**
 * Padding of a message so that its fragments fill whole packets: a marker, then zeros. Source: protocol/3-messages,
 * 1.2.
 */
public final class Padding {

    private static final byte MARKER = 1;

    private Padding() {
    }

    /**
     * @param serialized     a message
     * @param fragmentLength of every fragment it will be cut into, header included (A)
     * @return message, marker and zeros
     */
    public static byte[] pad(byte[] serialized, int fragmentLength) {
        int length = serialized.length + 1;
        byte[] padded = Arrays.copyOf(serialized,
                length + Chunking.requiredFragments(length, fragmentLength).freeBytes());
        padded[serialized.length] = MARKER;
        return padded;
    }

    /**
     * @param padded a reassembled message; what follows its last marker is not looked at
     * @return the message, may be empty
     * @throws WireException if there is no marker
     */
    public static byte[] unpad(byte[] padded) throws WireException {
        int end = padded.length - 1;
        while (end >= 0 && padded[end] != MARKER) {
            end--;
        }
        if (end < 0) {
            throw new WireException("a message without padding");
        }
        return Arrays.copyOf(padded, end);
    }
}
