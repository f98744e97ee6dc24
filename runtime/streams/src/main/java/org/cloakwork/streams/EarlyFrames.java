package org.cloakwork.streams;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Frames that came before the one that opens their stream, kept for a while and within a limit.
 *
 * @param <K> names a stream
 */
final class EarlyFrames<K> {

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long LIMIT_BYTES = 4L << 20;
    private static final int COST_BYTES = 256;

    private record Waiting(long sinceNanos, List<StreamFrame> frames, long bytes) {
    }

    private final Map<K, Waiting> waiting = new LinkedHashMap<>();
    private long bytes;

    /** {@return whether there is room for it, and it is kept} */
    boolean keep(K key, StreamFrame frame, long nowNanos) {
        int cost = COST_BYTES + (frame instanceof StreamFrame.Data data ? data.data().length : 0);
        if (bytes + cost > LIMIT_BYTES) {
            return false;
        }
        Waiting before = waiting.getOrDefault(key, new Waiting(nowNanos, List.of(), 0));
        List<StreamFrame> frames = new ArrayList<>(before.frames());
        frames.add(frame);
        waiting.put(key, new Waiting(before.sinceNanos(), frames, before.bytes() + cost));
        bytes += cost;
        return true;
    }

    /** {@return what was kept of a stream, and is not any more} */
    List<StreamFrame> take(K key) {
        Waiting taken = waiting.remove(key);
        if (taken == null) {
            return List.of();
        }
        bytes -= taken.bytes();
        return taken.frames();
    }

    /** {@return how many frames were dropped because they had waited for too long} */
    int dropStale(long nowNanos) {
        return waiting.entrySet().stream().filter(entry -> nowNanos - entry.getValue().sinceNanos() > PATIENCE_NANOS)
                .map(Map.Entry::getKey).toList().stream().mapToInt(key -> take(key).size()).sum();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }
}
