package org.cloakwork.itests.line;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.statistics.inference.BinomialTest;
import org.apache.commons.statistics.inference.GTest;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * How far frames of one kind differ between two times of watching, each test with its value and how likely one as large
 * is if both have the same law.
 *
 * @param kind       of frames
 * @param before     frames a second in the first
 * @param now        frames a second in the second
 * @param ratio      likelihood ratio of two rates against one, 2 ln(L2 / L1); above {@link #RATIO_CRITICAL} in 1 % of
 *                   cases if two Poisson streams have the same rate
 * @param rate       the exact p-value of two Poisson counts with the same rate: the one is binomial, given the sum
 * @param distance   of the distributions of gaps, by Kolmogorov and Smirnov; NaN if there are none
 * @param critical   above which that distance is in 1 % of cases
 * @param gaps       its p-value
 * @param dispersion the p-value of counts in windows of {@link #WINDOW}, as two samples of one distribution (G-test)
 */
public record Comparison(Frame.Kind kind, double before, double now, double ratio, double rate, double distance,
        double critical, double gaps, double dispersion) {

    /** Chi-square with one degree of freedom, 1 %. */
    public static final double RATIO_CRITICAL = 6.635;
    /** So many frames are as much as nothing: sums of fewer are not compared. */
    private static final int LEAST = 10;
    private static final double KOLMOGOROV = 1.628;
    private static final Duration WINDOW = Duration.ofMillis(200);
    private static final int LEAST_EXPECTED = 10;

    /**
     * @param kind   of frames
     * @param before watched first
     * @param now    watched then, for as long or not
     * @return how far they differ
     */
    public static Comparison of(Frame.Kind kind, Trace.View before, Trace.View now) {
        int first = before.count(kind);
        int second = now.count(kind);
        if (first + second < LEAST) {
            return new Comparison(kind, before.rate(kind), now.rate(kind), 0, 1, Double.NaN, Double.NaN, 1, 1);
        }
        double share = before.seconds() / (before.seconds() + now.seconds());
        double ratio = 2 * (part(first, (first + second) * share) + part(second, (first + second) * (1 - share)));
        double rate = BinomialTest.withDefaults().test(first + second, first, share).getPValue();
        double[] one = before.gaps(kind);
        double[] other = now.gaps(kind);
        if (one.length < 2 || other.length < 2) {
            return new Comparison(kind, before.rate(kind), now.rate(kind), ratio, rate, 1, 0, 0, 0);
        }
        var smirnov = KolmogorovSmirnovTest.withDefaults().test(one, other);
        return new Comparison(kind, before.rate(kind), now.rate(kind), ratio, rate, smirnov.getStatistic(),
                KOLMOGOROV * Math.sqrt(1.0 / one.length + 1.0 / other.length), smirnov.getPValue(),
                dispersion(before.counts(kind, WINDOW), now.counts(kind, WINDOW)));
    }

    private static double part(int count, double expected) {
        return count == 0 ? 0 : count * Math.log(count / expected);
    }

    /** Values are put together until each group is large enough for the test. */
    private static double dispersion(int[] before, int[] now) {
        int most = Math.max(Arrays.stream(before).max().orElse(0), Arrays.stream(now).max().orElse(0));
        long[] first = new long[most + 1];
        long[] second = new long[most + 1];
        Arrays.stream(before).forEach(count -> first[count]++);
        Arrays.stream(now).forEach(count -> second[count]++);
        long[][] groups = new long[2][most + 1];
        int group = 0;
        for (int value = 0; value <= most; value++) {
            groups[0][group] += first[value];
            groups[1][group] += second[value];
            if (groups[0][group] + groups[1][group] >= 2 * LEAST_EXPECTED) {
                group++;
            }
        }
        if (group > 0 && group <= most) {
            groups[0][group - 1] += groups[0][group];
            groups[1][group - 1] += groups[1][group];
        }
        return group < 2 ? 1 : GTest.withDefaults()
                .test(new long[][] {Arrays.copyOf(groups[0], group), Arrays.copyOf(groups[1], group)}).getPValue();
    }

    /** {@return the smallest of the p-values} */
    public double leastP() {
        return Math.min(rate, Math.min(gaps, dispersion));
    }

    /** What the columns of {@link #row} are. */
    static final String HEADER = """
            | does | frames | idle, /s | now, /s | rate: p | likelihood ratio (1 %: 6.63) | gaps: D (1 %) | p | \
            counts in 200 ms: p |
            |---|---|---|---|---|---|---|---|---|
            """;

    String row(String scenario) {
        return String.format(Locale.ROOT, "| %s | %s | %.2f | %.2f | %.3g | %.2f | %.4f (%.4f) | %.3g | %.3g |%n",
                scenario, kind.text(), before, now, rate, ratio, distance, critical, gaps, dispersion);
    }
}
