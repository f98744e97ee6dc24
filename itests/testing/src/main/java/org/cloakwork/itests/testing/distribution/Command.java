package org.cloakwork.itests.testing.distribution;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A command as a user starts it; standard output and error are read together, line by line. The distribution is where
 * the system property {@code cloakwork.home} says.
 */
public final class Command implements AutoCloseable {

    /** The distribution. */
    public static final Path HOME = Path.of(System.getProperty("cloakwork.home")).toAbsolutePath().normalize();

    /** What takes longer has failed. */
    public static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    /**
     * What came of a command that ended.
     *
     * @param exitCode 128 and the signal's number if a signal ended it
     * @param lines    all that it printed
     */
    public record Result(int exitCode, List<String> lines) {

        /** {@return all that it printed} */
        public String text() {
            return String.join("\n", lines);
        }
    }

    private Command(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().name("command-output").start(this::read);
    }

    /** @param arguments of {@code cloakwork} */
    public static Command cloakwork(String... arguments) throws IOException {
        return cloakwork(Map.of(), arguments);
    }

    /**
     * @param environment variables besides those of this process
     * @param arguments   of {@code cloakwork}
     */
    public static Command cloakwork(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("bin/cloakwork").toString()));
        command.addAll(Arrays.asList(arguments));
        return start(environment, command);
    }

    /** @param command the program and its arguments */
    public static Command start(List<String> command) throws IOException {
        return start(Map.of(), command);
    }

    private static Command start(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new Command(builder.start());
    }

    /** {@return what came of {@code cloakwork} with these arguments} */
    public static Result run(String... arguments) throws Exception {
        try (Command command = cloakwork(arguments)) {
            return command.end();
        }
    }

    /** {@return what came of it, when it has ended; within {@link #PATIENCE}} */
    public Result end() throws InterruptedException {
        return end(PATIENCE);
    }

    /** {@return what came of it, when it has ended} */
    public Result end(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + limit.toSeconds() + " s:\n" + text());
        }
        reader.join();
        return new Result(process.exitValue(), lines());
    }

    /** {@return the first such line; within {@link #PATIENCE}} */
    public String awaitLine(Predicate<String> wanted) throws InterruptedException {
        return awaitLine(wanted, PATIENCE);
    }

    /** {@return the first such line} */
    public String awaitLine(Predicate<String> wanted, Duration limit) throws InterruptedException {
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

    /** Gives it a line. */
    public void write(String line) throws IOException {
        BufferedWriter input = process.outputWriter();
        input.write(line + "\n");
        input.flush();
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

    /** {@return what it has printed so far} */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** {@return what it has printed so far} */
    public String text() {
        return String.join("\n", lines());
    }

    /** {@return the process that the start script became} */
    public long pid() {
        return process.pid();
    }

    /** @param signal TERM or INT */
    public void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + signal + " ended with " + code);
        }
    }

    /** Ends it as kill -9 does. */
    public void kill() throws InterruptedException {
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
