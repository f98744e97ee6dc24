package org.cloakwork.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Times ours and the reference in turns, one thread each, and prints medians, spreads and ratios. The ratio is the
 * median of those of the single turns, so whatever else the machine does weighs on both alike. Times are CPU times of
 * the one thread, so that waiting for a core does not count; neither does garbage collection.
 */
final class SphinxComparison {

    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final long TURN_NANOS = 100_000_000L;

    /** Of the reference, too; batches are ours alone and compared with the reference's pair. */
    private static final Map<String, String> TITLES = Map.of(
            "data", "data packet, 4 hops, 2065 B", "ack", "SURB-ack, 4 hops, 38 B",
            "pair", "the pair, a call each", "batch", "the pair, one call",
            "ahead", "of " + SphinxLoad.AHEAD + " pairs, two calls (pipeline)", "process", "processing one hop");

    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final int rounds;
    private final List<Row> rows = new ArrayList<>();

    private SphinxComparison(int rounds) {
        this.rounds = rounds;
    }

    /** A row of the table: microseconds for one run, by round. */
    private record Row(String name, double[] ours, double[] yardstick, double[] reference) {
    }

    /**
     * @param rounds  of each row
     * @param program the reference, if there is one
     * @return what was measured
     */
    static SphinxComparison run(int rounds, Optional<String> program) throws IOException {
        SphinxComparison comparison = new SphinxComparison(rounds);
        SphinxLoad ours = new SphinxLoad(SphinxBenchmark.format("fast"));
        SphinxLoad yardstick = new SphinxLoad(SphinxBenchmark.format("bouncycastle"));
        try (Reference reference = program.isPresent() ? new Reference(program.get()) : null) {
            for (String name : List.of("data", "ack", "pair", "batch", "ahead", "process")) {
                comparison.rows.add(measure(name, rounds, ours, yardstick, reference));
            }
        }
        return comparison;
    }

    private static Row measure(String name, int rounds, SphinxLoad ours, SphinxLoad yardstick, Reference reference)
            throws IOException {
        long end = System.nanoTime() + WARM_UP_NANOS;
        int oursCount;
        int yardstickCount;
        do {
            oursCount = countFor(run(ours, name, 100) / 100);
            yardstickCount = countFor(run(yardstick, name, 20) / 20);
        } while (System.nanoTime() < end);
        int referenceCount = reference == null ? 0 : countFor(reference.run(name, 50) / 50);
        Row row = new Row(name, new double[rounds], new double[rounds], reference == null ? null : new double[rounds]);
        for (int i = 0; i < rounds; i++) {
            row.ours[i] = run(ours, name, oursCount) / 1e3 / oursCount;
            if (reference != null) {
                row.reference[i] = reference.run(name, referenceCount) / 1e3 / referenceCount;
            }
            row.yardstick[i] = run(yardstick, name, yardstickCount) / 1e3 / yardstickCount;
        }
        return row;
    }

    /**
     * @param nanos of one run
     * @return how many runs make a turn
     */
    private static int countFor(long nanos) {
        return (int) (TURN_NANOS / Math.max(nanos, 1000));
    }

    private static long run(SphinxLoad load, String name, int count) {
        int step = name.equals("ahead") ? SphinxLoad.AHEAD : 1;
        int calls = Math.ceilDiv(count, step);
        long start = CPU.getCurrentThreadCpuTime();
        for (int i = 0; i < calls; i++) {
            Object result = switch (name) {
                case "data" -> load.data();
                case "ack" -> load.ack();
                case "pair" -> load.pair();
                case "batch" -> load.pairAtOnce();
                case "ahead" -> load.pairsAhead();
                default -> load.process();
            };
            if (result == null) {
                throw new IllegalStateException();
            }
        }
        return (CPU.getCurrentThreadCpuTime() - start) * count / ((long) calls * step);
    }

    String table() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "One thread, %d node keys, %d rounds; microseconds of CPU: median (least - most)%n"
                        + "%-28s %-24s %-26s %-24s %s%n",
                SphinxLoad.NODES, rounds, "", "fast", "bouncycastle", "sphinx-packet 0.6.0",
                "sphinx-packet / fast"));
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, "%-28s %-24s %-26s %-24s %s%n", TITLES.get(row.name),
                    spread(row.ours, "%.1f"), spread(row.yardstick, "%.1f"),
                    row.reference == null ? "-" : spread(row.reference, "%.1f"),
                    row.reference == null ? "-" : spread(ratios(row), "%.2f")));
        }
        return text.toString();
    }

    String json() {
        List<String> objects = new ArrayList<>();
        for (Row row : rows) {
            String reference = row.reference == null ? ""
                    : ",\"referenceMicros\":" + Arrays.toString(row.reference) + ",\"ratioMedian\":"
                            + Figure.median(ratios(row));
            objects.add("{\"name\":\"" + row.name + "\",\"fastMicros\":" + Arrays.toString(row.ours)
                    + ",\"bouncycastleMicros\":" + Arrays.toString(row.yardstick) + reference + "}");
        }
        return "[" + String.join(",\n", objects) + "]";
    }

    private static double[] ratios(Row row) {
        double[] ratios = new double[row.ours.length];
        Arrays.setAll(ratios, i -> row.reference[i] / row.ours[i]);
        return ratios;
    }

    private static String spread(double[] values, String number) {
        double[] sorted = Figure.sorted(values);
        return String.format(Locale.ROOT, number + " (" + number + " - " + number + ")", Figure.median(values),
                sorted[0], sorted[sorted.length - 1]);
    }

    /** The reference program, which waits while it is not asked. */
    private static final class Reference implements AutoCloseable {

        private final Process process;
        private final BufferedWriter orders;
        private final BufferedReader answers;

        Reference(String program) throws IOException {
            process = new ProcessBuilder(program).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            orders = process.outputWriter(StandardCharsets.US_ASCII);
            answers = process.inputReader(StandardCharsets.US_ASCII);
        }

        long run(String name, int count) throws IOException {
            orders.write((name.equals("batch") || name.equals("ahead") ? "pair" : name) + " " + count + "\n");
            orders.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the reference program ended");
            }
            return Long.parseLong(answer);
        }

        @Override
        public void close() throws IOException {
            orders.close();
            process.destroy();
        }
    }
}
