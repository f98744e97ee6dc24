package org.cloakwork.spi.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OwnFilesTest {

    private FileSystem system;
    private Path folder;

    @AfterEach
    void close() throws IOException {
        system.close();
    }

    private Path written(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void replacesAndWipes() throws IOException {
        Path file = written("state.key", "old");
        OwnFiles.replace(file, written("state.key.new", "fresh"));
        assertEquals("fresh", Files.readString(file));
        assertEquals(List.of("state.key"), names());
        // A second name shows that the bytes are gone, too.
        Path same = folder.resolve("same");
        Files.createLink(same, file);
        OwnFiles.wipe(file);
        assertArrayEquals(new byte[5], Files.readAllBytes(same));
        assertEquals(List.of("same"), names());
    }

    /** Windows in memory. */
    @Nested
    class OnWindows {

        private UserPrincipal me;

        @BeforeEach
        void make() throws IOException {
            system = Jimfs.newFileSystem(Configuration.windows().toBuilder().setAttributeViews("basic", "owner", "acl")
                    .build());
            folder = Files.createDirectories(system.getPath("C:\\Users\\me\\cloakwork"));
            me = Files.getOwner(folder);
        }

        private UserPrincipal named(String name) throws IOException {
            return system.getUserPrincipalLookupService().lookupPrincipalByName(name);
        }

        private AclEntry entry(String who, AclEntryType type, Set<AclEntryFlag> flags, AclEntryPermission... may)
                throws IOException {
            return AclEntry.newBuilder().setType(type).setPrincipal(named(who)).setFlags(flags)
                    .setPermissions(may).build();
        }

        private Path with(Path path, AclEntry... entries) throws IOException {
            Files.getFileAttributeView(path, AclFileAttributeView.class).setAcl(List.of(entries));
            return path;
        }

        private void assertMine(Path path) throws IOException {
            List<AclEntry> list = Files.getFileAttributeView(path, AclFileAttributeView.class).getAcl();
            assertEquals(1, list.size(), list.toString());
            assertEquals(me, list.getFirst().principal());
            assertEquals(AclEntryType.ALLOW, list.getFirst().type());
            assertEquals(EnumSet.allOf(AclEntryPermission.class), list.getFirst().permissions());
            assertEquals(Files.isDirectory(path), list.getFirst().flags().contains(AclEntryFlag.FILE_INHERIT));
        }

        @Test
        void whatIsMadeIsItsOwnersAlone() throws IOException {
            Path made = folder.resolve("state\\default");
            OwnFiles.createFolders(made);
            assertMine(made);
            assertMine(made.getParent());
            assertMine(OwnFiles.createFile(made.resolve("state.mv")));
            assertThrows(FileAlreadyExistsException.class, () -> OwnFiles.createFile(made.resolve("state.mv")));
        }

        @Test
        void foldersThatWereThereStayAsTheyWere() throws IOException {
            with(folder, entry("Users", AclEntryType.ALLOW, Set.of(), AclEntryPermission.READ_DATA));
            OwnFiles.createFolders(folder.resolve("state"));
            OwnFiles.createFolders(folder.resolve("state"));
            assertEquals("Users", Files.getFileAttributeView(folder, AclFileAttributeView.class).getAcl().getFirst()
                    .principal().getName());
        }

        @Test
        void whatOthersMayIsTakenFromThem() throws IOException {
            Path file = with(written("a.cfg", "token = x"),
                    entry("Everyone", AclEntryType.ALLOW, Set.of(), AclEntryPermission.READ_DATA));
            assertTrue(OwnFiles.isOpen(file));
            OwnFiles.restrict(file);
            assertMine(file);
            assertFalse(OwnFiles.isOpen(file));
        }

        private Collection<String> readers(Path file, Set<UserPrincipal> trusted) throws IOException {
            return OwnFiles.others(file, EnumSet.of(AclEntryPermission.READ_DATA), trusted);
        }

        @Test
        void whoCanReachTheUsersFolderIsNobodyElseWhateverTheLanguage() throws IOException {
            Path home = with(folder.getParent(), entry("user", AclEntryType.ALLOW, Set.of(),
                    AclEntryPermission.READ_DATA), entry("NT-AUTORIT\u00c4T\\SYSTEM", AclEntryType.ALLOW, Set.of(),
                    AclEntryPermission.READ_DATA), entry("VORDEFINIERT\\Administratoren", AclEntryType.ALLOW, Set.of(),
                    AclEntryPermission.READ_DATA));
            Set<UserPrincipal> trusted = OwnFiles.reaching(home);
            Path file = with(written("a", ""), entry("VORDEFINIERT\\Administratoren", AclEntryType.ALLOW, Set.of(),
                    AclEntryPermission.READ_DATA), entry("VORDEFINIERT\\Benutzer", AclEntryType.ALLOW, Set.of(),
                    AclEntryPermission.READ_DATA));
            assertEquals(List.of("VORDEFINIERT\\Benutzer"), List.copyOf(readers(file, trusted)));
            Files.setOwner(file, named("other"));
            assertEquals(List.of("VORDEFINIERT\\Benutzer", "other"), List.copyOf(readers(file, trusted)));
        }

        @Test
        void onlyWhatAllowsItHereCounts() throws IOException {
            Path file = with(written("a", ""),
                    entry("denied", AclEntryType.DENY, Set.of(), AclEntryPermission.READ_DATA),
                    entry("below", AclEntryType.ALLOW, Set.of(AclEntryFlag.INHERIT_ONLY),
                            AclEntryPermission.READ_DATA, AclEntryPermission.WRITE_DATA),
                    entry("attributes", AclEntryType.ALLOW, Set.of(), AclEntryPermission.READ_ATTRIBUTES));
            assertFalse(OwnFiles.isOpen(file));
            assertEquals(List.of(), List.copyOf(OwnFiles.writers(file)));
        }

        @Test
        void whoMayChangeItIsNamed() throws IOException {
            List<AclEntryPermission> changing = List.of(AclEntryPermission.WRITE_DATA, AclEntryPermission.APPEND_DATA,
                    AclEntryPermission.DELETE, AclEntryPermission.DELETE_CHILD, AclEntryPermission.WRITE_ACL,
                    AclEntryPermission.WRITE_OWNER);
            List<String> named = new ArrayList<>();
            for (AclEntryPermission permission : changing) {
                with(folder, entry("p" + permission, AclEntryType.ALLOW, Set.of(), permission));
                named.addAll(OwnFiles.writers(folder));
            }
            assertEquals(changing.stream().map(permission -> "p" + permission).toList(), named);
            with(folder, entry("reader", AclEntryType.ALLOW, Set.of(), AclEntryPermission.READ_DATA));
            assertEquals(List.of(), List.copyOf(OwnFiles.writers(folder)));
        }

        @Test
        void whatIsReplacedOrRemovedIsWrittenOver() throws IOException {
            replacesAndWipes();
            OwnFiles.sync(folder);
        }

        /** The process ended between the second name and its removal. */
        @Test
        void aSecondNameOfBeforeIsInNobodysWay() throws IOException {
            written("state.key.old", "older");
            Path file = written("state.key", "old");
            OwnFiles.replace(file, written("fresh", "fresh"));
            assertEquals("fresh", Files.readString(file));
            assertEquals(List.of("state.key"), names());
        }
    }

    /** The same where there are rights. */
    @Nested
    class WithRights {

        @BeforeEach
        void make() throws IOException {
            system = Jimfs.newFileSystem(Configuration.unix().toBuilder().setAttributeViews("basic", "owner", "posix")
                    .build());
            folder = Files.createDirectory(system.getPath("/cloakwork"));
        }

        @Test
        void whatIsMadeIsItsOwnersAlone() throws IOException {
            OwnFiles.createFolders(folder.resolve("a/b"));
            assertEquals("rwx------", rights(folder.resolve("a/b")));
            assertEquals("rw-------", rights(OwnFiles.createFile(folder.resolve("a/b/c"))));
            Path file = written("open", "");
            assertTrue(OwnFiles.isOpen(file));
            OwnFiles.restrict(file);
            assertEquals("rw-------", rights(file));
            assertFalse(OwnFiles.isOpen(file));
            assertEquals(List.of(), List.copyOf(OwnFiles.writers(file)));
        }

        private String rights(Path file) throws IOException {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        }
    }

    /** And where there is neither. */
    @Nested
    class WithNothing {

        @BeforeEach
        void make() throws IOException {
            system = Jimfs.newFileSystem(Configuration.windows());
            folder = Files.createDirectory(system.getPath("C:\\cloakwork"));
        }

        @Test
        void itWorksAllTheSame() throws IOException {
            OwnFiles.createFolders(folder.resolve("a\\b"));
            OwnFiles.createFile(folder.resolve("a\\b\\c"));
            assertFalse(OwnFiles.isOpen(folder.resolve("a\\b\\c")));
            Files.delete(folder.resolve("a\\b\\c"));
            Files.delete(folder.resolve("a\\b"));
            Files.delete(folder.resolve("a"));
            replacesAndWipes();
        }
    }
}
