package org.cloakwork.launcher.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cloakwork.launcher.cli.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabAnswersTest {

    @TempDir
    private Path folder;

    @Test
    void aFileSaysWhatWasMeasuredAndByWhichJars() throws Exception {
        LabAnswers.Read read = LabAnswers.read(Files.writeString(folder.resolve("answers"),
                "cloakwork-lab-2\tjars=ab\troutes=subset:mixes=4\ntask 1\t0 1\ntask 2\t0"));
        assertEquals("ab", read.jars());
        assertEquals(Map.of("routes", "subset:mixes=4"), read.chosen());
        assertEquals(Map.of("task 1", "0 1"), read.answers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\t\n", "cloakwork-lab-2\n", "cloakwork-lab-2\tseed\n",
        "cloakwork-lab-1\tjars=ab\n", "polka\tjars=ab\n"})
    void whatIsNoSuchFileIsNamed(String text) throws Exception {
        assertNone(Files.writeString(folder.resolve("answers"), text));
    }

    @Test
    void whatIsNoTextIsNamed() throws Exception {
        assertNone(Files.write(folder.resolve("answers"), new byte[] {(byte) 0xff, 0}));
    }

    private static void assertNone(Path file) {
        assertEquals(file + ": no answers of this laboratory",
                assertThrows(UsageException.class, () -> LabAnswers.read(file)).getMessage());
    }
}
