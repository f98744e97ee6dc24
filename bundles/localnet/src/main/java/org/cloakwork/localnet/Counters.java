package org.cloakwork.localnet;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one network. */
final class Counters {

    private final LongAdder[] values = new LongAdder[Counter.values().length];

    Counters() {
        for (int i = 0; i < values.length; i++) {
            values[i] = new LongAdder();
        }
    }

    void count(Counter counter) {
        values[counter.ordinal()].increment();
    }

    void count(Counter counter, long times) {
        values[counter.ordinal()].add(times);
    }

    long get(Counter counter) {
        return values[counter.ordinal()].sum();
    }

    Map<String, Long> byName() {
        Map<String, Long> all = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            all.put(counter.text(), get(counter));
        }
        return all;
    }
}
