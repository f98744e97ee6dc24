package org.cloakwork.launcher.felix;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloakwork.launcher.cli.UsageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that code, configuration and keys are read from. */
class RightsTest {

    private static final int NOBODY = 65534;

    @TempDir
    private Path temporary;
    private Path folder;
    private Path file;

    @BeforeEach
    void makeThem() throws IOException {
        assumeTrue(temporary.getFileSystem().supportedFileAttributeViews().contains("unix"), "no owners here");
        folder = Files.createDirectories(temporary.resolve("above/bundles"));
        file = Files.createFile(folder.resolve("a.jar"));
        set(temporary.resolve("above"), 0755);
        set(folder, 0755);
        set(file, 0644);
    }

    private static void set(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    private void assertRefused(Path named) {
        String message = assertThrows(UsageException.class, () -> Rights.check(List.of(folder))).getMessage();
        assertTrue(message.contains(named + " ("), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void oursIsInOrderAndSoIsWhatIsNotThere() {
        assertDoesNotThrow(() -> Rights.check(List.of(folder, temporary.resolve("nowhere"))));
    }

    @Test
    void aFolderThatOthersCanWriteIsRefusedAlsoIfItIsSticky() throws IOException {
        set(folder, 0757);
        assertRefused(folder);
        set(folder, 01777);
        assertRefused(folder);
    }

    @Test
    void soIsAFileInIt() throws IOException {
        set(file, 0646);
        assertRefused(file);
    }

    @Test
    void soIsTheTargetOfALinkInIt() throws IOException {
        Path target = Files.createFile(temporary.resolve("target.jar"));
        set(target, 0666);
        Files.createSymbolicLink(folder.resolve("b.jar"), target);
        assertRefused(target);
    }

    @Test
    void soIsTheWayToIt() throws IOException {
        set(folder.getParent(), 0777);
        assertRefused(folder.getParent());
        set(folder.getParent(), 01777);
        assertDoesNotThrow(() -> Rights.check(List.of(folder)));
    }

    @Test
    void aGroupMayWriteIfItIsItsOwnersOwnOnly() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
        set(folder, 0775);
        assertDoesNotThrow(() -> Rights.check(List.of(folder)));
        Files.setAttribute(folder, "unix:gid", NOBODY);
        assertRefused(folder);
    }

    @Test
    void whatBelongsToSomebodyElseIsRefused() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
        Files.setAttribute(file, "unix:uid", NOBODY);
        assertRefused(file);
    }
}
