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

    /**
     * The page costs what it is told; to draw it costs the browser. Shut and open take turns, because a process gets
     * cheaper for minutes after its start.
     */
    private void watched(String directory, List<Figure> figures) throws Exception {
        try (Launched client = client(directory, "frontends = dashboard\n")) {
            URI events = URI.create(client.await("dashboard")).resolve("/events");
            Thread.sleep(warmUpSeconds * 1000L);
            double[] shut = new double[windows()];
            double[] open = new double[shut.length];
            double[] difference = new double[shut.length];
            for (int window = 0; window < shut.length; window++) {
                shut[window] = percentOfACore(client)[0];
                open[window] = percentWithPageOpen(client, events);
                difference[window] = open[window] - shut[window];
            }
            figures.add(new Figure("idle-page-shut-cpu", "CPU of ours with the dashboard, no page open, of one core",
                    "%", shut));
            figures.add(new Figure("idle-page-open-cpu", "with a page open", "%", open));
            figures.add(new Figure("idle-page-cpu", "what the page costs", "%", difference));
        }
    }

    private static double percentWithPageOpen(Launched client, URI events) throws Exception {
        try (HttpClient page = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<Void>> told = page.sendAsync(HttpRequest.newBuilder(events).build(),
                    BodyHandlers.discarding());
            double percent = percentOfACore(client)[0];
            boolean ended = told.isDone();
            page.shutdownNow();
            if (ended) {
                throw new IOException("the page was told nothing any more: " + told.handle((response, fault) ->
                        fault == null ? response.toString() : fault.toString()).join());
            }
            return percent;
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

    private int windows() {
        return Math.max(1, seconds / WINDOW_SECONDS);
    }

    /** {@return CPU of each in one window, in percent of a core} */
    private static double[] percentOfACore(Launched... processes) throws Exception {
        long start = System.nanoTime();
        long[] before = new long[processes.length];
        for (int i = 0; i < processes.length; i++) {
            before[i] = processes[i].cpu().toNanos();
        }
        Thread.sleep(WINDOW_SECONDS * 1000L);
        double[] percent = new double[processes.length];
        for (int i = 0; i < processes.length; i++) {
            percent[i] = 100.0 * (processes[i].cpu().toNanos() - before[i]) / (System.nanoTime() - start);
        }
        return percent;
    }

    /** {@return CPU of each in each window, in percent of a core} */
    private double[][] measure(List<Figure> figures, Subject... subjects) throws Exception {
        Launched[] processes = Arrays.stream(subjects).map(Subject::process).toArray(Launched[]::new);
        double[][] cpu = new double[subjects.length][windows()];
        double[][] memory = new double[subjects.length][windows()];
        for (int window = 0; window < windows(); window++) {
            double[] percent = percentOfACore(processes);
            for (int i = 0; i < subjects.length; i++) {
                cpu[i][window] = percent[i];
                memory[i][window] = processes[i].residentMebibytes();
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
