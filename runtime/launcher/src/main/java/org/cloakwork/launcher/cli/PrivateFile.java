package org.cloakwork.launcher.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** A file that nobody else may read, where the system knows such files. */
public final class PrivateFile {

    private PrivateFile() {
    }

    /**
     * @param file to be made, empty
     * @return the same
     * @throws FileAlreadyExistsException if there is one
     */
    public static Path create(Path file) throws IOException {
        FileAttribute<?>[] ours = file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[]{
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
        return Files.createFile(file, ours);
    }
}
