package org.cloakwork.itests.web;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The Node and the packages that {@code node/package.json} asks for, installed in {@code target/node}. */
final class Node {

    private static final Path SOURCE = Path.of("node");
    private static final Path TARGET = Path.of("target", "node");
    private static final String LOCK = "package-lock.json";
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(5);

    private Node() {
    }

    /**
     * Installs what is not installed yet. Where npm cannot, the tests are not run; with the environment variable
     * {@code CI=true} they fail.
     *
     * @return the program {@code node}, absolute
     */
    static synchronized Path installed() throws IOException, InterruptedException {
        Files.createDirectories(TARGET);
        for (String file : List.of("package.json", LOCK)) {
            Files.copy(SOURCE.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path installed = TARGET.resolve("installed");
        if (!Files.exists(installed) || Files.mismatch(installed, TARGET.resolve(LOCK)) >= 0) {
            Ran install = run(TARGET, INSTALL_LIMIT, Map.of(), List.of("npm", "ci", "--no-audit", "--no-fund"));
            if (install.code() != 0) {
                notRun("npm ci ended with " + install.code() + ": " + install.text().strip());
            }
            Files.copy(TARGET.resolve(LOCK), installed, StandardCopyOption.REPLACE_EXISTING);
        }
        return TARGET.resolve("node_modules/.bin/node").toAbsolutePath();
    }

    /** What a program wrote, on both its outputs, and how it ended: 127 when there is none of its name. */
    record Ran(int code, String text) {
    }

    /**
     * Runs one of the packages' programs in {@code target/node}, where it finds its packages.
     *
     * @param environment beside that of this process
     * @param command     the program's name, and what it is given
     */
    static Ran run(Duration limit, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        whole.set(0, installed().resolveSibling(command.getFirst()).toString());
        return run(TARGET, limit, environment, whole);
    }

    private static Ran run(Path folder, Duration limit, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile(TARGET, "run-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Ran(127, e.getMessage());
        }
        try {
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                return new Ran(-1, "not ended within " + limit + "\n" + text(log));
            }
            return new Ran(process.exitValue(), text(log));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void notRun(String why) {
        String line = "web: not run: " + why;
        System.out.println(line);
        if ("true".equals(System.getenv("CI"))) {
            fail(line);
        }
        abort(line);
    }
}
