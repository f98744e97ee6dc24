package org.cloakwork.wire.websocket;

import static org.cloakwork.wire.websocket.ErrorKind.EMPTY_REQUEST;
import static org.cloakwork.wire.websocket.ErrorKind.MALFORMED_REQUEST;
import static org.cloakwork.wire.websocket.ErrorKind.TOO_SHORT_REQUEST;
import static org.cloakwork.wire.websocket.ErrorKind.UNKNOWN_REQUEST;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.OptionalLong;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;

/**
 * A request of a program to the native client. Connection ids are unsigned; empty stands for the general lane. In
 * binary form that is written as 0, so connection 0 has a text form only. Source: protocol/6-frontends, 1.2 and 1.4.
 */
public sealed interface ApiRequest {

    /**
     * Sends a message whose receiver cannot answer.
     *
     * @param recipient  where to
     * @param connection whose lane it waits on
     * @param message    what to send
     */
    record Send(MixnetAddress recipient, OptionalLong connection, byte[] message) implements ApiRequest {

        public Send {
            Objects.requireNonNull(recipient);
            Objects.requireNonNull(connection);
            Objects.requireNonNull(message);
        }
    }

    /**
     * Sends a message whose receiver can answer without learning who sent it.
     *
     * @param recipient  where to
     * @param replySurbs how many reply blocks go along, 0 to 2³² - 1
     * @param connection whose lane it waits on
     * @param message    what to send
     */
    record SendAnonymous(MixnetAddress recipient, long replySurbs, OptionalLong connection, byte[] message)
            implements ApiRequest {

        public SendAnonymous {
            Objects.requireNonNull(recipient);
            Objects.requireNonNull(connection);
            Objects.requireNonNull(message);
            if (replySurbs < 0 || replySurbs > MAX_U32) {
                throw new IllegalArgumentException("replySurbs must be a u32, not " + replySurbs);
            }
        }
    }

    /**
     * Answers an anonymous sender.
     *
     * @param sender     the tag that came with its message
     * @param connection whose lane it waits on
     * @param message    what to send
     */
    record Reply(SenderTag sender, OptionalLong connection, byte[] message) implements ApiRequest {

        public Reply {
            Objects.requireNonNull(sender);
            Objects.requireNonNull(connection);
            Objects.requireNonNull(message);
        }
    }

    /** Asks for the client's own address. */
    record SelfAddress() implements ApiRequest {
    }

    /**
     * Gives up what waits on a lane; never answered. Has no text form.
     *
     * @param connection whose lane
     */
    record ClosedConnection(long connection) implements ApiRequest {
    }

    /**
     * Asks how much waits on a lane. Has no text form.
     *
     * @param connection whose lane
     */
    record GetLaneQueueLength(long connection) implements ApiRequest {
    }

    long MAX_U32 = 0xffff_ffffL;

    /**
     * {@return the binary frame}
     *
     * @throws IllegalArgumentException for a message on connection 0
     */
    default byte[] toBytes() {
        return switch (this) {
            case Send(MixnetAddress recipient, OptionalLong connection, byte[] message) ->
                    bytes(0, 1 + MixnetAddress.LENGTH, connection, message)
                            .put(1, recipient.bytes()).array();
            case SendAnonymous(MixnetAddress recipient, long replySurbs, OptionalLong connection, byte[] message) ->
                    bytes(1, 1 + Integer.BYTES + MixnetAddress.LENGTH, connection, message)
                            .putInt(1, (int) replySurbs).put(1 + Integer.BYTES, recipient.bytes()).array();
            case Reply(SenderTag sender, OptionalLong connection, byte[] message) ->
                    bytes(2, 1 + SenderTag.LENGTH, connection, message).put(1, sender.bytes()).array();
            case SelfAddress() -> new byte[] {3};
            case ClosedConnection(long connection) ->
                    ByteBuffer.allocate(1 + Long.BYTES).put((byte) 4).putLong(connection).array();
            case GetLaneQueueLength(long connection) ->
                    ByteBuffer.allocate(1 + Long.BYTES).put((byte) 5).putLong(connection).array();
        };
    }

