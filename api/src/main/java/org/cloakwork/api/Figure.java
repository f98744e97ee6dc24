package org.cloakwork.api;

/**
 * A number that is counted or measured, with what it takes to read it.
 *
 * @param name    words with dots, such as {@code packets.sent.cover}; no other figure's of whoever tells it
 * @param unit    {@code count}, {@code bytes} or {@code seconds}
 * @param meaning what is counted or measured, for people
 * @param level   whether it goes up and down; if not, it only goes up, from zero at the start
 * @param value   at this moment
 * @since 1.4
 */
public record Figure(String name, String unit, String meaning, boolean level, long value) {

    /**
     * A figure that only grows.
     *
     * @param name    ends with {@code bytes} or {@code seconds} if that is what it counts
     * @param meaning what is counted
     * @param value   so far
     * @return one that only goes up
     */
    public static Figure counter(String name, String meaning, long value) {
        return new Figure(name, unit(name), meaning, false, value);
    }

    /**
     * A figure that goes up and down.
     *
     * @param name    ends with {@code bytes} or {@code seconds} if that is what it measures
     * @param meaning what is measured
     * @param value   now
     * @return one that goes up and down
     */
    public static Figure level(String name, String meaning, long value) {
        return new Figure(name, unit(name), meaning, true, value);
    }

    private static String unit(String name) {
        return name.endsWith("bytes") ? "bytes" : name.endsWith("seconds") ? "seconds" : "count";
    }
}
