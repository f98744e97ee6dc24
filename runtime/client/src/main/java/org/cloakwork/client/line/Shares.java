package org.cloakwork.client.line;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.SenderTag;

/**
 * How many packets in return each sender gets. What there is for all runs evenly into a bucket of each; what a full one
 * has no room for runs into the others. So who asks for less than an even part gets all of it, and the others share
 * what is left evenly. Tags cost nothing, so who has many gets as many parts; all together get no more than there is.
 */
final class Shares {

    /** A bucket takes an even part of so long a time, but at least so many, at most what a sender gets in so long. */
    private static final double EVEN_SECONDS = 1;
    private static final double LEAST_ROOM = 4;
    static final double MOST_SECONDS = 0.25;
    /** What nobody has room for is kept for those who come, as much as there is in so long. */
    private static final double SPARE_SECONDS = 0.1;
    private static final double SPARE_PART = 0.1;
    private static final long POUR_NANOS = 10_000_000L;
    private static final long FORGET_NANOS = 2_000_000_000L;
    private static final long LONGEST_NANOS = 1_000_000_000L;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST_SENDERS = 10_000;
    private static final int MOST_ROUNDS = 16;

    private static final class Bucket {
        private double packets;
        /** Until it has all it may get at once. */
        private double room;
        private long askedNanos;

        private double pour(double most) {
            double poured = Math.min(most, room);
            packets += poured;
            room -= poured;
            return poured;
        }
    }

    private final int perSecond;
    private final int perSender;
    private final Map<SenderTag, Bucket> buckets = new HashMap<>();
    private double spare;
    private long pouredNanos;
    private boolean begun;

    /**
     * @param perSecond for all together
     * @param perSender for each
     */
    Shares(int perSecond, int perSender) {
        this.perSecond = perSecond;
        this.perSender = perSender;
        spare = perSecond * SPARE_SECONDS;
    }

    /**
     * @param sender   who asks
     * @param wanted   packets in return
     * @param nowNanos monotonic time
     * @return how many it gets
     */
    int grant(SenderTag sender, int wanted, long nowNanos) {
        pour(nowNanos);
        Bucket bucket = buckets.get(sender);
        if (bucket == null) {
            if (buckets.size() >= MOST_SENDERS) {
                return 0;
            }
            bucket = new Bucket();
            // There is a pour before it asks again, and an empty one would have it be refused what there is.
            bucket.packets = Math.min(spare * SPARE_PART, room());
            spare -= bucket.packets;
            buckets.put(sender, bucket);
        }
        bucket.askedNanos = nowNanos;
        int granted = Math.clamp(wanted, 0, (int) bucket.packets);
        bucket.packets -= granted;
        return granted;
    }

    private double room() {
        return Math.min(Math.max(LEAST_ROOM, EVEN_SECONDS * perSecond / Math.max(1, buckets.size())),
                Math.max(1, MOST_SECONDS * perSender));
    }

    /** {@return what those had who have not asked for long} */
    private double forget(long nowNanos) {
        double had = 0;
        for (Iterator<Bucket> all = buckets.values().iterator(); all.hasNext();) {
            Bucket bucket = all.next();
            if (nowNanos - bucket.askedNanos > FORGET_NANOS) {
                had += bucket.packets;
                all.remove();
            }
        }
        return had;
    }

    private void pour(long nowNanos) {
        if (!begun) {
            begun = true;
            pouredNanos = nowNanos;
        }
        long nanos = Math.min(LONGEST_NANOS, nowNanos - pouredNanos);
        if (nanos < POUR_NANOS) {
            return;
        }
        pouredNanos = nowNanos;
        double left = perSecond * (nanos / NANOS_PER_SECOND) + forget(nowNanos);
        double most = perSender * (nanos / NANOS_PER_SECOND);
        double room = room();
        List<Bucket> open = new ArrayList<>(buckets.values());
        open.forEach(bucket -> bucket.room = Math.max(0, Math.min(most, room - bucket.packets)));
        for (int round = 0; round < MOST_ROUNDS && !open.isEmpty() && left > 0; round++) {
            double even = left / open.size();
            for (Bucket bucket : open) {
                left -= bucket.pour(even);
            }
            open.removeIf(bucket -> bucket.room <= 0);
        }
        spare = Math.min(perSecond * SPARE_SECONDS, spare + Math.max(0, left));
    }
}
