package org.cloakwork.launcher.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file to send, named on the command line. */
public final class InputFile {

    /** What fits a message with room for reply blocks. */
    static final int MAX_BYTES = 16 * 1024 * 1024 - 64 * 1024;

    private InputFile() {
    }

    public static byte[] read(Path file) throws UsageException {
        return read(file, "--file " + file);
    }

    /** @param named what the file is called in errors */
    public static byte[] read(Path file, String named) throws UsageException {
        try {
            if (!Files.isRegularFile(file)) {
                throw new UsageException(named + ": no such file");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new UsageException(named + ": " + Files.size(file) + " bytes, a message takes up to "
                        + MAX_BYTES);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UsageException(named + ": cannot be read: " + e.getMessage());
        }
    }

    public static byte[] standardInput() throws IOException, UsageException {
        byte[] bytes = System.in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new UsageException("standard input: more than " + MAX_BYTES + " bytes, which a message takes up to");
        }
        return bytes;
    }
}
