package org.cloakwork.itests.line;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Whether what comes answers what goes after another time than before: a watcher sees both directions, and packets that
 * come back from an exit are longer under way than loops. Nothing of that shows in one direction alone.
 *
 * <p>Of each few seconds it computes the cross-covariance of large frames up and large frames down. How two times of
 * watching differ in that is learned from every other block, and tried on the rest.
 */
final class Lags {

    private static final Duration BLOCK = Duration.ofSeconds(5);
    private static final Duration BIN = Duration.ofMillis(10);
    private static final int BINS = 50;

    private Lags() {
    }

    /** {@return how likely a difference as large is if there is none (Mann and Whitney), from 20 s on} */
    static double p(Trace.View before, Trace.View now) {
        List<double[]> one = blocks(before);
        List<double[]> other = blocks(now);
        double[] contrast = new double[BINS];
        for (int bin = 0; bin < BINS; bin++) {
            contrast[bin] = mean(one, bin) - mean(other, bin);
        }
        return MannWhitneyUTest.withDefaults().test(scores(one, contrast), scores(other, contrast)).getPValue();
    }

    private static List<double[]> blocks(Trace.View view) {
        List<double[]> blocks = new ArrayList<>();
        for (Duration at = Duration.ZERO; at.plus(BLOCK).compareTo(view.length()) <= 0; at = at.plus(BLOCK)) {
            blocks.add(covariance(view.part(at, BLOCK)));
        }
        return blocks;
    }

    /** {@return how far down follows up, by the time between them} */
    static double[] covariance(Trace.View view) {
        return covariance(view.counts(Frame.Kind.UP_LARGE, BIN), view.counts(Frame.Kind.DOWN_LARGE, BIN));
    }

    /** Without their means, or how many there are would hide when they come. */
    private static double[] covariance(int[] up, int[] down) {
        double meanUp = Arrays.stream(up).average().orElse(0);
        double meanDown = Arrays.stream(down).average().orElse(0);
        double[] covariance = new double[BINS];
        for (int lag = 0; lag < BINS; lag++) {
            for (int i = 0; i + lag < up.length; i++) {
                covariance[lag] += (up[i] - meanUp) * (down[i + lag] - meanDown);
            }
        }
        return covariance;
    }

    private static double mean(List<double[]> blocks, int bin) {
        double sum = 0;
        for (int i = 0; i < blocks.size(); i += 2) {
            sum += blocks.get(i)[bin];
        }
        return sum / ((blocks.size() + 1) / 2);
    }

    private static double[] scores(List<double[]> blocks, double[] contrast) {
        double[] scores = new double[blocks.size() / 2];
        for (int i = 0; i < scores.length; i++) {
            for (int bin = 0; bin < BINS; bin++) {
                scores[i] += contrast[bin] * blocks.get(2 * i + 1)[bin];
            }
        }
        return scores;
    }
}
