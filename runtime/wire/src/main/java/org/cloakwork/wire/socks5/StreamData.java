package org.cloakwork.wire.socks5;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.cloakwork.wire.stream.End;

/**
 * A piece of what one end of a connection sends. Both directions count their pieces from 0; a piece without data keeps
 * the connection alive.
 *
 * @param connectionId chosen at random by the SOCKS client
 * @param end          whether it is the last piece. The wire has one byte for it, 0 or anything else for "closed"; we
 *                     tell a reset by 2
 * @param sequence     unsigned
 * @param data         may be empty
 */
public record StreamData(long connectionId, End end, long sequence, byte[] data) {

    static final int HEADER_LENGTH = 17;

    private static final byte RESET = 2;

    public StreamData {
        Objects.requireNonNull(end);
        Objects.requireNonNull(data);
    }

    private byte closed() {
        return switch (end) {
            case NONE -> 0;
            case CLOSED -> 1;
            case RESET -> RESET;
        };
    }

    static End end(int closed) {
        return switch (closed) {
            case 0 -> End.NONE;
            case RESET -> End.RESET;
            default -> End.CLOSED;
        };
    }

    void putRequest(ByteBuffer to) {
        to.putLong(connectionId).put(closed()).putLong(sequence).put(data);
    }

    void putResponse(ByteBuffer to) {
        to.put(closed()).putLong(connectionId).putLong(sequence).put(data);
    }

    int length() {
        return HEADER_LENGTH + data.length;
    }
}
