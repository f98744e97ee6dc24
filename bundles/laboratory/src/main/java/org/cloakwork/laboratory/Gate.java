package org.cloakwork.laboratory;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.cloakwork.laboratory.measure.Estimate;

/** Whether a part became worse than a file says that it was: beyond what chance would do. */
final class Gate {

    /** What a small study says of a part. */
    record Figures(Estimate traced, Estimate delivered, Estimate bits) {
    }

    private static final Map<String, String> SMALL = Map.of("hostile", "0.1", "hours", "0.02", "seed", "7");
    /** Of the entropy, beyond its interval: one crowd is not as another. */
    private static final double BITS = 0.1;
    private static final int NUMBERS = 9;

    private Gate() {
    }

    /** {@return figures of the usual variants, by name, from so many clients each} */
    static Map<String, Figures> measure(Installed installed, int clients) {
        Map<String, String> options = new TreeMap<>(SMALL);
        options.put("clients", Integer.toString(clients));
        options.put("routes", installed.routes().stream().filter(variant -> Variant.ROUTES.contains(variant))
                .map(Variant::toString).collect(Collectors.joining(",")));
        TraceStudy study = new TraceStudy(installed, new Choices(options));
        Map<String, String> answers = new TreeMap<>();
        study.tasks().forEach(task -> answers.put(task, study.run(task)));
        return study.figures(new Answers(answers));
    }

    /** {@return lines with a part and its numbers} */
    static String text(Map<String, Figures> figures) {
        return figures.entrySet().stream().map(entry -> entry.getKey() + '\t' + text(entry.getValue().traced) + '\t'
                + text(entry.getValue().delivered) + '\t' + text(entry.getValue().bits) + '\n')
                .collect(Collectors.joining());
    }

    private static String text(Estimate estimate) {
        return String.format(Locale.ROOT, "%.4f\t%.4f\t%.4f", estimate.value(), estimate.low(), estimate.high());
    }

    static Map<String, Figures> read(String text) {
        Map<String, Figures> figures = new TreeMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] words = line.split("\t");
            if (words.length != NUMBERS + 1) {
                throw new IllegalArgumentException("cannot be read: " + line);
            }
            figures.put(words[0], new Figures(estimate(words, 1), estimate(words, 4), estimate(words, 7)));
        });
        return figures;
    }

    private static Estimate estimate(String[] words, int at) {
        return new Estimate(Double.parseDouble(words[at]), Double.parseDouble(words[at + 1]),
                Double.parseDouble(words[at + 2]));
    }

    /** {@return what became worse, for people; also a part whose figures are missing on either side} */
    static List<String> worse(Map<String, Figures> known, Map<String, Figures> now) {
        List<String> worse = new ArrayList<>();
        known.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> worse.add(name
                + " is not measured"));
        now.forEach((name, figures) -> {
            Figures before = known.get(name);
            if (before == null) {
                worse.add(name + " has no figures");
                return;
            }
            if (figures.traced.low() > before.traced.high()) {
                worse.add(name + ": traced " + figures.traced.text(3) + ", was " + before.traced.text(3));
            }
            if (figures.delivered.high() < before.delivered.low()) {
                worse.add(name + ": delivered " + figures.delivered.text(4) + ", was " + before.delivered.text(4));
            }
            if (figures.bits.high() + BITS < before.bits.low()) {
                worse.add(name + ": entropy " + figures.bits.text(2) + ", was " + before.bits.text(2));
            }
        });
        return worse;
    }
}
