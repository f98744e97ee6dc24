package org.cloakwork.itests.peers;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The folder {@code node/}, copied to {@code target/node} and its packages installed there. */
final class NodePackage {

    private static final int OLDEST_NODE = 20;
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(30);
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(3);
    private static final Path SOURCE = Path.of("node");
    private static final Path TARGET = Path.of("target", "node");
    private static final String LOCK = "package-lock.json";
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\..*");

    private NodePackage() {
    }

    /**
     * Installs what is not installed yet. Without node or its packages the tests are not run, with the environment
     * variable {@code CI=true} they fail.
     *
     * @return the script to be run by node
     */
    static Path installed() throws IOException, InterruptedException {
        Matcher version = VERSION.matcher(run(Path.of("."), VERSION_LIMIT, "node", "--version").text().strip());
        if (!version.matches() || Integer.parseInt(version.group(1)) < OLDEST_NODE) {
            notRun("node " + OLDEST_NODE + " or newer is not on the PATH");
        }
        Files.createDirectories(TARGET);
        for (String file : List.of("package.json", LOCK, "peer.cjs")) {
            Files.copy(SOURCE.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path installed = TARGET.resolve("installed");
        if (!Files.exists(installed) || Files.mismatch(installed, TARGET.resolve(LOCK)) >= 0) {
            Ran install = run(TARGET, INSTALL_LIMIT, "npm", "ci", "--no-audit", "--no-fund");
            if (install.code() == Ran.NOT_FOUND) {
                notRun("npm is not on the PATH");
            } else if (install.code() != 0) {
                notRun("npm ci failed with code " + install.code() + ", see " + TARGET.resolve("npm.log"));
            }
            Files.copy(TARGET.resolve(LOCK), installed, StandardCopyOption.REPLACE_EXISTING);
        }
        return TARGET.resolve("peer.cjs");
    }

    private static void notRun(String why) {
        String line = "peers: not run: " + why;
        System.out.println(line);
        if ("true".equals(System.getenv("CI"))) {
            fail(line);
        }
        abort(line);
    }

    private record Ran(int code, String text) {
        static final int NOT_FOUND = 127;
    }

    private static Ran run(Path folder, Duration limit, String... command) throws IOException, InterruptedException {
        Path log = TARGET.resolve(command[0] + ".log");
        Files.createDirectories(TARGET);
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            return new Ran(Ran.NOT_FOUND, "");
        }
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return new Ran(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    }
}
