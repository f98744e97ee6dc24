package org.cloakwork.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that is measured from outside. */
final class Launched implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final long startedNanos = System.nanoTime();

    /** @param environment added to ours */
    Launched(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        process = builder.start();
        output = process.inputReader();
    }

    /** {@return the program of an unpacked distribution with arguments} */
    static List<String> cloakwork(Path home, String... arguments) {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/cloakwork").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** {@return the next line that begins so, without its beginning} */
    String await(String beginning) throws IOException {
        List<String> before = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.strip().startsWith(beginning)) {
                return line.strip().substring(beginning.length()).strip();
            }
            before.add(line);
        }
        throw new IOException("the process ended before \"" + beginning + "\": " + before);
    }

    /** {@return how long it has been running} */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** {@return CPU used so far; the start script became the Java process} */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** {@return resident memory in MiB} */
    double residentMebibytes() throws IOException, InterruptedException {
        return residentMebibytes(process.pid());
    }

    static double residentMebibytes(long pid) throws IOException, InterruptedException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (Files.exists(status)) {
            try (Stream<String> lines = Files.lines(status)) {
                return Long.parseLong(lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow()
                        .replaceAll("\\D", "")) / 1024.0;
            }
        }
        Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid)).start();
        return Long.parseLong(new String(ps.getInputStream().readAllBytes()).strip()) / 1024.0;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        output.close();
    }
}
