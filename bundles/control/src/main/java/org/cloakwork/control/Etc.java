package org.cloakwork.control;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The configuration files {@code *.cfg} of a folder, as they are at this moment. Not safe for use by many threads. */
final class Etc {

    private static final long MAX_FILE_BYTES = 1024 * 1024;
    private static final String SUFFIX = ".cfg";
    private static final Pattern SECRET = Pattern.compile("(?:.*\\.)?token");

    private record Stamp(FileTime modified, long bytes) {
    }

    private final Path folder;
    private final Map<String, Stamp> seen = new HashMap<>();
    private final Map<String, Stamp> read = new HashMap<>();
    private final Map<String, Map<String, String>> values = new TreeMap<>();
    private final Map<String, Problem> problems = new TreeMap<>();

    Etc(Path folder) {
        this.folder = folder;
    }

    Path file(String name) {
        return folder.resolve(name + SUFFIX);
    }

    /** {@return the files by their names without {@code .cfg}, as last read} */
    Map<String, Map<String, String>> values() {
        return values;
    }

    /** {@return why files could not be read, by their names; what was read before stays} */
    Map<String, Problem> problems() {
        return problems;
    }

    /** Reads what is new. A file that has just changed is left for the next time: it may be half written. */
    void refresh() {
        Map<String, Path> present = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).forEach(file -> {
                String name = file.getFileName().toString();
                present.put(name.substring(0, name.length() - SUFFIX.length()), file);
            });
        } catch (IOException e) {
            problems.put("", new Problem(folder.toString(), "cannot be read: " + e.getMessage()));
            return;
        }
        problems.remove("");
        present.forEach(this::look);
        List.of(values, problems, seen, read).forEach(map -> map.keySet().retainAll(present.keySet()));
    }

    private void look(String name, Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Stamp now = new Stamp(attributes.lastModifiedTime(), attributes.size());
            Stamp before = seen.put(name, now);
            if (!now.equals(read.get(name)) && (before == null || before.equals(now))) {
                Map<String, String> loaded = load(file, now.bytes());
                requireHidden(file, loaded);
                read.put(name, now);
                values.put(name, loaded);
                problems.remove(name);
            }
        } catch (IOException | IllegalArgumentException e) {
            problems.put(name, new Problem(file.toString(), "cannot be read: " + e.getMessage()));
        }
    }

    private static Map<String, String> load(Path file, long bytes) throws IOException {
        if (bytes > MAX_FILE_BYTES) {
            throw new IOException("larger than " + MAX_FILE_BYTES + " bytes");
        }
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        Map<String, String> loaded = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> loaded.put(key, properties.getProperty(key).strip()));
        return loaded;
    }

    /** A file whose rights are put right is read then. */
    private static void requireHidden(Path file, Map<String, String> loaded) throws IOException {
        if (loaded.entrySet().stream().anyMatch(entry -> SECRET.matcher(entry.getKey()).matches()
                && !entry.getValue().isEmpty())
                && Files.getFileStore(file).supportsFileAttributeView("posix")
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException("there is a token in it, and everybody may read it; chmod 600 it");
        }
    }

    /** Sets one key in a file and leaves everything else in it as it is. */
    void save(String name, String key, String value) throws IOException {
        Path file = file(name);
        Pattern assignment = Pattern.compile("\\s*" + Pattern.quote(key) + "\\s*[=: ].*");
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        // The last one counts.
        Optional<String> old = lines.reversed().stream().filter(line -> assignment.matcher(line).matches()).findFirst();
        String line = key + " = " + value;
        if (old.isPresent()) {
            lines.set(lines.lastIndexOf(old.get()), line);
        } else {
            lines.add(line);
        }
        Path written = Files.createTempFile(folder, name, ".new");
        try {
            Files.write(written, lines, StandardCharsets.UTF_8);
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(file));
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
