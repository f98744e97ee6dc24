package org.cloakwork.client.replies;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.replies.StockedPeer.Held;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.ReplySurb;

/**
 * The reply blocks others gave us and the fragments that wait for them, by sender. Every copy of a fragment costs a
 * block; a few are held back so that more can always be asked for. A message is answered first with the blocks it
 * brought: with those that came with the very tag the answer names. Source: protocol/3-messages, 5.4.
 */
public final class SurbStock {

    /** Kept from one sender; more are refused, so that nobody pushes out what was there. */
    static final int MAX_PER_SENDER = 500;
    /** What a block and a sender hold, about. */
    static final int SURB_BYTES = 700;
    static final int PEER_BYTES = 500;
    /**
     * Of all of them together: 30,000 senders with a block each, 2,500 with twenty. Whoever has more than
     * {@link #ENOUGH} gives way first, with those; then senders with fewest, since tags are free and blocks are not.
     */
    static final int MAX_BYTES = 36_000_000;
    /** Blocks that an answer takes; more protect nobody from giving way. */
    static final int ENOUGH = 20;
    static final long SILENT_NANOS = Duration.ofHours(1).toNanos();
    /** Whoever made a block has forgotten its key by then. */
    static final long MAX_AGE_NANOS = ReplyKeys.MAX_AGE.toNanos();
    /**
     * This part of an epoch after a rotation those whose blocks are old are asked for new ones: by then they know of
     * the rotation, too. Source: protocol/5-client, 5.2.
     */
    static final int RENEWALS_AN_EPOCH = 6;
    /** Of {@link #rank}. */
    private static final int BEST = 7;

    private final Counters<Counter> counters;
    private final Ledger ledger;
    private final SurbCheck check;
    private final LinkedHashMap<SenderTag, StockedPeer> peers = new LinkedHashMap<>(16, 0.75f, true);
    private final Rotations rotations = new Rotations();
    private int size;
    private int most;

    /**
     * @param counters of the client
     * @param ledger   told what comes and goes
     */
    public SurbStock(Counters<Counter> counters, Ledger ledger) {
        this.counters = counters;
        this.ledger = ledger;
        check = new SurbCheck(counters);
    }

    /**
     * @param saved    that were there before the client started
     * @param nowNanos monotonic time
     */
    public void restore(List<Saved.Surb> saved, long nowNanos) {
        for (Saved.Surb surb : saved) {
            StockedPeer peer = peers.computeIfAbsent(surb.sender(), tag -> new StockedPeer());
            peer.surbs.add(new Held(surb.surb(), surb.sender(), nowNanos));
            peer.stocked();
            peer.wroteTo = surb.wroteTo();
            peer.heardNanos = nowNanos;
        }
        size += saved.size();
        most = size;
    }

    /** {@return how many there are of whom, those with the most first} */
    List<Insight.Stock> largest() {
        return peers.entrySet().stream().filter(peer -> peer.getValue().size() > 0)
                .sorted(Comparator.comparingInt((Map.Entry<SenderTag, StockedPeer> peer) -> -peer.getValue().size()))
                .limit(Insight.MOST_PEERS)
                .map(peer -> new Insight.Stock(peer.getKey().shortHash(), peer.getValue().size())).toList();
    }

    /**
     * @param sender   a tag
     * @param nowNanos monotonic time
     * @return whether it can be answered, now or when the reply blocks come that were asked for
     */
    public boolean canAnswer(SenderTag sender, long nowNanos) {
        StockedPeer peer = peers.get(sender);
        return peer != null && (peer.size() > 0 || peer.isAsked(nowNanos) || peer.isPulled(nowNanos));
    }

