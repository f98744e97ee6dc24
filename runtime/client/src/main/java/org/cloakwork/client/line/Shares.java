package org.cloakwork.client.line;

import java.util.HashMap;
import java.util.Map;
import org.cloakwork.api.SenderTag;

/**
 * How many packets in return each sender gets: an even part of what there is for all in a second, by how many asked in
 * the second before. Tags cost nothing, so who has many gets as many parts; all together get no more than there is.
 */
final class Shares {

    private static final long WINDOW_NANOS = 1_000_000_000L;
    private static final int MOST_SENDERS = 10_000;

    private final int perSecond;
    private final Map<SenderTag, Integer> had = new HashMap<>();
    private int given;
    private int sendersBefore = 1;
    private long sinceNanos;

    /** @param perSecond for all together */
    Shares(int perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * @param sender   who asks
     * @param wanted   packets in return
     * @param nowNanos monotonic time
     * @return how many it gets
     */
    int grant(SenderTag sender, int wanted, long nowNanos) {
        if (nowNanos - sinceNanos > WINDOW_NANOS) {
            sendersBefore = Math.max(1, had.size());
            had.clear();
            given = 0;
            sinceNanos = nowNanos;
        }
        int has = had.getOrDefault(sender, 0);
        if (has == 0 && had.size() >= MOST_SENDERS) {
            return 0;
        }
        int share = Math.max(1, perSecond / Math.max(sendersBefore, had.size()));
        int granted = Math.clamp(wanted, 0, Math.max(0, Math.min(share - has, perSecond - given)));
        had.put(sender, has + granted);
        given += granted;
        return granted;
    }
}
