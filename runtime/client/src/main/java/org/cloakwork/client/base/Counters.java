package org.cloakwork.client.base;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.cloakwork.api.Figure;

/** The counters of one client, safe for use by many threads. */
public final class Counters {

    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);
    private final Consumer<Counter> onCount;

    /** Tells nobody. */
    public Counters() {
        this(counter -> { });
    }

    /** @param onCount told of each that goes up by one */
    public Counters(Consumer<Counter> onCount) {
        this.onCount = onCount;
    }

    /** @param counter goes up by one */
    public void count(Counter counter) {
        add(counter, 1);
        onCount.accept(counter);
    }

    /**
     * @param counter goes up
     * @param amount  by this
     */
    public void add(Counter counter, long amount) {
        values.addAndGet(counter.ordinal(), amount);
    }

    /**
     * @param counter one of them
     * @return its present value
     */
    public long get(Counter counter) {
        return values.get(counter.ordinal());
    }

    /** {@return all of them by their keys} */
    public Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new TreeMap<>();
        for (Counter counter : Counter.values()) {
            snapshot.put(counter.key(), get(counter));
        }
        return snapshot;
    }

    /** {@return all of them with what they mean} */
    public List<Figure> figures() {
        return Arrays.stream(Counter.values())
                .map(counter -> Figure.counter(counter.key(), counter.description(), get(counter))).toList();
    }
}
