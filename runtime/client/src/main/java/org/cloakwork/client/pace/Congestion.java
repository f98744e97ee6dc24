package org.cloakwork.client.pace;

import org.cloakwork.spi.cover.CoverTrafficStrategy.Link;

/**
 * How much congestion of the link has lasted, as cover strategies see it. Source: protocol/5-client, 2.1. Used on the
 * client's own thread only.
 */
final class Congestion {

    static final long RISE_NANOS = 1_000_000_000L;
    static final long FALL_NANOS = 2_000_000_000L;

    private int level;
    private long changedNanos;
    private long lastSeenNanos;

    /** @param nowNanos monotonic time */
    Congestion(long nowNanos) {
        changedNanos = nowNanos;
        lastSeenNanos = nowNanos;
    }

    /**
     * To be told more often than the level is to change.
     *
     * @param congested whether the link is congested
     * @param nowNanos  monotonic time
     */
    void observe(boolean congested, long nowNanos) {
        long unchangedNanos = nowNanos - changedNanos;
        if (congested) {
            lastSeenNanos = nowNanos;
            if (level < Link.HIGHEST_CONGESTION && unchangedNanos > RISE_NANOS) {
                level++;
                changedNanos = nowNanos;
            }
        } else if (level > 0 && unchangedNanos > FALL_NANOS && nowNanos - lastSeenNanos > FALL_NANOS) {
            level--;
            changedNanos = nowNanos;
        }
    }

    /** {@return the level, 0 to {@link Link#HIGHEST_CONGESTION}} */
    int level() {
        return level;
    }
}
