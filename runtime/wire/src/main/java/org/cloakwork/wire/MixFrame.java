package org.cloakwork.wire;

import java.util.Objects;
import org.cloakwork.spi.topology.KeyRotation;

/**
 * What mix nodes send each other: a header of 3 or 4 bytes and a packet. Source: protocol/2-packets, 3.
 *
 * @param size     size of the packet
 * @param type     format of the packet
 * @param rotation whose keys it is made for
 * @param packet   exactly as long as its size says
 */
public record MixFrame(PacketSize size, PacketType type, KeyRotation rotation, byte[] packet) {

    static final int VERSION_WITHOUT_ROTATION = 7;
    static final int VERSION_WITH_ROTATION = 8;

    public MixFrame {
        Objects.requireNonNull(type);
        Objects.requireNonNull(rotation);
        if (packet.length != size.packetLength()) {
            throw new IllegalArgumentException("a packet of size " + size + " is " + size.packetLength()
                    + " bytes, not " + packet.length);
        }
    }

    /**
     * @param legacy whether to write version 7, which has no rotation
     * @return header and packet
     */
    public byte[] encode(boolean legacy) {
        return legacy
                ? Bytes.concat(new byte[] {VERSION_WITHOUT_ROTATION, (byte) size.tag(), (byte) type.tag()}, packet)
                : Bytes.concat(new byte[] {VERSION_WITH_ROTATION, (byte) size.tag(), (byte) type.tag(),
                        rotation.wireValue()}, packet);
    }
}