    /**
     * Takes in reply blocks that came to our address.
     *
     * @param sender    whose they are: the very tag that came with them
     * @param surbs     the blocks
     * @param requested whether they are the answer to a request
     * @param wroteTo   our address that they were sent to
     * @param nowNanos  monotonic time
     */
    public void received(SenderTag sender, List<ReplySurb> surbs, boolean requested, Optional<MixnetAddress> wroteTo,
                         long nowNanos) {
        counters.add(Counter.SURBS_RECEIVED, surbs.size());
        List<ReplySurb> usable = check.usable(surbs, nowNanos);
        StockedPeer known = peers.get(sender);
        if (known == null && (usable.isEmpty() || !makeRoomForPeer(nowNanos))) {
            counters.add(Counter.SURBS_NO_ROOM, usable.size());
            return;
        }
        StockedPeer peer = known == null ? new StockedPeer() : known;
        peers.put(sender, peer);
        peer.wroteTo = wroteTo;
        peer.heardNanos = nowNanos;
        for (ReplySurb surb : usable) {
            if (makeRoomFor(peer, nowNanos)) {
                (rotations.isUsable(surb) ? peer.surbs : peer.early).add(new Held(surb, sender, nowNanos));
                ledger.stocked(sender, surb, wroteTo);
                size++;
            } else {
                counters.count(Counter.SURBS_NO_ROOM);
            }
        }
        if (requested) {
            peer.granted(surbs.size());
        }
        peer.stocked();
        most = Math.max(most, size);
    }

    /**
     * {@return whether the sender asks for packets in return, so that its blocks are used as they come}
     *
     * @param sender   a tag
     * @param nowNanos monotonic time
     */
    public boolean isPulled(SenderTag sender, long nowNanos) {
        StockedPeer peer = peers.get(sender);
        return peer != null && peer.isPulled(nowNanos);
    }

    /**
     * Takes reply blocks that are to be used now, one for a packet, and are not kept.
     *
     * @param sender   whose they are
     * @param surbs    the blocks
     * @param asks     whether they came to ask for packets in return and for nothing else
     * @param wroteTo  our address that they were sent to
     * @param nowNanos monotonic time
     * @return those that can be used
     */
    public List<ReplySurb> pulled(SenderTag sender, List<ReplySurb> surbs, boolean asks,
                                  Optional<MixnetAddress> wroteTo, long nowNanos) {
        counters.add(Counter.SURBS_RECEIVED, surbs.size());
        StockedPeer peer = peers.get(sender);
        if (peer == null) {
            if (!makeRoomForPeer(nowNanos)) {
                counters.add(Counter.SURBS_NO_ROOM, surbs.size());
                return List.of();
            }
            peer = new StockedPeer();
            peers.put(sender, peer);
        }
        peer.wroteTo = wroteTo;
        peer.heardNanos = nowNanos;
        if (asks) {
            peer.pulled(nowNanos);
        }
        return check.usable(surbs, nowNanos).stream().filter(rotations::isUsable).toList();
    }

    /**
     * @param sender whom it is for
     * @param surbs  that may be used for it, the first ones are
     * @return fragments that wait, each with its reply block, as many as there are blocks at most
     */
    public List<OutgoingFragment> release(SenderTag sender, List<ReplySurb> surbs) {
        List<OutgoingFragment> released = new ArrayList<>();
        StockedPeer peer = peers.get(sender);
        for (ReplySurb surb : surbs) {
            Optional<OutgoingFragment> fragment = peer == null ? Optional.empty() : peer.waiting.poll();
            if (fragment.isEmpty()) {
                break;
            }
            peer.answered = true;
            fragment.get().setSurb(surb);
            fragment.get().setOwed(true);
            released.add(fragment.get());
        }
        return released;
    }

    private boolean isRoomFor(int bytes) {
        return (long) size * SURB_BYTES + (long) peers.size() * PEER_BYTES + bytes <= MAX_BYTES;
    }

    private boolean makeRoomForPeer(long nowNanos) {
        while (!isRoomFor(PEER_BYTES + SURB_BYTES)) {
            if (!takeFromLargest(ENOUGH) && !evict(null, nowNanos)) {
                return false;
            }
        }
        return true;
    }

