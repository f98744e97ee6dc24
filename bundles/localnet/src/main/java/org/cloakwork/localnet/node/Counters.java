package org.cloakwork.localnet.node;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one network. */
public final class Counters {

    private final LongAdder[] values = new LongAdder[Counter.values().length];

    /** All zero. */
    public Counters() {
        for (int i = 0; i < values.length; i++) {
            values[i] = new LongAdder();
        }
    }

    /** @param counter of what happened once more */
    public void count(Counter counter) {
        values[counter.ordinal()].increment();
    }

    /**
     * @param counter of what happened
     * @param times   how often
     */
    public void count(Counter counter, long times) {
        values[counter.ordinal()].add(times);
    }

    /**
     * @param counter one of them
     * @return how often that happened
     */
    public long get(Counter counter) {
        return values[counter.ordinal()].sum();
    }

    /** {@return all of them by {@link Counter#text}} */
    public Map<String, Long> byName() {
        Map<String, Long> all = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            all.put(counter.text(), get(counter));
        }
        return all;
    }
}
