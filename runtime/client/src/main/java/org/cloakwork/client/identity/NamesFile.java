package org.cloakwork.client.identity;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Petnames;
import org.cloakwork.spi.runtime.TextFile;

/**
 * A file of names, read again when it has changed. A line is {@code NAME = ADDRESS} or {@code NAME = ADDRESS, FILE}:
 * the address in either form, and a key of {@code cloakwork key}, in a file beside this one. Lines that begin with
 * {@code #} say nothing.
 */
public final class NamesFile implements Petnames {

    private static final int MOST_BYTES = 1 << 20;
    private static final int LONGEST_NAME = 39;

    private record Stamp(long modifiedMillis, long bytes) {
    }

    private record Entries(Map<String, MixnetAddress> names, Map<MixnetAddress, Path> keys) {

        private static final Entries NONE = new Entries(Map.of(), Map.of());
    }

    private final Path file;
    @GuardedBy("this")
    private Stamp stamp;
    @GuardedBy("this")
    private Entries entries = Entries.NONE;

    /** @param file may come and go */
    public NamesFile(Path file) {
        this.file = file;
    }

    @Override
    public Optional<MixnetAddress> find(String name) throws IOException {
        return Optional.ofNullable(read().names().get(name));
    }

    @Override
    public Optional<AccessKey> keyFor(MixnetAddress address) throws IOException {
        Path key = read().keys().get(address);
        if (key == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(AccessKey.parse(TextFile.read(key, MOST_BYTES)));
        } catch (IllegalArgumentException | TextFile.NotTextException e) {
            throw new IOException(key + ": " + e.getMessage());
        } catch (IOException e) {
            throw new IOException(key + " cannot be read", e);
        }
    }

    private synchronized Entries read() throws IOException {
        try {
            Stamp now = new Stamp(Files.getLastModifiedTime(file).toMillis(), Files.size(file));
            if (!now.equals(stamp)) {
                entries = parse(TextFile.read(file, MOST_BYTES).lines().toList());
                stamp = now;
            }
        } catch (NoSuchFileException e) {
            entries = Entries.NONE;
            stamp = null;
        } catch (TextFile.NotTextException e) {
            throw new IOException(file + (e.line() > 0 ? ":" + e.line() : "") + ": " + e.reason());
        }
        return entries;
    }

    private Entries parse(List<String> lines) throws IOException {
        Entries read = new Entries(new HashMap<>(), new HashMap<>());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                try {
                    add(line, read);
                } catch (IllegalArgumentException e) {
                    throw new IOException(file + ":" + (i + 1) + ": " + e.getMessage());
                }
            }
        }
        return read;
    }

    private void add(String line, Entries read) {
        int equals = line.indexOf('=');
        String name = line.substring(0, Math.max(0, equals)).strip().toLowerCase(Locale.ROOT);
        if (!name.matches("[a-z0-9-]{1," + LONGEST_NAME + "}")) {
            throw new IllegalArgumentException("a line is NAME = ADDRESS or NAME = ADDRESS, FILE, and a name has 1 to "
                    + LONGEST_NAME + " letters, digits and '-'");
        }
        String[] values = line.substring(equals + 1).split(",", 2);
        MixnetAddress address = MixnetAddress.parse(values[0].strip());
        if (read.names().put(name, address) != null) {
            throw new IllegalArgumentException('"' + name + "\" is there twice");
        }
        if (values.length > 1) {
            read.keys().put(address, file.resolveSibling(values[1].strip()));
        }
    }
}
