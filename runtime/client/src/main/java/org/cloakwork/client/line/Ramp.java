package org.cloakwork.client.line;

/**
 * The share of slots that ask for packets in return. A packet in return is longer under way than a loop, so a sudden
 * change would be seen as a dip; this one is linear.
 */
final class Ramp {

    private final long fullNanos;
    private double share;
    private double dropped;
    private long sinceNanos;

    /**
     * @param fullNanos from none to all
     * @param nowNanos  monotonic time
     */
    Ramp(long fullNanos, long nowNanos) {
        this.fullNanos = fullNanos;
        sinceNanos = nowNanos;
    }

    /**
     * @param target   where it goes, 0 to 1
     * @param nowNanos monotonic time
     * @return the share now, 0 to 1
     */
    double towards(double target, long nowNanos) {
        double step = Math.min(1, (double) (nowNanos - sinceNanos) / fullNanos);
        sinceNanos = nowNanos;
        share = share < target ? Math.min(target, share + step) : Math.max(target, share - step);
        return share;
    }

    /** {@return the share as it was last} */
    double share() {
        return share;
    }

    /** Who is asked was known before there was anything to see. */
    void fill() {
        share = 1;
    }

    /** Nothing comes in return any more: what asks for it would be missed at once. */
    void drop() {
        dropped = Math.max(share, dropped);
        share = 0;
    }

    /** It does again. */
    void restore() {
        share = Math.max(share, dropped);
        dropped = 0;
    }
}
