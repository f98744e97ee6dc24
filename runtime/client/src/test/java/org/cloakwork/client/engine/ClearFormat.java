package org.cloakwork.client.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * Sizes and routing of Sphinx without its cryptography. Header: version 2, hops 1, position 1, then for each hop
 * address 19 and delay 8, destination 32, tag 16. Payload: length 4, message.
 */
class ClearFormat implements PacketFormat {

    private static final int HOP_LENGTH = NodeAddress.SHORT_LENGTH + Long.BYTES;
    private static final int HOPS_OFFSET = 4;
    private static final int TAG_LENGTH = 16;

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        return requests.stream().map(request -> packet(header(request.route(), randomness), request.message(),
                request.payloadLength())).toList();
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        ByteBuffer block = ByteBuffer.allocate(HEADER_LENGTH + NodeAddress.LONG_LENGTH + 16 * route.hops().size());
        block.put(header(route, randomness)).put(route.hops().getFirst().address().padded(NodeAddress.LONG_LENGTH));
        try {
            return Surb.parse(block.array());
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        return packet(surb.header(), message, payloadLength);
    }

    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        byte[] tag = Arrays.copyOfRange(packet, HEADER_LENGTH - TAG_LENGTH, HEADER_LENGTH);
        ByteBuffer in = ByteBuffer.wrap(packet);
        int version = in.getShort() & 0xffff;
        int hops = in.get();
        int position = in.get();
        if (position < hops - 1) {
            byte[] next = packet.clone();
            next[3]++;
            return new Processed.Forward(
                    NodeAddress.fromBytes(packet, HOPS_OFFSET + (position + 1) * HOP_LENGTH),
                    in.getLong(HOPS_OFFSET + position * HOP_LENGTH + NodeAddress.SHORT_LENGTH), next, tag, version);
        }
        int destination = HOPS_OFFSET + hops * HOP_LENGTH;
        int length = in.getInt(HEADER_LENGTH);
        return new Processed.Final(new Destination(Arrays.copyOfRange(packet, destination, destination + 32),
                new byte[16]), Arrays.copyOfRange(packet, HEADER_LENGTH + 4, HEADER_LENGTH + 4 + length), tag, version);
    }

    static int version(byte[] packet) {
        return ByteBuffer.wrap(packet).getShort() & 0xffff;
    }

    private static byte[] header(Route route, Randomness randomness) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH);
        out.putShort((short) route.version()).put((byte) route.hops().size()).put((byte) 0);
        route.hops().forEach(hop -> out.put(hop.address().padded(NodeAddress.SHORT_LENGTH)).putLong(hop.delayNanos()));
        out.put(route.destination().address());
        return out.position(HEADER_LENGTH - TAG_LENGTH).put(randomness.bytes(TAG_LENGTH)).array();
    }

    private static byte[] packet(byte[] header, byte[] message, int payloadLength) {
        return ByteBuffer.allocate(HEADER_LENGTH + payloadLength).put(header).putInt(message.length).put(message)
                .array();
    }
}
