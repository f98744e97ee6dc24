package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.cloakwork.api.Laboratory;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.Download;
import org.cloakwork.laboratory.network.FlowMatch;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;

/**
 * MixMatch (PoPETs 2024.2): whether two clients at their gateways talk with each other, from the times of their
 * packets. Flows are made as the paper's were (a document of 656 packets over Nym 1.0.2), with the cover part that is
 * installed.
 */
final class MixMatchStudy implements Laboratory.Study {

    private static final int PAIRS = 300;
    private static final int TRAINED = 60;
    private static final int ROWS = 20;
    private static final double FALSE_POSITIVES = 0.01;
    private static final double AIM = 0.05;
    private static final Variant COVER = Variant.parse("poisson");

    /** A cell of the paper. */
    private record Cell(double delayMillis, int observed, double paper) {
    }

    private static final List<Double> DELAYS = List.of(50.0, 20.0, 200.0);
    private static final List<Cell> CELLS = List.of(new Cell(50, 100, 0.456), new Cell(50, 200, 0.998),
            new Cell(20, 100, 0.997), new Cell(200, 100, 0.111));
    private static final int[] OBSERVED = {100, 200};

    private final Installed installed;
    private final long seed;

    MixMatchStudy(Installed installed, Choices choices) {
        choices.verify(Set.of("seed"));
        this.installed = installed;
        seed = choices.seed();
        installed.make(PartKind.COVER, COVER);
    }

    @Override
    public List<String> tasks() {
        List<String> tasks = new ArrayList<>();
        for (int delay = 0; delay < DELAYS.size(); delay++) {
            for (int from = 0; from < PAIRS; from += ROWS) {
                tasks.add("mixmatch/" + delay + "/" + from);
            }
        }
        return tasks;
    }

    private Download download(int delay, String name) {
        CoverTrafficStrategy cover = installed.make(PartKind.COVER, COVER);
        return Download.of(cover, new Chance(seed, "mixmatch/" + delay + "/" + name), DELAYS.get(delay) / 1000);
    }

    /** {@return for some initiators and all responders, the scores of so many observations} */
    @Override
    public String run(String task) {
        String[] words = task.split("/");
        int delay = Integer.parseInt(words[1]);
        int from = Integer.parseInt(words[2]);
        double mean = Download.meanSeconds(DELAYS.get(delay) / 1000);
        List<Download> trained = new ArrayList<>();
        for (int i = 0; i < TRAINED; i++) {
            trained.add(download(delay, "train" + i));
        }
        FlowMatch match = FlowMatch.trained(trained, mean);
        List<Download> tested = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            tested.add(download(delay, "test" + i));
        }
        int rows = Math.min(ROWS, PAIRS - from);
        double[] scores = new double[rows * PAIRS * OBSERVED.length];
        int at = 0;
        for (int row = from; row < from + rows; row++) {
            for (int column = 0; column < PAIRS; column++) {
                for (double score : match.scores(tested.get(row), tested.get(column), OBSERVED)) {
                    scores[at++] = score;
                }
            }
        }
        return Answers.line(Arrays.stream(scores).map(score -> (float) score).toArray());
    }

    @Override
    public Laboratory.Report report(Map<String, String> byTask) {
        Answers answers = new Answers(byTask);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, """
                MixMatch (PoPETs 2024.2), its statistical classifier: of %d pairs that talk, how many it finds if it
                takes one in 100 of those that do not for one that does. Observations: packets of the two, and as many
                acknowledgements. The paper's flows are recordings; ours are drawn: its document of 656 packets, its
                links, our cover part. One number is fitted to all four cells, since nothing is written of it: the
                document begins 0.2 to 0.4 s after it is asked for.

                """, PAIRS));
        Table table = new Table(List.of("delay of a mix", "observations", "paper", "ours", "difference", "why"));
        List<String> failed = new ArrayList<>();
        for (Cell cell : CELLS) {
            int delay = DELAYS.indexOf(cell.delayMillis);
            int look = cell.observed == OBSERVED[0] ? 0 : 1;
            double[] same = new double[PAIRS];
            double[] others = new double[PAIRS * (PAIRS - 1)];
            int at = 0;
            for (int from = 0; from < PAIRS; from += ROWS) {
                int rows = Math.min(ROWS, PAIRS - from);
                double[] scores = answers.of("mixmatch/" + delay + "/" + from, rows * PAIRS * OBSERVED.length);
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < PAIRS; column++) {
                        double score = scores[(row * PAIRS + column) * OBSERVED.length + look];
                        if (from + row == column) {
                            same[column] = score;
                        } else {
                            others[at++] = score;
                        }
                    }
                }
            }
            Arrays.sort(others);
            double least = others[(int) Math.ceil((1 - FALSE_POSITIVES) * others.length)];
            Estimate found = Estimate.share(Arrays.stream(same).filter(score -> score > least).count(), PAIRS);
            double difference = found.value() - cell.paper;
            boolean isWithin = Math.abs(difference) <= AIM || found.holds(cell.paper);
            table.row(List.of(TraceStudy.words(cell.delayMillis) + " ms", Integer.toString(cell.observed),
                    String.format(Locale.ROOT, "%.3f", cell.paper), found.text(3), String.format(Locale.ROOT, "%+.3f",
                            difference),
                    isWithin ? "" : "its flows are of processes on a machine; ours of the law they go by"));
            if (!isWithin) {
                failed.add("MixMatch with " + cell);
            }
        }
        text.append(table.text());
        return new Laboratory.Report(text.toString(), Map.of("mixmatch.csv", table.csv(), "mixmatch.json",
                table.json()), failed);
    }
}
