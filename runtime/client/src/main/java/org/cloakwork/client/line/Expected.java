package org.cloakwork.client.line;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What is to come back, and how long that takes.
 *
 * @param <K> what it is known by
 * @param <V> whose it is
 */
final class Expected<K, V> {

    private static final long LEAST_NANOS = 1_000_000_000L;
    private static final long MOST_NANOS = 20_000_000_000L;
    private static final int MOST = 50_000;
    private static final int VARIATIONS = 6;
    private static final int USUAL_VARIATIONS = 2;
    private static final double LATER = 1.02;

    /**
     * Something that came back.
     *
     * @param whose     it was
     * @param sentNanos when that left which it came for
     * @param <V>       whose it is
     */
    record Entry<V>(V whose, long sentNanos) {
    }

    private final LinkedHashMap<K, Entry<V>> entries = new LinkedHashMap<>();
    private final long firstNanos;
    private double meanNanos;
    private double variationNanos;

    /** @param firstNanos for how long something is waited for as long as it is not known how long it takes */
    Expected(long firstNanos) {
        this.firstNanos = firstNanos;
    }

    /**
     * @param key      of what is to come back
     * @param whose    it is
     * @param nowNanos monotonic time
     * @return whether it was expected already, so that one of the two will not come
     */
    boolean sent(K key, V whose, long nowNanos) {
        boolean twice = entries.remove(key) != null;
        entries.put(key, new Entry<>(whose, nowNanos));
        if (entries.size() > MOST) {
            entries.pollFirstEntry();
        }
        return twice;
    }

    /** Something came back after it was not waited for any more. */
    void tooSoon() {
        meanNanos = Math.min(MOST_NANOS, Math.max(LEAST_NANOS, meanNanos * LATER));
    }

    /** {@return whose it was, without learning how long it took; empty if it was not expected, any more} */
    Optional<V> take(K key) {
        return Optional.ofNullable(entries.remove(key)).map(Entry::whose);
    }

    /** {@return what it was; empty if it was not expected, any more} */
    Optional<Entry<V>> back(K key, long nowNanos) {
        Entry<V> entry = entries.remove(key);
        if (entry == null) {
            return Optional.empty();
        }
        double nanos = nowNanos - entry.sentNanos();
        if (meanNanos == 0) {
            meanNanos = nanos;
            variationNanos = nanos / 2;
        } else {
            variationNanos += (Math.abs(nanos - meanNanos) - variationNanos) / 16;
            meanNanos += (nanos - meanNanos) / 16;
        }
        return Optional.of(entry);
    }

    /** {@return after how long nearly all have come back} */
    long usualNanos() {
        return meanNanos == 0 ? firstNanos : (long) (meanNanos + USUAL_VARIATIONS * variationNanos);
    }

    /**
     * @param nowNanos monotonic time
     * @param overdue  told of what did not come back in time, which is not expected any more
     */
    void sweep(long nowNanos, BiConsumer<K, V> overdue) {
        long limit = meanNanos == 0 ? firstNanos
                : (long) Math.max(LEAST_NANOS, Math.min(MOST_NANOS, meanNanos + VARIATIONS * variationNanos));
        Map.Entry<K, Entry<V>> first = entries.firstEntry();
        while (first != null && nowNanos - first.getValue().sentNanos() > limit) {
            entries.pollFirstEntry();
            overdue.accept(first.getKey(), first.getValue().whose());
            first = entries.firstEntry();
        }
    }

    void clear() {
        entries.clear();
    }
}
