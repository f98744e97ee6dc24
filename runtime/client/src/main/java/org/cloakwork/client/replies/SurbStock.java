package org.cloakwork.client.replies;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.ReplySurb;

/**
 * The reply blocks others gave us and the fragments that wait for them, by sender. Every copy of a fragment costs a
 * block; a few are held back so that more can always be asked for. Source: protocol/3-messages, 5.4.
 */
public final class SurbStock {

    /** Held back for requests: a third of what came last, within these bounds. */
    static final int LEAST_RESERVE = 2;
    static final int MOST_RESERVE = 8;
    /** Below this many to spare, more are asked for when there is something to send. */
    static final int LOW = 10;
    /** Asked for at once, upstream's least; and ours at most, of the 500 that are granted. */
    static final int LEAST_REQUEST = 10;
    static final int MOST_REQUEST = 200;
    /** Kept from one sender; some 700 bytes each. */
    static final int MAX_PER_SENDER = 500;
    /** Senders kept; the one not heard of for longest goes first. */
    static final int MAX_SENDERS = 2_000;
    /** Kept from all of them together: some 35 MB. */
    static final int MAX_SURBS = 50_000;
    /** A request not answered by then is lost; the next one in a row is given twice as long. Source: protocol/5-client, 5.1. */
    static final long REQUEST_TIMEOUT_NANOS = 10_000_000_000L;
    static final long LONGEST_REQUEST_TIMEOUT_NANOS = 300_000_000_000L;
    /**
     * This part of an epoch after a rotation those whose blocks are old are asked for new ones: by then they know of the
     * rotation, too. Source: protocol/5-client, 5.2.
     */
    static final int RENEWALS_AN_EPOCH = 6;

    private static final class Peer {
        private final Deque<ReplySurb> surbs = new ArrayDeque<>();
        private final Outbox waiting = new Outbox();
        private int reserve = LEAST_RESERVE;
        private int asked;
        private int requested;
        private long requestedNanos;
        private long timeoutNanos = REQUEST_TIMEOUT_NANOS;
        /** Whether more were asked for because of the present rotation. */
        private boolean renewed = true;

        private boolean isAsked(long nowNanos) {
            return requested > 0 && nowNanos - requestedNanos <= timeoutNanos;
        }
    }

