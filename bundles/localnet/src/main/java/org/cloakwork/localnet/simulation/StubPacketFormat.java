package org.cloakwork.localnet.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * Packets with the sizes and routing of Sphinx and none of its cryptography, for simulations: who reads one knows all
 * of it. A node finds its hop by its key, so that a packet stays as it is from node to node, and a route must not have
 * two hops with one key.
 *
 * <p>Header (348): version (2), hops (1), key rotation (1), replay tag (32), five hops of 39 bytes: hash of the key
 * (4), address (27), delay (8); destination (48); zeros. Payload: message length (4), message, zeros. A reply block is
 * a header, its first hop and 16 zeros a hop.
 */
final class StubPacketFormat implements PacketFormat {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private static final int HOPS_COUNT_OFFSET = 2;
    private static final int ROTATION_OFFSET = 3;
    private static final int TAG_OFFSET = 4;
    private static final int TAG_LENGTH = 32;
    private static final int HOPS_OFFSET = TAG_OFFSET + TAG_LENGTH;
    private static final int ADDRESS_OFFSET = Integer.BYTES;
    private static final int DELAY_OFFSET = ADDRESS_OFFSET + 27;
    private static final int HOP_LENGTH = DELAY_OFFSET + Long.BYTES;
    private static final int DESTINATION_OFFSET = HOPS_OFFSET + MAX_HOPS * HOP_LENGTH;
    private static final int DESTINATION_LENGTH = 32;
    private static final int SEED_LENGTH = 16;

    /** Addresses met lately, by some of their bits: making one anew for every packet takes longer. */
    private final Known[] addresses = new Known[256];
    /** Destinations met lately, by some of their bits: making one anew for every packet takes longer. */
    private final Arrived[] destinations = new Arrived[256];
    /** What the present nodes' keys look like in a header; few, and forgotten with the simulation. */
    private final Map<SphinxPrivateKey, Integer> marks = new ConcurrentHashMap<>();

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        List<byte[]> packets = new ArrayList<>(requests.size());
        for (SealRequest request : requests) {
            byte[] packet = new byte[HEADER_LENGTH + request.payloadLength()];
            putHeader(packet, 0, request.route(), randomness);
            putMessage(packet, request.message());
            packets.add(packet);
        }
        return packets;
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        byte[] block = new byte[HEADER_LENGTH + NodeAddress.LONG_LENGTH + SEED_LENGTH * route.hops().size()];
        putHeader(block, 0, route, randomness);
        byte[] first = route.hops().getFirst().address().bytes();
        System.arraycopy(first, 0, block, HEADER_LENGTH, first.length);
        try {
            return Surb.parse(block);
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        SealRequest.checkLengths(message.length, payloadLength);
        byte[] packet = Arrays.copyOf(surb.header(), HEADER_LENGTH + payloadLength);
        putMessage(packet, message);
        return packet;
    }

    static void putHeader(byte[] target, int start, Route route, Randomness randomness) {
        SHORT.set(target, start, (short) route.version());
        List<Route.Hop> hops = route.hops();
        target[start + HOPS_COUNT_OFFSET] = (byte) hops.size();
        for (int i = 0; i < TAG_LENGTH; i += Long.BYTES) {
            LONG.set(target, start + TAG_OFFSET + i, randomness.nextLong());
        }
        for (int i = 0; i < hops.size(); i++) {
            Route.Hop hop = hops.get(i);
            int at = start + HOPS_OFFSET + i * HOP_LENGTH;
            INT.set(target, at, mark(hop.key()));
            byte[] address = hop.address().bytes();
            System.arraycopy(address, 0, target, at + ADDRESS_OFFSET, address.length);
            LONG.set(target, at + DELAY_OFFSET, hop.delayNanos());
        }
        byte[] destination = route.destination().address();
        System.arraycopy(destination, 0, target, start + DESTINATION_OFFSET, DESTINATION_LENGTH);
    }

    private static void putMessage(byte[] packet, byte[] message) {
        System.arraycopy(message, 0, packet, beginMessage(packet, 0, message.length), message.length);
    }

    /** {@return where the message of a packet that starts there is to be put} */
    static int beginMessage(byte[] target, int start, int length) {
        INT.set(target, start + HEADER_LENGTH, length);
        return start + HEADER_LENGTH + Integer.BYTES;
    }

