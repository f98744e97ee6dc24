package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;
import org.cloakwork.spi.runtime.OwnFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder in the temporary directory that nobody else can reach into. Code that is to be run may lie in it: what is in
 * it may be removed and made again, the folder itself stays from the first moment to the last. Those of processes that
 * were killed are removed by the next one.
 */
final class PrivateFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PrivateFolder.class);
    private static final int ALL_RIGHTS = 0777;
    private static final int OWNER_ONLY = 0700;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    /** A file in it that is locked while its process lives; its name begins with the number of that process. */
    private static final String LOCK = ".lock";

    private final Path path;
    private FileChannel lock;

    /**
     * @param prefix of its name
     * @throws IOException if it cannot be made, or others could reach into it
     */
    PrivateFolder(String prefix) throws IOException {
        path = Files.createTempDirectory(prefix);
        try {
            OwnFiles.restrict(path);
            check();
            lock();
        } catch (IOException e) {
            close();
            throw e;
        }
        removeThoseOfTheDead(prefix);
    }

    /** Whoever finds the file finds it locked: it gets its name afterwards. */
    private void lock() throws IOException {
        String name = ProcessHandle.current().pid() + LOCK;
        Path unlocked = path.resolve(name + ".new");
        lock = FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        Files.move(unlocked, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private void removeThoseOfTheDead(String prefix) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(path.toAbsolutePath().getParent(), folder ->
                folder.getFileName().toString().matches(Pattern.quote(prefix) + "\\d+")
                        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && !folder.endsWith(path.getFileName())
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(path)))) {
            for (Path folder : folders) {
                if (isOfTheDead(folder)) {
                    remove(folder);
                }
            }
        } catch (IOException | DirectoryIteratorException | UnsupportedOperationException e) {
            LOG.debug("what earlier processes left is still there", e);
        }
    }

    private static boolean isOfTheDead(Path folder) throws IOException {
        String ours = ProcessHandle.current().pid() + LOCK;
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(folder, "*" + LOCK)) {
            for (Path file : locks) {
                // To open and close a file that this process has locked would unlock it.
                if (file.endsWith(ours)) {
                    return false;
                }
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                     FileLock taken = channel.tryLock()) {
                    return taken != null;
                }
            }
        }
        return false;
    }

    private void check() throws IOException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        // Not every file system keeps the rights that a folder is made with.
        if ((mode(path) & ALL_RIGHTS) != OWNER_ONLY) {
            throw refused(path + " has the rights " + Integer.toOctalString(mode(path) & ALL_RIGHTS) + ", not "
                    + Integer.toOctalString(OWNER_ONLY));
        }
        Path parent = path.toAbsolutePath().getParent();
        if ((mode(parent) & (OTHERS_WRITE | STICKY)) == OTHERS_WRITE) {
            throw refused("anybody may rename what is in " + parent + " (it lacks the sticky bit)");
        }
    }

    private static int mode(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:mode");
    }

    private static IOException refused(String why) {
        return new IOException("no folder that others cannot reach into: " + why
                + "; name another with JAVA_OPTS=-Djava.io.tmpdir=FOLDER");
    }

    /** {@return where something in it is, or will be} */
    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Removes it and all that is in it. */
    @Override
    public void close() {
        try {
            // First: on Windows a file that is open keeps its folder from being removed.
            if (lock != null) {
                lock.close();
            }
            remove(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another process may remove it, too: whoever starts takes those of the dead away, and the lock is gone first. */
    static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                return removed(file);
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                return unlessGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                return e == null ? removed(directory) : unlessGone(e);
            }

            private FileVisitResult removed(Path file) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            private FileVisitResult unlessGone(IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }
}
