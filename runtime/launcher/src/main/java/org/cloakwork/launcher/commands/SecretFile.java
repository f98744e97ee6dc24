package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.cli.Verbs;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.spi.runtime.TextFile;

/** A secret in the first line of a file that is nobody else's. */
final class SecretFile {

    private static final int MAX_BYTES = 1024;

    private SecretFile() {
    }

    /**
     * @param named what it is called in messages
     * @param file  to read
     * @return the bytes of its first line; the caller's, to be cleared
     * @throws UsageException if it cannot be read, its first line is too long, or others may read it
     */
    static byte[] firstLine(String named, Path file) throws UsageException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.isRegularFile(file) && OwnFiles.isOpen(file)) {
                throw new UsageException(named + ": everybody may read it; " + OwnFiles.remedy(file));
            }
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new UsageException(named + ": cannot be read: " + Verbs.told(e));
        }
        try {
            int start = TextFile.markLength(bytes);
            int end = start;
            while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
                end++;
            }
            if (end > MAX_BYTES) {
                throw new UsageException(named + ": its first line has more than " + MAX_BYTES + " bytes");
            }
            return Arrays.copyOfRange(bytes, start, end);
        } catch (TextFile.NotTextException e) {
            throw new UsageException(named + ": " + e.getMessage());
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