    /** Blocks that are of little use give way to new ones, others do not. */
    private boolean makeRoomFor(StockedPeer peer, long nowNanos) {
        if (peer.size() < MAX_PER_SENDER) {
            while (!isRoomFor(SURB_BYTES)) {
                if (!takeFromLargest(Math.max(ENOUGH, peer.size()))
                        && (peer.size() >= ENOUGH || !evict(peer, nowNanos))) {
                    return false;
                }
            }
            return true;
        }
        Held old = peer.early.poll();
        if (old == null) {
            old = peer.surbs.stream().filter(held -> !rotations.isFresh(held.surb())).findFirst().orElse(null);
            peer.surbs.remove(old);
        }
        if (old != null) {
            expired(List.of(old));
        }
        return old != null;
    }

    /** {@return whether somebody has more than that, and has lost its oldest} */
    private boolean takeFromLargest(int more) {
        StockedPeer largest = null;
        for (StockedPeer peer : peers.values()) {
            if (peer.size() > more && (largest == null || peer.size() > largest.size())) {
                largest = peer;
            }
        }
        if (largest == null) {
            return false;
        }
        expired(List.of(largest.early.isEmpty() ? largest.surbs.poll() : largest.early.poll()));
        return true;
    }

    /**
     * Senders for whom something waits are not forgotten: they are as many as the outbox lets in. Of the others, who
     * was never answered, or is silent for long, gives way first; then who has fewest blocks; then the longest silent.
     */
    private boolean evict(StockedPeer keeping, long nowNanos) {
        SenderTag eldest = null;
        int lowest = Integer.MAX_VALUE;
        for (Map.Entry<SenderTag, StockedPeer> entry : peers.entrySet()) {
            StockedPeer candidate = entry.getValue();
            boolean known = candidate.answered && nowNanos - candidate.heardNanos <= SILENT_NANOS;
            int worth = Math.min(candidate.size(), ENOUGH) + (known ? ENOUGH + 1 : 0);
            if (worth < lowest && candidate != keeping && candidate.waiting.size() == 0
                    && !candidate.isPulled(nowNanos)) {
                eldest = entry.getKey();
                lowest = worth;
            }
        }
        if (eldest == null) {
            return false;
        }
        StockedPeer gone = peers.remove(eldest);
        expired(gone.surbs);
        expired(gone.early);
        return true;
    }

    private void expired(Collection<Held> held) {
        size -= held.size();
        counters.add(Counter.SURBS_EXPIRED, held.size());
        held.forEach(one -> ledger.taken(one.surb()));
    }

    /**
     * The nodes may have new keys. Blocks made for the old ones are used last, and dropped when they are of no use.
     *
     * @param present  the present topology
     * @param nowNanos monotonic time
     */
    public void topologyChanged(Topology present, long nowNanos) {
        check.topologyChanged(present, nowNanos);
        if (rotations.update(present, nowNanos, size > 0)) {
            for (StockedPeer peer : peers.values()) {
                peer.renewed = false;
                drop(peer.surbs, held -> rotations.missedOne() && held.surb().rotation() != KeyRotation.UNKNOWN);
                drop(peer.early, held -> rotations.isLongerThanAnEpoch(held.sinceNanos(), nowNanos));
                peer.surbs.addAll(peer.early);
                peer.early.clear();
            }
        }
        boolean rotationOver = rotations.endsBefore(nowNanos);
        for (StockedPeer peer : peers.values()) {
            drop(peer.surbs, held -> rotationOver && !rotations.isFresh(held.surb())
                    || nowNanos - held.sinceNanos() > MAX_AGE_NANOS);
            drop(peer.early, held -> nowNanos - held.sinceNanos() > MAX_AGE_NANOS);
        }
        peers.values().removeIf(peer -> peer.isEmpty(nowNanos));
    }

