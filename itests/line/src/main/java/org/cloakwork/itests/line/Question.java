package org.cloakwork.itests.line;

import java.nio.ByteBuffer;

/**
 * What a site is asked: how many bytes follow, and how many it shall answer.
 *
 * @param up   bytes that follow
 * @param down bytes of the answer
 */
record Question(long up, long down) {

    /** Bytes of the question itself. */
    static final int LENGTH = 2 * Long.BYTES;

    byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(up).putLong(down).array();
    }

    static Question of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Question(in.getLong(), in.getLong());
    }
}
