package org.cloakwork.laboratory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * many of those who talk does he find. The same for somebody who sees hostile mixes only: what goes into those of the
 * first layer and comes out of those of the last, with nobody else at the two gateways. Packets take as long as the
 * mixes that the routes part names are far away, so that a part that keeps mixes, or likes quick ones, makes times more
 * even. Parts have had a minute of cover before.
 */
final class Flows {

    private static final int TOGETHER = 100;
    /** With so many others each one is compared, too. */
    private static final int OTHERS = 5;
    private static final int SCORES = TOGETHER * (1 + OTHERS);
    private static final int TRAINED = 60;
    private static final int OBSERVED = 100;
    private static final double FALSE_POSITIVES = 0.01;
    private static final Duration BEFORE = Duration.ofMinutes(1);
    /** To and from the two gateways. */
    private static final double LINK_SECONDS = 0.051;

    private final Installed installed;
    private final Ground ground;
    private final List<Combination> combinations;
    private final List<Double> shares;
    private final long seed;
    private final int all;

    Flows(Installed installed, Ground ground, List<Combination> combinations, List<Double> shares, int pairs,
            long seed) {
        this.installed = installed;
        this.ground = ground;
        this.combinations = combinations;
        this.shares = shares;
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

    /**
     * {@return for both gateways, then for each share of hostile mixes: for each pair, how well it fits, and then how
     * well its first fits the second of others}
     */
    String run(String task) {
        String[] words = task.split("/");
        Combination combination = combinations.get(Integer.parseInt(words[1]));
        List<List<Download>> trained = downloads(combination, -TRAINED, TRAINED);
        List<List<Download>> tested = downloads(combination, Integer.parseInt(words[2]), TOGETHER);
        double least = LINK_SECONDS + Ground.LAYERS * (combination.delaySeconds() + TraceStudy.MIX_MICROS / 2e6);
        double[] scores = new double[SCORES * (1 + shares.size())];
        int at = 0;
        for (int view = 0; view <= shares.size(); view++) {
            FlowMatch match = FlowMatch.trained(seen(trained, view), least);
            List<Download> pairs = seen(tested, view);
            for (int one = 0; one < TOGETHER; one++) {
                for (int other = 0; other <= OTHERS; other++) {
                    scores[at++] = (float) match.scores(pairs.get(one), pairs.get((one + other) % TOGETHER),
                            new int[] {OBSERVED})[0];
                }
            }
        }
        return Answers.line(scores);
    }

    private static List<Download> seen(List<List<Download>> downloads, int view) {
        return downloads.stream().map(download -> download.get(view)).toList();
    }

    private List<List<Download>> downloads(Combination combination, int from, int count) {
        return IntStream.range(from, from + count).mapToObj(pair -> download(combination, "flow/" + pair)).toList();
    }

    /** With the same network and the same chance for all parts. */
    private List<Download> download(Combination combination, String name) {
        Chance around = new Chance(seed, name);
        int[] delays = around.ints(Ground.LAYERS * ground.width(), TraceStudy.MIX_MICROS);
        int[] places = ground.places(new Chance(seed, name + "/hostile"));
        return Download.of(combination.cover(installed), around, combination.delaySeconds(),
                ways(combination, delays, places, name + "/asks"), ways(combination, delays, places, name + "/answers"),
                shares.stream().mapToInt(share -> TraceStudy.hostile(share, ground)).toArray());
    }

    private Download.Ways ways(Combination combination, int[] delays, int[] places, String name) {
        DrivenClient client = combination.client(installed, ground, seed, name,
                (nanos, kind, mixes) -> 1000L * micros(delays, mixes));
        client.run(BEFORE);
        return kind -> {
            Mixes mixes = client.way(kind, kind.isCover() ? 0 : 1);
            return new Download.Way(LINK_SECONDS + micros(delays, mixes) / 1e6, places[(int) mixes.first().id()],
                    places[(int) mixes.third().id()]);
        };
    }

    private static int micros(int[] delays, Mixes mixes) {
        return delays[(int) mixes.first().id()] + delays[(int) mixes.second().id()] + delays[(int) mixes.third().id()];
    }

    /** {@return which share of those who talk is found at both gateways; empty if there is nothing to compare} */
    Optional<Estimate> found(Answers answers, int variant) {
        return isPossible(variant) ? Optional.of(found(answers, variant, 0)) : Optional.empty();
    }

    /**
     * Each group has a bar of its own, so that the interval holds what chance does to that, too; it is never narrower
     * than that of so many pairs.
     */
    private Estimate found(Answers answers, int variant, int view) {
        double[] found = IntStream.range(0, all / TOGETHER).mapToDouble(group -> found(Arrays.copyOfRange(
                answers.of("flow/" + variant + "/" + group * TOGETHER, SCORES * (1 + shares.size())), view * SCORES,
                (view + 1) * SCORES))).toArray();
        Estimate groups = Estimate.mean(found);
        Estimate pairs = Estimate.share(Math.round(groups.value() * all), all);
        return new Estimate(groups.value(), Math.min(groups.low(), pairs.low()), Math.max(groups.high(),
                pairs.high()));
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

                Somebody who compares times (MixMatch's test, %d observations while a document comes): which share of
                %d pairs that talk he finds if he takes one in 100 of those that do not for one that does. He sees both
                gateways; or only what goes into hostile mixes of the first layer and comes out of hostile ones of the
                last, with whatever is between them, and nobody else at these gateways
                """, OBSERVED, all));
        List<String> heads = new ArrayList<>(List.of("routes", "both gateways"));
        shares.forEach(share -> heads.add(TraceStudy.words(100 * share) + " % hostile"));
        Table table = new Table(heads);
        Table numbers = numbers("routes", "found", "found-low", "found-high", "cover");
        Table ends = numbers("routes", "hostile", "found", "found-low", "found-high", "cover");
        for (int variant : possible()) {
            Combination combination = combinations.get(variant);
            String routes = combination.routes().toString();
            Estimate found = found(answers, variant, 0);
            List<String> cells = new ArrayList<>(List.of(combination.among(combinations), found.text(3)));
            row(numbers, combination, List.of(routes), found);
            for (int share = 0; share < shares.size(); share++) {
                Estimate byHostile = found(answers, variant, 1 + share);
                cells.add(byHostile.text(3));
                row(ends, combination, List.of(routes, TraceStudy.words(shares.get(share))), byHostile);
            }
            table.row(cells);
        }
        text.append(table.text());
        files.put("flows.csv", numbers.csv());
        files.put("flows.json", numbers.json());
        files.put("ends.csv", ends.csv());
        files.put("ends.json", ends.json());
    }

    private static Table numbers(String... titles) {
        return new Table(Stream.concat(Stream.of(titles), Combination.TITLES.stream()).toList());
    }

    private static void row(Table table, Combination combination, List<String> first, Estimate found) {
        List<String> cells = new ArrayList<>(first);
        DoubleStream.of(found.value(), found.low(), found.high())
                .forEach(number -> cells.add(String.format(Locale.ROOT, "%.4f", number)));
        cells.add(combination.cover().toString());
        cells.addAll(combination.cells());
        table.row(cells);
    }
}
