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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * CPU and memory of {@code cloakwork run} that sends nothing at default cover, without and with the dashboard and an
 * open page of it, with the local network in another process; then what further identities in one process cost, see
 * {@link Identities}.
 */
final class IdleMeasurement {

    private static final int WINDOW_SECONDS = 20;

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
            Thread.sleep(warmUpSeconds * 1000L);
            measure(client, "idle", "an idle client at default cover", figures);
        }
    }

    /** The page costs what it is told; to draw it costs the browser. */
    private void watched(String directory, List<Figure> figures) throws Exception {
        try (Launched client = client(directory, "frontends = dashboard\n");
             HttpClient page = HttpClient.newHttpClient()) {
            String address = client.await("dashboard");
            Thread.sleep(warmUpSeconds * 1000L);
            measure(client, "idle-page-shut", "the same with the dashboard, no page open", figures);
            CompletableFuture<HttpResponse<Void>> events = page.sendAsync(
                    HttpRequest.newBuilder(URI.create(address).resolve("/events")).build(), BodyHandlers.discarding());
            measure(client, "idle-page-open", "with a page open", figures);
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

    private void measure(Launched client, String name, String what, List<Figure> figures) throws Exception {
        int windows = Math.max(1, seconds / WINDOW_SECONDS);
        double[] cpu = new double[windows];
        double[] memory = new double[windows];
        for (int i = 0; i < windows; i++) {
            long start = System.nanoTime();
            long before = client.cpu().toNanos();
            Thread.sleep(WINDOW_SECONDS * 1000L);
            cpu[i] = 100.0 * (client.cpu().toNanos() - before) / (System.nanoTime() - start);
            memory[i] = client.residentMebibytes();
        }
        figures.add(new Figure(name + "-cpu", "CPU of " + what + ", of one core", "%", cpu));
        figures.add(new Figure(name + "-memory", "its resident memory", "MiB", memory));
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
