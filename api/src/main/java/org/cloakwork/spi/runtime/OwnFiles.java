package org.cloakwork.spi.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Files and folders for their owner alone: by rights (0600 and 0700) where the file system has those, by access control
 * lists on Windows. Where it has neither, nothing is restricted, and nothing is found open.
 *
 * <p>On Windows, names of groups are in the language of the system. So others are there all but those who can reach the
 * user's own folder ({@code user.home}): the user, the system and its administrators as a rule.
 */
public final class OwnFiles {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final Set<AclEntryPermission> READ = EnumSet.of(AclEntryPermission.READ_DATA);
    private static final Set<AclEntryPermission> WRITE = EnumSet.of(AclEntryPermission.WRITE_DATA,
            AclEntryPermission.APPEND_DATA, AclEntryPermission.DELETE, AclEntryPermission.DELETE_CHILD,
            AclEntryPermission.WRITE_ACL, AclEntryPermission.WRITE_OWNER);

    private OwnFiles() {
    }

    /**
     * Makes a folder and those above it; what is there already stays as it is.
     *
     * @param folder to be there
     * @throws IOException if it cannot be made
     */
    public static void createFolders(Path folder) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path next = folder.toAbsolutePath(); next != null && !Files.exists(next); next = next.getParent()) {
            missing.push(next);
        }
        Files.createDirectories(folder, rights(folder, "rwx------"));
        for (Path made : missing) {
            restrictByList(made);
        }
    }

    /**
     * Makes a file.
     *
     * @param file to be made, empty
     * @return the same
     * @throws java.nio.file.FileAlreadyExistsException if there is one
     * @throws IOException                              if it cannot be made
     */
    public static Path createFile(Path file) throws IOException {
        Files.createFile(file, rights(file, "rw-------"));
        restrictByList(file);
        return file;
    }

    /**
     * Takes from others what they may do with a file or folder, whatever that is.
     *
     * @param path of it
     * @throws IOException if that is not possible
     */
    public static void restrict(Path path) throws IOException {
        if (isPosix(path)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(
                    Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
        restrictByList(path);
    }

    private static void restrictByList(Path path) throws IOException {
        AclFileAttributeView list = list(path);
        // A socket is protected by its folder.
        if (list != null && (Files.isDirectory(path) || Files.isRegularFile(path))) {
            // What would come from the folder above goes with what the list replaces.
            list.setAcl(List.of(AclEntry.newBuilder().setType(AclEntryType.ALLOW).setPrincipal(list.getOwner())
                    .setPermissions(EnumSet.allOf(AclEntryPermission.class))
                    .setFlags(Files.isDirectory(path)
                            ? EnumSet.of(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT)
                            : EnumSet.noneOf(AclEntryFlag.class)).build()));
        }
    }

    /**
     * Whether everybody may read a file.
     *
     * @param file that is there
     * @return so it is
     * @throws IOException if that cannot be told
     */
    public static boolean isOpen(Path file) throws IOException {
        if (isPosix(file)) {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        }
        return !others(file, READ, trusted(file)).isEmpty();
    }

    /**
     * How people close what is open, for messages.
     *
     * @param file that is open
     * @return a few words
     */
    public static String remedy(Path file) {
        return isPosix(file) ? "chmod 600 it" : "icacls it /inheritance:r /grant:r %USERNAME%:F";
    }

    /**
     * Who may change a file or folder, by access control list.
     *
     * @param path it
     * @return names of others; empty where there are no such lists
     * @throws IOException if that cannot be told
     */
    public static Collection<String> writers(Path path) throws IOException {
        return others(path, WRITE, trusted(path));
    }

    static Collection<String> others(Path path, Set<AclEntryPermission> any, Set<UserPrincipal> trusted)
            throws IOException {
        Set<String> others = new TreeSet<>();
        AclFileAttributeView list = list(path);
        if (list != null) {
            Set<UserPrincipal> known = new HashSet<>(trusted);
            if (known.isEmpty()) {
                known.add(list.getOwner());
            }
            if (!known.contains(list.getOwner())) {
                others.add(list.getOwner().getName());
            }
            for (AclEntry entry : list.getAcl()) {
                if (entry.type() == AclEntryType.ALLOW && !entry.flags().contains(AclEntryFlag.INHERIT_ONLY)
                        && entry.permissions().stream().anyMatch(any::contains) && !known.contains(entry.principal())) {
                    others.add(entry.principal().getName());
                }
            }
        }
        return others;
    }

    private static Set<UserPrincipal> trusted(Path near) throws IOException {
        try {
            Path home = near.getFileSystem().getPath(System.getProperty("user.home"));
            return Files.exists(home) ? reaching(home) : Set.of();
        } catch (InvalidPathException e) {
            return Set.of();
        }
    }

    static Set<UserPrincipal> reaching(Path home) throws IOException {
        Set<UserPrincipal> trusted = new HashSet<>();
        AclFileAttributeView list = list(home);
        if (list != null) {
            trusted.add(list.getOwner());
            list.getAcl().stream().filter(entry -> entry.type() == AclEntryType.ALLOW).map(AclEntry::principal)
                    .forEach(trusted::add);
        }
        return trusted;
    }

    /**
     * Makes the names in a folder durable, where that is a thing.
     *
     * @param folder it
     * @throws IOException if they cannot be
     */
    public static void sync(Path folder) throws IOException {
        if (isPosix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /**
     * Puts a file in the place of another, whose bytes are written over.
     *
     * @param file  that is there
     * @param fresh that takes its name
     * @throws IOException if that is not possible; the file is the one or the other then
     */
    public static void replace(Path file, Path fresh) throws IOException {
        if (isPosix(file)) {
            try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                sync(file.getParent());
                overwrite(old);
            }
            return;
        }
        // What is open cannot be replaced on Windows, so the old one gets a second name first.
        Path old = file.resolveSibling(file.getFileName() + ".old");
        Files.deleteIfExists(old);
        Files.createLink(old, file);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        destroy(old);
    }

    /**
     * Removes a file, whose bytes are written over.
     *
     * @param file that is there
     * @throws IOException if that is not possible
     */
    public static void wipe(Path file) throws IOException {
        if (isPosix(file)) {
            try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
                Files.delete(file);
                sync(file.getParent());
                overwrite(old);
            }
            return;
        }
        // The name goes first: a file of zeros would be taken for one that is damaged.
        Path old = file.resolveSibling(file.getFileName() + ".old");
        Files.move(file, old, StandardCopyOption.REPLACE_EXISTING);
        destroy(old);
    }

    private static void destroy(Path old) throws IOException {
        try (FileChannel channel = FileChannel.open(old, StandardOpenOption.WRITE)) {
            overwrite(channel);
        }
        Files.delete(old);
    }

    private static void overwrite(FileChannel old) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(BUFFER_BYTES);
        long size = old.size();
        for (long at = 0; at < size; ) {
            at += old.write(zeros.clear().limit((int) Math.min(BUFFER_BYTES, size - at)), at);
        }
        old.force(false);
    }

    private static FileAttribute<?>[] rights(Path path, String text) {
        return isPosix(path)
                ? new FileAttribute<?>[]{PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static AclFileAttributeView list(Path path) {
        return isPosix(path) ? null : Files.getFileAttributeView(path, AclFileAttributeView.class);
    }
}
