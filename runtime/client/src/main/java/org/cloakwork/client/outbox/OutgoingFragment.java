package org.cloakwork.client.outbox;

import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.ReplySurb;

/** One packet's share of a message, from the cut until its acknowledgement. Used on the client's own thread only. */
public final class OutgoingFragment {

    private final OutgoingMessage message;
    private final FragmentId id;
    private final byte[] bytes;
    private int transmissions;
    private long firstSentNanos;
    private boolean acknowledged;
    private ReplySurb surb;
    private Cancellable timer = () -> { };

    /**
     * @param message it belongs to
     * @param id      its acknowledgement will name
     * @param bytes   with the fragment header
     */
    public OutgoingFragment(OutgoingMessage message, FragmentId id, byte[] bytes) {
        this.message = message;
        this.id = id;
        this.bytes = bytes;
    }

    /** {@return the message it belongs to} */
    public OutgoingMessage message() {
        return message;
    }

    /** {@return what its acknowledgement will name} */
    public FragmentId id() {
        return id;
    }

    /** {@return the fragment with its header} */
    public byte[] bytes() {
        return bytes;
    }

    /** {@return whether a copy of it is still worth sending} */
    public boolean isWanted() {
        return !acknowledged && message.isOpen();
    }

    /** {@return copies that have left} */
    public int transmissions() {
        return transmissions;
    }

    /** {@return when the first copy left, monotonic time} */
    public long firstSentNanos() {
        return firstSentNanos;
    }

    /** {@return the reply block for the next copy, taken out; null if it has none} */
    public ReplySurb takeSurb() {
        ReplySurb taken = surb;
        surb = null;
        return taken;
    }

    /** @param newSurb for the next copy */
    public void setSurb(ReplySurb newSurb) {
        surb = newSurb;
    }

    /** {@return whether a reply block is at hand for the next copy} */
    public boolean hasSurb() {
        return surb != null;
    }

    /** @param nowNanos when a copy left, monotonic time */
    public void sent(long nowNanos) {
        if (transmissions++ == 0) {
            firstSentNanos = nowNanos;
        } else {
            message.retransmitted();
        }
    }

    /** @param newTimer replaces and cancels the one before */
    public void setTimer(Cancellable newTimer) {
        timer.cancel();
        timer = newTimer;
    }

    /** It arrived: no further copy. */
    public void acknowledged() {
        acknowledged = true;
        timer.cancel();
    }
}
