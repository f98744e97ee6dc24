package org.cloakwork.wire;

import java.nio.ByteBuffer;

/**
 * Names a fragment in its acknowledgement: set id (i32, never negative), position (u8); 5 bytes. Source:
 * protocol/3-messages, 2.1.
 *
 * @param setId    0 to 2^31 - 1
 * @param position 0 to 255; real fragments count from 1
 */
public record FragmentId(int setId, int position) {

    /** Length of {@link #bytes()}. */
    public static final int LENGTH = 5;
    /** What acknowledgements of cover packets name. */
    public static final FragmentId COVER = new FragmentId(0, 0);

    public FragmentId {
        if (setId < 0 || position < 0 || position > 255) {
            throw new IllegalArgumentException("no fragment id: set " + setId + ", position " + position);
        }
    }

    /** {@return the 5 bytes} */
    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putInt(setId).put((byte) position).array();
    }

    /**
     * @param bytes 5 bytes
     * @return the id
     * @throws WireException if the length is wrong or the set id negative
     */
    public static FragmentId parse(byte[] bytes) throws WireException {
        if (bytes.length != LENGTH) {
            throw new WireException("a fragment id is " + LENGTH + " bytes, not " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int setId = in.getInt();
        if (setId < 0) {
            throw new WireException("a fragment id with a negative set id");
        }
        return new FragmentId(setId, in.get() & 0xff);
    }
}
