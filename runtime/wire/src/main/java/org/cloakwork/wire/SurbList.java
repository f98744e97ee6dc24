package org.cloakwork.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.spi.topology.KeyRotation;

/**
 * The reply blocks in a message. Version 1: count u32, blocks of 1164 bytes. Version 2: count u16, hops u8, rotation
 * u8, blocks of 396 + 16·hops bytes. Source: protocol/2-packets, 11.
 *
 * @param surbs the blocks
 * @param end   offset of what follows them
 */
record SurbList(List<ReplySurb> surbs, int end) {

    private static final int V1_HOPS = 4;
    private static final int V1_SURB_LENGTH = 1164;
    private static final int V1_HEADER_LENGTH = 4;
    private static final int V2_HEADER_LENGTH = 4;
    private static final int V2_MAX_COUNT = 0xffff;

    static void check(int version, List<ReplySurb> surbs) {
        if (version != 1 && version != 2) {
            throw new IllegalArgumentException("version must be 1 or 2, not " + version);
        }
        if (version == 2 && surbs.size() > V2_MAX_COUNT) {
            throw new IllegalArgumentException("at most " + V2_MAX_COUNT + " reply blocks, not " + surbs.size());
        }
        for (ReplySurb each : surbs) {
            boolean fits = version == 1
                    ? !each.surb().holdsSeeds() && each.surb().hops() == V1_HOPS
                    : each.surb().holdsSeeds() && each.surb().hops() == surbs.getFirst().surb().hops()
                            && each.rotation() == surbs.getFirst().rotation();
            if (!fits) {
                throw new IllegalArgumentException("a reply block that does not fit a list of version " + version);
            }
        }
    }

    static byte[] write(int version, List<ReplySurb> surbs) {
        List<byte[]> parts = new ArrayList<>();
        if (version == 1) {
            parts.add(ByteBuffer.allocate(V1_HEADER_LENGTH).putInt(surbs.size()).array());
        } else {
            boolean empty = surbs.isEmpty();
            parts.add(ByteBuffer.allocate(V2_HEADER_LENGTH)
                    .putShort((short) surbs.size())
                    .put((byte) (empty ? 0 : surbs.getFirst().surb().hops()))
                    .put(empty ? KeyRotation.UNKNOWN.wireValue() : surbs.getFirst().rotation().wireValue())
                    .array());
        }
        surbs.forEach(each -> parts.add(each.bytes()));
        return Bytes.concat(parts.toArray(byte[][]::new));
    }

    static SurbList read(int version, byte[] bytes, int offset) throws WireException {
        int headerLength = version == 1 ? V1_HEADER_LENGTH : V2_HEADER_LENGTH;
        if (bytes.length - offset < headerLength) {
            throw new WireException("a list of reply blocks is cut in its header");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, headerLength);
        long count;
        int length;
        KeyRotation rotation;
        if (version == 1) {
            count = Integer.toUnsignedLong(in.getInt());
            length = V1_SURB_LENGTH;
            rotation = KeyRotation.UNKNOWN;
        } else {
            count = Short.toUnsignedLong(in.getShort());
            length = ReplySurb.KEYS_OFFSET + 16 * (in.get() & 0xff);
            rotation = Bytes.rotation(in.get());
        }
        int start = offset + headerLength;
        if (count * length > bytes.length - start) {
            throw new WireException("a list of " + count + " reply blocks is cut");
        }
        List<ReplySurb> surbs = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            surbs.add(ReplySurb.parse(Arrays.copyOfRange(bytes, start, start + length), rotation));
            start += length;
        }
        try {
            // Twelve hops or more would read as full payload keys.
            check(version, surbs);
        } catch (IllegalArgumentException e) {
            throw new WireException(e.getMessage());
        }
        return new SurbList(surbs, start);
    }
}
