package org.cloakwork.client.replies;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.wire.ReplySurb;

/** What there is of one sender: its reply blocks, the fragments that wait for some, and what it was asked for. */
final class StockedPeer {

    /** Held back for requests: a third of what came last, within these bounds. */
    static final int LEAST_RESERVE = 2;
    static final int MOST_RESERVE = 8;
    /** Below this many to spare, more are asked for when there is something to send. */
    static final int LOW = 10;
    /** Asked for at once, upstream's least; and ours at most, of the 500 that are granted. */
    static final int LEAST_REQUEST = 10;
    static final int MOST_REQUEST = 200;
    /**
     * A request not answered by then is lost; the next one in a row is given twice as long. Source: protocol/5-client,
     * 5.1.
     */
    static final long REQUEST_TIMEOUT_NANOS = 10_000_000_000L;
    static final long LONGEST_REQUEST_TIMEOUT_NANOS = 300_000_000_000L;
    /** Who asks for packets in return does so all the time; after so long without it is as any other again. */
    static final long PULLED_NANOS = 60_000_000_000L;

    /** @param origin the very tag it came with: an identity, since others may use an equal one */
    record Held(ReplySurb surb, SenderTag origin, long sinceNanos) {
    }

    final Deque<Held> surbs = new ArrayDeque<>();
    /** Labelled with a rotation that is not there yet, or was and is over: nodes would drop what they carry. */
    final Deque<Held> early = new ArrayDeque<>();
    final Outbox waiting = new Outbox();
    /** Which of our addresses it wrote to last, and so knows. */
    Optional<MixnetAddress> wroteTo = Optional.empty();
    boolean answered;
    /** When it last asked for a packet in return for a packet. */
    private OptionalLong pulledNanos = OptionalLong.empty();
    long heardNanos;
    /** Whether more were asked for because of the present rotation. */
    boolean renewed = true;
    private int reserve = LEAST_RESERVE;
    private int asked;
    private int requested;
    private long requestedNanos;
    private long timeoutNanos = REQUEST_TIMEOUT_NANOS;

    int size() {
        return surbs.size() + early.size();
    }

    boolean isEmpty(long nowNanos) {
        return size() == 0 && waiting.size() == 0 && !isAsked(nowNanos) && !isPulled(nowNanos);
    }

    void pulled(long nowNanos) {
        pulledNanos = OptionalLong.of(nowNanos);
    }

    /** {@return whether it asks for packets: it is answered over what it asks with, and not asked for more} */
    boolean isPulled(long nowNanos) {
        return pulledNanos.isPresent() && nowNanos - pulledNanos.getAsLong() <= PULLED_NANOS;
    }

    /** {@return whether blocks may still come that were asked for} */
    boolean isAsked(long nowNanos) {
        return requested > 0 && nowNanos - requestedNanos <= timeoutNanos;
    }

    /** {@return whether a fragment can go now} */
    boolean canSend() {
        return waiting.size() > 0 && surbs.size() > reserve;
    }

    /** Blocks came, or were there at the start. */
    void stocked() {
        reserve = Math.clamp(surbs.size() / 3, LEAST_RESERVE, MOST_RESERVE);
    }

    /** @param blocks that came because they were asked for */
    void granted(int blocks) {
        requested = Math.max(0, requested - blocks);
        timeoutNanos = REQUEST_TIMEOUT_NANOS;
    }

    /** {@return how many to ask for, for everything that is missing; noted as asked for; 0: none} */
    int request(long nowNanos) {
        if (surbs.isEmpty()) {
            return 0;
        }
        if (requested > 0 && !isAsked(nowNanos)) {
            requested = 0;
            timeoutNanos = Math.min(LONGEST_REQUEST_TIMEOUT_NANOS, timeoutNanos * 2);
        }
        int missing = waiting.size() + reserve + LOW - surbs.size() - requested;
        // When half of the answer is there, the rest is on its way too.
        return missing <= 0 || requested * 2 > asked ? 0 : request(missing, nowNanos);
    }

    /** {@return how many of that many to ask for; noted as asked for} */
    int request(int blocks, long nowNanos) {
        int amount = Math.clamp(blocks, LEAST_REQUEST, MOST_REQUEST);
        requested += amount;
        asked = requested;
        requestedNanos = nowNanos;
        return amount;
    }

    /**
     * @param rank  how well each would do
     * @param best  none does better
     * @return the one that does best, taken out; there is one
     */
    ReplySurb take(ToIntFunction<Held> rank, int best) {
        Held chosen = null;
        int highest = -1;
        for (Held held : surbs) {
            int one = rank.applyAsInt(held);
            if (one > highest) {
                chosen = held;
                highest = one;
            }
            if (one == best) {
                break;
            }
        }
        // Not by what it says: two may say the same.
        Held taken = chosen;
        surbs.removeIf(held -> held == taken);
        answered = true;
        return taken.surb();
    }
}
