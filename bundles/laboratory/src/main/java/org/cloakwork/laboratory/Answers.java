package org.cloakwork.laboratory;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Answers of tasks: numbers with a space between, written so that none loses a bit. */
record Answers(Map<String, String> byTask) {

    static String line(double... numbers) {
        return DoubleStream.of(numbers).mapToObj(number -> number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number) : Double.toString(number)).collect(Collectors.joining(" "));
    }

    /**
     * @param task  whose answer
     * @param count of numbers that it must have; 0 for any
     */
    double[] of(String task, int count) {
        String line = byTask.get(task);
        if (line == null) {
            throw new IllegalArgumentException("no answer of task " + task);
        }
        try {
            double[] numbers = line.isEmpty() ? new double[0]
                    : Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
            if (count == 0 || numbers.length == count) {
                return numbers;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for both faults
        }
        throw new IllegalArgumentException("answer of task " + task + " cannot be read");
    }
}
