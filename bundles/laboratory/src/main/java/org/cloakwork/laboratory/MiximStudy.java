package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.cloakwork.api.Laboratory;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.Pool;

/**
 * MiXiM (ibenguir/mixim_pets, figures 7 and 9): messages enter a network of mixes at random, and who sees all links
 * looks for one of them among those that come out. The paper has no clients; ours is the laboratory's observer in the
 * paper's network.
 */
final class MiximStudy implements Laboratory.Study {

    private static final double LINK = 0.05;
    private static final double APART = 2;
    private static final int TARGETS = 15;
    private static final int REPLICATES = 5;
    /** Of the paper: 150 s, one target each 2 s. */
    private static final int PAPER_TARGETS = 74;
    private static final double AIM = 0.05;

    /** A cell of the paper. */
    private record Cell(int layers, int width, double rate, double hostile, double paper) {
    }

    private static final List<Cell> CELLS = List.of(new Cell(1, 10, 5000, 0, 10.253), new Cell(2, 10, 5000, 0, 13.296),
            new Cell(3, 10, 5000, 0, 13.039), new Cell(4, 10, 5000, 0, 12.789), new Cell(5, 10, 5000, 0, 12.552),
            new Cell(6, 10, 5000, 0, 12.336), new Cell(3, 50, 100, 0, 2.624), new Cell(1, 10, 5000, 0.1, 9.316),
            new Cell(2, 10, 5000, 0.1, 12.295), new Cell(3, 10, 5000, 0.1, 12.812), new Cell(4, 10, 5000, 0.1, 12.703));

    private final long seed;
    private final double endToEnd;

    MiximStudy(Choices choices) {
        choices.verify(Set.of("seed"));
        seed = choices.seed();
        endToEnd = 1;
    }

    @Override
    public List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        for (int replicate = 0; replicate < REPLICATES * 8; replicate++) {
            for (int cell = 0; cell < CELLS.size(); cell++) {
                if (replicate < replicates(CELLS.get(cell))) {
                    tasks.add("mixim/" + cell + "/" + replicate);
                }
            }
        }
        return tasks;
    }

    /** Where single messages differ much, more are needed. */
    private static int replicates(Cell cell) {
        return cell.rate < 1000 ? 8 * REPLICATES : cell.hostile > 0 ? 3 * REPLICATES : REPLICATES;
    }

    private static final class Message {

        private double at;
        private int layer;
        private boolean isInMix;
        private Pool mix;
        private boolean isHostile;
        private double[] likely;
    }

    /** {@return the entropy of each target} */
    @Override
    public String run(String task) {
        String[] words = task.split("/");
        Cell cell = CELLS.get(Integer.parseInt(words[1]));
        Chance chance = new Chance(seed, task);
        double delay = (endToEnd - (cell.layers + 1) * LINK) / cell.layers;
        Pool[][] mixes = new Pool[cell.layers][cell.width];
        for (Pool[] layer : mixes) {
            Arrays.setAll(layer, mix -> new Pool());
        }
        int hostile = (int) Math.round(cell.hostile * cell.width);
        double[] entropies = new double[TARGETS];
        double warm = 3 * endToEnd + 2;
        double end = warm + APART * TARGETS + 12 * endToEnd;
        PriorityQueue<Message> due = new PriorityQueue<>(Comparator.comparingDouble(message -> message.at));
        double next = chance.exponential() / cell.rate;
        int targets = 0;
        while (true) {
            if (due.isEmpty() || next <= due.peek().at) {
                if (next > end) {
                    break;
                }
                Message message = new Message();
                message.at = next + LINK;
                if (targets < TARGETS && next >= warm + APART * targets) {
                    message.likely = new double[TARGETS];
                    message.likely[targets++] = 1;
                }
                due.add(message);
                next += chance.exponential() / cell.rate;
                continue;
            }
            Message message = due.poll();
            if (message.isInMix) {
                if (!message.isHostile) {
                    message.likely = message.mix.leaves();
                }
                message.isInMix = false;
                message.layer++;
                message.at += LINK;
                due.add(message);
            } else if (message.layer == cell.layers) {
                if (message.likely != null) {
                    for (int target = 0; target < TARGETS; target++) {
                        entropies[target] += Pool.bits(message.likely[target]);
                    }
                }
            } else {
                int mix = chance.nextInt(cell.width);
                message.isHostile = mix < hostile;
                message.mix = mixes[message.layer][mix];
                if (!message.isHostile) {
                    message.mix.enters(message.likely);
                }
                message.isInMix = true;
                message.at += chance.exponential() * delay;
                due.add(message);
            }
        }
        return Answers.line(entropies);
    }

    @Override
    public Laboratory.Report report(Map<String, String> byTask) {
        Answers answers = new Answers(byTask);
        StringBuilder text = new StringBuilder("""
                MiXiM (PETS, ibenguir/mixim_pets, figures 7 and 9): entropy in bits of where a message came out, for
                somebody who sees all links. Delays so that a message takes 1 s on average, links 50 ms. Intervals are
                of 95 %.

                """);
        Table table = new Table(List.of("layers", "mixes a layer", "messages/s", "hostile", "paper", "ours",
                "difference", "why"));
        List<String> failed = new ArrayList<>();
        for (int cell = 0; cell < CELLS.size(); cell++) {
            Cell one = CELLS.get(cell);
            double[] all = new double[replicates(one) * TARGETS];
            for (int replicate = 0; replicate < replicates(one); replicate++) {
                System.arraycopy(answers.of("mixim/" + cell + "/" + replicate, TARGETS), 0, all, replicate * TARGETS,
                        TARGETS);
            }
            Estimate ours = Estimate.mean(all);
            double difference = ours.value() - one.paper;
            double half = ours.high() - ours.value();
            double paperHalf = half * Math.sqrt((double) all.length / PAPER_TARGETS);
            boolean isWithin = Math.abs(difference) <= AIM;
            boolean isChance = Math.abs(difference) <= half + paperHalf;
            String why = isWithin ? "" : isChance ? String.format(Locale.ROOT,
                    "chance: the paper's %d messages alone are good for "
                    + "%.2f", PAPER_TARGETS, paperHalf) : "not explained";
            table.row(List.of(Integer.toString(one.layers), Integer.toString(one.width), TraceStudy.words(one.rate),
                    TraceStudy.words(one.hostile), String.format(Locale.ROOT, "%.3f", one.paper), ours.text(3),
                    String.format(Locale.ROOT, "%+.3f", difference), why));
            if (!isWithin && !isChance) {
                failed.add("MiXiM with " + one);
            }
        }
        text.append(table.text());
        return new Laboratory.Report(text.toString(), Map.of("mixim.csv", table.csv(), "mixim.json", table.json()),
                failed);
    }
}
