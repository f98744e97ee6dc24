package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;

/**
 * What is known already: for a number of routes, how likely at least one is traced by each rule, from a Monte Carlo
 * of the rules themselves. The parts are held against it.
 */
final class Rows {

    /** So many standard deviations are no chance. */
    static final double SURE = 3.3;

    /** A row of the table, and how many draws it was made of. */
    private record Row(int width, double share, int routes, int draws, int chunks, double... known) {
    }

    private static final List<Row> ROWS = List.of(
            new Row(300, 0.15, 250, 20_000, 10, 0.571, 0.150, 0.023, 0.021, 0.111, 0.296, 0.084, 0.030),
            new Row(80, 0.1, 500, 20_000, 10, 0.391, 0.100, 0.010, 0.007, 0.044, 0.165, 0.049, 0.015),
            new Row(80, 0.1, 11_000, 3_000, 10, 1, 0.100, 0.010, 0.007, 0.043, 0.202, 0.66, 0.28));
    private static final List<String> RULES = List.of("uniform", "fixed",
            "fixed:data=client client fresh:cover=client client fresh:cover-ack=client client fresh", "subset:mixes=2",
            "subset:mixes=4", "subset:mixes=8", "sticky:alpha=0.9", "sticky:alpha=0.97");
    /** Trials of a task, for few routes and for many. */
    private static final int TRIALS = 150;
    private static final int LONG_TRIALS = 40;

    private final Installed installed;
    private final long seed;
    private final List<Integer> rules = new ArrayList<>();
    private final Map<Integer, Ground> grounds = new ConcurrentHashMap<>();

    /** @param names of the parts that are held against it; none if that is not asked for */
    Rows(Installed installed, List<String> names, long seed) {
        this.installed = installed;
        this.seed = seed;
        for (int rule = 0; rule < RULES.size(); rule++) {
            if (names.contains(Variant.parse(RULES.get(rule)).name())) {
                rules.add(rule);
            }
        }
    }

    List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        for (int row = 0; row < ROWS.size(); row++) {
            for (int rule : rules) {
                for (int chunk = 0; chunk < ROWS.get(row).chunks; chunk++) {
                    tasks.add("row/" + row + "/" + rule + "/" + chunk);
                }
            }
        }
        return tasks;
    }

    private static int trials(Row row) {
        return row.routes > 1000 ? LONG_TRIALS : TRIALS;
    }

    String run(String task) {
        String[] words = task.split("/");
        Row row = ROWS.get(Integer.parseInt(words[1]));
        Variant rule = Variant.parse(RULES.get(Integer.parseInt(words[2])));
        Ground ground = grounds.computeIfAbsent(row.width, width -> new Ground(width, 1));
        int hostile = TraceStudy.hostile(row.share, ground);
        Chance chance = new Chance(seed, task);
        int traced = 0;
        for (int trial = 0; trial < trials(row); trial++) {
            Trial one = new Trial(ground.places(chance), hostile);
            new DrivenClient(ground, installed.make(PartKind.ROUTES, rule), null, chance, one).covers(row.routes);
            traced += one.traced ? 1 : 0;
        }
        return Answers.line(traced);
    }

    /** Whether one route of a client is traced. */
    static final class Trial implements DrivenClient.Network {

        private final int[] places;
        private final int hostile;
        private boolean traced;

        Trial(int[] places, int hostile) {
            this.places = places;
            this.hostile = hostile;
        }

        @Override
        public long goes(long nanos, PacketKind kind, Mixes mixes) {
            traced |= places[(int) mixes.first().id()] < hostile && places[(int) mixes.second().id()] < hostile
                    && places[(int) mixes.third().id()] < hostile;
            return 0;
        }

        boolean isTraced() {
            return traced;
        }
    }

    /** {@return what does not agree with what is known} */
    List<String> report(Answers answers, StringBuilder text) {
        if (rules.isEmpty()) {
            return List.of();
        }
        text.append("""

                Against what is known: so many routes of one kind, layers of the client (all parts drawn from the same
                rules by another program: 20,000 draws, 3,000 in the last row); K of W is not as published, since its
                routes share mixes
                """);
        Table table = new Table(List.of("mixes a layer", "hostile", "routes", "rule", "measured", "known", "",
                "published"));
        List<String> failed = new ArrayList<>();
        for (int at = 0; at < ROWS.size(); at++) {
            Row row = ROWS.get(at);
            for (int rule : rules) {
                long traced = 0;
                for (int chunk = 0; chunk < row.chunks; chunk++) {
                    traced += (long) answers.of("row/" + at + "/" + rule + "/" + chunk, 1)[0];
                }
                long draws = (long) trials(row) * row.chunks;
                double known = row.known[rule];
                Estimate measured = Estimate.share(traced, draws);
                boolean isMet = agree(measured.value(), draws, known, row.draws);
                Variant variant = Variant.parse(RULES.get(rule));
                table.row(List.of(Integer.toString(row.width), TraceStudy.words(row.share),
                        Integer.toString(row.routes),
                        variant.toString(), measured.text(3), String.format(Locale.ROOT, "%.3f", known),
                        isMet ? "agrees" : "DIFFERS", variant.name().equals("subset") ? String.format(Locale.ROOT,
                                "%.3f",
                                ClosedForm.published(row.share, Integer.parseInt(variant.settings().get("mixes")),
                                        row.routes))
                                : "-"));
                if (!isMet) {
                    failed.add(variant + " of " + row.routes + " routes");
                }
            }
        }
        text.append(table.text());
        return failed;
    }

    /** Both were drawn; that one of so many differs by chance is left room for. */
    private static boolean agree(double measured, long draws, double known, long knownDraws) {
        double p = (measured * draws + known * knownDraws) / (draws + knownDraws);
        double error = Math.sqrt(p * (1 - p) * (1.0 / draws + 1.0 / knownDraws));
        return Math.abs(measured - known) <= SURE * error + 0.0005;
    }
}
