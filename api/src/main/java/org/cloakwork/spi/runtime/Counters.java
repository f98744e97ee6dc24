package org.cloakwork.spi.runtime;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.cloakwork.api.Figure;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A number for each constant of an enum, from zero up. Safe for use by many threads.
 *
 * @param <C> what is counted
 */
public final class Counters<C extends Enum<C> & Counters.Keyed> {

    /** Has a name for people and programs. */
    @ConsumerType
    public interface Keyed {

        /** {@return words with dots, such as {@code exit.dropped.late}; no other constant's} */
        String key();

        /**
         * {@return what is counted, for people}
         *
         * @since 1.4
         */
        default String description() {
            return key();
        }
    }

    private final C[] constants;
    private final LongAdder[] values;
    private final ObjLongConsumer<C> onCount;

    /**
     * Counters that are all zero.
     *
     * @param type of what is counted
     */
    public Counters(Class<C> type) {
        this(type, (counter, amount) -> { });
    }

    /**
     * Counters that are all zero, and somebody who is told.
     *
     * @param type    of what is counted
     * @param onCount told of each that goes up and by how much, on the thread that counts
     * @since 1.4
     */
    public Counters(Class<C> type, ObjLongConsumer<C> onCount) {
        this.onCount = onCount;
        constants = type.getEnumConstants();
        values = Stream.generate(LongAdder::new).limit(constants.length).toArray(LongAdder[]::new);
    }

    /**
     * Counts one.
     *
     * @param counter goes up by one
     */
    public void count(C counter) {
        values[counter.ordinal()].increment();
        onCount.accept(counter, 1);
    }

    /**
     * Counts several.
     *
     * @param counter goes up
     * @param amount  by this; 0: nothing happened
     */
    public void add(C counter, long amount) {
        if (amount != 0) {
            values[counter.ordinal()].add(amount);
            onCount.accept(counter, amount);
        }
    }

    /**
     * Tells how many there were.
     *
     * @param counter one of them
     * @return its present value
     */
    public long get(C counter) {
        return values[counter.ordinal()].sum();
    }

    /** {@return all of them by their keys, sorted} */
    public Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new TreeMap<>();
        for (C counter : constants) {
            snapshot.put(counter.key(), get(counter));
        }
        return snapshot;
    }

    /**
     * {@return all of them with what they mean, in the order of the constants}
     *
     * @since 1.4
     */
    public List<Figure> figures() {
        return Stream.of(constants).map(constant -> Figure.counter(constant.key(), constant.description(),
                get(constant))).toList();
    }
}
