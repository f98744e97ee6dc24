package org.cloakwork.wire;

import java.util.Optional;

/** The sizes a packet may have, all in bytes. Source: protocol/2-packets, 2 and protocol/3-messages, 0.1. */
public enum PacketSize {
    REGULAR(1, 2413, 2065, 2048, 405),
    /** Carries an acknowledgement, no fragment. */
    ACK(2, 386, 38, 21, 0),
    EXTENDED_32(3, 33133, 32785, 32768, 405),
    EXTENDED_8(4, 8557, 8209, 8192, 405),
    EXTENDED_16(5, 16749, 16401, 16384, 405),
    OUTFOX_REGULAR(6, 2377, 2371, 2048, 396),
    /** Carries an acknowledgement, no fragment. */
    OUTFOX_ACK(7, 377, 371, 48, 0);

    private static final int OUTFOX_REGULAR_WITHOUT_PARAMETERS = 2371;

    private final int tag;
    private final int packetLength;
    private final int payloadLength;
    private final int plaintextLength;
    private final int surbAckLength;

    PacketSize(int tag, int packetLength, int payloadLength, int plaintextLength, int surbAckLength) {
        this.tag = tag;
        this.packetLength = packetLength;
        this.payloadLength = payloadLength;
        this.plaintextLength = plaintextLength;
        this.surbAckLength = surbAckLength;
    }

    /** {@return the byte on the wire; not in order of size} */
    public int tag() {
        return tag;
    }

    /** {@return the length of the whole packet} */
    public int packetLength() {
        return packetLength;
    }

    /** {@return the length of the payload block, which the packet format is asked for (N)} */
    public int payloadLength() {
        return payloadLength;
    }

    /** {@return how much plaintext fills the payload} */
    public int plaintextLength() {
        return plaintextLength;
    }

    /** {@return the length of what the last gateway gives to the client: the plaintext without the SURB-ack} */
    public int deliveredLength() {
        return plaintextLength - surbAckLength;
    }

    /** {@return the length of a fragment with its header (A); 0 for the two that carry no fragment} */
    public int fragmentLength() {
        return surbAckLength == 0 ? 0 : deliveredLength() - PayloadEncryption.PREFIX_LENGTH;
    }

    /**
     * @param tag the byte on the wire, 0 to 255
     * @return the size
     * @throws WireException if there is none with this tag
     */
    public static PacketSize ofTag(int tag) throws WireException {
        for (PacketSize size : values()) {
            if (size.tag == tag) {
                return size;
            }
        }
        throw new WireException("no packet size has tag " + tag);
    }

    /**
     * @param length of a whole packet; an Outfox packet may lack its 6 bytes of parameters
     * @return its size, empty if packets of that length do not exist
     */
    public static Optional<PacketSize> ofPacketLength(int length) {
        for (PacketSize size : values()) {
            if (size.packetLength == length) {
                return Optional.of(size);
            }
        }
        return length == OUTFOX_REGULAR_WITHOUT_PARAMETERS ? Optional.of(OUTFOX_REGULAR) : Optional.empty();
    }

    /**
     * @param length of a fragment with its header
     * @return the Sphinx size that it fills exactly, empty if it fills none
     */
    public static Optional<PacketSize> ofFragmentLength(int length) {
        for (PacketSize size : values()) {
            if (size != OUTFOX_REGULAR && size.fragmentLength() == length && length > 0) {
                return Optional.of(size);
            }
        }
        return Optional.empty();
    }
}
