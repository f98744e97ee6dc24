package org.cloakwork.frontend.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.wire.json.Json;

/** What the laboratory found that each routes part is worth: the figures by which the build says if one is worse. */
final class Worth {

    private static final String FILE = "figures.tsv";

    private Worth() {
    }

    /** {@return for each part its name and, by measure, the value with its interval} */
    static List<Json> all() {
        Map<String, Json> parts = new TreeMap<>();
        for (String line : read().lines().filter(one -> !one.startsWith("#")).toList()) {
            List<String> cells = Arrays.asList(line.split("\t"));
            String[] words = cells.getFirst().split(" ");
            parts.computeIfAbsent(words[0], name -> Json.empty().with("name", name))
                    .withTexts(words[1], cells.subList(1, cells.size()));
        }
        return new ArrayList<>(parts.values());
    }

    private static String read() {
        try (InputStream in = Worth.class.getResourceAsStream(FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
