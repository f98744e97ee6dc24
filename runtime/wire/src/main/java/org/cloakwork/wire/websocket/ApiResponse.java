package org.cloakwork.wire.websocket;

import static org.cloakwork.wire.websocket.ErrorKind.EMPTY_RESPONSE;
import static org.cloakwork.wire.websocket.ErrorKind.MALFORMED_RESPONSE;
import static org.cloakwork.wire.websocket.ErrorKind.TOO_SHORT_RESPONSE;
import static org.cloakwork.wire.websocket.ErrorKind.UNKNOWN_RESPONSE;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;

/** What the native client says to a program. Source: protocol/6-frontends, 1.3 and 1.5. */
public sealed interface ApiResponse {

    /**
     * A request could not be understood.
     *
     * @param kind    for programs; lost in the text form
     * @param message for people
     */
    record Error(ErrorKind kind, String message) implements ApiResponse {

        public Error {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(message);
        }
    }

    /**
     * A message arrived.
     *
     * @param sender  the tag to answer it with, if the sender gave one
     * @param message what was sent; in the text form bytes that are not UTF-8 become U+FFFD
     */
    record Received(Optional<SenderTag> sender, byte[] message) implements ApiResponse {

        public Received {
            Objects.requireNonNull(sender);
            Objects.requireNonNull(message);
        }
    }

    /** @param address the client's own */
    record SelfAddress(MixnetAddress address) implements ApiResponse {

        public SelfAddress {
            Objects.requireNonNull(address);
        }
    }

    /**
     * How much waits on a lane.
     *
     * @param lane        connection id, unsigned
     * @param queueLength packets, unsigned
     */
    record LaneQueueLength(long lane, long queueLength) implements ApiResponse {
    }

    /** {@return the binary frame} */
    default byte[] toBytes() {
        return switch (this) {
            case Error(ErrorKind kind, String message) -> {
                byte[] text = message.getBytes(StandardCharsets.UTF_8);
                yield ByteBuffer.allocate(2 + Long.BYTES + text.length).put((byte) 0).put((byte) kind.code())
                        .putLong(text.length).put(text).array();
            }
            case Received(Optional<SenderTag> sender, byte[] message) -> {
                byte[] tag = sender.map(SenderTag::bytes).orElse(new byte[0]);
                yield ByteBuffer.allocate(Math.addExact(2 + tag.length + Long.BYTES, message.length)).put((byte) 1)
                        .put((byte) (sender.isPresent() ? 1 : 0)).put(tag).putLong(message.length).put(message).array();
            }
            case SelfAddress(MixnetAddress address) ->
                    ByteBuffer.allocate(1 + MixnetAddress.LENGTH).put((byte) 2).put(address.bytes()).array();
            case LaneQueueLength(long lane, long queueLength) ->
                    ByteBuffer.allocate(1 + 2 * Long.BYTES).put((byte) 3).putLong(lane).putLong(queueLength).array();
        };
    }

    /** {@return the text frame} */
    default String toJson() {
        ApiJson json = switch (this) {
            case Error(ErrorKind kind, String message) ->
                    ApiJson.typed("error").with("message", kind.text() + ":" + message);
            case Received(Optional<SenderTag> sender, byte[] message) -> ApiJson.typed("received")
                    .with("message", new String(message, StandardCharsets.UTF_8))
                    .with("senderTag", sender.map(SenderTag::toString));
            case SelfAddress(MixnetAddress address) -> ApiJson.typed("selfAddress").with("address", address.toString());
            case LaneQueueLength(long lane, long queueLength) -> ApiJson.typed("laneQueueLength").withU64("lane", lane)
                    .withU64("queue_length", queueLength);
        };
        return json.toString();
    }

    /**
     * @param frame payload of a binary frame
     * @return the response
     * @throws RefusedException if it is none
     */
    static ApiResponse parse(byte[] frame) throws RefusedException {
        if (frame.length == 0) {
            throw new RefusedException(EMPTY_RESPONSE, "the frame is empty");
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        int tag = in.get() & 0xff;
        return switch (tag) {
            case 0 -> {
                require(in, 1 + Long.BYTES, "error");
                int code = in.get() & 0xff;
                ErrorKind kind = ErrorKind.of(code).orElseThrow(() -> new RefusedException(MALFORMED_RESPONSE,
                        "no kind of error has the code " + code));
                yield new Error(kind, text(rest(in)));
            }
            case 1 -> {
                require(in, 1, "received");
                int flag = in.get();
                if (flag != 0 && flag != 1) {
                    throw new RefusedException(MALFORMED_RESPONSE, "the flag for a sender tag is " + flag);
                }
                require(in, flag * SenderTag.LENGTH + Long.BYTES, "received");
                Optional<SenderTag> sender = Optional.empty();
                if (flag == 1) {
                    byte[] bytes = new byte[SenderTag.LENGTH];
                    in.get(bytes);
                    sender = Optional.of(new SenderTag(bytes));
                }
                yield new Received(sender, rest(in));
            }
            case 2 -> {
                if (in.remaining() != MixnetAddress.LENGTH) {
                    // Also for one that is too long, as upstream has it.
                    throw new RefusedException(TOO_SHORT_RESPONSE,
                            "a response selfAddress has " + (1 + MixnetAddress.LENGTH) + " bytes, not " + frame.length);
                }
                byte[] address = new byte[MixnetAddress.LENGTH];
                in.get(address);
                try {
                    yield new SelfAddress(MixnetAddress.fromBytes(address));
                } catch (IllegalArgumentException e) {
                    throw new RefusedException(MALFORMED_RESPONSE, e.getMessage());
                }
            }
            case 3 -> {
                require(in, 2 * Long.BYTES, "laneQueueLength");
                yield new LaneQueueLength(in.getLong(), in.getLong());
            }
            default -> throw new RefusedException(UNKNOWN_RESPONSE, "no response has the tag " + tag);
        };
    }

    private static void require(ByteBuffer in, int least, String response) throws RefusedException {
        if (in.remaining() < least) {
            throw new RefusedException(TOO_SHORT_RESPONSE, "a response " + response + " has more than " + in.limit()
                    + " bytes");
        }
    }

    private static byte[] rest(ByteBuffer in) throws RefusedException {
        long length = in.getLong();
        if (length != in.remaining()) {
            throw new RefusedException(MALFORMED_RESPONSE, "the length is given as " + Long.toUnsignedString(length)
                    + ", but there are " + in.remaining() + " bytes");
        }
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }

    private static String text(byte[] utf8) throws RefusedException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new RefusedException(MALFORMED_RESPONSE, "the message of an error is not UTF-8");
        }
    }
}
