package org.cloakwork.wire;

import java.util.Arrays;
import java.util.Objects;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * A packet on its way from a client to its entry gateway, which sends it on to the first hop. Source:
 * protocol/2-packets, 4.
 *
 * @param type     format of the packet
 * @param rotation whose keys it is made for
 * @param firstHop the first Sphinx hop, a node of layer 1
 * @param packet   as long as one of the packet sizes
 */
public record MixPacket(PacketType type, KeyRotation rotation, NodeAddress firstHop, byte[] packet) {

    public MixPacket {
        Objects.requireNonNull(type);
        Objects.requireNonNull(rotation);
        Objects.requireNonNull(firstHop);
        if (!isPacketLength(packet.length)) {
            throw new IllegalArgumentException("no packet size has " + packet.length + " bytes");
        }
    }

    /** Stricter than {@link PacketSize#ofPacketLength}: no frame can carry an Outfox packet without its parameters. */
    private static boolean isPacketLength(int length) {
        return PacketSize.ofPacketLength(length).filter(size -> size.packetLength() == length).isPresent();
    }

    /** {@return the size of the packet} */
    public PacketSize size() {
        return PacketSize.ofPacketLength(packet.length).orElseThrow();
    }

    /** {@return the form without rotation, for gateway protocols below 5} */
    public byte[] toBytesV1() {
        return Bytes.concat(new byte[] {(byte) type.tag()}, firstHop.bytes(), packet);
    }

    /** {@return the form with rotation} */
    public byte[] toBytesV2() {
        return Bytes.concat(new byte[] {(byte) type.tag(), rotation.wireValue()}, firstHop.bytes(), packet);
    }

    /**
     * @param bytes the form without rotation
     * @return the packet, of unknown rotation
     * @throws WireException if it is malformed
     */
    public static MixPacket parseV1(byte[] bytes) throws WireException {
        return parse(bytes, 1);
    }

    /**
     * @param bytes the form with rotation
     * @return the packet
     * @throws WireException if it is malformed
     */
    public static MixPacket parseV2(byte[] bytes) throws WireException {
        return parse(bytes, 2);
    }

    private static MixPacket parse(byte[] bytes, int addressOffset) throws WireException {
        if (bytes.length < addressOffset) {
            throw new WireException("a mix packet of " + bytes.length + " bytes");
        }
        PacketType type = PacketType.ofTag(bytes[0] & 0xff);
        KeyRotation rotation = addressOffset == 2 ? Bytes.rotation(bytes[1]) : KeyRotation.UNKNOWN;
        NodeAddress firstHop = Bytes.nodeAddress(bytes, addressOffset);
        byte[] packet = Arrays.copyOfRange(bytes, addressOffset + firstHop.bytes().length, bytes.length);
        if (!isPacketLength(packet.length)) {
            throw new WireException("no packet size has " + packet.length + " bytes");
        }
        return new MixPacket(type, rotation, firstHop, packet);
    }
}
