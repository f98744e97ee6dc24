package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.cloakwork.api.Laboratory;
import org.cloakwork.laboratory.measure.Estimate;

/** Whether a part became worse than a file says that it was: beyond what chance would do. */
final class Gate {

    private static final Map<String, String> SMALL = Map.of("hostile", "0.1", "hours", "0.02", "seed", "7", "pairs",
            "0", "routes", "uniform,fixed,subset,sticky,latency");
    /** Of the entropy, in bits, beyond its interval: one crowd is not as another. */
    private static final double BITS = 0.1;
    /** Of the longest times. */
    private static final double SLOWER = 1.1;
    private static final int NUMBERS = 4;

    /** What is measured; whether less of it is worse. */
    private enum Measure {
        TRACED("traced.csv", "", 6, false), DELIVERED("dead.csv", "0.1", 3, true), ENTROPY("global.csv", "", 1, true),
        P95("global.csv", "", 6, false);

        private final String file;
        /** The second cell of its rows; empty for any. */
        private final String second;
        private final int column;
        private final boolean isLessWorse;

        Measure(String file, String second, int column, boolean isLessWorse) {
            this.file = file;
            this.second = second;
            this.column = column;
            this.isLessWorse = isLessWorse;
        }

        private Estimate of(String[] cells) {
            double value = Double.parseDouble(cells[column]);
            return this == P95 ? new Estimate(value, value / SLOWER, value * SLOWER)
                    : new Estimate(value, Double.parseDouble(cells[column + 1]), Double.parseDouble(cells[column + 2]));
        }

        private boolean isWorse(Estimate before, Estimate now) {
            return isLessWorse ? now.high() + (this == ENTROPY ? BITS : 0) < before.low() : now.low() > before.high();
        }
    }

    private Gate() {
    }

    /** {@return figures of the shipped parts from so many clients each, by part and measure} */
    static Map<String, Estimate> measure(int clients) {
        Map<String, String> options = new TreeMap<>(SMALL);
        options.put("clients", Integer.toString(clients));
        Laboratory.Study study = new LaboratoryImpl().study(options);
        Map<String, String> files = study.report(study.tasks().stream()
                .collect(Collectors.toMap(task -> task, study::run))).files();
        Map<String, Estimate> figures = new TreeMap<>();
        for (Measure measure : Measure.values()) {
            files.get(measure.file).lines().skip(1).map(line -> line.split(","))
                    .filter(cells -> measure.second.isEmpty() || cells[1].equals(measure.second))
                    .forEach(cells -> figures.put(cells[0] + ' ' + measure.name().toLowerCase(Locale.ROOT),
                            measure.of(cells)));
        }
        return figures;
    }

    /** {@return lines with part, measure and its numbers} */
    static String text(Map<String, Estimate> figures) {
        return figures.entrySet().stream().map(entry -> String.format(Locale.ROOT, "%s\t%.4f\t%.4f\t%.4f\n",
                entry.getKey(), entry.getValue().value(), entry.getValue().low(), entry.getValue().high()))
                .collect(Collectors.joining());
    }

    static Map<String, Estimate> read(String text) {
        Map<String, Estimate> figures = new TreeMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] words = line.split("\t");
            if (words.length != NUMBERS) {
                throw new IllegalArgumentException("cannot be read: " + line);
            }
            figures.put(words[0], new Estimate(Double.parseDouble(words[1]), Double.parseDouble(words[2]),
                    Double.parseDouble(words[3])));
        });
        return figures;
    }

    /** {@return what became worse, for people; also a figure that is missing on either side} */
    static List<String> worse(Map<String, Estimate> known, Map<String, Estimate> now) {
        List<String> worse = new ArrayList<>();
        known.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> worse.add(name
                + " is not measured"));
        now.forEach((name, figure) -> {
            Estimate before = known.get(name);
            Measure measure = Measure.valueOf(name.substring(name.indexOf(' ') + 1).toUpperCase(Locale.ROOT));
            if (before == null) {
                worse.add(name + " has no figure");
            } else if (measure.isWorse(before, figure)) {
                worse.add(name + ": " + figure.text(3) + ", was " + before.text(3));
            }
        });
        return worse;
    }
}
