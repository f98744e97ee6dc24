package org.cloakwork.client.outbox;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Leg;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.ReplySurb;

/** One packet's share of a message, from the cut until its acknowledgement. Used on the client's own thread only. */
public final class OutgoingFragment {

    /** What a packet has beside its fragment, the same for every size. */
    private static final int OVERHEAD_BYTES =
            PacketSize.REGULAR.packetLength() - PacketSize.REGULAR.fragmentLength();

    private final OutgoingMessage message;
    private final Fragment fragment;
    private int transmissions;
    private long firstSentNanos;
    private long expectedRoundTripNanos;
    private boolean acknowledged;
    private boolean underWay;
    private ReplySurb surb;
    private List<Leg> legs = List.of();
    private boolean owed;
    private ByteBuffer answer;
    private SenderTag answerTag;
    private Cancellable timer = () -> { };

    /**
     * @param message  it belongs to
     * @param fragment what is sent
     */
    public OutgoingFragment(OutgoingMessage message, Fragment fragment) {
        this.message = message;
        this.fragment = fragment;
    }

    /** {@return the message it belongs to} */
    public OutgoingMessage message() {
        return message;
    }

    /** {@return what is sent} */
    public Fragment fragment() {
        return fragment;
    }

    /** {@return the length of the packet it goes in} */
    public int packetBytes() {
        return fragment.length() + OVERHEAD_BYTES;
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

    /** {@return delays that the last copy and its acknowledgement spend in mixes} */
    public long expectedRoundTripNanos() {
        return expectedRoundTripNanos;
    }

    /** {@return whether a copy has left and is neither acknowledged nor lost} */
    public boolean isUnderWay() {
        return underWay;
    }

    /** The copy that left was not acknowledged in time. */
    public void lost() {
        underWay = false;
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

    /** {@return the ways of the last copy that left and of its acknowledgement, until it is known what became of it} */
    public List<Leg> takeLegs() {
        List<Leg> taken = legs;
        legs = List.of();
        return taken;
    }

    /** @param isOwed whether its next copy is the packet that somebody waits for in return, which no window holds up */
    public void setOwed(boolean isOwed) {
        owed = isOwed;
    }

    /** {@return whether its next copy is the packet that somebody waits for in return} */
    public boolean isOwed() {
        return owed;
    }

    /**
     * @param digest of the key of a reply block that its message brings, for the packet in return for this one
     * @param tag    under which the recipient knows us
     */
    public void bringsBack(ByteBuffer digest, SenderTag tag) {
        answer = digest;
        answerTag = tag;
    }

    /** {@return the digest of the key of the reply block for the packet in return, if there is to be one} */
    public Optional<ByteBuffer> answer() {
        return Optional.ofNullable(answer);
    }

    /** {@return the tag under which the recipient knows us; null if no packet is to come in return} */
    public SenderTag answerTag() {
        return answerTag;
    }

    /**
     * A copy left.
     *
     * @param nowNanos               monotonic time
     * @param expectedRoundTripNanos delays that it and its acknowledgement spend in mixes
     * @param ways                   that they take
     */
    public void sent(long nowNanos, long expectedRoundTripNanos, List<Leg> ways) {
        underWay = true;
        legs = ways;
        this.expectedRoundTripNanos = expectedRoundTripNanos;
        if (transmissions++ == 0) {
            firstSentNanos = nowNanos;
            message.firstCopyLeft(nowNanos);
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
        end();
    }

    /** Nothing more happens to it. */
    public void end() {
        underWay = false;
        timer.cancel();
    }
}
