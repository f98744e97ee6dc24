package org.cloakwork.itests.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Prometheus' own readers of both texts: promtool, and the reference parser of OpenMetrics. Without them the texts are
 * not checked so, and it is said; without promtool and with the environment variable {@code CI=true} that is a failure.
 */
final class Checkers {

    private static final Path PYTHON = Path.of("target", "python");
    private static final String PARSER = "prometheus_client==0.26.0";
    private static final String NAMES = "import sys; from prometheus_client.openmetrics.parser import "
            + "text_string_to_metric_families as parse; [print(f.name) for f in parse(sys.stdin.read())]";

    private record Said(int exitCode, String text) {
    }

    private Checkers() {
    }

    /** @param text that is to be one of Prometheus, without a word of complaint */
    static void prometheus(String text) throws IOException, InterruptedException {
        try {
            assertEquals(new Said(0, ""), run(text, "promtool", "check", "metrics"));
        } catch (IOException e) {
            Browser.missing("no promtool on the PATH (in Debian's package prometheus): " + e.getMessage());
        }
    }

    /**
     * @param text  that is to be one of OpenMetrics
     * @param names of figures that are to be in it, as Prometheus calls them
     */
    static void openMetrics(String text, Set<String> names) throws IOException, InterruptedException {
        if (!Files.isDirectory(PYTHON.resolve("prometheus_client"))) {
            try {
                Said installed = run("", "python3", "-m", "pip", "install", "--quiet", "--no-deps", "--target",
                        PYTHON.toString(), PARSER);
                if (installed.exitCode() != 0) {
                    System.out.println("OpenMetrics not checked: no " + PARSER + ": " + installed.text());
                    return;
                }
            } catch (IOException e) {
                System.out.println("OpenMetrics not checked: no python3: " + e.getMessage());
                return;
            }
        }
        Said parsed = run(text, "python3", "-c", NAMES);
        assertEquals(0, parsed.exitCode(), parsed.text());
        Set<String> read = parsed.text().lines().collect(Collectors.toSet());
        Set<String> lacking = new TreeSet<>(names.stream().map(name -> name.replaceFirst("_total$", "")).toList());
        lacking.removeAll(read);
        assertTrue(lacking.isEmpty(), lacking + " are not in " + read);
    }

    private static Said run(String input, String... command) throws IOException, InterruptedException {
        Path in = Files.writeString(Files.createTempFile("checked", ".txt"), input);
        ProcessBuilder builder = new ProcessBuilder(List.of(command)).redirectInput(in.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(Map.of("PYTHONPATH", PYTHON.toString()));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Files.delete(in);
        return new Said(process.waitFor(), text);
    }
}
