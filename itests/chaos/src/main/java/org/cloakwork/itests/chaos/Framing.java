package org.cloakwork.itests.chaos;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.WireException;

/** Into what pieces a stream falls. */
public enum Framing {

    /** Whatever is there to be read. */
    BYTES {
        @Override
        byte[] next(DataInputStream in, boolean first) throws IOException {
            byte[] bytes = new byte[MOST_BYTES];
            int length = in.read(bytes);
            return length < 0 ? END : Arrays.copyOf(bytes, length);
        }
    },

    /** An HTTP header, then the frames of a websocket. Source: RFC 6455, 5.2. */
    WEBSOCKET {
        @Override
        byte[] next(DataInputStream in, boolean first) throws IOException {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            int opening = in.read();
            if (opening < 0) {
                return END;
            }
            piece.write(opening);
            if (first) {
                int tail = opening;
                while (tail != HEADER_END) {
                    int next = in.readUnsignedByte();
                    piece.write(next);
                    tail = tail << 8 | next;
                    limit(piece.size());
                }
                return piece.toByteArray();
            }
            int second = in.readUnsignedByte();
            piece.write(second);
            long length = second & 0x7f;
            if (length >= 126) {
                byte[] extended = exactly(in, length == 126 ? 2 : 8);
                piece.writeBytes(extended);
                length = 0;
                for (byte one : extended) {
                    length = length << 8 | one & 0xff;
                }
            }
            length += (second & 0x80) == 0 ? 0 : MASK_BYTES;
            limit(length);
            piece.writeBytes(exactly(in, (int) length));
            return piece.toByteArray();
        }
    },

    /** Frames between mixes. Source: protocol/2-packets, 3. */
    MIX {
        @Override
        byte[] next(DataInputStream in, boolean first) throws IOException {
            int version = in.read();
            if (version < 0) {
                return END;
            }
            int size = in.readUnsignedByte();
            try {
                byte[] rest = exactly(in, (version == VERSION_WITH_ROTATION ? 2 : 1)
                        + PacketSize.ofTag(size).packetLength());
                byte[] frame = new byte[2 + rest.length];
                frame[0] = (byte) version;
                frame[1] = (byte) size;
                System.arraycopy(rest, 0, frame, 2, rest.length);
                return frame;
            } catch (WireException e) {
                throw new IOException("a mix said " + version + ", " + size, e);
            }
        }
    };

    /** Instead of a piece. */
    static final byte[] END = {};

    private static final int MOST_BYTES = 4096;
    private static final int MASK_BYTES = 4;
    private static final int HEADER_END = 0x0d0a0d0a;
    private static final int LONGEST_PIECE = 1 << 24;
    private static final int VERSION_WITH_ROTATION = 8;

    /**
     * @param first whether nothing was read before
     * @return the next piece; {@link #END} if the stream has ended
     */
    abstract byte[] next(DataInputStream in, boolean first) throws IOException;

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private static void limit(long length) throws IOException {
        if (length > LONGEST_PIECE) {
            throw new IOException("a piece of " + length + " bytes");
        }
    }
}
