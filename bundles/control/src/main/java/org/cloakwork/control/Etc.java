package org.cloakwork.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloakwork.spi.control.ConfigurationFile;
import org.cloakwork.spi.runtime.OwnFiles;

/** The configuration files {@code *.cfg} of a folder, as they are at this moment. Not safe for use by many threads. */
final class Etc {

    static final String SUFFIX = ".cfg";
    private static final ConfigurationFile NOTHING = new ConfigurationFile(Map.of(), Map.of(), List.of());
    private static final Pattern SECRET = Pattern.compile("(?:.*\\.)?token");

    private record Stamp(FileTime modified, long bytes) {
    }

    private final Path folder;
    private final Map<String, Stamp> seen = new HashMap<>();
    private final Map<String, Stamp> read = new HashMap<>();
    private final Map<String, ConfigurationFile> good = new TreeMap<>();
    private final Map<String, List<Problem>> problems = new TreeMap<>();
    private final Set<String> others = new TreeSet<>();

    Etc(Path folder) {
        this.folder = folder;
    }

    Path file(String name) {
        return folder.resolve(name + SUFFIX);
    }

    /** {@return where a file with this whole name is} */
    String path(String fileName) {
        return folder.resolve(fileName).toString();
    }

    /** {@return the names of the files, without {@code .cfg}} */
    Set<String> names() {
        return good.keySet();
    }

    /** {@return a file as last read without a fault, the first time with what it had; empty if there is none} */
    ConfigurationFile read(String name) {
        return good.getOrDefault(name, NOTHING);
    }

    /** {@return what is wrong with files, in the order of names and lines; what was read before stays} */
    List<Problem> problems() {
        return problems.values().stream().flatMap(List::stream).toList();
    }

    /** {@return the whole names of the files that are no {@code .cfg}} */
    Set<String> others() {
        return others;
    }

    /** Reads what is new. A file that has just changed is left for the next time: it may be half written. */
    void refresh() {
        Map<String, Path> present = new TreeMap<>();
        others.clear();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX)) {
                    present.put(name.substring(0, name.length() - SUFFIX.length()), file);
                } else if (Files.isRegularFile(file)) {
                    others.add(name);
                }
            });
        } catch (IOException e) {
            problems.put("", List.of(new Problem(folder.toString(), 0, "cannot be read: " + e.getMessage())));
            return;
        }
        problems.remove("");
        present.forEach(this::look);
        List.of(good, problems, seen, read).forEach(map -> map.keySet().retainAll(present.keySet()));
    }

    private void look(String name, Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Stamp now = new Stamp(attributes.lastModifiedTime(), attributes.size());
            Stamp before = seen.put(name, now);
            if (now.equals(read.get(name)) || before != null && !before.equals(now)) {
                return;
            }
            read.put(name, now);
        } catch (IOException e) {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                // It has just gone.
                return;
            }
            // What it is that is in the way is said by whoever reads it.
            read.remove(name);
        }
        ConfigurationFile latest = hidden(file, ConfigurationFile.read(file));
        if (latest.faults().isEmpty()) {
            problems.remove(name);
            good.put(name, latest);
        } else {
            problems.put(name, latest.faults().stream()
                    .map(fault -> new Problem(file.toString(), fault.line(), fault.text())).toList());
            good.putIfAbsent(name, latest);
            if (latest.faults().getFirst().line() == 0) {
                // Its rights may change, which nothing of what is looked at tells.
                read.remove(name);
            }
        }
    }

    /** A file whose rights are put right is read then. */
    private static ConfigurationFile hidden(Path file, ConfigurationFile read) {
        try {
            boolean secret = read.values().entrySet().stream().anyMatch(entry ->
                    SECRET.matcher(entry.getKey()).matches() && !entry.getValue().isEmpty());
            if (secret && OwnFiles.isOpen(file)) {
                return new ConfigurationFile(Map.of(), Map.of(), List.of(new ConfigurationFile.Fault(0,
                        "cannot be read: there is a token in it, and everybody may read it; "
                        + OwnFiles.remedy(file))));
            }
            return read;
        } catch (IOException e) {
            return new ConfigurationFile(Map.of(), Map.of(), List.of(new ConfigurationFile.Fault(0,
                    "cannot be read: " + e.getMessage())));
        }
    }

    /** Sets one key in a file and leaves everything else in it as it is. */
    void save(String name, String key, String value) throws IOException {
        Path file = file(name);
        ConfigurationFile now = ConfigurationFile.read(file);
        for (ConfigurationFile.Fault fault : now.faults()) {
            throw new IOException(new Problem(file.toString(), fault.line(), fault.text()).toString());
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        String line = key + " = " + value;
        int at = now.lines().getOrDefault(key, 0) - 1;
        if (at < 0) {
            lines.add(line);
        } else {
            while (lines.get(at).endsWith("\\") && at + 1 < lines.size()) {
                lines.set(at, lines.remove(at + 1));
            }
            lines.set(at, line);
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
