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
    private final List<Combination> combinations;
    private final long seed;
    private final int all;

    Flows(Installed installed, Ground ground, List<Combination> combinations, int pairs, long seed) {
        this.installed = installed;
        this.ground = ground;
        this.combinations = combinations;
        this.seed = seed;
        all = (pairs + TOGETHER - 1) / TOGETHER * TOGETHER;
    }

    /** {@return none for a cover part by which no document comes: then there is nothing to compare} */
    List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        List<Integer> possible = possible();
        for (int from = 0; from < all; from += TOGETHER) {
            for (int variant : possible) {
                tasks.add("flow/" + variant + "/" + from);
            }
        }
        return tasks;
    }

    private List<Integer> possible() {
        return IntStream.range(0, combinations.size()).filter(this::isPossible).boxed().toList();
    }

    private boolean isPossible(int variant) {
        return all > 0 && Download.isPossible(combinations.get(variant).cover(installed), new Chance(seed, "flow"));
    }

    /** {@return for each pair, how well it fits, and then how well its first fits the second of others} */
    String run(String task) {
        String[] words = task.split("/");
        Combination combination = combinations.get(Integer.parseInt(words[1]));
        int from = Integer.parseInt(words[2]);
        FlowMatch match = FlowMatch.trained(downloads(combination, -TRAINED, TRAINED), LINK_SECONDS
                + Ground.LAYERS * (combination.delaySeconds() + TraceStudy.MIX_MICROS / 2e6));
        List<Download> tested = downloads(combination, from, TOGETHER);
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

    private List<Download> downloads(Combination combination, int from, int count) {
        return IntStream.range(from, from + count).mapToObj(pair -> download(combination, "flow/" + pair)).toList();
    }

    /** With the same network and the same chance for all parts. */
    private Download download(Combination combination, String name) {
        Chance around = new Chance(seed, name);
        int[] delays = around.ints(Ground.LAYERS * ground.width(), TraceStudy.MIX_MICROS);
        return Download.of(combination.cover(installed), around, combination.delaySeconds(),
                ways(combination, delays, name + "/asks"), ways(combination, delays, name + "/answers"));
    }

    private Download.Ways ways(Combination combination, int[] delays, String name) {
        DrivenClient client = combination.client(installed, ground, seed, name, (nanos, kind, mixes) ->
                1000L * micros(delays, mixes));
        client.run(BEFORE);
        return kind -> LINK_SECONDS + micros(delays, client.way(kind, kind.isCover() ? 0 : 1)) / 1e6;
    }

    private static int micros(int[] delays, Mixes mixes) {
        return delays[(int) mixes.first().id()] + delays[(int) mixes.second().id()] + delays[(int) mixes.third().id()];
    }

    /** {@return which share of those who talk is found; empty if there is nothing to compare} */
    Optional<Estimate> found(Answers answers, int variant) {
        if (!isPossible(variant)) {
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
        if (possible().isEmpty()) {
            text.append("\nSomebody who compares times at both gateways: not looked at (no pairs, or with this "
                    + "cover no document comes within a minute)\n");
            return;
        }
        text.append(String.format(Locale.ROOT, """

                Somebody who compares times at both gateways (MixMatch's test, %d observations while a document comes):
                which share of %d pairs that talk he finds if he takes one in 100 of those that do not for one that does
                """, OBSERVED, all));
        Table table = new Table(List.of("routes", "found"));
        List<String> titles = new ArrayList<>(List.of("routes", "found", "found-low", "found-high", "cover"));
        titles.addAll(Combination.TITLES);
        Table numbers = new Table(titles);
        for (int variant : possible()) {
            Combination combination = combinations.get(variant);
            Estimate found = found(answers, variant).orElseThrow();
            table.row(List.of(combination.among(combinations), found.text(3)));
            List<String> cells = new ArrayList<>(List.of(combination.routes().toString(),
                    String.format(Locale.ROOT, "%.4f", found.value()), String.format(Locale.ROOT, "%.4f", found.low()),
                    String.format(Locale.ROOT, "%.4f", found.high()), combination.cover().toString()));
            cells.addAll(combination.cells());
            numbers.row(cells);
        }
        text.append(table.text());
        files.put("flows.csv", numbers.csv());
        files.put("flows.json", numbers.json());
    }
}
