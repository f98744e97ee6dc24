package org.cloakwork.itests.chaos.soak;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process of the distribution: started by its script, looked at from outside, suspended now and then. */
final class Instance implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 600;
    private static final long END_SECONDS = 30;
    private static final int HEAP_INTERVAL_MILLIS = 1000;
    private static final List<String> HEAP_COLUMNS = List.of("S0U", "S1U", "EU", "OU");

    /** Number, instances, bytes, class; but for what fills holes that a collection leaves. */
    private static final Pattern HISTOGRAM_ROW =
            Pattern.compile(" *\\d+: +\\d+ +(\\d+) +(?!.*jdk\\.internal\\.vm\\.Filler).*");

    private final String name;
    private final Path log;
    private final Process process;
    /** Reads the JVM's own figures from the file that they are mapped to, so it works on a suspended one, too. */
    private final Process heap;
    private final List<String> lines = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final ReentrantLock awake = new ReentrantLock();
    private volatile double heapMebibytes;

    /**
     * @param name      for people
     * @param home      an unpacked distribution
     * @param log       where to write what it prints
     * @param arguments of {@code cloakwork}
     */
    Instance(String name, Path home, Path log, String... arguments) throws IOException {
        this.name = name;
        this.log = log;
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/cloakwork").toString()));
        command.addAll(Arrays.asList(arguments));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        // Whoever ends us with Ctrl-C does not want to find a suspended process.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
        Thread.ofPlatform().daemon().name("soak-output-" + name).start(this::readOutput);
        try {
            // The script becomes the JVM: before, there is nothing to be looked at.
            awaitLine(line -> true);
            heap = new ProcessBuilder(tool("jstat"), "-gc", String.valueOf(process.pid()),
                    String.valueOf(HEAP_INTERVAL_MILLIS))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            throw new IOException(name + ": " + e.getMessage(), e);
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(heap::destroyForcibly));
        Thread.ofPlatform().daemon().name("soak-heap-" + name).start(this::readHeap);
    }

    String name() {
        return name;
    }

    List<Sample> samples() {
        return samples;
    }

    boolean lives() {
        return process.isAlive();
    }

    private void readOutput() {
        try (BufferedReader in = process.inputReader(); BufferedWriter out = Files.newBufferedWriter(log)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.write(line);
                out.newLine();
                out.flush();
                synchronized (lines) {
                    lines.add(line.strip());
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // It was ended, and with it the stream.
        } finally {
            synchronized (lines) {
                lines.notifyAll();
            }
        }
    }

    private void readHeap() {
        try (BufferedReader in = heap.inputReader()) {
            List<String> header = Arrays.asList(in.readLine().strip().split("\\s+"));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] values = line.strip().split("\\s+");
                heapMebibytes = HEAP_COLUMNS.stream().mapToDouble(
                        column -> Double.parseDouble(values[header.indexOf(column)])).sum() / 1024;
            }
        } catch (IOException e) {
            // The process has ended.
        }
    }

    /** {@return the first such line} */
    String awaitLine(Predicate<String> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = end - System.nanoTime();
                if (left <= 0 || !process.isAlive()) {
                    throw new IllegalStateException("the line did not come: " + String.join(" / ", lines));
                }
                TimeUnit.NANOSECONDS.timedWait(lines, Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            }
        }
    }

    /** {@return all such lines so far} */
    List<String> linesThatBegin(String beginning) {
        synchronized (lines) {
            return lines.stream().filter(line -> line.startsWith(beginning)).toList();
        }
    }

    /** {@return the port at the end of the first line that begins so} */
    int awaitPort(String beginning) throws InterruptedException {
        String line = awaitLine(each -> each.startsWith(beginning));
        return Integer.parseInt(line.replaceFirst(".*:(\\d+)\\D*$", "$1"));
    }

    /** {@return what is true of it now, kept in {@link #samples} also} */
    Sample sample(double seconds) throws IOException {
        Path proc = Path.of("/proc", String.valueOf(process.pid()));
        double resident = 0;
        int threads = 0;
        try (Stream<String> status = Files.lines(proc.resolve("status"))) {
            for (String line : (Iterable<String>) status::iterator) {
                if (line.startsWith("VmRSS:")) {
                    resident = Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                } else if (line.startsWith("Threads:")) {
                    threads = Integer.parseInt(line.replaceAll("\\D", ""));
                }
            }
        }
        int handles = 0;
        int sockets = 0;
        try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                handles++;
                sockets += isSocket(file) ? 1 : 0;
            }
        }
        Sample sample = new Sample(seconds, heapMebibytes, resident, threads, sockets, handles);
        samples.add(sample);
        return sample;
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            // closed meanwhile
            return false;
        }
    }

    /** For so long nothing in it moves. */
    void suspend(Duration duration) throws IOException, InterruptedException {
        awake.lock();
        try {
            signal("STOP");
            Thread.sleep(duration);
        } finally {
            signal("CONT");
            awake.unlock();
        }
    }

    /** {@return what is alive in its heap now, MiB; everything else is collected} */
    double alive() throws IOException, InterruptedException {
        // A suspended process does not answer.
        awake.lock();
        try {
            Process jcmd = new ProcessBuilder(tool("jcmd"), String.valueOf(process.pid()), "GC.class_histogram")
                    .redirectErrorStream(true).start();
            long bytes = 0;
            try (BufferedReader in = jcmd.inputReader()) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    Matcher row = HISTOGRAM_ROW.matcher(line);
                    bytes += row.matches() ? Long.parseLong(row.group(1)) : 0;
                }
            }
            if (jcmd.waitFor() != 0 || bytes == 0) {
                throw new IOException(name + " does not tell what is in its heap");
            }
            return bytes / 1048576.0;
        } finally {
            awake.unlock();
        }
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
    }

    @Override
    public void close() throws IOException {
        heap.destroy();
        try {
            process.destroy();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