    /** Tag first, then a gap for what is special, up to {@code headLength}, then what all messages have. */
    private static ByteBuffer bytes(int tag, int headLength, OptionalLong connection, byte[] message) {
        if (connection.isPresent() && connection.getAsLong() == 0) {
            throw new IllegalArgumentException("connection 0 has no binary form");
        }
        return ByteBuffer.allocate(Math.addExact(headLength + 2 * Long.BYTES, message.length)).put((byte) tag)
                .putLong(headLength, connection.orElse(0))
                .putLong(headLength + Long.BYTES, message.length)
                .put(headLength + 2 * Long.BYTES, message);
    }

    /**
     * @param frame payload of a binary frame
     * @return the request
     * @throws RefusedException if it is none
     */
    static ApiRequest parse(byte[] frame) throws RefusedException {
        if (frame.length == 0) {
            throw new RefusedException(EMPTY_REQUEST, "the frame is empty");
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        int tag = in.get() & 0xff;
        return switch (tag) {
            case 0 -> {
                require(in, MixnetAddress.LENGTH + 2 * Long.BYTES, "send");
                yield new Send(recipient(in), connection(in), message(in));
            }
            case 1 -> {
                require(in, Integer.BYTES + MixnetAddress.LENGTH + 2 * Long.BYTES, "sendAnonymous");
                long replySurbs = Integer.toUnsignedLong(in.getInt());
                yield new SendAnonymous(recipient(in), replySurbs, connection(in), message(in));
            }
            case 2 -> {
                require(in, SenderTag.LENGTH + 2 * Long.BYTES, "reply");
                byte[] sender = new byte[SenderTag.LENGTH];
                in.get(sender);
                yield new Reply(new SenderTag(sender), connection(in), message(in));
            }
            case 3 -> new SelfAddress();
            case 4 -> new ClosedConnection(only(in, "closedConnection"));
            case 5 -> new GetLaneQueueLength(only(in, "getLaneQueueLength"));
            default -> throw new RefusedException(UNKNOWN_REQUEST, "no request has the tag " + tag);
        };
    }

    private static void require(ByteBuffer in, int least, String request) throws RefusedException {
        if (in.remaining() < least) {
            throw new RefusedException(TOO_SHORT_REQUEST,
                    "a request " + request + " has at least " + (1 + least) + " bytes, not " + in.limit());
        }
    }

    private static MixnetAddress recipient(ByteBuffer in) throws RefusedException {
        byte[] bytes = new byte[MixnetAddress.LENGTH];
        in.get(bytes);
        try {
            return MixnetAddress.fromBytes(bytes);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(MALFORMED_REQUEST, "recipient: " + e.getMessage());
        }
    }

    private static OptionalLong connection(ByteBuffer in) {
        long connection = in.getLong();
        return connection == 0 ? OptionalLong.empty() : OptionalLong.of(connection);
    }

    private static byte[] message(ByteBuffer in) throws RefusedException {
        long length = in.getLong();
        if (length != in.remaining()) {
            throw new RefusedException(MALFORMED_REQUEST, "the length of the message is given as "
                    + Long.toUnsignedString(length) + ", but there are " + in.remaining() + " bytes");
        }
        byte[] message = new byte[in.remaining()];
        in.get(message);
        return message;
    }

    private static long only(ByteBuffer in, String request) throws RefusedException {
        if (in.remaining() != Long.BYTES) {
            throw new RefusedException(MALFORMED_REQUEST,
                    "a request " + request + " has " + (1 + Long.BYTES) + " bytes, not " + in.limit());
        }
        return in.getLong();
    }

    /**
     * @param text payload of a text frame
     * @return the request
     * @throws RefusedException if it is none, always {@link ErrorKind#MALFORMED_REQUEST}
     */
    static ApiRequest parse(String text) throws RefusedException {
        ApiJson json = ApiJson.parse(text);
        return switch (json.string("type")) {
            case "send" -> new Send(json.recipient(), json.u64OrNone("connectionId"), json.utf8("message"));
            case "sendAnonymous" -> new SendAnonymous(json.recipient(), json.number("replySurbs", MAX_U32),
                    json.u64OrNone("connectionId"), json.utf8("message"));
            case "reply" -> new Reply(json.senderTag(), json.u64OrNone("connectionId"), json.utf8("message"));
            case "selfAddress" -> new SelfAddress();
            default -> throw new RefusedException(MALFORMED_REQUEST,
                    "type is none of send, sendAnonymous, reply, selfAddress");
        };
    }
}
