package org.cloakwork.laboratory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.Download;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.FlowMatch;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.Mixes;

/**
 * Somebody who sees the gateways of two clients and compares the times of their packets, by the test of MixMatch: how
 * many of those who talk does he find. Packets take as long as the mixes that the routes part names are far away, so
 * that a part that keeps mixes, or likes quick ones, makes times more even. Parts have had a minute of cover before.
 */
final class Flows {

    private static final int TOGETHER = 100;
    /** With so many others each one is compared, too. */
    private static final int OTHERS = 5;
    private static final int TRAINED = 60;
    private static final int OBSERVED = 100;
    private static final double FALSE_POSITIVES = 0.01;
    private static final Duration BEFORE = Duration.ofMinutes(1);
    /** To and from the two gateways. */
    private static final double LINK_SECONDS = 0.051;

    private final Installed installed;
    private final Ground ground;
    private final List<Variant> variants;
    private final Variant cover;
    private final double delay;
    private final long seed;
    private final int all;
    private final double mean;

    Flows(Installed installed, Ground ground, List<Variant> variants, Variant cover, double delay, int pairs,
            long seed) {
        this.installed = installed;
        this.ground = ground;
        this.variants = variants;
        this.cover = cover;
        this.delay = delay;
        this.seed = seed;
        all = (pairs + TOGETHER - 1) / TOGETHER * TOGETHER;
        mean = LINK_SECONDS + Ground.LAYERS * (delay + TraceStudy.MIX_MICROS / 2e6);
    }

    /** {@return none for a cover part by which no document comes: then there is nothing to compare} */
    List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        int pairs = isPossible() ? all : 0;
        for (int from = 0; from < pairs; from += TOGETHER) {
            for (int variant = 0; variant < variants.size(); variant++) {
                tasks.add("flow/" + variant + "/" + from);
            }
        }
        return tasks;
    }

    private boolean isPossible() {
        return all > 0 && Download.isPossible(installed.make(PartKind.COVER, cover), new Chance(seed, "flow"));
    }

    /** {@return for each pair, how well it fits, and then how well its first fits the second of others} */
    String run(String task) {
        String[] words = task.split("/");
        Variant routes = variants.get(Integer.parseInt(words[1]));
        int from = Integer.parseInt(words[2]);
        FlowMatch match = FlowMatch.trained(downloads(routes, -TRAINED, TRAINED), mean);
        List<Download> tested = downloads(routes, from, TOGETHER);
        double[] scores = new double[TOGETHER * (1 + OTHERS)];
        int at = 0;
        for (int one = 0; one < TOGETHER; one++) {
            for (int other = 0; other <= OTHERS; other++) {
                scores[at++] = (float) match.scores(tested.get(one), tested.get((one + other) % TOGETHER),
                        new int[] {OBSERVED})[0];
            }
        }
        return Answers.line(scores);
    }

    private List<Download> downloads(Variant routes, int from, int count) {
        return IntStream.range(from, from + count).mapToObj(pair -> download(routes, "flow/" + pair)).toList();
    }

    /** With the same network and the same chance for all parts. */
    private Download download(Variant routes, String name) {
        Chance around = new Chance(seed, name);
        int[] delays = around.ints(Ground.LAYERS * ground.width(), TraceStudy.MIX_MICROS);
        CoverTrafficStrategy both = installed.make(PartKind.COVER, cover);
        return Download.of(both, around, delay, ways(routes, delays, name + "/asks"),
                ways(routes, delays, name + "/answers"));
    }

    private Download.Ways ways(Variant routes, int[] delays, String name) {
        DrivenClient client = new DrivenClient(ground, installed.make(PartKind.ROUTES, routes),
                installed.make(PartKind.COVER, cover), new Chance(seed, name),
                (nanos, kind, mixes) -> 1000L * micros(delays, mixes));
        client.run(BEFORE);
        return kind -> LINK_SECONDS + micros(delays, client.way(kind, kind.isCover() ? 0 : 1)) / 1e6;
    }

    private static int micros(int[] delays, Mixes mixes) {
        return delays[(int) mixes.first().id()] + delays[(int) mixes.second().id()] + delays[(int) mixes.third().id()];
    }

    /** {@return which share of those who talk is found; empty if there is nothing to compare} */
    Optional<Estimate> found(Answers answers, int variant) {
        if (!isPossible()) {
            return Optional.empty();
        }
        // Each group has a bar of its own, so that the interval holds what chance does to that, too.
        return Optional.of(Estimate.mean(IntStream.range(0, all / TOGETHER).mapToDouble(group -> found(answers.of(
                "flow/" + variant + "/" + group * TOGETHER, TOGETHER * (1 + OTHERS)))).toArray()));
    }

    private static double found(double[] scores) {
        double[] others = new double[TOGETHER * OTHERS];
        for (int pair = 0; pair < TOGETHER; pair++) {
            System.arraycopy(scores, pair * (1 + OTHERS) + 1, others, pair * OTHERS, OTHERS);
        }
        Arrays.sort(others);
        double least = others[(int) Math.ceil((1 - FALSE_POSITIVES) * others.length)];
        return IntStream.range(0, TOGETHER).filter(pair -> scores[pair * (1 + OTHERS)] > least).count()
                / (double) TOGETHER;
    }

    void report(Answers answers, StringBuilder text, Map<String, String> files) {
        if (!isPossible()) {
            text.append("\nSomebody who compares times at both gateways: not looked at (no pairs, or with this "
                    + "cover no document comes within a minute)\n");
            return;
        }
        text.append(String.format(Locale.ROOT, """

                Somebody who compares times at both gateways (MixMatch's test, %d observations while a document comes):
                which share of %d pairs that talk he finds if he takes one in 100 of those that do not for one that does
                """, OBSERVED, all));
        Table table = new Table(List.of("routes", "found"));
        Table numbers = new Table(List.of("routes", "found", "found-low", "found-high"));
        for (int variant = 0; variant < variants.size(); variant++) {
            Estimate found = found(answers, variant).orElseThrow();
            table.row(List.of(variants.get(variant).toString(), found.text(3)));
            numbers.row(List.of(variants.get(variant).toString(), String.format(Locale.ROOT, "%.4f", found.value()),
                    String.format(Locale.ROOT, "%.4f", found.low()), String.format(Locale.ROOT, "%.4f", found.high())));
        }
        text.append(table.text());
        files.put("flows.csv", numbers.csv());
        files.put("flows.json", numbers.json());
    }
}
