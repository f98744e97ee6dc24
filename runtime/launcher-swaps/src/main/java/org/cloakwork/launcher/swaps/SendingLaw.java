package org.cloakwork.launcher.swaps;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Randomness;

/** When packets leave a client, seen from beside it, and when they should. */
final class SendingLaw implements AutoCloseable {

    private static final int DRAWN = 20_000;

    /**
     * Packets a second and what gaps between them are like.
     *
     * @param gaps how many
     */
    record Figures(double packetsASecond, double p10Millis, double p50Millis, double p90Millis, int gaps) {

        static Figures of(List<Long> gapsNanos) {
            long[] sorted = gapsNanos.stream().mapToLong(Long::longValue).sorted().toArray();
            if (sorted.length == 0) {
                return new Figures(0, 0, 0, 0, 0);
            }
            return new Figures(1e9 * sorted.length / Arrays.stream(sorted).sum(), sorted[sorted.length / 10] / 1e6,
                    sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 9 / 10] / 1e6, sorted.length);
        }
    }

    /** A stretch of time in which nothing is to disturb. */
    record Stretch(long fromNanos, long toNanos) {
    }

    private final MixnetClient client;
    @GuardedBy("seen")
    private final List<Long> seen = new ArrayList<>();
    private final Thread watcher;
    private volatile boolean closed;

    SendingLaw(String name, MixnetClient client) {
        this.client = client;
        watcher = Thread.ofPlatform().daemon().name("cloakwork-swap-test-watch-" + name).start(this::watch);
    }

    /** Once a millisecond, which is also how exact it is. */
    private void watch() {
        long before = packets();
        while (!closed) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                break;
            }
            long now = packets();
            long time = System.nanoTime();
            for (; before < now; before++) {
                synchronized (seen) {
                    seen.add(time);
                }
            }
        }
    }

    private long packets() {
        Map<String, Long> counters = client.counters();
        return counters.get("packets.sent.data") + counters.get("packets.sent.retransmission")
                + counters.get("packets.sent.cover");
    }

    /** {@return gaps between departures that lie within one of the stretches} */
    List<Long> gapsNanos(List<Stretch> stretches) {
        List<Long> times;
        synchronized (seen) {
            times = List.copyOf(seen);
        }
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            long from = times.get(i - 1);
            long to = times.get(i);
            if (stretches.stream().anyMatch(s -> from - s.fromNanos() >= 0 && s.toNanos() - to >= 0)) {
                gaps.add(to - from);
            }
        }
        return gaps;
    }

    /** {@return the longest time without a departure that began or ended within a stretch} */
    long longestGapNanos(Stretch stretch) {
        long[] times;
        synchronized (seen) {
            times = seen.stream().mapToLong(Long::longValue).toArray();
        }
        long longest = 0;
        for (int i = times.length - 1; i > 0 && times[i] - stretch.fromNanos() >= 0; i--) {
            if (stretch.toNanos() - times[i - 1] >= 0) {
                longest = Math.max(longest, times[i] - times[i - 1]);
            }
        }
        return longest;
    }

    /** {@return what a strategy makes of an idle link; nothing if it has no slots} */
    static Optional<Figures> of(CoverTrafficStrategy strategy, long seed) {
        Randomness randomness = new Random(seed)::nextBytes;
        CoverTrafficStrategy.Link idle = new CoverTrafficStrategy.Link() {

            @Override
            public boolean congested() {
                return false;
            }

            @Override
            public int congestionLevel() {
                return 0;
            }
        };
        if (strategy.untilNextSlot(idle, randomness).isEmpty()) {
            return Optional.empty();
        }
        List<Long> times = new ArrayList<>();
        long slot = 0;
        for (int i = 0; i < DRAWN; i++) {
            slot += strategy.untilNextSlot(idle, randomness).map(Duration::toNanos).orElseThrow();
            times.add(slot);
        }
        long loop = strategy.untilNextLoop(idle, randomness).map(Duration::toNanos).orElse(Long.MAX_VALUE);
        while (loop < slot) {
            times.add(loop);
            loop += strategy.untilNextLoop(idle, randomness).map(Duration::toNanos).orElse(Long.MAX_VALUE - loop);
        }
        times.sort(null);
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add(times.get(i) - times.get(i - 1));
        }
        return Optional.of(Figures.of(gaps));
    }

    @Override
    public void close() {
        closed = true;
        watcher.interrupt();
    }
}
