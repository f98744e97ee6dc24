package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloakwork.api.Laboratory;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.part.PartKind;

/**
 * "When Mixnets Fail" (NDSS 2026, whenmixnetsfail/mix_adversary), figure 3: how likely one of 250 routes is traced if
 * 15 % of 300 mixes a layer are hostile, by three ways to choose routes. The paper's curves are formulas; ours are
 * the installed parts.
 */
final class MixnetsFailStudy implements Laboratory.Study {

    private static final int WIDTH = 300;
    private static final double SHARE = 0.15;
    private static final int ROUTES = 250;
    private static final int TRIALS = 250;
    private static final int CHUNKS = 8;
    private static final double MOST_ALPHA = 0.9999;
    private static final int[] KEPT = {1, 2, 3, 4, 5, 6, 8, 16, 32, 64};
    private static final double[] ALPHAS = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};

    /** A point of a curve. */
    private record Point(String curve, String at, Variant routes, double paper, double exact) {
    }

    private final Installed installed;
    private final long seed;
    private final Ground ground = new Ground(WIDTH, 1);
    private final List<Point> points = new ArrayList<>();

    MixnetsFailStudy(Installed installed, Choices choices) {
        choices.verify(Set.of("seed"));
        this.installed = installed;
        seed = choices.seed();
        int hostile = TraceStudy.hostile(SHARE, ground);
        for (int set = 0; set < 1 << Ground.LAYERS; set++) {
            double known = ClosedForm.fixed(SHARE, Integer.bitCount(set), ROUTES);
            points.add(new Point("layers fixed", layers(set), fixed(set), known, known));
        }
        for (int kept : KEPT) {
            points.add(new Point("K of W", Integer.toString(kept), Variant.parse("subset:mixes=" + kept),
                    ClosedForm.published(SHARE, kept, ROUTES), kept > 4 ? Double.NaN : ClosedForm.subset(hostile,
                            WIDTH, kept)));
        }
        for (double alpha : ALPHAS) {
            points.add(new Point("sticky", TraceStudy.words(alpha),
                    Variant.parse("sticky:alpha=" + Math.min(alpha, MOST_ALPHA)), sticky(alpha), Double.NaN));
        }
        points.forEach(point -> installed.make(PartKind.ROUTES, point.routes));
    }

    private static String layers(int set) {
        return IntStream.rangeClosed(1, Ground.LAYERS).filter(layer -> (set >> layer - 1 & 1) == 1)
                .mapToObj(Integer::toString)
                .reduce((one, other) -> one + "+" + other).orElse("none");
    }

    /** Where others would see what is the client's, it stays fresh; covers, which are looked at, have all of it. */
    private static Variant fixed(int set) {
        String[] scopes = new String[Ground.LAYERS];
        for (int layer = 0; layer < Ground.LAYERS; layer++) {
            scopes[layer] = (set >> layer & 1) == 1 ? "client" : "fresh";
        }
        String all = String.join(" ", scopes);
        String answers = "fresh " + scopes[1] + " " + scopes[2];
        return Variant.parse("fixed:data=" + scopes[0] + " " + scopes[1] + " fresh:ack=" + answers + ":reply-block="
                + answers
                + ":cover=" + all + ":cover-ack=" + all);
    }

    /** As the paper has it. */
    private static double sticky(double alpha) {
        double all = Math.pow(WIDTH, Ground.LAYERS);
        double untraced = 1 - Math.pow(SHARE, Ground.LAYERS);
        for (int i = 2; i <= ROUTES; i++) {
            untraced *= alpha + (1 - alpha) * (1 - all * Math.pow(SHARE,
                    Ground.LAYERS) / (all - 1 - (i - 2) * (1 - alpha)));
        }
        return 1 - untraced;
    }

    @Override
    public List<String> tasks() {
        return IntStream.range(0, CHUNKS * points.size())
                .mapToObj(task -> "fail/" + task % points.size() + "/" + task / points.size()).toList();
    }

    @Override
    public String run(String task) {
        Variant routes = points.get(Integer.parseInt(task.split("/")[1])).routes;
        Chance chance = new Chance(seed, task);
        int traced = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            Rows.Trial one = new Rows.Trial(ground.places(chance), TraceStudy.hostile(SHARE, ground));
            new DrivenClient(ground, installed.make(PartKind.ROUTES, routes), null, chance, one).covers(ROUTES);
            traced += one.isTraced() ? 1 : 0;
        }
        return Answers.line(traced);
    }

    @Override
    public Laboratory.Report report(Map<String, String> byTask) {
        Answers answers = new Answers(byTask);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, """
                When Mixnets Fail (NDSS 2026), figure 3: at least one of %d routes traced, %d mixes a layer, %s %%
                hostile. The paper's values are its formulas (whenmixnetsfail/mix_adversary); ours the parts, %d
                clients. Intervals of 95 %%.

                """, ROUTES, WIDTH, TraceStudy.words(100 * SHARE), TRIALS * CHUNKS));
        Table table = new Table(List.of("curve", "at", "paper", "ours", "difference", "why"));
        List<String> failed = new ArrayList<>();
        for (int at = 0; at < points.size(); at++) {
            Point point = points.get(at);
            long traced = 0;
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                traced += (long) answers.of("fail/" + at + "/" + chunk, 1)[0];
            }
            Estimate ours = Estimate.share(traced, (long) TRIALS * CHUNKS);
            double error = Math.sqrt(point.paper * (1 - point.paper) / (TRIALS * CHUNKS));
            boolean agrees = Math.abs(ours.value() - point.paper) <= Rows.SURE * error + 0.0005;
            String why = agrees ? "" : point.curve.equals("K of W")
                    ? "its formula takes routes for independent; they share mixes"
                    + (Double.isNaN(point.exact) ? "" : String.format(Locale.ROOT, " (exact if all are used: %.3f)",
                    point.exact))
                    : "not explained";
            table.row(List.of(point.curve, point.at, String.format(Locale.ROOT, "%.3f", point.paper), ours.text(3),
                    String.format(Locale.ROOT, "%+.3f", ours.value() - point.paper), why));
            if (why.equals("not explained")) {
                failed.add(point.curve + " " + point.at);
            }
        }
        text.append(table.text());
        return new Laboratory.Report(text.toString(), Map.of("mixnets-fail.csv", table.csv(), "mixnets-fail.json",
                table.json()),
                failed);
    }
}
