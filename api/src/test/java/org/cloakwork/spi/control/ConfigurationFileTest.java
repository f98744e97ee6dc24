package org.cloakwork.spi.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cloakwork.spi.control.ConfigurationFile.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {

    private static ConfigurationFile of(String text, Charset charset) {
        return ConfigurationFile.of(text.getBytes(charset));
    }

    @Test
    void keysHaveTheirValuesAndLines() {
        ConfigurationFile file = of("# a comment \\\r\n\r\na = b \nlong = one,\\\n   two\n\u00fc: \\u00e9\nblank\n",
                StandardCharsets.UTF_8);
        assertEquals(Map.of("a", "b", "long", "one,two", "\u00fc", "\u00e9", "blank", ""), file.values());
        assertEquals(Map.of("a", 3, "long", 4, "\u00fc", 6, "blank", 7), file.lines());
        assertEquals(List.of(), file.faults());
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstKey() {
        assertEquals(Map.of("cover", "none"), of("\ufeffcover = none\n", StandardCharsets.UTF_8).values());
    }

    @Test
    void anotherEncodingIsToldWithItsPlace() {
        assertEquals(List.of(new Fault(2, "byte 6 of the file is 0xFC, which is not UTF-8; the file is to be saved as "
                + "UTF-8")), of("a=b\nM\u00fcller=c", StandardCharsets.ISO_8859_1).faults());
        assertEquals(List.of(new Fault(1, "byte 3 of the file is 0xE2, which is not UTF-8; the file is to be saved as "
                + "UTF-8")), ConfigurationFile.of(new byte[] {'a', '=', (byte) 0xe2, (byte) 0x82}).faults());
        assertEquals(List.of(new Fault(0, "is UTF-16; the file is to be saved as UTF-8")),
                of("a=b", StandardCharsets.UTF_16).faults());
        assertEquals(List.of(new Fault(1, "a zero byte; the file is to be saved as UTF-8")),
                of("a=b", StandardCharsets.UTF_16LE).faults());
    }

    @Test
    void aKeyThatStandsTwiceIsToldWithBothLinesAndHasNoValue() {
        ConfigurationFile file = of("cover = none\nsphinx = fast\ncover = poisson\ncover=none", StandardCharsets.UTF_8);
        assertEquals(List.of(new Fault(3, "cover: stands in line 1, too; allowed is once"),
                new Fault(4, "cover: stands in line 1, too; allowed is once")), file.faults());
        assertEquals(Map.of("sphinx", "fast"), file.values());
    }

    @Test
    void aWrongEscapeIsToldWithItsLine() {
        ConfigurationFile file = of("a = b\nc = \\u12\nd = e", StandardCharsets.UTF_8);
        assertEquals(List.of(2), file.faults().stream().map(Fault::line).toList());
        assertEquals(Map.of("a", "b", "d", "e"), file.values());
    }

    @Test
    void aPathOfWindowsIsToldHowItIsWritten() {
        ConfigurationFile file = of("path = C:\\users\\me\\network.json\r\n", StandardCharsets.UTF_8);
        assertEquals(List.of(new Fault(1,
                "cannot be read: Malformed \\uxxxx encoding. A path is written with / or with \\\\.")), file.faults());
        assertEquals(Map.of("path", "C:\\me"), of("path = C:\\\\me", StandardCharsets.UTF_8).values());
    }

    @Test
    void whatCannotBeReadIsAFault(@TempDir Path folder) throws Exception {
        assertEquals(List.of(new Fault(0, "cannot be read: no such file")),
                ConfigurationFile.read(folder.resolve("none")).faults());
        assertEquals(List.of(new Fault(0, "cannot be read: not a regular file")),
                ConfigurationFile.read(folder).faults());
        Path large = Files.write(folder.resolve("large"), new byte[ConfigurationFile.MAX_BYTES + 1]);
        assertEquals(List.of(new Fault(0, "cannot be read: larger than 1048576 bytes")),
                ConfigurationFile.read(large).faults());
    }
}
