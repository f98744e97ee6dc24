package org.cloakwork.control;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Keys of configuration as variables of the environment, for containers: {@code CLOAKWORK_}, the name of the file
 * without {@code org.cloakwork.}, nothing if it is {@code cloakwork.cfg}, and the key; in capitals, with {@code _} for
 * whatever is neither a letter nor a digit.
 */
final class Variables {

    static final String PREFIX = "CLOAKWORK_";

    private static final String OURS = "org.cloakwork.";

    /** A key of a file. */
    record Place(String file, String key) {
    }

    private final Map<String, Place> known = new TreeMap<>();
    private final Map<String, Place> beginnings = new TreeMap<>();

    /** @param file in which the key may stand; a key of {@code common} has no file in its name */
    void add(String common, String file, String key) {
        // What cloakwork.cfg has was here first: a front-end of the client goes before what all of its kind have.
        known.putIfAbsent(name(common, file, key), new Place(file, key));
    }

    /** @param beginning of keys in {@code file} of which nobody knows how they go on but the part that reads them */
    void addAll(String common, String file, String beginning) {
        beginnings.putIfAbsent(name(common, file, beginning), new Place(file, beginning));
    }

    private static String name(String common, String file, String key) {
        String where = file.equals(common) ? "" : (file.startsWith(OURS) ? file.substring(OURS.length()) : file) + "_";
        return PREFIX + (where + key).toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    Optional<Place> place(String variable) {
        return Optional.ofNullable(known.get(variable)).or(() -> beginnings.entrySet().stream()
                .filter(entry -> variable.startsWith(entry.getKey()) && variable.length() > entry.getKey().length())
                .map(entry -> new Place(entry.getValue().file(), entry.getValue().key()
                        + variable.substring(entry.getKey().length()).toLowerCase(Locale.ROOT).replace('_', '-')))
                .findFirst());
    }

    /** {@return what is wrong with a variable that names no key} */
    Problem unknown(String variable) {
        String hint = Nearest.hint(variable, known.keySet());
        return new Problem(variable, 0, "no key of the configuration is called so" + (hint.isEmpty()
                ? "; there are, among others, " + known.keySet().stream().filter(name ->
                        name.startsWith(variable.substring(0, Math.min(variable.length(), PREFIX.length() + 1))))
                        .limit(5).collect(Collectors.joining(", ")) : hint));
    }
}
