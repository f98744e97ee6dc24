package org.cloakwork.laboratory.measure;

import java.util.Arrays;
import java.util.Locale;

/**
 * A number that was measured by chance, and between which bounds the true one is in 95 of 100 cases.
 *
 * @param value measured
 * @param low   lower bound
 * @param high  upper bound
 */
public record Estimate(double value, double low, double high) {

    /** Of the normal distribution, for 95 %. */
    private static final double Z = 1.959964;

    /**
     * A share, with Wilson's interval.
     *
     * @param hits  how often it happened
     * @param draws how often it could have, 1 or more
     * @return the share
     */
    public static Estimate share(long hits, long draws) {
        double p = (double) hits / draws;
        double z2 = Z * Z / draws;
        double middle = (p + z2 / 2) / (1 + z2);
        double half = Z * Math.sqrt(p * (1 - p) / draws + z2 / (4 * draws)) / (1 + z2);
        return new Estimate(p, hits == 0 ? 0 : Math.max(0, middle - half), hits == draws ? 1 : Math.min(1, middle
                + half));
    }

    /**
     * @param values measured, at least one
     * @return their mean, with the interval of the normal distribution
     */
    public static Estimate mean(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        double half = values.length < 2 ? 0 : Z * Math.sqrt(squares / (values.length - 1) / values.length);
        return new Estimate(mean, mean - half, mean + half);
    }

    /**
     * @param values measured, at least one
     * @param part   0 to 1: 0.5 for the median
     * @return the value that such a part of them does not exceed, with the interval that the binomial law gives
     */
    public static Estimate quantile(double[] values, double part) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double half = Z * Math.sqrt(sorted.length * part * (1 - part));
        return new Estimate(at(sorted, part * sorted.length), at(sorted, part * sorted.length - half),
                at(sorted, part * sorted.length + half));
    }

    private static double at(double[] sorted, double place) {
        return sorted[Math.clamp((int) Math.ceil(place) - 1, 0, sorted.length - 1)];
    }

    /**
     * @param other measured in another way
     * @return whether the two may well be the same
     */
    public boolean meets(Estimate other) {
        return low <= other.high && other.low <= high;
    }

    /**
     * @param expected known from elsewhere
     * @return whether it lies between the bounds
     */
    public boolean holds(double expected) {
        return low <= expected && expected <= high;
    }

    /**
     * @param digits after the point
     * @return value and bounds, such as {@code 0.100 (0.081 to 0.122)}
     */
    public String text(int digits) {
        String form = "%." + digits + "f";
        return String.format(Locale.ROOT, form + " (" + form + " to " + form + ")", value, low, high);
    }
}
