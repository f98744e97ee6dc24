package org.cloakwork.itests.dashboard;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A command of the distribution while it runs, and requests to its dashboard. */
final class Cloakwork implements AutoCloseable {

    static final Path HOME = Path.of(System.getProperty("cloakwork.home")).toAbsolutePath().normalize();
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private Cloakwork(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    static Cloakwork start(Path home, String... arguments) throws IOException {
        List<String> command = Stream.concat(Stream.of(home.resolve("bin/cloakwork").toString()),
                Stream.of(arguments)).toList();
        return new Cloakwork(new ProcessBuilder(command).redirectErrorStream(true).start());
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

    /** {@return the first line that it printed} */
    String first() throws InterruptedException {
        return line(line -> true);
    }

    /** {@return the first line of that kind, once it is there} */
    String line(Predicate<String> wanted) throws InterruptedException {
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

    /** {@return where its front-end called dashboard serves, as "run" prints it} */
    URI dashboard() throws InterruptedException {
        return URI.create(line(line -> line.startsWith("dashboard http")).split(" ")[1]);
    }

    /** {@return the JVM's; the start script becomes it} */
    long pid() {
        return process.pid();
    }

    static HttpResponse<String> get(URI uri, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** {@return how long it took until an answer was like that} */
    static Duration until(URI uri, Duration limit, Predicate<HttpResponse<String>> wanted) throws Exception {
        long start = System.nanoTime();
        while (true) {
            HttpResponse<String> answer = get(uri);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            if (wanted.test(answer)) {
                return took;
            }
            if (took.compareTo(limit) > 0) {
                throw new AssertionError("after " + took.toMillis() + " ms: " + answer.statusCode() + " "
                        + answer.body());
            }
            TimeUnit.MILLISECONDS.sleep(20);
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
