package org.cloakwork.wire;

import java.util.Arrays;
import java.util.Objects;
import org.cloakwork.api.SenderTag;

/** What clients send each other, before padding: a type byte, then the content. Source: protocol/3-messages, 1.1. */
public sealed interface NymMessage {

    /** {@return the serialised message} */
    byte[] bytes();

    /**
     * What may come to an address, and nothing else may. What may come over a reply block is a {@link Reply} and only
     * that.
     */
    sealed interface ToAddress extends NymMessage {
    }

    /**
     * Data from someone who cannot be answered.
     *
     * @param data may be empty
     */
    record Plain(byte[] data) implements ToAddress {

        static final byte TYPE = 0;

        public Plain {
            Objects.requireNonNull(data);
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {TYPE}, data);
        }
    }

    /**
     * From an anonymous sender who can be answered with reply blocks.
     *
     * @param sender  chosen by the sender, one for each recipient
     * @param content what it brings
     */
    record Repliable(SenderTag sender, RepliableContent content) implements ToAddress {

        static final byte TYPE = 1;

        public Repliable {
            Objects.requireNonNull(sender);
            Objects.requireNonNull(content);
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {TYPE}, sender.bytes(), content.bytes());
        }
    }

    /**
     * Sent with reply blocks.
     *
     * @param content what it brings
     */
    record Reply(ReplyContent content) implements NymMessage {

        static final byte TYPE = 2;

        public Reply {
            Objects.requireNonNull(content);
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {TYPE}, content.bytes());
        }
    }

    /**
     * @param bytes a serialised message without padding
     * @return the message
     * @throws WireException if it is malformed; one bad reply block makes the whole message so
     */
    static NymMessage parse(byte[] bytes) throws WireException {
        if (bytes.length == 0) {
            throw new WireException("an empty message");
        }
        return switch (bytes[0]) {
            case Plain.TYPE -> new Plain(Arrays.copyOfRange(bytes, 1, bytes.length));
            case Repliable.TYPE -> {
                int contentOffset = 1 + SenderTag.LENGTH;
                if (bytes.length < contentOffset) {
                    throw new WireException("a repliable message of " + bytes.length + " bytes");
                }
                yield new Repliable(new SenderTag(Arrays.copyOfRange(bytes, 1, contentOffset)),
                        RepliableContent.parse(Arrays.copyOfRange(bytes, contentOffset, bytes.length)));
            }
            case Reply.TYPE -> new Reply(ReplyContent.parse(Arrays.copyOfRange(bytes, 1, bytes.length)));
            default -> throw new WireException("no message has type " + (bytes[0] & 0xff));
        };
    }
}