    /** {@return the same packet, with a rotation written into it} */
    static byte[] withRotation(byte[] packet, KeyRotation rotation) {
        packet[ROTATION_OFFSET] = rotation.wireValue();
        return packet;
    }

    /** {@return what {@link #withRotation} wrote} */
    static Optional<KeyRotation> rotation(byte[] packet) {
        int value = packet[ROTATION_OFFSET];
        return value < 0 || value > 2 ? Optional.empty() : Optional.of(KeyRotation.fromWireValue(value));
    }

    /** {@return where a packet of some length goes first} */
    NodeAddress firstHop(byte[] packet) throws SphinxException {
        return address(packet, HOPS_OFFSET + ADDRESS_OFFSET);
    }

    private static int mark(EncryptionKey key) {
        return key.hashCode();
    }

    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        if (packet.length < HEADER_LENGTH + MIN_PAYLOAD_LENGTH) {
            throw new SphinxException(SphinxException.Kind.INVALID_PACKET, "a packet of " + packet.length + " bytes");
        }
        int hops = packet[HOPS_COUNT_OFFSET];
        if (hops < 1 || hops > MAX_HOPS) {
            throw new SphinxException(SphinxException.Kind.INVALID_ROUTING, "a packet with " + hops + " hops");
        }
        int mark = marks.computeIfAbsent(key, k -> mark(EncryptionKeyPair.ofPrivate(k.bytes()).publicKey()));
        int version = (short) SHORT.get(packet, 0) & 0xffff;
        byte[] tag = Arrays.copyOfRange(packet, TAG_OFFSET, TAG_OFFSET + TAG_LENGTH);
        for (int i = 0; i < hops; i++) {
            int at = HOPS_OFFSET + i * HOP_LENGTH;
            if ((int) INT.get(packet, at) == mark) {
                return i < hops - 1
                        ? new Processed.Forward(address(packet, at + HOP_LENGTH + ADDRESS_OFFSET),
                                (long) LONG.get(packet, at + DELAY_OFFSET), packet, tag, version)
                        : new Processed.Final(destination(packet), message(packet), tag, version);
            }
        }
        throw new SphinxException(SphinxException.Kind.INVALID_HEADER, "the packet is not for this key");
    }

    /** An address of version 4: its seven bytes, and the one behind. */
    private record Known(long bytes, NodeAddress address) {
    }

    private record Arrived(byte[] bytes, Destination destination) {
    }

    private NodeAddress address(byte[] packet, int offset) throws SphinxException {
        long bytes = (long) LONG.get(packet, offset);
        int slot = (int) (bytes * 0x9e37_79b9_7f4a_7c15L >>> 56);
        Known known = addresses[slot];
        if (known != null && known.bytes == bytes) {
            return known.address;
        }
        NodeAddress address;
        try {
            address = NodeAddress.fromBytes(packet, offset);
        } catch (IllegalArgumentException e) {
            throw new SphinxException(SphinxException.Kind.INVALID_ROUTING, e.getMessage());
        }
        if (packet[offset] == 4) {
            addresses[slot] = new Known(bytes, address);
        }
        return address;
    }

    private Destination destination(byte[] packet) {
        long bytes = (long) LONG.get(packet, DESTINATION_OFFSET);
        int slot = (int) (bytes * 0x9e37_79b9_7f4a_7c15L >>> 56);
        Arrived known = destinations[slot];
        int end = DESTINATION_OFFSET + DESTINATION_LENGTH;
        if (known == null || !Arrays.equals(packet, DESTINATION_OFFSET, end, known.bytes, 0, DESTINATION_LENGTH)) {
            byte[] address = Arrays.copyOfRange(packet, DESTINATION_OFFSET, end);
            known = new Arrived(address, new Destination(address, new byte[SEED_LENGTH]));
            destinations[slot] = known;
        }
        return known.destination;
    }

    private static byte[] message(byte[] packet) throws SphinxException {
        int length = (int) INT.get(packet, HEADER_LENGTH);
        if (length < 0 || length > packet.length - HEADER_LENGTH - PAYLOAD_OVERHEAD) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "a message of " + length + " bytes");
        }
        int start = HEADER_LENGTH + Integer.BYTES;
        return Arrays.copyOfRange(packet, start, start + length);
    }
}
