package org.cloakwork.client.reliability;

/** Counts what happened within the last minute, to the second. Used on the client's own thread only. */
public final class LastMinute {

    static final int SECONDS = 60;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int[] counts = new int[SECONDS];
    private final long startNanos;
    private long second;
    private int total;

    /** @param nowNanos monotonic time */
    public LastMinute(long nowNanos) {
        startNanos = nowNanos;
    }

    /** @param nowNanos when something happened, monotonic time */
    public void count(long nowNanos) {
        advance(nowNanos);
        counts[(int) (second % SECONDS)]++;
        total++;
    }

    /**
     * @param nowNanos monotonic time
     * @return how often something happened in this second and the 59 before
     */
    public int total(long nowNanos) {
        advance(nowNanos);
        return total;
    }

    private void advance(long nowNanos) {
        long current = (nowNanos - startNanos) / SECOND_NANOS;
        for (long left = Math.min(SECONDS, current - second); left > 0; left--) {
            int index = (int) ((current - left + 1) % SECONDS);
            total -= counts[index];
            counts[index] = 0;
        }
        second = current;
    }
}
