package org.cloakwork.client.pace;

/**
 * How many unacknowledged packets may be under way when nothing paces them. It opens as acknowledgements come and
 * halves, once a round trip, when one does not; so a client without cover finds the speed of its path by itself.
 */
public final class Window {

    static final int INITIAL = 64;
    static final int LEAST = 16;
    static final int MOST = 1024;

    private double size = INITIAL;
    private double threshold = MOST;
    private long lastLossNanos;
    private boolean everLost;

    /** {@return packets that may be under way} */
    public int size() {
        return (int) size;
    }

    /** An acknowledgement came: one more below the threshold, one more a round trip above it. */
    public void acknowledged() {
        size = Math.min(MOST, size + (size < threshold ? 1 : 1 / size));
    }

    /**
     * An acknowledgement did not come in time.
     *
     * @param nowNanos       monotonic time
     * @param roundTripNanos losses within one of the last one count once
     */
    public void lost(long nowNanos, long roundTripNanos) {
        if (everLost && nowNanos - lastLossNanos < roundTripNanos) {
            return;
        }
        everLost = true;
        lastLossNanos = nowNanos;
        size = Math.max(LEAST, size / 2);
        threshold = size;
    }
}
