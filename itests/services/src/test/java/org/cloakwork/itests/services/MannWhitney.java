package org.cloakwork.itests.services;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** Whether one of two samples tends to be larger than the other (Mann and Whitney 1947), for large samples. */
final class MannWhitney {

    private MannWhitney() {
    }

    static double median(List<Double> sample) {
        List<Double> sorted = new ArrayList<>(sample);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    /** {@return how likely two samples of one distribution differ at least so much, in either way} */
    static double probability(List<Double> one, List<Double> other) {
        TreeMap<Double, int[]> counts = new TreeMap<>();
        one.forEach(value -> counts.computeIfAbsent(value, key -> new int[2])[0]++);
        other.forEach(value -> counts.computeIfAbsent(value, key -> new int[2])[1]++);
        double below = 0;
        double u = 0;
        for (int[] count : counts.values()) {
            u += count[0] * (below + count[1] / 2.0);
            below += count[1];
        }
        double n = one.size();
        double m = other.size();
        double z = Math.abs(u - n * m / 2) / Math.sqrt(n * m * (n + m + 1) / 12);
        return 2 * upperTail(z);
    }

    /** Of the normal distribution; Abramowitz and Stegun, 26.2.17, off by less than 1e-7. */
    private static double upperTail(double z) {
        double t = 1 / (1 + 0.2316419 * z);
        double series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978
                + t * 1.330274429))));
        return series * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }
}
