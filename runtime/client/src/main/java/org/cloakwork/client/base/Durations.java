package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.cloakwork.api.Insight;

/** How long something took, in classes. Safe for use by many threads. */
public final class Durations {

    private static final List<Duration> UP_TO = LongStream.of(5, 10, 20, 30, 40, 60, 80, 100, 130, 160, 200, 250, 320,
            400, 500, 650, 800, 1_000, 1_300, 1_600, 2_000, 3_000, 5_000, 10_000, 30_000).mapToObj(Duration::ofMillis)
            .toList();
    private static final long[] NANOS = UP_TO.stream().mapToLong(Duration::toNanos).toArray();

    private final AtomicLongArray counts = new AtomicLongArray(NANOS.length + 1);
    private final LongAdder sumNanos = new LongAdder();

    /** @param nanos that it took */
    public void add(long nanos) {
        int at = Arrays.binarySearch(NANOS, nanos);
        counts.incrementAndGet(at < 0 ? -at - 1 : at);
        sumNanos.add(nanos);
    }

    /** {@return what was added so far} */
    public Insight.Histogram histogram() {
        return new Insight.Histogram(UP_TO, LongStream.range(0, counts.length()).map(i -> counts.get((int) i)).boxed()
                .toList(), Duration.ofNanos(sumNanos.sum()));
    }
}
