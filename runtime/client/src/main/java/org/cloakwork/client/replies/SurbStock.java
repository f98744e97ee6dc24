package org.cloakwork.client.replies;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.wire.ReplySurb;

/**
 * The reply blocks others gave us and the fragments that wait for them, by sender. Every copy of a fragment costs a
 * block; a few are held back so that more can always be asked for. Source: protocol/3-messages, 5.4.
 */
public final class SurbStock {

    /** Held back for requests: one and its retransmission. */
    static final int RESERVE = 2;
    /** Below this many to spare, more are asked for when there is something to send. */
    static final int LOW = 10;
    /** Asked for at once, upstream's least; and ours at most, of the 500 that are granted. */
    static final int LEAST_REQUEST = 10;
    static final int MOST_REQUEST = 200;
    /** Kept from one sender; some 700 bytes each. */
    static final int MAX_PER_SENDER = 500;
    /** Senders kept; the one not heard of for longest goes first. */
    static final int MAX_SENDERS = 2_000;
    /** A request not answered by then is lost. Source: protocol/5-client, 5.1. */
    static final long REQUEST_TIMEOUT_NANOS = 10_000_000_000L;

    private static final class Peer {
        private final Deque<ReplySurb> surbs = new ArrayDeque<>();
        private final Deque<OutgoingFragment> waiting = new ArrayDeque<>();
        private int requested;
        private long requestedNanos;
    }

    private final Counters counters;
    private final LinkedHashMap<SenderTag, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);

    /** @param counters of the client */
    public SurbStock(Counters counters) {
        this.counters = counters;
    }

    /**
     * @param sender a tag
     * @return whether it can be answered, now or when more reply blocks come
     */
    public boolean knows(SenderTag sender) {
        return peers.containsKey(sender);
    }

    /**
     * Takes reply blocks in.
     *
     * @param sender    whose they are
     * @param surbs     the blocks
     * @param requested whether they are the answer to a request
     */
    public void received(SenderTag sender, List<ReplySurb> surbs, boolean requested) {
        Peer peer = peers.computeIfAbsent(sender, tag -> new Peer());
        counters.add(Counter.SURBS_RECEIVED, surbs.size());
        peer.surbs.addAll(surbs);
        if (requested) {
            peer.requested = Math.max(0, peer.requested - surbs.size());
        }
        while (peer.surbs.size() > MAX_PER_SENDER) {
            peer.surbs.poll();
            counters.count(Counter.SURBS_EXPIRED);
        }
        if (peers.size() > MAX_SENDERS) {
            Peer forgotten = peers.pollFirstEntry().getValue();
            counters.add(Counter.SURBS_EXPIRED, forgotten.surbs.size());
        }
    }

    /** {@return how many reply blocks are there} */
    public int size() {
        return peers.values().stream().mapToInt(peer -> peer.surbs.size()).sum();
    }

    /**
     * @param sender   whom it is for
     * @param fragment waits for a reply block, behind those that wait already
     */
    public void enqueue(SenderTag sender, OutgoingFragment fragment) {
        peers.computeIfAbsent(sender, tag -> new Peer()).waiting.add(fragment);
    }

    /**
     * @param sender   whom it is for
     * @param fragment a copy of it was lost: it waits before all others
     */
    public void enqueueFirst(SenderTag sender, OutgoingFragment fragment) {
        peers.computeIfAbsent(sender, tag -> new Peer()).waiting.addFirst(fragment);
    }

    /**
     * @param sender a tag
     * @return the fragments that can go now, each with its reply block
     */
    public List<OutgoingFragment> release(SenderTag sender) {
        Peer peer = peers.get(sender);
        List<OutgoingFragment> released = new ArrayList<>();
        if (peer == null) {
            return released;
        }
        peer.waiting.removeIf(fragment -> !fragment.isWanted());
        while (!peer.waiting.isEmpty() && peer.surbs.size() > RESERVE) {
            OutgoingFragment fragment = peer.waiting.poll();
            fragment.setSurb(use(peer));
            released.add(fragment);
        }
        return released;
    }

    /**
     * @param sender a tag
     * @return a reply block for a request for more, held back or not; empty if there is none left
     */
    public Optional<ReplySurb> takeForRequest(SenderTag sender) {
        Peer peer = peers.get(sender);
        return peer == null || peer.surbs.isEmpty() ? Optional.empty() : Optional.of(use(peer));
    }

    /**
     * Decides whether to ask for more, and notes that it was done. More are asked for while fragments wait, or when an
     * answer has just used up what was to spare.
     *
     * @param sender   a tag
     * @param nowNanos monotonic time
     * @return how many to ask for; 0: none
     */
    public int request(SenderTag sender, long nowNanos) {
        Peer peer = peers.get(sender);
        if (peer == null || peer.surbs.isEmpty()) {
            return 0;
        }
        if (peer.requested > 0 && nowNanos - peer.requestedNanos > REQUEST_TIMEOUT_NANOS) {
            peer.requested = 0;
        }
        int missing = peer.waiting.size() + RESERVE + LOW - peer.surbs.size() - peer.requested;
        if (missing <= 0) {
            return 0;
        }
        int amount = Math.clamp(missing, LEAST_REQUEST, MOST_REQUEST);
        if (peer.requested > MAX_PER_SENDER - amount) {
            return 0;
        }
        peer.requested += amount;
        peer.requestedNanos = nowNanos;
        return amount;
    }

    /**
     * @param sender a tag
     * @return whether fragments wait for reply blocks of that sender
     */
    public boolean isWaiting(SenderTag sender) {
        Peer peer = peers.get(sender);
        return peer != null && !peer.waiting.isEmpty();
    }

    /** {@return the senders for whom fragments wait} */
    public List<SenderTag> waiting() {
        return peers.entrySet().stream().filter(e -> !e.getValue().waiting.isEmpty()).map(Map.Entry::getKey)
                .toList();
    }

    private ReplySurb use(Peer peer) {
        counters.count(Counter.SURBS_USED);
        return peer.surbs.poll();
    }
}
