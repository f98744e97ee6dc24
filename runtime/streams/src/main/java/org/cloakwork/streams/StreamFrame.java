package org.cloakwork.streams;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.StreamException.Reason;
import org.cloakwork.wire.WireException;

/**
 * What the two sides of an application's stream say to each other, each as one message. The form is Cloakwork's own:
 * 8 bytes that begin no other protocol's messages, 1 type, 8 id of the stream, then what the type has. Integers are
 * big-endian. Whoever opens a stream draws its id, and sends with reply blocks; the other side answers with those.
 */
public sealed interface StreamFrame {

    /** What either side may send before it hears of a window. */
    int FIRST_WINDOW_BYTES = 64 * 1024;
    int MAX_PORT = 0xffff;

    /** {@return the stream's id} */
    long id();

    /**
     * Asks for a stream.
     *
     * @param id              drawn at random
     * @param port            2 bytes: whom it is for
     * @param keepAliveMillis 4 bytes: how often either side says that it is there
     * @param proof           {@value Proof#LENGTH} bytes: of a key; zeros if it is empty, so that all are of one length
     */
    record Open(long id, int port, int keepAliveMillis, Optional<Proof> proof) implements StreamFrame {

        public Open {
            if (port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("a port is 0 to " + MAX_PORT + ", not " + port);
            }
            if (keepAliveMillis <= 0) {
                throw new IllegalArgumentException("keepAliveMillis must be positive, not " + keepAliveMillis);
            }
        }

        /** Shows no key. */
        public Open(long id, int port, int keepAliveMillis) {
            this(id, port, keepAliveMillis, Optional.empty());
        }
    }

    /** Grants it. */
    record Accepted(long id) implements StreamFrame {
    }

    /**
     * Does not grant it.
     *
     * @param why 1 byte, see {@link #WHY}
     */
    record Refused(long id, Reason why) implements StreamFrame {
    }

    /** Why a stream is refused; the code is the place in this list, and one that is not known is the first. */
    List<Reason> WHY = List.of(Reason.REFUSED, Reason.NO_ROOM, Reason.UNREACHABLE);

    /**
     * A piece of what is sent.
     *
     * @param id       of the stream
     * @param end      1 byte: 0 more follows, 1 closed, 2 reset
     * @param sequence 8 bytes: number of the piece, unsigned, from 0
     * @param data     the rest
     */
    record Data(long id, End end, long sequence, byte[] data) implements StreamFrame {

        public Data {
            Objects.requireNonNull(end);
            Objects.requireNonNull(data);
        }
    }

    /**
     * Tells how far the other side may send.
     *
     * @param id         of the stream
     * @param limitBytes 8 bytes: bytes from the beginning on
     */
    record Window(long id, long limitBytes) implements StreamFrame {
    }

    /** {@return the message} */
    default byte[] toBytes() {
        return switch (this) {
            case Open(long id, int port, int keepAliveMillis, Optional<Proof> proof) -> {
                ByteBuffer out = head(0, id, Short.BYTES + Integer.BYTES + Proof.LENGTH).putShort((short) port)
                        .putInt(keepAliveMillis);
                proof.ifPresent(shown -> shown.put(out));
                yield out.array();
            }
            case Accepted(long id) -> head(1, id, 0).array();
            case Refused(long id, Reason why) -> head(2, id, 1).put((byte) WHY.indexOf(why)).array();
            case Data(long id, End end, long sequence, byte[] data) -> head(3, id, 1 + Long.BYTES + data.length)
                    .put((byte) end.ordinal()).putLong(sequence).put(data).array();
            case Window(long id, long limitBytes) -> head(4, id, Long.BYTES).putLong(limitBytes).array();
        };
    }

    private static ByteBuffer head(int type, long id, int bodyLength) {
        return ByteBuffer.allocate(HEAD_LENGTH + bodyLength).putLong(MAGIC).put((byte) type).putLong(id);
    }

    long MAGIC = 0xc10a_6377_7374_7201L;
    /** In front of the bytes of a piece. */
    int DATA_HEAD_LENGTH = 2 * Long.BYTES + 2 + Long.BYTES;
    int HEAD_LENGTH = Long.BYTES + 1 + Long.BYTES;

    /**
     * @param message as it arrived
     * @return whether it says that it is a frame
     */
    static boolean isOne(byte[] message) {
        return message.length >= HEAD_LENGTH && ByteBuffer.wrap(message).getLong() == MAGIC;
    }

    /**
     * @param message for which {@link #isOne} is true
     * @return the frame
     * @throws WireException if it is malformed
     */
    static StreamFrame parse(byte[] message) throws WireException {
        ByteBuffer in = ByteBuffer.wrap(message).position(Long.BYTES);
        int type = in.get();
        long id = in.getLong();
        try {
            StreamFrame frame = switch (type) {
                case 0 -> new Open(id, in.getShort() & MAX_PORT, in.getInt(), Proof.get(in));
                case 1 -> new Accepted(id);
                case 2 -> new Refused(id, why(in.get()));
                case 3 -> data(id, in);
                case 4 -> new Window(id, in.getLong());
                default -> throw new WireException("unknown type of stream frame: " + type);
            };
            if (in.hasRemaining()) {
                throw new WireException("bytes after the end of a stream frame");
            }
            return frame;
        } catch (BufferUnderflowException e) {
            throw new WireException("a stream frame that is too short");
        } catch (IllegalArgumentException e) {
            throw new WireException(e.getMessage());
        }
    }

    private static Reason why(int code) {
        return WHY.get(code < 0 || code >= WHY.size() ? 0 : code);
    }

    private static Data data(long id, ByteBuffer in) throws WireException {
        int end = in.get();
        if (end < 0 || end >= End.values().length) {
            throw new WireException("unknown end of a stream: " + end);
        }
        long sequence = in.getLong();
        byte[] data = new byte[in.remaining()];
        in.get(data);
        return new Data(id, End.values()[end], sequence, data);
    }
}
