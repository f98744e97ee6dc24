package org.cloakwork.launcher.felix;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
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

    /** In memory, where there are lists of who may what. */
    @Test
    void onWindowsAFolderThatOthersMayChangeIsNamed() throws Exception {
        try (FileSystem windows = Jimfs.newFileSystem(Configuration.windows().toBuilder()
                .setAttributeViews("basic", "owner", "acl").build())) {
            Path home = Files.createDirectories(windows.getPath("C:\\cloakwork\\bundles"));
            Path jar = Files.createFile(home.resolve("part.jar"));
            assertDoesNotThrow(() -> Rights.check(List.of(home)));
            Files.getFileAttributeView(jar, AclFileAttributeView.class).setAcl(List.of(AclEntry.newBuilder()
                    .setType(AclEntryType.ALLOW).setPermissions(AclEntryPermission.APPEND_DATA)
                    .setPrincipal(windows.getUserPrincipalLookupService().lookupPrincipalByName("BUILTIN\\Users"))
                    .build()));
            String message = assertThrows(UsageException.class, () -> Rights.check(List.of(home))).getMessage();
            assertTrue(message.contains("C:\\cloakwork\\bundles\\part.jar (BUILTIN\\Users)"), message);
            assertTrue(message.contains("icacls"), message);
        }
    }
}
