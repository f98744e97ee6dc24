package org.cloakwork.laboratory;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Options by name; says what is allowed where one is wrong. */
record Choices(Map<String, String> options) {

    /** Refuses what the study does not know. */
    void verify(Set<String> known) {
        options.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("--" + name + ": not for this study; there are " + new TreeSet<>(known));
        });
    }

    String text(String name, String byDefault) {
        return options.getOrDefault(name, byDefault);
    }

    boolean flag(String name) {
        return options.containsKey(name);
    }

    double decimal(String name, double byDefault, double min, double max) {
        return options.containsKey(name) ? decimal(name, options.get(name), min, max) : byDefault;
    }

    private static double decimal(String name, String value, double min, double max) {
        try {
            double number = Double.parseDouble(value.trim());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for both faults
        }
        throw new IllegalArgumentException("--" + name + " " + value + ": must be a number from " + min + " to " + max);
    }

    int number(String name, int byDefault, int min, int max) {
        double number = decimal(name, byDefault, min, max);
        if (number != Math.rint(number)) {
            throw new IllegalArgumentException("--" + name + " " + options.get(name) + ": must be a whole number");
        }
        return (int) number;
    }

    long seed() {
        String value = text("seed", "1");
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--seed " + value + ": must be a whole number of 64 bits", e);
        }
    }

    /** {@return shares, the smallest first} */
    List<Double> shares(String name, String byDefault) {
        return Arrays.stream(text(name, byDefault).split(",")).map(value -> decimal(name, value, 0, 1)).sorted()
                .distinct()
                .toList();
    }

    /** {@return numbers with commas between} */
    List<Double> decimals(String name, String byDefault, double min, double max) {
        return Arrays.stream(text(name, byDefault).split(",")).map(value -> decimal(name, value, min, max)).distinct()
                .toList();
    }

    /** {@return variants that are named, with commas between} */
    List<Variant> variants(String name, List<Variant> byDefault) {
        return options.containsKey(name)
                ? Arrays.stream(options.get(name).split(",")).map(Variant::parse).toList() : byDefault;
    }
}
