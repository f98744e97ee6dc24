package org.cloakwork.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * What was measured, several times.
 *
 * @param name   for machines
 * @param title  for people
 * @param unit   of the values
 * @param values in the order they were measured
 */
record Figure(String name, String title, String unit, double[] values) {

    String line() {
        return String.format(Locale.ROOT, "%-56s %9.2f %-5s (%.2f - %.2f, %d times)%n", title, median(values), unit,
                sorted(values)[0], sorted(values)[values.length - 1], values.length);
    }

    String json() {
        return "{\"name\":\"" + name + "\",\"unit\":\"" + unit + "\",\"median\":" + median(values) + ",\"values\":"
                + Arrays.toString(values) + "}";
    }

    static double median(double[] values) {
        double[] sorted = sorted(values);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
