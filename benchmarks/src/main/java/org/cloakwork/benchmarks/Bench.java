package org.cloakwork.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code ./cloakwork bench}: measures and prints.
 *
 * <p>Arguments: {@code sphinx}, {@code pipeline}, {@code idle}, {@code start}, {@code web}, {@code memory},
 * {@code routes} or {@code all}, which is all but {@code web}, {@code memory} and {@code routes}; {@code --json};
 * {@code --rounds N}; {@code --warm-up N} and {@code --seconds N} for idle; {@code --mebibytes N} and
 * {@code --seconds N} for memory; {@code --home DIR}, an unpacked distribution; {@code --reference FILE}, the
 * reference program.
 */
public final class Bench {

    private static final int ROUNDS = 11;
    private static final int WARM_UP_SECONDS = 600;
    private static final int SECONDS = 120;
    private static final int MEBIBYTES = 256;
    private static final int SECONDS_AFTERWARDS = 300;

    private Bench() {
    }

    /** @param args see above */
    public static void main(String[] args) throws Exception {
        String name = args[0];
        boolean json = false;
        int rounds = ROUNDS;
        int warmUp = WARM_UP_SECONDS;
        int mebibytes = MEBIBYTES;
        int seconds = name.equals("memory") ? SECONDS_AFTERWARDS : SECONDS;
        Path home = null;
        Optional<String> reference = Optional.empty();
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--json" -> json = true;
                case "--rounds" -> rounds = number(args, ++i);
                case "--warm-up" -> warmUp = number(args, ++i);
                case "--mebibytes" -> mebibytes = number(args, ++i);
                case "--seconds" -> seconds = number(args, ++i);
                case "--home" -> home = Path.of(args[++i]);
                case "--reference" -> reference = Optional.of(args[++i]);
                default -> fail("unknown option " + args[i]);
            }
        }
        List<String> jsons = new ArrayList<>();
        if (name.equals("sphinx") || name.equals("all")) {
            SphinxComparison comparison = SphinxComparison.run(rounds, reference);
            jsons.add("\"sphinx\":" + comparison.json());
            if (!json) {
                System.out.println(comparison.table());
            }
        }
        for (String each : name.equals("all") ? List.of("pipeline", "start", "idle") : List.of(name)) {
            List<Figure> figures = switch (each) {
                case "pipeline" -> new PipelineMeasurement(rounds).run();
                case "start" -> new StartMeasurement(home, rounds).run();
                case "idle" -> new IdleMeasurement(home, ProcessHandle.current().info().command().orElse("java"),
                        warmUp, seconds).run();
                case "memory" -> new MemoryMeasurement(home, mebibytes, seconds).run();
                case "routes" -> new RoutesMeasurement(rounds).run();
                case "web" -> new WebMeasurement(home, rounds, seconds).run();
                default -> List.of();
            };
            if (!figures.isEmpty()) {
                jsons.add("\"" + each + "\":[" + String.join(",\n", figures.stream().map(Figure::json).toList()) + "]");
                if (!json) {
                    figures.forEach(figure -> System.out.print(figure.line()));
                }
            }
        }
        if (json) {
            System.out.println("{" + String.join(",\n", jsons) + "}");
        }
    }

    private static int number(String[] args, int at) {
        try {
            int number = Integer.parseInt(args[at]);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // told below
        }
        return fail(args[at - 1] + " needs a positive number");
    }

    private static int fail(String message) {
        System.err.println("cloakwork bench: " + message);
        System.exit(2);
        return 0;
    }
}
