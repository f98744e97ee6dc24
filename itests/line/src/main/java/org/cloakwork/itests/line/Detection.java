package org.cloakwork.itests.line;

import java.util.Arrays;
import java.util.Random;

/** How often something is found if nothing is taken for it in one of a hundred cases. */
final class Detection {

    private static final double FALSE_POSITIVES = 0.01;

    private Detection() {
    }

    /**
     * @param silence values where there was nothing
     * @param there   values where there was something, which are higher if that shows
     * @param seed    decides between equal ones
     * @return the share of true positives at 1 % false positives
     */
    static double truePositives(double[] silence, double[] there, long seed) {
        Random random = new Random(seed);
        double[] below = apart(silence, random);
        Arrays.sort(below);
        double threshold = below[(int) Math.ceil(below.length * (1 - FALSE_POSITIVES)) - 1];
        return Arrays.stream(apart(there, random)).filter(value -> value > threshold).count() / (double) there.length;
    }

    /** Counts that are equal must be told apart by chance, or 1 % cannot be had. */
    private static double[] apart(double[] values, Random random) {
        return Arrays.stream(values).map(value -> value + 1e-6 * random.nextDouble()).toArray();
    }
}
