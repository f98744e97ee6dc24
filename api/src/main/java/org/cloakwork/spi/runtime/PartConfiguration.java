package org.cloakwork.spi.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the configuration of a part: ask for each key, then {@link #verify}. Every error is an
 * {@link IllegalArgumentException} that names the part, the key, the value and what is allowed. Not safe for use by
 * several threads.
 */
public final class PartConfiguration {

    private final String part;
    private final Map<String, String> values;
    private final Set<String> asked = new TreeSet<>();

    /**
     * Reads the keys of a part.
     *
     * @param part   kind and name, for errors
     * @param values as given to {@link PartFactory#create}
     */
    public PartConfiguration(String part, Map<String, String> values) {
        this.part = part;
        this.values = Map.copyOf(values);
    }

    /**
     * Takes the properties of a Declarative Services component. Keys with a dot belong to the framework and are left
     * out; lists become comma-separated.
     *
     * @param part       kind and name, for errors
     * @param properties as activated with
     * @return the configuration
     */
    public static PartConfiguration ofProperties(String part, Map<String, ?> properties) {
        Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (key.indexOf('.') < 0) {
                values.put(key, switch (value) {
                    case Object[] array -> join(Arrays.asList(array));
                    case Collection<?> collection -> join(collection);
                    default -> value.toString();
                });
            }
        });
        return new PartConfiguration(part, values);
    }

    /**
     * Takes the properties of a Declarative Services component that say what part it is.
     *
     * @param properties as activated with, {@code cloakwork.part} and {@code cloakwork.name} among them
     * @return the configuration
     * @since 1.4
     */
    public static PartConfiguration ofProperties(Map<String, ?> properties) {
        return ofProperties(Stream.of(PartFactory.KIND_PROPERTY, PartFactory.NAME_PROPERTY).map(properties::get)
                .filter(Objects::nonNull).map(Object::toString).collect(Collectors.joining(" ")), properties);
    }

    private static String join(Collection<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * Where one client has settings of its own for a part that serves several.
     *
     * @param settings go before the values of this configuration
     * @return both together
     * @since 1.2
     */
    public PartConfiguration with(Map<String, String> settings) {
        Map<String, String> both = new TreeMap<>(values);
        both.putAll(settings);
        return new PartConfiguration(part, both);
    }

    /**
     * For keys without a default.
     *
     * @param key what to look for
     * @return whether it has a value
     * @since 1.2
     */
    public boolean has(String key) {
        return value(key) != null;
    }

    /**
     * Reads a text.
     *
     * @param key     what to read
     * @param allowed for people, in the error
     * @return its value, trimmed
     * @throws IllegalArgumentException if it is missing or blank
     */
    public String text(String key, String allowed) {
        String value = value(key);
        if (value == null) {
            throw wrong(key, "missing", allowed);
        }
        return value;
    }

    /**
     * Reads a text.
     *
     * @param key          what to read
     * @param defaultValue if it is missing or blank
     * @return its value, trimmed
     * @since 1.2
     */
    public String textOr(String key, String defaultValue) {
        String value = value(key);
        return value == null ? defaultValue : value;
    }

    /**
     * Reads one of several values.
     *
     * @param key          what to read
     * @param defaultValue if it is missing or blank
     * @param allowed      values
     * @return its value, one of those allowed
     * @since 1.1
     */
    public String choice(String key, String defaultValue, Collection<String> allowed) {
        String value = value(key);
        if (value != null && !allowed.contains(value)) {
            throw wrong(key, quoted(value), String.join(", ", allowed));
        }
        return value == null ? defaultValue : value;
    }

    /**
     * Reads a list.
     *
     * @param key     what to read
     * @param allowed for people, in the error
     * @return its comma-separated values, trimmed
     * @throws IllegalArgumentException if there is none
     */
    public List<String> list(String key, String allowed) {
        List<String> list = Arrays.stream(text(key, allowed).split(",")).map(String::strip)
                .filter(element -> !element.isEmpty()).toList();
        if (list.isEmpty()) {
            throw wrong(key, "empty", allowed);
        }
        return list;
    }

    /**
     * Reads an integer.
     *
     * @param key          what to read
     * @param defaultValue if it is missing or blank
     * @param min          smallest allowed
     * @param max          largest allowed
     * @return its value
     */
    public int integer(String key, int defaultValue, int min, int max) {
        String value = value(key);
        if (value == null) {
            return defaultValue;
        }
        String allowed = "a whole number from " + min + " to " + max;
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(key, quoted(value), allowed);
    }

    /**
     * Reads a number.
     *
     * @param key          what to read
     * @param defaultValue if it is missing or blank
     * @param min          smallest allowed
     * @param max          largest allowed
     * @return its value
     */
    public double decimal(String key, double defaultValue, double min, double max) {
        String value = value(key);
        if (value == null) {
            return defaultValue;
        }
        try {
            double number = Double.parseDouble(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(key, quoted(value), "a number from " + min + " to " + max);
    }

    /**
     * Reads a duration.
     *
     * @param key           ends in {@code -millis}
     * @param defaultMillis if it is missing or blank
     * @param minMillis     smallest allowed
     * @param maxMillis     largest allowed
     * @return its value
     */
    public Duration millis(String key, int defaultMillis, int minMillis, int maxMillis) {
        return Duration.ofMillis(integer(key, defaultMillis, minMillis, maxMillis));
    }

    /**
     * Reads {@code true} or {@code false}.
     *
     * @param key          what to read
     * @param defaultValue if it is missing or blank
     * @return its value
     */
    public boolean flag(String key, boolean defaultValue) {
        return switch (value(key)) {
            case null -> defaultValue;
            case "true" -> true;
            case "false" -> false;
            case String other -> throw wrong(key, quoted(other), "true or false");
        };
    }

    /**
     * To be called after every key was asked for.
     *
     * @throws IllegalArgumentException if there is a key nobody asked for
     */
    public void verify() {
        for (String key : new TreeSet<>(values.keySet())) {
            if (!asked.contains(key)) {
                throw wrong(key, "unknown key", asked.isEmpty() ? "no key at all"
                        : "the keys " + String.join(", ", asked));
            }
        }
    }

    /**
     * For values whose form only the part knows.
     *
     * @param key     with the wrong value
     * @param fault   what is there
     * @param allowed what is allowed instead
     * @return to be thrown
     */
    public IllegalArgumentException wrong(String key, String fault, String allowed) {
        return new IllegalArgumentException(part + ": " + key + ": " + fault + "; allowed is " + allowed);
    }

    private String value(String key) {
        asked.add(key);
        String value = values.get(key);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static String quoted(String value) {
        return '"' + value + '"';
    }
}
