package org.cloakwork.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file to send, named on the command line. */
final class InputFile {

    /** What fits a message with room for reply blocks. */
    static final int MAX_BYTES = 16 * 1024 * 1024 - 64 * 1024;

    private InputFile() {
    }

    static byte[] read(Path file) throws UsageException {
        try {
            if (!Files.isRegularFile(file)) {
                throw new UsageException("--file " + file + ": no such file");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new UsageException("--file " + file + ": " + Files.size(file) + " bytes, a message takes up to "
                        + MAX_BYTES);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UsageException("--file " + file + ": cannot be read: " + e.getMessage());
        }
    }
}
