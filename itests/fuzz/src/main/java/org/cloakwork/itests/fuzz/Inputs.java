package org.cloakwork.itests.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;

/** What a target is tried with in any case: its seeds, and what was once found, in {@code findings/TARGET}. */
final class Inputs {

    private Inputs() {
    }

    /** {@return inputs by names that say where they are from} */
    static Map<String, byte[]> of(Target target) {
        Map<String, byte[]> inputs = new TreeMap<>();
        target.seeds().forEach(seed -> inputs.put("seed-" + Vectors.sha256(seed).substring(0, 16), seed));
        URL found = Inputs.class.getResource("/findings/" + target.name());
        if (found != null) {
            try (Stream<Path> files = Files.list(Path.of(found.toURI()))) {
                for (Path file : files.toList()) {
                    inputs.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return inputs;
    }

    /** {@return the words of a target as libFuzzer reads them} */
    static String dictionary(List<String> words) {
        return words.stream().map(Inputs::quoted).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String quoted(String word) {
        StringBuilder text = new StringBuilder("\"");
        for (byte each : word.getBytes(StandardCharsets.UTF_8)) {
            text.append("\\x").append(String.format("%02X", each));
        }
        return text.append('"').toString();
    }
}
