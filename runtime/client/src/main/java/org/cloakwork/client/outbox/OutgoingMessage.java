package org.cloakwork.client.outbox;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * A message on its way, ours or an application's. Changed on the client's own thread only; what applications look at
 * is safe to read from any.
 */
public final class OutgoingMessage implements Delivery {

    /** What a reply block adds to a message. */
    private static final int SURB_BYTES = 460;
    /** What a message has beside its content, its padding marker included. */
    private static final int HEADER_BYTES = 32;

    private final Target target;
    private final Lane lane;
    private final int length;
    private final long createdNanos;
    private final long deadlineNanos;
    private final BiConsumer<OutgoingMessage, Outcome> onEnd;
    private final Executor outcomes;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final CompletableFuture<Void> stored = new CompletableFuture<>();
    private OptionalLong id = OptionalLong.empty();
    private long conversation;
    private boolean ownConversation;
    private volatile Progress progress = new Progress(0, 0, 0);
    private volatile int fragmentsLeft;
    private volatile boolean withdrawn;
    private Cancellable deadline = () -> { };
    private boolean givenUpByPolicy;
    private List<OutgoingFragment> fragments = List.of();
    private int surbs;
    private int sealedFragments;
    private OptionalLong sealed = OptionalLong.empty();
    private OptionalLong paced = OptionalLong.empty();
    private OptionalLong sent = OptionalLong.empty();

    /**
     * Makes a message that has not ended.
     *
     * @param target        whom it is for
     * @param lane          where it waits
     * @param length        of its content
     * @param createdNanos  when it was handed over, monotonic time
     * @param deadlineNanos when it is given up, monotonic time
     * @param onEnd         called once, by whoever ends it
     * @param outcomes      completes the outcome and runs what applications have waiting for it
     */
    public OutgoingMessage(Target target, Lane lane, int length, long createdNanos, long deadlineNanos,
                           BiConsumer<OutgoingMessage, Outcome> onEnd, Executor outcomes) {
        this.target = target;
        this.lane = lane;
        this.length = length;
        this.createdNanos = createdNanos;
        this.deadlineNanos = deadlineNanos;
        this.onEnd = onEnd;
        this.outcomes = outcomes;
    }

    /**
     * Packets are counted whole: an empty message is a packet too.
     *
     * @param length    of a message's content
     * @param surbCount reply blocks that go along
     * @param sizes     of packets
     * @return about what it holds until it ends
     */
    public static long bytesHeld(int length, int surbCount, PacketSizes sizes) {
        int content = length + surbCount * SURB_BYTES + HEADER_BYTES;
        PacketSize size = sizes.forMessage(content);
        return (long) Math.ceilDiv(content, size.fragmentLength() - Fragment.LINKED_HEADER_LENGTH)
                * size.plaintextLength();
    }

    /**
     * @param fragments it was cut into
     * @return about what it holds until it ends
     */
    public static long bytesHeld(List<Fragment> fragments) {
        int overhead = PacketSize.REGULAR.plaintextLength() - PacketSize.REGULAR.fragmentLength();
        return fragments.stream().mapToLong(fragment -> fragment.length() + overhead).sum();
    }

    @Override
    public CompletableFuture<Outcome> outcome() {
        return outcome.copy();
    }

    @Override
    public CompletableFuture<Void> stored() {
        return stored.copy();
    }

    @Override
    public Progress progress() {
        return progress;
    }

    /** {@return whom it is for} */
    public Target target() {
        return target;
    }

    /** {@return the id under which it is written down, if it is} */
    public OptionalLong id() {
        return id;
    }

    /** @param newId under which it is written down */
    public void setId(long newId) {
        id = OptionalLong.of(newId);
    }

    /** {@return a label of the conversation that it belongs to} */
    public long conversation() {
        return conversation;
    }

    /** {@return whether nothing else belongs to that} */
    public boolean isOwnConversation() {
        return ownConversation;
    }

    /**
     * @param label of the conversation that it belongs to
     * @param own   whether nothing else belongs to that
     */
    public void setConversation(long label, boolean own) {
        conversation = label;
        ownConversation = own;
    }

    /** It is written down, as far as that is done at all. */
    public void durable() {
        stored.completeAsync(() -> null, outcomes);
    }

    /** It will not be written down, and nobody can be waiting for that yet. */
    public void notStored() {
        stored.complete(null);
    }

    /** {@return when it was handed over, monotonic time} */
    public long createdNanos() {
        return createdNanos;
    }

    /** {@return where its fragments wait} */
    public Lane lane() {
        return lane;
    }

    /** {@return when it is given up, monotonic time} */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    /** {@return whether it has not ended yet} */
    public boolean isOpen() {
        return open.get();
    }

    /** @param timer cancelled when the message ends */
    public void setDeadline(Cancellable timer) {
        deadline = timer;
    }

