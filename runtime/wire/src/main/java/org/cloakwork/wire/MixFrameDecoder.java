package org.cloakwork.wire;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.spi.topology.KeyRotation;

/**
 * Cuts a stream between mix nodes into frames, both versions, in any mixture. Feed it what arrived, then take frames
 * until there are none. Not safe for use by several threads at once. Source: protocol/2-packets, 3.
 */
public final class MixFrameDecoder {

    /** Most bytes that may be fed at once. */
    public static final int MAX_FEED = 65_536;

    private static final int LONGEST_FRAME = 4 + PacketSize.EXTENDED_32.packetLength();
    private static final int INITIAL_BUFFER = 4096;

    private byte[] buffer = new byte[INITIAL_BUFFER];
    private int start;
    private int end;
    private WireException failure;

    /**
     * @param bytes  where they are
     * @param offset of the first one
     * @param length how many, at most {@link #MAX_FEED}
     * @throws IllegalArgumentException if there are more
     * @throws IllegalStateException    if frames of earlier bytes were not taken, so that there is no room
     */
    public void feed(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > MAX_FEED) {
            throw new IllegalArgumentException("at most " + MAX_FEED + " bytes at once, not " + length);
        }
        if (failure != null) {
            return;
        }
        int needed = buffered() + length;
        if (needed > LONGEST_FRAME + MAX_FEED) {
            throw new IllegalStateException("take the frames before feeding more");
        }
        if (end + length > buffer.length) {
            byte[] target = needed > buffer.length
                    ? new byte[Math.min(Math.max(needed, 2 * buffer.length), LONGEST_FRAME + MAX_FEED)] : buffer;
            System.arraycopy(buffer, start, target, 0, buffered());
            end = buffered();
            start = 0;
            buffer = target;
        }
        System.arraycopy(bytes, offset, buffer, end, length);
        end += length;
    }

    /**
     * @return the next frame, empty if it is not complete yet
     * @throws WireException if the stream is not one of frames; from then on always, for there is no way back in
     */
    public Optional<MixFrame> next() throws WireException {
        if (failure != null) {
            throw failure;
        }
        try {
            return decode();
        } catch (WireException e) {
            failure = e;
            start = end;
            throw e;
        }
    }

    /** {@return how many bytes wait for the rest of their frame} */
    public int buffered() {
        return end - start;
    }

    private Optional<MixFrame> decode() throws WireException {
        if (buffered() == 0) {
            return Optional.empty();
        }
        int version = buffer[start] & 0xff;
        if (version != MixFrame.VERSION_WITHOUT_ROTATION && version != MixFrame.VERSION_WITH_ROTATION) {
            throw new WireException("frame version must be 7 or 8, not " + version);
        }
        int header = version == MixFrame.VERSION_WITH_ROTATION ? 4 : 3;
        if (buffered() < header) {
            return Optional.empty();
        }
        PacketSize size = PacketSize.ofTag(buffer[start + 1] & 0xff);
        PacketType type = PacketType.ofTag(buffer[start + 2] & 0xff);
        KeyRotation rotation = header == 4 ? Bytes.rotation(buffer[start + 3]) : KeyRotation.UNKNOWN;
        if (buffered() < header + size.packetLength()) {
            return Optional.empty();
        }
        int packetStart = start + header;
        start = packetStart + size.packetLength();
        return Optional.of(new MixFrame(size, type, rotation, Arrays.copyOfRange(buffer, packetStart, start)));
    }
}