    private void drop(Deque<Held> from, Predicate<Held> what) {
        List<Held> gone = from.stream().filter(what).toList();
        if (!gone.isEmpty()) {
            from.removeAll(gone);
            expired(gone);
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
        if (!rotations.isSettled(nowNanos, RENEWALS_AN_EPOCH)) {
            return senders;
        }
        for (Map.Entry<SenderTag, StockedPeer> entry : peers.entrySet()) {
            StockedPeer peer = entry.getValue();
            if (senders.size() < most && !peer.renewed) {
                peer.renewed = true;
                if (countOld(peer) > 0) {
                    senders.add(entry.getKey());
                }
            }
        }
        return senders;
    }

    private int countOld(StockedPeer peer) {
        return (int) peer.surbs.stream().filter(held -> !rotations.isFresh(held.surb())).count();
    }

    /**
     * Notes that as many are asked for as are old.
     *
     * @param sender   a tag
     * @param nowNanos monotonic time
     * @return how many to ask for; 0: none
     */
    public int renewal(SenderTag sender, long nowNanos) {
        StockedPeer peer = peers.get(sender);
        return peer == null || peer.isAsked(nowNanos) ? 0 : peer.request(countOld(peer), nowNanos);
    }

    /**
     * @param sender whose it is
     * @param surb   was taken and not used
     * @param nowNanos monotonic time
     */
    public void putBack(SenderTag sender, ReplySurb surb, long nowNanos) {
        StockedPeer peer = peers.computeIfAbsent(sender, tag -> new StockedPeer());
        peer.surbs.addFirst(new Held(surb, sender, nowNanos));
        ledger.stocked(sender, surb, peer.wroteTo);
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
        peers.computeIfAbsent(sender, tag -> new StockedPeer()).waiting.add(fragment);
    }

    /**
     * @param sender a tag
     * @return the fragments that can go now, each with its reply block
     */
    public List<OutgoingFragment> release(SenderTag sender) {
        StockedPeer peer = peers.get(sender);
        List<OutgoingFragment> released = new ArrayList<>();
        if (peer == null) {
            return released;
        }
        peer.waiting.sweep();
        while (peer.canSend()) {
            OutgoingFragment fragment = peer.waiting.poll().orElseThrow();
            fragment.setSurb(use(peer, sender));
            fragment.setOwed(false);
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
        return take(sender, StockedPeer.LEAST_RESERVE);
    }

    private Optional<ReplySurb> take(SenderTag sender, int least) {
        StockedPeer peer = peers.get(sender);
        return peer == null || peer.surbs.size() <= least ? Optional.empty() : Optional.of(use(peer, sender));
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
        StockedPeer peer = peers.get(sender);
        return peer == null ? 0 : peer.request(nowNanos);
    }

    /**
     * @param sender a tag
     * @return whether fragments wait for reply blocks of that sender
     */
    public boolean isWaiting(SenderTag sender) {
        StockedPeer peer = peers.get(sender);
        return peer != null && peer.waiting.size() > 0;
    }

    /** {@return the senders for whom fragments wait} */
    public List<SenderTag> waiting() {
        return peers.entrySet().stream().filter(e -> e.getValue().waiting.size() > 0).map(Map.Entry::getKey)
                .toList();
    }

    /**
     * {@return which of our addresses the sender wrote to last, and so knows}
     *
     * @param sender a tag
     */
    public Optional<MixnetAddress> wroteTo(SenderTag sender) {
        return Optional.ofNullable(peers.get(sender)).flatMap(peer -> peer.wroteTo);
    }

    private ReplySurb use(StockedPeer peer, SenderTag answered) {
        ReplySurb used = peer.take(held -> rank(held, answered), BEST);
        size--;
        ledger.taken(used);
        return used;
    }

    /**
     * Fresh ones come first, of them those that came with the tag that is answered, and then those that look like our
     * own.
     */
    private int rank(Held held, SenderTag answered) {
        return (rotations.isFresh(held.surb()) ? 4 : 0) + (held.origin() == answered ? 2 : 0)
                + (check.isFirstHop(held.surb()) ? 1 : 0);
    }
}
