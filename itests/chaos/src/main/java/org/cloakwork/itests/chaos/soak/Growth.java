package org.cloakwork.itests.chaos.soak;

import java.util.List;

/**
 * Whether a figure grows in the second half of a run: of the half's two halves, the later is compared with the earlier.
 * Their medians are, and of the heap, which fills until it is collected, the least.
 *
 * @param figure  that was looked at
 * @param earlier in the third quarter
 * @param later   in the last quarter
 */
record Growth(Sample.Figure figure, double earlier, double later) {

    static Growth of(Sample.Figure figure, List<Sample> samples) {
        double end = samples.isEmpty() ? 0 : samples.getLast().seconds();
        return new Growth(figure, typical(figure, samples, end / 2, end * 3 / 4),
                typical(figure, samples, end * 3 / 4, end));
    }

    private static double typical(Sample.Figure figure, List<Sample> samples, double from, double to) {
        double[] values = samples.stream().filter(sample -> sample.seconds() >= from && sample.seconds() <= to)
                .mapToDouble(figure::of).sorted().toArray();
        return values.length == 0 ? 0 : values[figure == Sample.Figure.HEAP ? 0 : values.length / 2];
    }

    boolean isGrowth() {
        return later > figure.most(earlier);
    }
}
