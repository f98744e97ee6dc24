package org.cloakwork.itests.chaos.soak;

import java.util.List;

/**
 * Whether a figure grows.
 *
 * @param figure  that was looked at
 * @param earlier what it was
 * @param later   what it was then
 * @param filling how much more what has a limit of its own may take until it is full
 */
record Growth(Sample.Figure figure, double earlier, double later, double filling) {

    /** {@return the medians of a run's third and of its last quarter} */
    static Growth of(Sample.Figure figure, List<Sample> samples) {
        double end = samples.isEmpty() ? 0 : samples.getLast().seconds();
        return new Growth(figure, typical(figure, samples, end / 2, end * 3 / 4),
                typical(figure, samples, end * 3 / 4, end), 0);
    }

    private static double typical(Sample.Figure figure, List<Sample> samples, double from, double to) {
        double[] values = samples.stream().filter(sample -> sample.seconds() >= from && sample.seconds() <= to)
                .mapToDouble(figure::of).sorted().toArray();
        return values.length == 0 ? 0 : values[values.length / 2];
    }

    boolean isGrowth() {
        return later > figure.most(earlier) + filling;
    }
}
