package org.cloakwork.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * CPU and memory of {@code cloakwork run} that sends nothing at default cover, with the local network in another
 * process; then what further identities in one process cost, see {@link Identities}.
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
            identities(directory, "none", 100, figures);
            identities(directory, "poisson", 10, figures);
        }
        return figures;
    }

    private void idle(String directory, List<Figure> figures) throws Exception {
        Path etc = Files.createTempDirectory("cloakwork-bench-");
        Files.writeString(etc.resolve("cloakwork.cfg"), Files.readString(home.resolve("etc/defaults/cloakwork.cfg"))
                .replaceAll("(?m)^cover\\s*=.*$", "cover = poisson"));
        try (Launched client = new Launched(Map.of(), Launched.cloakwork(home, "run", "--etc", etc.toString(),
                "--directory", directory, "--state", etc.resolve("state").toString()))) {
            client.await("ready");
            Thread.sleep(warmUpSeconds * 1000L);
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
            figures.add(new Figure("idle-cpu", "CPU of an idle client at default cover, of one core", "%", cpu));
            figures.add(new Figure("idle-memory", "its resident memory", "MiB", memory));
        }
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