    /** @param all the fragments it was cut into */
    public void cut(List<OutgoingFragment> all) {
        fragments = all;
        progress = new Progress(all.size(), 0, 0);
    }

    /**
     * Each of its packets brings one in return.
     *
     * @param keys    of the reply blocks that go along
     * @param tag     under which the recipient knows us
     * @param partner whether it uses each of them for a packet at once
     */
    public void bringsBack(List<ReplyKey> keys, Optional<SenderTag> tag, boolean partner) {
        for (int i = 0; partner && tag.isPresent() && i < Math.min(keys.size(), fragments.size()); i++) {
            fragments.get(i).bringsBack(ByteBuffer.wrap(keys.get(i).digest()), tag.get());
        }
    }

    /** @param count reply blocks that were made for it */
    public void carries(int count) {
        surbs = count;
    }

    /** {@return reply blocks that were made for it} */
    public int surbs() {
        return surbs;
    }

    /**
     * {@return the fragments it was cut into, forgotten by this: whoever keeps the message must not keep its content}
     */
    public List<OutgoingFragment> takeFragments() {
        List<OutgoingFragment> taken = fragments;
        fragments = List.of();
        return taken;
    }

    /**
     * A packet of it was sealed.
     *
     * @param nowNanos monotonic time
     */
    public void sealed(long nowNanos) {
        if (sealedFragments < progress.packets() && ++sealedFragments == progress.packets()) {
            sealed = OptionalLong.of(nowNanos);
        }
    }

    /** The first copy of one of its packets has left. */
    void firstCopyLeft(long nowNanos) {
        fragmentsLeft++;
        if (fragmentsLeft == 1) {
            paced = OptionalLong.of(nowNanos);
        }
        if (fragmentsLeft == progress.packets()) {
            sent = OptionalLong.of(nowNanos);
        }
    }

    /** {@return when its last packet was sealed, monotonic time, if it was} */
    public OptionalLong sealedNanos() {
        return sealed;
    }

    /** {@return when its first packet left, monotonic time, if it did} */
    public OptionalLong pacedNanos() {
        return paced;
    }

    /** {@return when its last packet left, monotonic time, if it did} */
    public OptionalLong sentNanos() {
        return sent;
    }

    /** Nobody waits any longer for the packets of it that have not left; whoever calls this sees to its end. */
    public void withdraw() {
        withdrawn = true;
    }

    /** {@return whether a packet of it has yet to leave for the first time} */
    public boolean isUnsent() {
        int packets = progress.packets();
        return isOpen() && (packets == 0 || fragmentsLeft < packets);
    }

    /**
     * {@return about how many bytes of its content have yet to leave for the first time, an empty message counting for
     * one; 0 if it has ended or was withdrawn}
     */
    public long unsentBytes() {
        int packets = progress.packets();
        long counted = Math.max(1, length);
        if (withdrawn || !isUnsent()) {
            return 0;
        }
        return packets == 0 ? counted : Math.ceilDiv(counted * (packets - fragmentsLeft), packets);
    }

    /** Another copy of one of its packets has left. */
    public void retransmitted() {
        Progress p = progress;
        progress = new Progress(p.packets(), p.acknowledged(), p.retransmissions() + 1);
    }

    /** The retransmission policy makes no further copy of one of its packets. */
    public void givenUp() {
        givenUpByPolicy = true;
    }

    /** {@return whether the policy gave one of its packets up} */
    public boolean isGivenUp() {
        return givenUpByPolicy;
    }

    /**
     * One of its packets was acknowledged.
     *
     * @param nowNanos monotonic time
     * @return whether that was the last one, which ends the message
     */
    public boolean acknowledged(long nowNanos) {
        Progress p = progress;
        progress = new Progress(p.packets(), p.acknowledged() + 1, p.retransmissions());
        return p.acknowledged() + 1 == p.packets() && end(new Outcome.Acknowledged(
                p.packets(), p.retransmissions(), Duration.ofNanos(nowNanos - createdNanos)), outcomes);
    }

    /**
     * @param reason why it is given up
     * @param detail for people
     * @return whether it ended by this and not before
     */
    public boolean fail(FailureReason reason, String detail) {
        return end(new Outcome.Failed(reason, detail), outcomes);
    }

    /**
     * Ends it before anyone has seen it, so that nobody can be waiting for the outcome yet.
     *
     * @param reason why it is not accepted
     * @param detail for people
     */
    public void refuse(FailureReason reason, String detail) {
        end(new Outcome.Failed(reason, detail), Runnable::run);
    }

    private boolean end(Outcome how, Executor executor) {
        if (!open.compareAndSet(true, false)) {
            return false;
        }
        deadline.cancel();
        onEnd.accept(this, how);
        stored.completeAsync(() -> null, executor);
        outcome.completeAsync(() -> how, executor);
        return true;
    }
}
