package org.cloakwork.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * From the call of {@code cloakwork run} to its line "ready", a new client each time, with a local network in another
 * process that has served one before: as unpacked, and after {@code cloakwork prepare}.
 */
final class StartMeasurement {

    private final Path home;
    private final int rounds;

    /** @param home an unpacked distribution */
    StartMeasurement(Path home, int rounds) {
        this.home = home;
        this.rounds = rounds;
    }

    /** {@return the figures} */
    List<Figure> run() throws Exception {
        List<Figure> figures = new ArrayList<>();
        try (Launched network = new Launched(Map.of(), Launched.cloakwork(home, "localnet"))) {
            String directory = network.await("directory");
            start(directory, Map.of());
            boolean prepared = Files.exists(home.resolve("cache"));
            double[] unprepared = new double[rounds];
            double[] quick = new double[rounds];
            double[] memory = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                unprepared[i] = start(directory, Map.of("JAVA_OPTS", "-XX:AOTMode=off"))[0];
                if (prepared) {
                    double[] started = start(directory, Map.of());
                    quick[i] = started[0];
                    memory[i] = started[1];
                }
            }
            figures.add(new Figure("start", "run to READY, as unpacked", "s", unprepared));
            if (prepared) {
                figures.add(new Figure("start-prepared", "run to READY, prepared", "s", quick));
                figures.add(new Figure("start-memory", "resident when READY", "MiB", memory));
            }
        }
        return figures;
    }

    /** {@return seconds and MiB} */
    private double[] start(String directory, Map<String, String> environment) throws Exception {
        Path state = Files.createTempDirectory("cloakwork-bench-");
        try (Launched client = new Launched(environment, Launched.cloakwork(home, "run", "--directory", directory,
                "--state", state.toString()))) {
            client.await("ready");
            return new double[] {client.age().toNanos() / 1e9, client.residentMebibytes()};
        }
    }
}
