package org.cloakwork.spi.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.cloakwork.spi.runtime.TextFile;

/**
 * A file of {@code etc/}: keys and values in the form of {@link Properties}, in UTF-8, with or without a byte-order
 * mark.
 *
 * @param values trimmed, by their keys, in the order of the file; without keys that stand in it twice
 * @param lines  where each key stands, from 1
 * @param faults what is wrong with the file, in its order; what they do not touch is in {@code values} all the same
 * @since 1.1
 */
public record ConfigurationFile(Map<String, String> values, Map<String, Integer> lines, List<Fault> faults) {

    /** Longer ones are refused. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final int MAX_FAULTS = 100;
    private static final int MAX_SHOWN = 100;

    /**
     * Something that is wrong.
     *
     * @param line from 1; 0: the whole file
     * @param text for people, one line
     */
    public record Fault(int line, String text) {
    }

    /** Keeps the order of the values. */
    public ConfigurationFile {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        lines = Map.copyOf(lines);
        faults = List.copyOf(faults);
    }

    private static ConfigurationFile broken(String text) {
        return new ConfigurationFile(Map.of(), Map.of(), List.of(new Fault(0, text)));
    }

    /**
     * Reads a file.
     *
     * @param file to read
     * @return it; if it cannot be read, that is its fault
     */
    public static ConfigurationFile read(Path file) {
        byte[] bytes;
        try {
            // A pipe or device could keep its reader waiting for ever.
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                return broken("cannot be read: not a regular file");
            }
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MAX_BYTES + 1);
            }
        } catch (NoSuchFileException e) {
            return broken("cannot be read: no such file");
        } catch (AccessDeniedException e) {
            return broken("cannot be read: no right to do so");
        } catch (IOException e) {
            return broken("cannot be read: " + e.getMessage());
        }
        return bytes.length > MAX_BYTES ? broken("cannot be read: larger than " + MAX_BYTES + " bytes") : of(bytes);
    }

    /**
     * Reads the bytes of a file.
     *
     * @param bytes of a file
     * @return what they say
     */
    public static ConfigurationFile of(byte[] bytes) {
        try {
            return of(TextFile.text(bytes));
        } catch (TextFile.NotTextException e) {
            return new ConfigurationFile(Map.of(), Map.of(), List.of(new Fault(e.line(), e.reason())));
        }
    }

    private static ConfigurationFile of(String text) {
        List<Integer> starts = new ArrayList<>();
        List<String> logical = new ArrayList<>();
        List<String> natural = text.lines().toList();
        for (int i = 0; i < natural.size(); i++) {
            if (natural.get(i).isBlank() || isComment(natural.get(i))) {
                continue;
            }
            starts.add(i + 1);
            StringBuilder line = new StringBuilder(natural.get(i));
            while (goesOn(natural.get(i)) && i + 1 < natural.size()) {
                i++;
                line.append('\n').append(natural.get(i));
            }
            logical.add(line.toString());
        }
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        List<Fault> faults = new ArrayList<>();
        int next = 0;
        while (next < logical.size() && faults.size() < MAX_FAULTS) {
            Entries entries = new Entries();
            int first = next;
            next = logical.size();
            try {
                entries.load(new StringReader(String.join("\n", logical.subList(first, next))));
            } catch (IOException | IllegalArgumentException e) {
                next = Math.min(next, first + entries.all.size() + 1);
                faults.add(new Fault(starts.get(next - 1), "cannot be read: " + e.getMessage()
                        + (e.getMessage().contains("\\u") ? " A path is written with / or with \\\\." : "")));
            }
            for (int i = 0; i < entries.all.size(); i++) {
                int line = starts.get(Math.min(first + i, starts.size() - 1));
                Map.Entry<String, String> entry = entries.all.get(i);
                Integer before = lines.putIfAbsent(entry.getKey(), line);
                if (before == null) {
                    values.put(entry.getKey(), entry.getValue().strip());
                } else {
                    values.remove(entry.getKey());
                    if (faults.size() < MAX_FAULTS) {
                        faults.add(new Fault(line, shown(entry.getKey()) + ": stands in line " + before
                                + ", too; allowed is once"));
                    }
                }
            }
        }
        faults.sort(Comparator.comparingInt(Fault::line));
        return new ConfigurationFile(values, lines, faults);
    }

    private static String shown(String key) {
        return key.substring(0, Math.min(key.length(), MAX_SHOWN)).replaceAll("\\p{Cntrl}", "?");
    }

    /** Each in its order, those with the same key included. */
    private static final class Entries extends Properties {

        private static final long serialVersionUID = 1L;

        private final transient List<Map.Entry<String, String>> all = new ArrayList<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            all.add(Map.entry((String) key, (String) value));
            return null;
        }
    }

    private static boolean isComment(String line) {
        String stripped = line.stripLeading();
        return stripped.startsWith("#") || stripped.startsWith("!");
    }

    /** Whether the next line belongs to it: it ends in an odd number of backslashes. */
    private static boolean goesOn(String line) {
        int slashes = 0;
        while (slashes < line.length() && line.charAt(line.length() - 1 - slashes) == '\\') {
            slashes++;
        }
        return slashes % 2 == 1;
    }
}
