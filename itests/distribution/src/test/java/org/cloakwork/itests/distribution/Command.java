package org.cloakwork.itests.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A command as a user starts it; standard output and error are read together, line by line. */
final class Command implements AutoCloseable {

    static final Path HOME = Path.of(System.getProperty("cloakwork.home")).toAbsolutePath().normalize();

    static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    /** What came of a command that ended by itself. */
    record Result(int exitCode, List<String> lines) {

        String text() {
            return String.join("\n", lines);
        }
    }

    private Command(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().name("command-output").start(this::read);
    }

    static Command cloakwork(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("bin/cloakwork").toString()));
        command.addAll(Arrays.asList(arguments));
        return start(command);
    }

    static Command start(List<String> command) throws IOException {
        return new Command(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    static Result run(String... arguments) throws Exception {
        try (Command command = cloakwork(arguments)) {
            return command.end(PATIENCE);
        }
    }

    Result end(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + limit.toSeconds() + " s:\n" + text());
        }
        reader.join();
        return new Result(process.exitValue(), lines());
    }

    String awaitLine(Predicate<String> wanted, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = end - System.nanoTime();
                if (left <= 0 || ended) {
                    throw new AssertionError("the line did not come:\n" + text());
                }
                TimeUnit.NANOSECONDS.timedWait(lines, left);
            }
        }
    }

    private void read() {
        try (BufferedReader in = process.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // it was ended, and with it the stream
        } finally {
            synchronized (lines) {
                ended = true;
                lines.notifyAll();
            }
        }
    }

    private List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** {@return what it has printed so far} */
    String text() {
        return String.join("\n", lines());
    }

    /** Ends it as kill -9 does. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
