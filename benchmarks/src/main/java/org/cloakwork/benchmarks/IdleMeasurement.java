package org.cloakwork.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * CPU and memory of {@code cloakwork run} that sends nothing at default cover, beside Nym's client for Node in the same
 * seconds; then with the dashboard, its page shut and open. The local network is another process. Then what further
 * identities in one process cost, see {@link Identities}.
 */
final class IdleMeasurement {

    private static final int WINDOW_SECONDS = 20;

    /**
     * A process that is measured.
     *
     * @param name for machines
     * @param what it is, for people
     */
    private record Subject(String name, String what, Launched process) {
    }

    private final Path home;
    private final String java;
    private final int warmUpSeconds;
    private final int seconds;

    /**
     * @param home          an unpacked distribution
     * @param java          of the same JDK
     * @param warmUpSeconds how long the one client is left alone before it is measured
     * @param seconds       how long to measure each
     */
    IdleMeasurement(Path home, String java, int warmUpSeconds, int seconds) {
        this.home = home;
        this.java = java;
        this.warmUpSeconds = warmUpSeconds;
        this.seconds = seconds;
    }

    /** {@return the figures} */
    List<Figure> run() throws Exception {
        List<Figure> figures = new ArrayList<>();
        try (Launched network = new Launched(Map.of(), Launched.cloakwork(home, "localnet"))) {
            String directory = network.await("directory");
            idle(directory, figures);
            watched(directory, figures);
            identities(directory, "none", 100, figures);
            identities(directory, "poisson", 10, figures);
        }
        return figures;
    }

    private void idle(String directory, List<Figure> figures) throws Exception {
        try (Launched client = client(directory, "")) {
            client.await("ready");
            Subject ours = new Subject("idle", "an idle client at default cover", client);
            if (!isThereNpm()) {
                System.err.println("No npm on the PATH, so Nym's client is not there: measuring ours alone.");
                Thread.sleep(warmUpSeconds * 1000L);
                measure(figures, ours);
                return;
            }
            WebMeasurement.install();
            try (Launched reference = new Launched(Map.of(), WebMeasurement.node("theirs", directory, "idle"))) {
                reference.await("ready");
                Thread.sleep(warmUpSeconds * 1000L);
                double[][] cpu = measure(figures, ours,
                        new Subject("idle-nym", "Nym's npm client 1.4.1 in Node, the same", reference));
                double[] ratios = new double[cpu[0].length];
                Arrays.setAll(ratios, window -> cpu[1][window] / cpu[0][window]);
                figures.add(new Figure("idle-nym-ratio", "  times ours", "x", ratios));
            }
        }
    }

    private static boolean isThereNpm() throws InterruptedException {
        try {
            return new ProcessBuilder("npm", "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The page costs what it is told; to draw it costs the browser. */
    private void watched(String directory, List<Figure> figures) throws Exception {
        try (Launched client = client(directory, "frontends = dashboard\n");
             HttpClient page = HttpClient.newHttpClient()) {
            String address = client.await("dashboard");
            Thread.sleep(warmUpSeconds * 1000L);
            measure(figures, new Subject("idle-page-shut", "ours with the dashboard, no page open", client));
            CompletableFuture<HttpResponse<Void>> events = page.sendAsync(
                    HttpRequest.newBuilder(URI.create(address).resolve("/events")).build(), BodyHandlers.discarding());
            measure(figures, new Subject("idle-page-open", "with a page open", client));
            boolean ended = events.isDone();
            page.shutdownNow();
            if (ended) {
                throw new IOException("the page was told nothing any more: " + events.handle((response, fault) ->
                        fault == null ? response.toString() : fault.toString()).join());
            }
        }
    }

    private Launched client(String directory, String more) throws IOException {
        Path etc = Files.createTempDirectory("cloakwork-bench-");
        Files.writeString(etc.resolve("cloakwork.cfg"), Files.readString(home.resolve("etc/defaults/cloakwork.cfg"))
                .replaceAll("(?m)^cover\\s*=.*$", "cover = poisson") + "\n" + more);
        Files.writeString(etc.resolve("org.cloakwork.frontend.dashboard.cfg"), "port = 0\n");
        return new Launched(Map.of(), Launched.cloakwork(home, "run", "--etc", etc.toString(),
                "--directory", directory, "--state", etc.resolve("state").toString()));
    }

    /** {@return CPU of each in each window, in percent of a core} */
    private double[][] measure(List<Figure> figures, Subject... subjects) throws Exception {
        int windows = Math.max(1, seconds / WINDOW_SECONDS);
        double[][] cpu = new double[subjects.length][windows];
        double[][] memory = new double[subjects.length][windows];
        for (int window = 0; window < windows; window++) {
            long start = System.nanoTime();
            long[] before = new long[subjects.length];
            for (int i = 0; i < subjects.length; i++) {
                before[i] = subjects[i].process().cpu().toNanos();
            }
            Thread.sleep(WINDOW_SECONDS * 1000L);
            for (int i = 0; i < subjects.length; i++) {
                cpu[i][window] = 100.0 * (subjects[i].process().cpu().toNanos() - before[i])
                        / (System.nanoTime() - start);
                memory[i][window] = subjects[i].process().residentMebibytes();
            }
        }
        for (int i = 0; i < subjects.length; i++) {
            figures.add(new Figure(subjects[i].name() + "-cpu", "CPU of " + subjects[i].what() + ", of one core", "%",
                    cpu[i]));
            figures.add(new Figure(subjects[i].name() + "-memory", "its resident memory", "MiB", memory[i]));
        }
        return cpu;
    }

    private void identities(String directory, String cover, int count, List<Figure> figures) throws Exception {
        try (Launched process = new Launched(Map.of(), List.of(java, "-XX:+UseSerialGC", "-Xmn16m", "-cp",
                System.getProperty("java.class.path"), Identities.class.getName(), directory, cover,
                Integer.toString(count), Integer.toString(cover.equals("none") ? 0 : seconds)))) {
            for (String line = process.await("figure"); !line.equals("s end"); line = process.await("figure")) {
                String[] words = line.split(";");
                figures.add(new Figure(words[0], words[1], words[2], new double[] {Double.parseDouble(words[3])}));
            }
        }
    }
}
