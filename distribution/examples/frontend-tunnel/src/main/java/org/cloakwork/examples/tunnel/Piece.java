package org.cloakwork.examples.tunnel;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.cloakwork.streams.End;

/**
 * What the two ends of a tunnel say to each other, each as one message: 8 bytes that begin no other protocol's
 * messages, 8 id of the stream, 1 kind, then what the kind has. Integers are big-endian.
 */
sealed interface Piece {

    long MAGIC = 0x7475_6e6e_656c_0001L;
    int HEAD_LENGTH = Long.BYTES + Long.BYTES + 1;

    /** {@return of which stream} */
    long id();

    /**
     * Kind 0.
     *
     * @param end      1 byte, {@link End#code}
     * @param sequence 8 bytes
     * @param bytes    the rest
     */
    record Data(long id, End end, long sequence, byte[] bytes) implements Piece {
    }

    /**
     * Kind 1.
     *
     * @param limitBytes 8 bytes: how far the other end may send
     */
    record Window(long id, long limitBytes) implements Piece {
    }

    /** {@return the message} */
    default byte[] toBytes() {
        return switch (this) {
            case Data(long id, End end, long sequence, byte[] bytes) -> head(id, 0, 1 + Long.BYTES + bytes.length)
                    .put((byte) end.code()).putLong(sequence).put(bytes).array();
            case Window(long id, long limitBytes) -> head(id, 1, Long.BYTES).putLong(limitBytes).array();
        };
    }

    private static ByteBuffer head(long id, int kind, int length) {
        return ByteBuffer.allocate(HEAD_LENGTH + length).putLong(MAGIC).putLong(id).put((byte) kind);
    }

    /**
     * @param message as it arrived
     * @return what it says; empty if it is none of a tunnel's
     */
    static Optional<Piece> parse(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message);
        if (message.length < HEAD_LENGTH + Long.BYTES || in.getLong() != MAGIC) {
            return Optional.empty();
        }
        long id = in.getLong();
        boolean isWindow = in.get() == 1;
        if (isWindow) {
            return Optional.of(new Window(id, in.getLong()));
        }
        if (in.remaining() < 1 + Long.BYTES) {
            return Optional.empty();
        }
        End end = End.of(in.get());
        long sequence = in.getLong();
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return Optional.of(new Data(id, end, sequence, bytes));
    }
}
