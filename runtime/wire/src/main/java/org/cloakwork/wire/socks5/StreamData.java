package org.cloakwork.wire.socks5;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A piece of what one end of a connection sends. Both directions count their pieces from 0; a piece without data keeps
 * the connection alive.
 *
 * @param connectionId chosen at random by the SOCKS client
 * @param end          whether it is the last piece, one byte: 0 if more follows, 2 for a reset (Nym knows none), and
 *                     1, as which anything else is read, for closed
 * @param sequence     unsigned
 * @param data         may be empty
 */
public record StreamData(long connectionId, int end, long sequence, byte[] data) {

    static final int HEADER_LENGTH = 17;

    private static final int CLOSED = 1;
    private static final int RESET = 2;

    public StreamData {
        Objects.requireNonNull(data);
        end = end == 0 || end == RESET ? end : CLOSED;
    }

    /** {@return whether none follows} */
    public boolean isLast() {
        return end != 0;
    }

    void putRequest(ByteBuffer to) {
        to.putLong(connectionId).put((byte) end).putLong(sequence).put(data);
    }

    void putResponse(ByteBuffer to) {
        to.put((byte) end).putLong(connectionId).putLong(sequence).put(data);
    }

    int length() {
        return HEADER_LENGTH + data.length;
    }
}
