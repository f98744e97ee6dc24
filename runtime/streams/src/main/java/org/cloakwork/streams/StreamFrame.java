package org.cloakwork.streams;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
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
    /** That whoever accepts may be at. */
    int MOST_GATEWAYS = 4;

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

    /**
     * Grants it.
     *
     * @param id       of the stream
     * @param gateways {@value IdentityKey#LENGTH} bytes each: where else whoever accepts may be from now on, at most
     *                 {@value #MOST_GATEWAYS}; none: nowhere
     */
    record Accepted(long id, List<IdentityKey> gateways) implements StreamFrame {

        public Accepted {
            gateways = List.copyOf(gateways);
            if (gateways.size() > MOST_GATEWAYS) {
                throw new IllegalArgumentException("at most " + MOST_GATEWAYS + " gateways, not " + gateways.size());
            }
        }

        /** By whoever is at one gateway. */
        public Accepted(long id) {
            this(id, List.of());
        }
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
     * @param next       8 bytes: number of the first piece that has not come, unsigned
     */
    record Window(long id, long limitBytes, long next) implements StreamFrame {
    }

    /**
     * Asks at a gateway whether whoever accepted the stream is there.
     *
     * @param id of the stream
     */
    record Where(long id) implements StreamFrame {
    }

    /**
     * Tells where whoever accepted the stream is. What was sent elsewhere and has not come is sent again there.
     *
     * @param id      of the stream
     * @param gateway {@value IdentityKey#LENGTH} bytes: one of those that were told
     * @param next    8 bytes: number of the first piece that has not come, unsigned
     */
    record Here(long id, IdentityKey gateway, long next) implements StreamFrame {

        public Here {
            Objects.requireNonNull(gateway);
        }
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
            case Accepted(long id, List<IdentityKey> gateways) -> {
                ByteBuffer out = head(1, id, gateways.size() * IdentityKey.LENGTH);
                gateways.forEach(gateway -> out.put(gateway.bytes()));
                yield out.array();
            }
            case Refused(long id, Reason why) -> head(2, id, 1).put((byte) WHY.indexOf(why)).array();
            case Data(long id, End end, long sequence, byte[] data) -> head(3, id, 1 + Long.BYTES + data.length)
                    .put((byte) end.ordinal()).putLong(sequence).put(data).array();
            case Window(long id, long limitBytes, long next) -> head(4, id, 2 * Long.BYTES).putLong(limitBytes)
                    .putLong(next).array();
            case Where(long id) -> head(5, id, 0).array();
            case Here(long id, IdentityKey gateway, long next) -> head(6, id, IdentityKey.LENGTH + Long.BYTES)
                    .put(gateway.bytes()).putLong(next).array();
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
                case 1 -> new Accepted(id, gateways(in));
                case 2 -> new Refused(id, why(in.get()));
                case 3 -> data(id, in);
                case 4 -> new Window(id, in.getLong(), in.getLong());
                case 5 -> new Where(id);
                case 6 -> new Here(id, gateway(in), in.getLong());
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

    private static List<IdentityKey> gateways(ByteBuffer in) {
        List<IdentityKey> gateways = new ArrayList<>();
        while (in.hasRemaining() && gateways.size() < MOST_GATEWAYS) {
            gateways.add(gateway(in));
        }
        return gateways;
    }

    private static IdentityKey gateway(ByteBuffer in) {
        byte[] key = new byte[IdentityKey.LENGTH];
        in.get(key);
        return new IdentityKey(key);
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