    private final Counters counters;
    private final Ledger ledger;
    private final LinkedHashMap<SenderTag, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);
    private long rotationId = KeyRotation.NO_ROTATION;
    private KeyRotation rotation = KeyRotation.UNKNOWN;
    private long epochNanos = Topology.EPOCH.toNanos();
    private OptionalLong rotatedNanos = OptionalLong.empty();
    private int size;
    private int most;

    /**
     * @param counters of the client
     * @param ledger   told what comes and goes
     */
    public SurbStock(Counters counters, Ledger ledger) {
        this.counters = counters;
        this.ledger = ledger;
    }

    /** @param saved that were there before the client started */
    public void restore(List<Saved.Surb> saved) {
        for (Saved.Surb surb : saved) {
            Peer peer = peers.computeIfAbsent(surb.sender(), tag -> new Peer());
            peer.surbs.add(surb.surb());
            peer.reserve = Math.clamp(peer.surbs.size() / 3, LEAST_RESERVE, MOST_RESERVE);
        }
        size += saved.size();
        most = size;
    }

    /**
     * @param sender   a tag
     * @param nowNanos monotonic time
     * @return whether it can be answered, now or when the reply blocks come that were asked for
     */
    public boolean canAnswer(SenderTag sender, long nowNanos) {
        Peer peer = peers.get(sender);
        return peer != null && (!peer.surbs.isEmpty() || peer.isAsked(nowNanos));
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
        surbs.forEach(surb -> ledger.stocked(sender, surb));
        size += surbs.size();
        if (requested) {
            peer.requested = Math.max(0, peer.requested - surbs.size());
            peer.timeoutNanos = REQUEST_TIMEOUT_NANOS;
        }
        peer.reserve = Math.clamp(peer.surbs.size() / 3, LEAST_RESERVE, MOST_RESERVE);
        while (peer.surbs.size() > MAX_PER_SENDER) {
            expired(List.of(peer.surbs.poll()));
        }
        // Senders for whom something waits are not forgotten: they are as many as the outbox lets in.
        Iterator<Peer> eldest = peers.values().iterator();
        while ((peers.size() > MAX_SENDERS || size > MAX_SURBS) && eldest.hasNext()) {
            Peer candidate = eldest.next();
            if (candidate.waiting.size() == 0 && candidate != peer) {
                expired(candidate.surbs);
                eldest.remove();
            }
        }
        most = Math.max(most, size);
    }

    private void expired(Collection<ReplySurb> surbs) {
        size -= surbs.size();
        counters.add(Counter.SURBS_EXPIRED, surbs.size());
        surbs.forEach(ledger::taken);
    }

    /**
     * The nodes may have new keys. Blocks made for the old ones are used last, and dropped an epoch later, when they are of
     * no use. Source: protocol/3-messages, 5.5.
     *
     * @param present  the present topology
     * @param nowNanos monotonic time
     */
    public void rotate(Topology present, long nowNanos) {
        epochNanos = present.epochLength().toNanos();
        if (present.keyRotationId() != rotationId) {
            // The labels of every other rotation are the same: who missed one cannot tell its blocks from the present ones.
            boolean missed = rotationId != KeyRotation.NO_ROTATION
                    && present.keyRotationId() != KeyRotation.NO_ROTATION && present.keyRotationId() > rotationId + 1;
            rotationId = present.keyRotationId();
            rotation = present.keyRotation();
            if (missed) {
                drop(surb -> surb.rotation() != KeyRotation.UNKNOWN);
            }
            rotatedNanos = OptionalLong.of(nowNanos);
            peers.values().forEach(peer -> peer.renewed = false);
        }
        if (rotatedNanos.isPresent() && nowNanos - rotatedNanos.getAsLong() > epochNanos) {
            rotatedNanos = OptionalLong.empty();
            drop(surb -> !isFresh(surb));
        }
    }

    private void drop(Predicate<ReplySurb> useless) {
        for (Peer peer : peers.values()) {
            List<ReplySurb> old = peer.surbs.stream().filter(useless).toList();
            peer.surbs.removeAll(old);
            expired(old);
        }
    }

    /**
     * Whoever is only ever answered could not be answered any more once all blocks are old.
     *
     * @param nowNanos monotonic time
     * @param most     how many senders at once
     * @return senders to be asked for new blocks, each once a rotation
     */
    public List<SenderTag> toRenew(long nowNanos, int most) {
        List<SenderTag> senders = new ArrayList<>();
        if (rotatedNanos.isEmpty() || nowNanos - rotatedNanos.getAsLong() < epochNanos / RENEWALS_AN_EPOCH) {
            return senders;
        }
        for (Map.Entry<SenderTag, Peer> entry : peers.entrySet()) {
            Peer peer = entry.getValue();
            if (senders.size() < most && !peer.renewed) {
                peer.renewed = true;
                if (countOld(peer) > 0) {
                    senders.add(entry.getKey());
                }
            }
        }
        return senders;
    }

    private int countOld(Peer peer) {
        return (int) peer.surbs.stream().filter(surb -> !isFresh(surb)).count();
    }

    /**
     * Notes that as many are asked for as are old.
     *
     * @param sender   a tag
     * @param nowNanos monotonic time
     * @return how many to ask for; 0: none
     */
    public int renewal(SenderTag sender, long nowNanos) {
        Peer peer = peers.get(sender);
        return peer == null || peer.isAsked(nowNanos) ? 0
                : requested(peer, Math.clamp(countOld(peer), LEAST_REQUEST, MOST_REQUEST), nowNanos);
    }

    private static int requested(Peer peer, int amount, long nowNanos) {
        peer.requested += amount;
        peer.asked = peer.requested;
        peer.requestedNanos = nowNanos;
        return amount;
    }

    private boolean isFresh(ReplySurb surb) {
        return rotation == KeyRotation.UNKNOWN || surb.rotation() == KeyRotation.UNKNOWN
                || surb.rotation() == rotation;
    }

    /**
     * @param sender whose it is
     * @param surb   was taken and not used
     */
    public void putBack(SenderTag sender, ReplySurb surb) {
        peers.computeIfAbsent(sender, tag -> new Peer()).surbs.addFirst(surb);
        ledger.stocked(sender, surb);
        most = Math.max(most, ++size);
    }

    /** {@return how many reply blocks are there} */
    public int size() {
        return size;
    }

    /** {@return the most that were ever there, once what was too much was dropped} */
    public int mostHeld() {
        return most;
    }

    /**
     * @param sender   whom it is for
     * @param fragment waits for a reply block, as in the outbox
     */
    public void enqueue(SenderTag sender, OutgoingFragment fragment) {
        peers.computeIfAbsent(sender, tag -> new Peer()).waiting.add(fragment);
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
        peer.waiting.sweep();
        while (peer.waiting.size() > 0 && peer.surbs.size() > peer.reserve) {
            OutgoingFragment fragment = peer.waiting.poll().orElseThrow();
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
        return take(sender, 0);
    }

    /**
     * @param sender a tag
     * @return a reply block for a copy of a request that was lost; empty if the last ones are better kept for a later
     *         request
     */
    public Optional<ReplySurb> takeForRequestAgain(SenderTag sender) {
        return take(sender, LEAST_RESERVE);
    }

    private Optional<ReplySurb> take(SenderTag sender, int least) {
        Peer peer = peers.get(sender);
        return peer == null || peer.surbs.size() <= least ? Optional.empty() : Optional.of(use(peer));
    }

    /**
     * Decides whether to ask for more, and notes that it was done. Every request costs a block, so there is one at a
     * time, for everything that is missing.
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
        if (peer.requested > 0 && !peer.isAsked(nowNanos)) {
            peer.requested = 0;
            peer.timeoutNanos = Math.min(LONGEST_REQUEST_TIMEOUT_NANOS, peer.timeoutNanos * 2);
        }
        int missing = peer.waiting.size() + peer.reserve + LOW - peer.surbs.size() - peer.requested;
        // When half of the answer is there, the rest is on its way too.
        if (missing <= 0 || peer.requested * 2 > peer.asked) {
            return 0;
        }
        return requested(peer, Math.clamp(missing, LEAST_REQUEST, MOST_REQUEST), nowNanos);
    }

    /**
     * @param sender a tag
     * @return whether fragments wait for reply blocks of that sender
     */
    public boolean isWaiting(SenderTag sender) {
        Peer peer = peers.get(sender);
        return peer != null && peer.waiting.size() > 0;
    }

    /** {@return the senders for whom fragments wait} */
    public List<SenderTag> waiting() {
        return peers.entrySet().stream().filter(e -> e.getValue().waiting.size() > 0).map(Map.Entry::getKey)
                .toList();
    }

    private ReplySurb use(Peer peer) {
        size--;
        Iterator<ReplySurb> candidates = peer.surbs.iterator();
        while (candidates.hasNext()) {
            ReplySurb candidate = candidates.next();
            if (isFresh(candidate)) {
                candidates.remove();
                ledger.taken(candidate);
                return candidate;
            }
        }
        ledger.taken(peer.surbs.peek());
        return peer.surbs.poll();
    }
}
