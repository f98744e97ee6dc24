package org.cloakwork.itests.dashboard;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code node/page.cjs}, which looks at the page with Chromium. */
final class Browser {

    private static final Duration LIMIT = Duration.ofMinutes(6);
    private static final Path SOURCE = Path.of("node");
    private static final Path TARGET = Path.of("target", "node");
    private static final String LOCK = "package-lock.json";

    private Browser() {
    }

    /**
     * Without node, its packages or Chromium the tests are not run; with the environment variable {@code CI=true} they
     * fail.
     *
     * @return what it has seen
     */
    static JsonNode look(String... arguments) throws IOException, InterruptedException {
        install();
        List<String> command = new ArrayList<>(List.of("node", "page.cjs"));
        command.addAll(List.of(arguments));
        Path out = run(command);
        List<String> lines = Files.readAllLines(out).stream().filter(line -> line.startsWith("{")
                || line.startsWith("[")).toList();
        if (lines.isEmpty()) {
            fail("node " + String.join(" ", arguments) + ":\n" + Files.readString(out));
        }
        return new JsonMapper().readTree(lines.getLast());
    }

    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(TARGET);
        for (String file : List.of("package.json", LOCK, "page.cjs")) {
            Files.copy(SOURCE.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path installed = TARGET.resolve("installed");
        if (!Files.exists(installed) || Files.mismatch(installed, TARGET.resolve(LOCK)) >= 0) {
            run(List.of("npm", "ci", "--no-audit", "--no-fund"));
            if (!Files.exists(TARGET.resolve("node_modules/puppeteer-core"))) {
                notRun("npm ci failed, see " + TARGET);
            }
            Files.copy(TARGET.resolve(LOCK), installed, StandardCopyOption.REPLACE_EXISTING);
        }
        if (System.getenv("CHROMIUM") == null && !Files.isExecutable(Path.of("/usr/bin/chromium"))) {
            notRun("there is no /usr/bin/chromium; the environment variable CHROMIUM names another one");
        }
    }

    private static Path run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(TARGET, command.getFirst(), ".log");
        Process process;
        try {
            process = new ProcessBuilder(command).directory(TARGET.toFile()).redirectErrorStream(true)
                    .redirectOutput(out.toFile()).start();
        } catch (IOException e) {
            notRun(command.getFirst() + " is not on the PATH");
            throw e;
        }
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return out;
    }

    private static void notRun(String why) {
        missing(why);
        abort(why);
    }

    /** @param why something is not looked at, which is a failure with {@code CI=true} */
    static void missing(String why) {
        String line = "dashboard: not run: " + why;
        System.out.println(line);
        if ("true".equals(System.getenv("CI"))) {
            fail(line);
        }
    }
}
