package org.cloakwork.launcher.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cloakwork.launcher.cli.UsageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveTest {

    private static final long LIMIT = 100_000;
    private static final List<String> ALWAYS = List.of("bin/cloakwork", "lib/org.cloakwork.launcher.jar",
            "lib/org.cloakwork.api.jar", "bundles/org.cloakwork.client.jar", "etc/defaults/cloakwork.cfg");

    @TempDir
    private Path folder;

    private Path target;

    @BeforeEach
    void makeTarget() throws IOException {
        target = Files.createDirectory(folder.resolve("target"));
    }

    private Archive archive(List<String> names, int bytes) throws IOException {
        Path zip = folder.resolve("a.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(new byte[bytes]);
            }
        }
        return new Archive(zip, LIMIT);
    }

    private List<String> with(String name) {
        List<String> names = new ArrayList<>(ALWAYS);
        names.add(name);
        return names;
    }

    @Test
    void aDistributionIsUnpacked() throws Exception {
        assertEquals(with("docs/a.md"), archive(with("docs/a.md"), 3).unpack(target));
        assertEquals(3, Files.size(target.resolve("docs/a.md")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "docs/../../out", "/out", "C:/out", "docs\\out", "docs/./a", "docs//a", "docs/a ",
            "docs/a.", "docs/con:", "a\u0000b", "etc/cloakwork.cfg", "ETC/cloakwork.cfg", "state/default/state.mv",
            "State/x", "upgrade/ready", "cache/x.aot", "BIN/cloakwork"})
    void aNameThatLeadsElsewhereIsRefused(String name) throws Exception {
        Archive archive = archive(with(name), 1);
        assertThrows(UsageException.class, () -> archive.unpack(target));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count(), "something is beside the folder");
        }
    }

    @Test
    void whatIsTooLargeIsRefusedWhenTheLimitIsReached() throws Exception {
        assertEquals(6, archive(with("docs/a"), (int) LIMIT / 6).unpack(target).size());
        Archive large = archive(with("docs/a"), (int) LIMIT / 5);
        assertTrue(assertThrows(UsageException.class, () -> large.unpack(target)).getMessage()
                .endsWith("more than 100000 bytes"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void whatIsNoDistributionIsRefused(int missing) throws Exception {
        List<String> names = new ArrayList<>(ALWAYS);
        String name = names.remove(missing);
        Archive archive = archive(names, 1);
        assertTrue(assertThrows(UsageException.class, () -> archive.unpack(target)).getMessage()
                .endsWith(name + " is missing"));
    }

    @Test
    void whatIsNoZipIsRefused() throws Exception {
        Archive archive = new Archive(Files.write(folder.resolve("a.zip"), new byte[100]));
        assertThrows(UsageException.class, () -> archive.unpack(target));
        assertFalse(Files.exists(target.resolve("bin")));
    }
}
