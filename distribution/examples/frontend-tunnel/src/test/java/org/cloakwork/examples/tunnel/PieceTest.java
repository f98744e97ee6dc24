package org.cloakwork.examples.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cloakwork.streams.End;
import org.junit.jupiter.api.Test;

class PieceTest {

    @Test
    void whatIsWrittenIsRead() {
        byte[] bytes = "some bytes".getBytes(StandardCharsets.US_ASCII);
        Piece.Data read = (Piece.Data) Piece.parse(new Piece.Data(7, End.CLOSED, 3, bytes).toBytes()).orElseThrow();
        assertEquals(7, read.id());
        assertEquals(End.CLOSED, read.end());
        assertEquals(3, read.sequence());
        assertArrayEquals(bytes, read.bytes());
        Piece.Window window = new Piece.Window(-1, 1L << 40);
        assertEquals(window, Piece.parse(window.toBytes()).orElseThrow());
    }

    @Test
    void whatIsOfOthersOrCutOffIsNone() {
        byte[] message = new Piece.Data(7, End.NONE, 3, new byte[0]).toBytes();
        for (int length = 0; length < message.length; length++) {
            assertTrue(Piece.parse(Arrays.copyOf(message, length)).isEmpty(), "of length " + length);
        }
        message[0]++;
        assertTrue(Piece.parse(message).isEmpty());
    }
}
