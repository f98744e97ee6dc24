package org.cloakwork.laboratory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.Crowd;
import org.cloakwork.laboratory.network.Ground;

/** Somebody who sees all links, and what it costs: entropy of the possible senders, time under way, bytes. */
final class Onlookers {

    static final int CLIENTS = 100;

    private static final Duration LENGTH = Duration.ofSeconds(7);
    private static final int REPLICATES = 3;
    private static final double LOW = 0.05;
    private static final double HIGH = 0.95;
    static final int PACKET_BYTES = 2_413;
    private static final int ACK_BYTES = 53;
    private static final int PAYLOAD_BYTES = 1_675;
    private static final int DAY_SECONDS = 86_400;

    private final Installed installed;
    private final Ground ground;
    private final List<Combination> combinations;
    private final long seed;

    Onlookers(Installed installed, Ground ground, List<Combination> combinations, long seed) {
        this.installed = installed;
        this.ground = ground;
        this.combinations = combinations;
        this.seed = seed;
    }

    List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        for (int replicate = 0; replicate < REPLICATES; replicate++) {
            for (int variant = 0; variant < combinations.size(); variant++) {
                tasks.add("crowd/" + variant + "/" + replicate);
            }
        }
        return tasks;
    }

    /** {@return entropy: median and 5 %; seconds: median and 95 %; packets a second} */
    String run(String task) {
        String[] words = task.split("/");
        Combination combination = combinations.get(Integer.parseInt(words[1]));
        Chance around = new Chance(seed, "crowd/" + words[2]);
        Crowd crowd = new Crowd(ground, combination.delaySeconds(), around.ints(Ground.LAYERS * ground.width(),
                TraceStudy.MIX_MICROS));
        for (int client = 0; client < CLIENTS; client++) {
            combination.client(installed, ground, seed, task + "/" + client, crowd.joins()).run(LENGTH);
        }
        Crowd.Seen seen = crowd.watch(around);
        if (seen.entropies().length == 0) {
            return Answers.line(0, 0, 0, 0, 0);
        }
        return Answers.line(Estimate.quantile(seen.entropies(), 0.5).value(), Estimate.quantile(seen.entropies(), LOW)
                .value(),
                Estimate.quantile(seen.seconds(), 0.5).value(), Estimate.quantile(seen.seconds(), HIGH).value(),
                        seen.packets());
    }

    /** What is known of a part. */
    record Found(Estimate median, Estimate low, Estimate seconds, Estimate longest, double packets) {
    }

    Found found(Answers answers, int variant) {
        double[][] numbers = new double[5][REPLICATES];
        for (int replicate = 0; replicate < REPLICATES; replicate++) {
            double[] line = answers.of("crowd/" + variant + "/" + replicate, numbers.length);
            for (int i = 0; i < numbers.length; i++) {
                numbers[i][replicate] = line[i];
            }
        }
        return new Found(Estimate.mean(numbers[0]), Estimate.mean(numbers[1]), Estimate.mean(numbers[2]),
                Estimate.mean(numbers[3]), Arrays.stream(numbers[4]).average().orElseThrow());
    }

    void report(Answers answers, StringBuilder text, Map<String, String> files) {
        text.append(String.format(Locale.ROOT, """

                Somebody who sees all links of %d clients: entropy of the possible senders of a packet in bits (most
                possible: %.2f); and what each client sends and gets, headers of the line not counted
                """, CLIENTS, Math.log(CLIENTS) / Math.log(2)));
        Table table = new Table(List.of("routes", "entropy, median", "entropy, 5 %", "under way, p50", "p95",
                "packets/s", "kB/s out", "kB/s in", "GB a day"));
        List<String> titles = new ArrayList<>(List.of("routes", "entropy-median", "entropy-median-low",
                "entropy-median-high", "entropy-5", "seconds-p50", "seconds-p95", "packets-per-second", "gb-a-day",
                "cover"));
        titles.addAll(Combination.TITLES);
        Table numbers = new Table(titles);
        for (int variant = 0; variant < combinations.size(); variant++) {
            Combination combination = combinations.get(variant);
            Found found = found(answers, variant);
            double day = found.packets * (PACKET_BYTES + PAYLOAD_BYTES + ACK_BYTES) * DAY_SECONDS / 1e9;
            table.row(List.of(combination.among(combinations), found.median.text(2), found.low.text(2),
                    String.format(Locale.ROOT, "%.0f ms", 1000 * found.seconds.value()),
                    String.format(Locale.ROOT, "%.0f ms", 1000 * found.longest.value()),
                    String.format(Locale.ROOT, "%.1f", found.packets),
                    String.format(Locale.ROOT, "%.0f", found.packets * PACKET_BYTES / 1000),
                    String.format(Locale.ROOT, "%.0f", found.packets * (PAYLOAD_BYTES + ACK_BYTES) / 1000),
                    String.format(Locale.ROOT, "%.1f", day)));
            List<String> cells = new ArrayList<>(List.of(combination.routes().toString(), text(found.median.value()),
                    text(found.median.low()), text(found.median.high()), text(found.low.value()),
                    text(found.seconds.value()), text(found.longest.value()), text(found.packets), text(day),
                    combination.cover().toString()));
            cells.addAll(combination.cells());
            numbers.row(cells);
        }
        text.append(table.text());
        files.put("global.csv", numbers.csv());
        files.put("global.json", numbers.json());
    }

    private static String text(double number) {
        return String.format(Locale.ROOT, "%.4f", number);
    }
}
