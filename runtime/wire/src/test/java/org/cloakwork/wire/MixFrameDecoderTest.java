package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cloakwork.spi.topology.KeyRotation;
import org.junit.jupiter.api.Test;

class MixFrameDecoderTest {

    @Test
    void theBufferIsBounded() throws WireException {
        MixFrameDecoder decoder = new MixFrameDecoder();
        assertThrows(IllegalArgumentException.class,
                () -> decoder.feed(new byte[MixFrameDecoder.MAX_FEED + 1], 0, MixFrameDecoder.MAX_FEED + 1));
        byte[] frame = new MixFrame(PacketSize.EXTENDED_32, PacketType.MIX, KeyRotation.ODD,
                new byte[PacketSize.EXTENDED_32.packetLength()]).encode(false);
        decoder.feed(frame, 0, frame.length - 1);
        assertTrue(decoder.next().isEmpty());
        byte[] zeros = new byte[MixFrameDecoder.MAX_FEED];
        decoder.feed(zeros, 0, zeros.length);
        assertThrows(IllegalStateException.class, () -> decoder.feed(zeros, 0, zeros.length));
        assertEquals(PacketSize.EXTENDED_32, decoder.next().orElseThrow().size());
        assertThrows(WireException.class, decoder::next);
    }

    @Test
    void aPacketMustHaveTheLengthOfItsSize() {
        assertThrows(IllegalArgumentException.class,
                () -> new MixFrame(PacketSize.ACK, PacketType.MIX, KeyRotation.ODD, new byte[385]));
    }

    @Test
    void anOutfoxPacketWithoutParametersIsRefusedBecauseNoFrameCanCarryIt() {
        byte[] bytes = new byte[1 + 7 + 2371];
        bytes[1] = 4;
        assertEquals(PacketSize.OUTFOX_REGULAR, PacketSize.ofPacketLength(2371).orElseThrow());
        assertThrows(WireException.class, () -> MixPacket.parseV1(bytes));
    }
}
