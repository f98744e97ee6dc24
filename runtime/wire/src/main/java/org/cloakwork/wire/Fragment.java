package org.cloakwork.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A piece of a padded message: 7 or (linked to another set) 10 bytes of header, then payload. Source:
 * protocol/3-messages, 2.1.
 *
 * @param setId       1 to 2^31 - 1
 * @param total       fragments in the set, 1 to 255
 * @param position    1 to {@code total}
 * @param previousSet the set before this one, only at position 1
 * @param nextSet     the set after this one, only at position 255 of 255
 * @param payload     may be empty
 */
public record Fragment(int setId, int total, int position, OptionalInt previousSet, OptionalInt nextSet,
                       byte[] payload) {

    /** Most fragments in a set. */
    public static final int MAX_PER_SET = 255;
    /** Header of a fragment that is not linked. */
    public static final int HEADER_LENGTH = 7;
    /** Header of a fragment that is linked to another set. */
    public static final int LINKED_HEADER_LENGTH = 10;

    private static final int FLAG = 0x8000_0000;

    public Fragment {
        Objects.requireNonNull(payload);
        if (setId <= 0 || position < 1 || position > total || total > MAX_PER_SET) {
            throw new IllegalArgumentException("no fragment: set " + setId + ", " + position + " of " + total);
        }
        if (previousSet.isPresent() && position != 1 || nextSet.isPresent() && position != MAX_PER_SET) {
            throw new IllegalArgumentException("fragment " + position + " of " + total + " cannot be linked so");
        }
        OptionalInt link = previousSet.isPresent() ? previousSet : nextSet;
        if (link.isPresent() && (link.getAsInt() <= 0 || link.getAsInt() == setId)) {
            throw new IllegalArgumentException("set " + setId + " cannot be linked to " + link.getAsInt());
        }
    }

    /** {@return what its acknowledgement names} */
    public FragmentId id() {
        return new FragmentId(setId, position);
    }

    /** {@return the length of {@link #bytes()}} */
    public int length() {
        return (isLinked() ? LINKED_HEADER_LENGTH : HEADER_LENGTH) + payload.length;
    }

    /** {@return header and payload} */
    public byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(length())
                .putInt(setId | FLAG).put((byte) total).put((byte) position);
        if (isLinked()) {
            out.putInt((previousSet.isPresent() ? previousSet : nextSet).getAsInt() | FLAG);
        } else {
            out.put((byte) 0);
        }
        return out.put(payload).array();
    }

    private boolean isLinked() {
        return previousSet.isPresent() || nextSet.isPresent();
    }

    /**
     * @param bytes header and payload
     * @return the fragment
     * @throws WireException if the header is malformed
     */
    public static Fragment parse(byte[] bytes) throws WireException {
        if (bytes.length < HEADER_LENGTH) {
            throw new WireException("a fragment of " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int setId = in.getInt();
        int total = in.get() & 0xff;
        int position = in.get() & 0xff;
        OptionalInt previousSet = OptionalInt.empty();
        OptionalInt nextSet = OptionalInt.empty();
        int headerLength = HEADER_LENGTH;
        boolean flagged = (setId & FLAG) != 0;
        if (bytes[HEADER_LENGTH - 1] != 0) {
            headerLength = LINKED_HEADER_LENGTH;
            if (bytes.length < headerLength) {
                throw new WireException("a linked fragment of " + bytes.length + " bytes");
            }
            int link = in.getInt();
            flagged &= (link & FLAG) != 0;
            if (position == 1) {
                previousSet = OptionalInt.of(link & ~FLAG);
            } else if (total == MAX_PER_SET) {
                nextSet = OptionalInt.of(link & ~FLAG);
            } else {
                throw new WireException("a link in the middle of a set");
            }
        }
        if (!flagged) {
            throw new WireException("a set id without its flag");
        }
        try {
            return new Fragment(setId & ~FLAG, total, position, previousSet, nextSet,
                    Arrays.copyOfRange(bytes, headerLength, bytes.length));
        } catch (IllegalArgumentException e) {
            throw new WireException(e.getMessage());
        }
    }
}
