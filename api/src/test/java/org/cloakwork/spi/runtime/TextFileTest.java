package org.cloakwork.spi.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {

    private static final String TEXT = "\u00fc = 1\r\nb\r\n";

    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file"), bytes);
    }

    @Test
    void aByteOrderMarkIsNoText() throws Exception {
        byte[] marked = ("\ufeff" + TEXT).getBytes(StandardCharsets.UTF_8);
        assertEquals(TEXT, TextFile.read(file(TEXT.getBytes(StandardCharsets.UTF_8)), 100));
        assertEquals(TEXT, TextFile.read(file(marked), 100));
        assertEquals(3, TextFile.markLength(marked));
        assertEquals("", TextFile.read(file(new byte[0]), 0));
    }

    @Test
    void anotherEncodingIsRefusedWithItsLine() throws Exception {
        TextFile.NotTextException e = assertThrows(TextFile.NotTextException.class,
                () -> TextFile.read(file("a\r\n\u00fc".getBytes(StandardCharsets.ISO_8859_1)), 100));
        assertEquals("line 2: byte 4 of the file is 0xFC, which is not UTF-8; the file is to be saved as UTF-8",
                e.getMessage());
        assertEquals(2, e.line());
        assertEquals("is UTF-16; the file is to be saved as UTF-8", assertThrows(TextFile.NotTextException.class,
                () -> TextFile.text(TEXT.getBytes(StandardCharsets.UTF_16))).getMessage());
        assertEquals("line 1: a zero byte; the file is to be saved as UTF-8", assertThrows(
                TextFile.NotTextException.class,
                () -> TextFile.text("a".getBytes(StandardCharsets.UTF_16LE))).getMessage());
    }

    @Test
    void whatIsTooLargeIsRefused() {
        assertEquals("larger than 4 bytes", assertThrows(TextFile.NotTextException.class,
                () -> TextFile.read(file(new byte[5]), 4)).getMessage());
    }
}
