package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloakwork.spi.control.ConfigurationFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcTest {

    @TempDir
    private Path folder;
    private Path file;
    private Etc etc;

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(folder.resolve("cloakwork.cfg"), "\uFEFFcover = none\n# more\nsphinx = \\\n  fast\n");
        etc = new Etc(folder);
        etc.refresh();
    }

    /** So that it counts as another file, however fast this is, and as one that nobody writes to any more. */
    private void rewrite(String text) throws Exception {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(text.hashCode()));
        etc.refresh();
        etc.refresh();
    }

    @Test
    void aFileWithAFaultLeavesWhatWasReadBefore() throws Exception {
        assertEquals(Map.of("cover", "none", "sphinx", "fast"), etc.read("cloakwork").values());
        rewrite("cover = poisson\nsphinx = fast\ncover = constant\n");
        assertEquals(Map.of("cover", "none", "sphinx", "fast"), etc.read("cloakwork").values());
        assertEquals(List.of(file + ":3: cover: stands in line 1, too; allowed is once"),
                etc.problems().stream().map(Problem::toString).toList());
        rewrite("cover = poisson\n");
        assertEquals(List.of(), etc.problems());
        assertEquals(Map.of("cover", "poisson"), etc.read("cloakwork").values());
    }

    @Test
    void aKeyIsSavedInItsPlace() throws Exception {
        etc.save("cloakwork", "sphinx", "bouncycastle");
        etc.save("cloakwork", "retransmission", "timeout");
        assertEquals("\uFEFFcover = none\n# more\nsphinx = bouncycastle\nretransmission = timeout\n",
                Files.readString(file));
        etc.save("cloakwork", "cover", "constant");
        assertEquals(Map.of("cover", "constant", "sphinx", "bouncycastle", "retransmission", "timeout"),
                read().values());
    }

    private ConfigurationFile read() {
        return ConfigurationFile.read(file);
    }

    @Test
    void aFileWithAFaultIsNotSavedTo() throws Exception {
        Files.writeString(file, "cover = none\ncover = none\n");
        IOException e = assertThrows(IOException.class, () -> etc.save("cloakwork", "cover", "constant"));
        assertEquals(file + ":2: cover: stands in line 1, too; allowed is once", e.getMessage());
    }

    @Test
    void whatCannotBeReadIsToldAndOtherFilesAreListed() throws Exception {
        Files.createDirectory(folder.resolve("org.example.cfg"));
        Files.createSymbolicLink(folder.resolve("org.gone.cfg"), folder.resolve("nowhere"));
        Files.writeString(folder.resolve("policy.txt"), "");
        etc.refresh();
        assertEquals(List.of(folder.resolve("org.example.cfg") + ": cannot be read: not a regular file",
                folder.resolve("org.gone.cfg") + ": cannot be read: no such file"),
                etc.problems().stream().map(Problem::toString).toList());
        assertEquals(Set.of("policy.txt"), etc.others());
    }
}
