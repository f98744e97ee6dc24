package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder in the temporary directory that nobody else can reach into. Code that is to be run may lie in it: what is in
 * it may be removed and made again, the folder itself stays from the first moment to the last.
 */
final class PrivateFolder implements AutoCloseable {

    private static final int ALL_RIGHTS = 0777;
    private static final int OWNER_ONLY = 0700;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    private final Path path;

    /**
     * @param prefix of its name
     * @throws IOException if it cannot be made, or others could reach into it
     */
    PrivateFolder(String prefix) throws IOException {
        path = Files.createTempDirectory(prefix);
        try {
            check();
        } catch (IOException e) {
            close();
            throw e;
        }
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
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
