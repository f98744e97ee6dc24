package org.cloakwork.frontend.web.emulation.org.cloakwork.sphinx.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void theUpperHalfOfAProductIsTheJdks() {
        long[] edges = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0xffff_ffffL, 1L << 32, -1L << 32, 1L << 31};
        for (long x : edges) {
            for (long y : edges) {
                assertEquals(Math.multiplyHigh(x, y), Words.multiplyHigh(x, y), x + " * " + y);
            }
        }
        Random random = new Random(2);
        for (int i = 0; i < 100_000; i++) {
            long x = random.nextLong() >> random.nextInt(64);
            long y = random.nextLong() >> random.nextInt(64);
            assertEquals(Math.multiplyHigh(x, y), Words.multiplyHigh(x, y), x + " * " + y);
        }
    }

    @Test
    void wordsAreLittleEndian() {
        byte[] bytes = new byte[24];
        new Random(3).nextBytes(bytes);
        for (int from = 0; from <= 16; from++) {
            long word = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(from);
            assertEquals(word, Words.get(bytes, from));
            byte[] copy = new byte[24];
            Words.set(copy, from, word);
            assertEquals(word, ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).getLong(from));
        }
    }
}
