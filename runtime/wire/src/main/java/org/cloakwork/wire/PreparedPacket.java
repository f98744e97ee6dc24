package org.cloakwork.wire;

import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * A finished packet. What kind it is cannot be seen.
 *
 * @param firstHop               where the entry gateway sends it
 * @param rotation               whose keys it is made for
 * @param packet                 header and payload
 * @param expectedRoundTripNanos delays on its way and on the way of its acknowledgement
 * @param coverKey               of cover: what is in front when it comes back ({@link PayloadEncryption#prefix})
 */
public record PreparedPacket(NodeAddress firstHop, KeyRotation rotation, byte[] packet, long expectedRoundTripNanos,
                             Optional<EncryptionKey> coverKey) {

    public PreparedPacket {
        Objects.requireNonNull(firstHop);
        Objects.requireNonNull(rotation);
        Objects.requireNonNull(packet);
        Objects.requireNonNull(coverKey);
    }

    /** {@return what goes to the entry gateway} */
    public MixPacket mixPacket() {
        return new MixPacket(PacketType.MIX, rotation, firstHop, packet);
    }
}
