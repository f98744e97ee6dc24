package org.cloakwork.laboratory;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A part with settings of its own, written {@code name} or {@code name:key=value:key=value}.
 *
 * @param name     of the part within its kind
 * @param settings its own keys
 */
record Variant(String name, Map<String, String> settings) {

    /** What the laboratory measures if it is asked for nothing else, as far as it is installed. */
    static final List<Variant> ROUTES = Arrays.stream(new String[] {"uniform", "fixed",
        "fixed:data=client client fresh:cover=client client fresh:cover-ack=client client fresh", "subset",
        "subset:mixes=4", "subset:mixes=8", "sticky:alpha=0.9", "sticky", "latency",
        "subset:mixes=1"}).map(Variant::parse).toList();

    Variant {
        settings = new TreeMap<>(settings);
    }

    static Variant parse(String text) {
        String[] parts = text.trim().split(":");
        Map<String, String> settings = new TreeMap<>();
        for (String setting : Arrays.asList(parts).subList(1, parts.length)) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("\"" + text
                        + "\": allowed is a part's name, or name:key=value:key=value");
            }
            settings.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return new Variant(parts[0], settings);
    }

    /** {@return as it is written} */
    @Override
    public String toString() {
        return name + settings.entrySet().stream().map(entry -> ":" + entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining());
    }
}
