package org.cloakwork.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.cloakwork.api.MixnetAddress;

/** What a reply brings. Source: protocol/3-messages, 1.1. */
public sealed interface ReplyContent {

    /** {@return content tag and content} */
    byte[] bytes();

    /**
     * Data for the application.
     *
     * @param data at least 1 byte: the format has no empty reply
     */
    record Data(byte[] data) implements ReplyContent {

        static final byte TAG = 0;

        public Data {
            if (data.length == 0) {
                throw new IllegalArgumentException("a reply cannot be empty");
            }
        }

        @Override
        public byte[] bytes() {
            return Bytes.concat(new byte[] {TAG}, data);
        }
    }

    /**
     * The replying side asks for more reply blocks.
     *
     * @param recipient the one who asks
     * @param amount    how many, u32
     */
    record SurbRequest(MixnetAddress recipient, long amount) implements ReplyContent {

        static final byte TAG = 1;

        private static final int LENGTH = 1 + MixnetAddress.LENGTH + Integer.BYTES;

        public SurbRequest {
            Objects.requireNonNull(recipient);
            if (amount < 0 || amount > 0xffff_ffffL) {
                throw new IllegalArgumentException("amount must be an unsigned 32-bit number, not " + amount);
            }
        }

        @Override
        public byte[] bytes() {
            return ByteBuffer.allocate(LENGTH).put(TAG).put(recipient.bytes()).putInt((int) amount).array();
        }
    }

    /**
     * @param bytes content tag and content
     * @return the content
     * @throws WireException if it is malformed
     */
    static ReplyContent parse(byte[] bytes) throws WireException {
        if (bytes.length < 2) {
            throw new WireException("a reply without content");
        }
        switch (bytes[0]) {
            case Data.TAG:
                return new Data(Arrays.copyOfRange(bytes, 1, bytes.length));
            case SurbRequest.TAG:
                if (bytes.length != SurbRequest.LENGTH) {
                    throw new WireException("a request for reply blocks of " + bytes.length + " bytes");
                }
                int amountOffset = 1 + MixnetAddress.LENGTH;
                try {
                    return new SurbRequest(MixnetAddress.fromBytes(Arrays.copyOfRange(bytes, 1, amountOffset)),
                            Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt(amountOffset)));
                } catch (IllegalArgumentException e) {
                    throw new WireException("a request for reply blocks from no address");
                }
            default:
                throw new WireException("no reply content has tag " + (bytes[0] & 0xff));
        }
    }
}
