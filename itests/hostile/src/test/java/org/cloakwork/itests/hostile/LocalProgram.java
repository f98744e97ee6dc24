package org.cloakwork.itests.hostile;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program on this machine, such as {@code cloakwork} of the distribution; what it prints is kept line by line. */
final class LocalProgram implements AutoCloseable {

    static final Path CLOAKWORK =
            Path.of(System.getProperty("cloakwork.home"), "bin", "cloakwork").toAbsolutePath().normalize();
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private LocalProgram(Process process) {
        this.process = process;
        reader = Thread.ofVirtual().name("program-output").start(this::read);
    }

    static LocalProgram cloakwork(String... arguments) throws IOException {
        return cloakwork(Map.of(), arguments);
    }

    static LocalProgram cloakwork(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(CLOAKWORK.toString()));
        command.addAll(Arrays.asList(arguments));
        return start(environment, command);
    }

    static LocalProgram start(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new LocalProgram(builder.start());
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

    String awaitLine(Predicate<String> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = end - System.nanoTime();
                if (left <= 0 || ended) {
                    throw new AssertionError("the line did not come:\n" + String.join("\n", lines));
                }
                TimeUnit.NANOSECONDS.timedWait(lines, left);
            }
        }
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** @param signal TERM or INT */
    void signal(String signal) throws Exception {
        int code = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + signal + " ended with " + code);
        }
    }

    /** {@return the exit code; all that was printed has been read then} */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running:\n" + String.join("\n", lines()));
        }
        reader.join();
        return process.exitValue();
    }

    /** Asks the instance with that state folder as its verbs do, without a JVM of its own. */
    static String ask(Path state, String question) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(state.resolve("control/socket")))) {
            channel.write(ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8)));
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            StringBuilder head = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                head.append((char) next);
            }
            return new String(in.readNBytes(Integer.parseInt(head.toString().split(" ")[1])), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
