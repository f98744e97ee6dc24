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
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.part.PartKind;

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
    private final List<Variant> variants;
    private final Variant cover;
    private final double delaySeconds;
    private final long seed;

    Onlookers(Installed installed, Ground ground, List<Variant> variants, Variant cover, double delaySeconds,
            long seed) {
        this.installed = installed;
        this.ground = ground;
        this.variants = variants;
        this.cover = cover;
        this.delaySeconds = delaySeconds;
        this.seed = seed;
    }

    List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        for (int replicate = 0; replicate < REPLICATES; replicate++) {
            for (int variant = 0; variant < variants.size(); variant++) {
                tasks.add("crowd/" + variant + "/" + replicate);
            }
        }
        return tasks;
    }

    /** {@return entropy: median and 5 %; seconds: median and 95 %; packets a second} */
    String run(String task) {
        String[] words = task.split("/");
        Variant routes = variants.get(Integer.parseInt(words[1]));
        Chance around = new Chance(seed, "crowd/" + words[2]);
        Crowd crowd = new Crowd(ground, delaySeconds, around.ints(Ground.LAYERS * ground.width(),
                TraceStudy.MIX_MICROS));
        for (int client = 0; client < CLIENTS; client++) {
            new DrivenClient(ground, installed.make(PartKind.ROUTES, routes), installed.make(PartKind.COVER, cover),
                    new Chance(seed, task + "/" + client), crowd.joins()).run(LENGTH);
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
        double packets = found(answers, 0).packets;
        text.append(String.format(Locale.ROOT, """

                Somebody who sees all links of %d clients: entropy of the possible senders of a packet in bits (most
                possible: %.2f). Each client sends %.1f packets a second: %.0f kB/s out, %.0f kB/s in, %.1f GB a day
                """, CLIENTS, Math.log(CLIENTS) / Math.log(2), packets, packets * PACKET_BYTES / 1000,
                packets * (PAYLOAD_BYTES + ACK_BYTES) / 1000,
                packets * (PACKET_BYTES + PAYLOAD_BYTES + ACK_BYTES) * DAY_SECONDS / 1e9));
        Table table = new Table(List.of("routes", "entropy, median", "entropy, 5 %", "under way, p50", "p95"));
        Table numbers = new Table(List.of("routes", "entropy-median", "entropy-median-low", "entropy-median-high",
                "entropy-5",
                "seconds-p50", "seconds-p95", "packets-per-second"));
        for (int variant = 0; variant < variants.size(); variant++) {
            Found found = found(answers, variant);
            table.row(List.of(variants.get(variant).toString(), found.median.text(2), found.low.text(2),
                    String.format(Locale.ROOT, "%.0f ms", 1000 * found.seconds.value()),
                    String.format(Locale.ROOT, "%.0f ms", 1000 * found.longest.value())));
            numbers.row(List.of(variants.get(variant).toString(), text(found.median.value()), text(found.median.low()),
                    text(found.median.high()), text(found.low.value()), text(found.seconds.value()),
                            text(found.longest.value()),
                    text(found.packets)));
        }
        text.append(table.text());
        files.put("global.csv", numbers.csv());
        files.put("global.json", numbers.json());
    }

    private static String text(double number) {
        return String.format(Locale.ROOT, "%.4f", number);
    }
}
