package org.cloakwork.exit;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one exit. */
final class Counters {

    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);

    void count(Counter counter) {
        values.incrementAndGet(counter.ordinal());
    }

    Map<String, Long> byName() {
        Map<String, Long> all = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            all.put(counter.key(), values.get(counter.ordinal()));
        }
        return all;
    }
}
