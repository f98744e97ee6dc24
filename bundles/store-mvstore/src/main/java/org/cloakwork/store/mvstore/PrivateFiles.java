package org.cloakwork.store.mvstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Files and folders that only their owner can read, where the file system knows owners. */
final class PrivateFiles {

    private static final int BUFFER_BYTES = 64 * 1024;

    private PrivateFiles() {
    }

    static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, permissions(directory, "rwx------"));
    }

    static void create(Path file) throws IOException {
        Files.createFile(file, permissions(file, "rw-------"));
    }

    /** Makes the names in a directory durable, where that is a thing. */
    static void sync(Path directory) throws IOException {
        if (isPosix(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Puts a file in the place of another, whose bytes are written over. */
    static void replace(Path file, Path fresh) throws IOException {
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(file.getParent());
            overwrite(old);
        }
    }

    /** Removes a file, whose bytes are written over. */
    static void wipe(Path file) throws IOException {
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
            Files.delete(file);
            sync(file.getParent());
            overwrite(old);
        }
    }

    private static void overwrite(FileChannel old) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(BUFFER_BYTES);
        long size = old.size();
        for (long at = 0; at < size; ) {
            at += old.write(zeros.clear().limit((int) Math.min(BUFFER_BYTES, size - at)), at);
        }
        old.force(false);
    }

    private static FileAttribute<?>[] permissions(Path path, String text) {
        return isPosix(path)
                ? new FileAttribute<?>[]{PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
