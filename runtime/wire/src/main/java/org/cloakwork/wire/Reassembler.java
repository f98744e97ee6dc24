package org.cloakwork.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Puts fragments of any order, number and origin together again, within limits: whoever knows the address can send
 * anything. What came one way has nothing to do with what came another, also if it says the same: otherwise whoever
 * knows two of them could find out whether both lead here. Where room is needed, it is the way with most that gives it:
 * of that, the set that was longest without a new fragment goes. Not safe for use by several threads at once; has no
 * clock of its own. Source: protocol/3-messages, 2.5.
 *
 * @param <W> names the ways that fragments come; with equals and hashCode
 */
public final class Reassembler<W> {

    /** What a set costs beside its fragments, in bytes: a fixed part and one for each fragment it will have. */
    static final int SET_COST = 128;
    /** What a place for a fragment costs, in bytes. */
    static final int SLOT_COST = 8;
    /** What a fragment costs beside its payload, in bytes. */
    static final int FRAGMENT_COST = 64;

    private final int maxBytes;
    private final int maxSets;
    private final long staleNanos;
    private final int maxCompleted;
    private final Listener<? super W> listener;

    /** The one that was longest without a new fragment first. */
    private final Map<Id<W>, FragmentSet> sets = new LinkedHashMap<>();
    /** Oldest first. */
    private final Map<Id<W>, Completed> completed = new LinkedHashMap<>();
    private final Map<W, Share> shares = new LinkedHashMap<>();
    private long bytesHeld;
    private long evictedFragments;
    private long staleFragments;
    private long reorderedFragments;

    /**
     * Told what is no longer held, so that a copy of it elsewhere can go, too. Must not call back.
     *
     * @param <W> names the ways that fragments come
     */
    public interface Listener<W> {

        /**
         * @param way   how it came
         * @param setId whose fragments are held no longer: complete, evicted or stale
         * @param total as many as it has places
         */
        void dropped(W way, int setId, int total);

        /**
         * @param way          how it came
         * @param setId        is complete, and remembered from now on
         * @param fingerprints to be given to {@link #restoreCompleted}
         */
        void completed(W way, int setId, byte[] fingerprints);

        /**
         * @param way   how it came
         * @param setId was completed, and is remembered no longer
         */
        void forgotten(W way, int setId);
    }

    private static final Listener<Object> NOBODY = new Listener<>() {
        @Override
        public void dropped(Object way, int setId, int total) {
            // nobody
        }

        @Override
        public void completed(Object way, int setId, byte[] fingerprints) {
            // nobody
        }

        @Override
        public void forgotten(Object way, int setId) {
            // nobody
        }
    };

    private record Id<W>(W way, int setId) {

        Id<W> linked(int otherSetId) {
            return new Id<>(way, otherSetId);
        }
    }

    /** What is held of one way. */
    private static final class Share {
        private int sets;
        private long bytes;
    }

    /** What became of a fragment. */
    public sealed interface Result {
    }

    /** Kept; its message is not complete. */
    public record Incomplete() implements Result {
    }

    /**
     * The last one its message lacked.
     *
     * @param padded the whole message, still padded
     * @param setId  of its first fragments
     */
    public record Complete(byte[] padded, int setId) implements Result {
    }

    /**
     * Not kept.
     *
     * @param reason why
     */
    public record Dropped(DropReason reason) implements Result {
    }

    /** Why a fragment was not kept. */
    public enum DropReason {
        /** That place of its set is taken; the first one stays. */
        DUPLICATE,
        /** Its set was completed a while ago, with the same in that place. */
        ALREADY_COMPLETE,
        /** Its set has another number of fragments. */
        TOTAL_MISMATCH,
        /** Its set is complete, and its links to other sets are in conflict with theirs; the set goes with it. */
        BROKEN_LINKS,
        /** Its set is larger than the limit; the set goes with it. */
        LIMIT
    }

    /**
     * What late duplicates are told by. Senders draw set ids at random and there are but 2^31: without the fingerprints
     * the first message of a new set would now and then be taken for a duplicate of another one.
     *
     * @param fingerprints two bytes for each place of the set; none: not known
     */
    private record Completed(long atNanos, byte[] fingerprints) {

        static Completed of(Fragment[] fragments, long nowNanos) {
            byte[] fingerprints = new byte[2 * fragments.length];
            for (Fragment fragment : fragments) {
                write(fragment, fingerprints, 2 * (fragment.position() - 1));
            }
            return new Completed(nowNanos, fingerprints);
        }

        private static void write(Fragment fragment, byte[] into, int offset) {
            int hash = Arrays.hashCode(fragment.payload());
            hash ^= hash >>> 16;
            into[offset] = (byte) (hash >>> 8);
            into[offset + 1] = (byte) hash;
        }

        boolean had(Fragment fragment) {
            if (fingerprints.length == 0) {
                return true;
            }
            byte[] fingerprint = new byte[2];
            write(fragment, fingerprint, 0);
            int offset = 2 * (fragment.position() - 1);
            return fingerprints.length == 2 * fragment.total()
                    && Arrays.equals(fingerprints, offset, offset + 2, fingerprint, 0, 2);
        }
    }

    private static final class FragmentSet {
        private final Fragment[] fragments;
        private int missing;
        private int highest;
        private long cost;
        private long touchedNanos;

        FragmentSet(int total) {
            fragments = new Fragment[total];
            missing = total;
            cost = SET_COST + (long) SLOT_COST * total;
        }

        OptionalInt previous() {
            return fragments[0].previousSet();
        }

        OptionalInt next() {
            return fragments[fragments.length - 1].nextSet();
        }

        int held() {
            return fragments.length - missing;
        }
    }

    /**
     * @param maxBytes     most that is held, payloads and an estimate of what holding them costs
     * @param maxSets      most sets that are held
     * @param staleAfter   after how long without a new fragment a set goes, and a completed one is forgotten
     * @param maxCompleted most completed set ids that are remembered to tell late duplicates
     */
    public Reassembler(int maxBytes, int maxSets, Duration staleAfter, int maxCompleted) {
        this(maxBytes, maxSets, staleAfter, maxCompleted, NOBODY);
    }

    /**
     * @param maxBytes     most that is held, payloads and an estimate of what holding them costs
     * @param maxSets      most sets that are held
     * @param staleAfter   after how long without a new fragment a set goes, and a completed one is forgotten
     * @param maxCompleted most completed set ids that are remembered to tell late duplicates
     * @param listener     told what is no longer held
     */
    public Reassembler(int maxBytes, int maxSets, Duration staleAfter, int maxCompleted,
                       Listener<? super W> listener) {
        if (maxBytes <= 0 || maxSets <= 0 || maxCompleted < 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
        this.maxBytes = maxBytes;
        this.maxSets = maxSets;
        this.staleNanos = staleAfter.toNanos();
        this.maxCompleted = maxCompleted;
        this.listener = listener;
    }

    /**
     * Takes up what an earlier one remembered; to be called for the oldest first, before anything else.
     *
     * @param way          how it came
     * @param setId        was completed
     * @param atNanos      when
     * @param fingerprints as {@link Listener#completed} was told; none: whatever has that set id is a duplicate
     */
    public void restoreCompleted(W way, int setId, long atNanos, byte[] fingerprints) {
        completed.put(new Id<>(way, setId), new Completed(atNanos, fingerprints));
    }

    /**
     * @param way      how it came
     * @param fragment what arrived
     * @param nowNanos the time, from any origin, never going back
     * @return what became of it
     */
    public Result add(W way, Fragment fragment, long nowNanos) {
        dropStale(nowNanos);
        Id<W> id = new Id<>(way, fragment.setId());
        Completed before = completed.get(id);
        if (before != null && before.had(fragment)) {
            return new Dropped(DropReason.ALREADY_COMPLETE);
        }
        FragmentSet set = sets.get(id);
        if (set == null) {
            set = new FragmentSet(fragment.total());
            hold(way, 1, set.cost);
        } else if (set.fragments.length != fragment.total()) {
            return new Dropped(DropReason.TOTAL_MISMATCH);
        } else if (set.fragments[fragment.position() - 1] != null) {
            return new Dropped(DropReason.DUPLICATE);
        }
        sets.remove(id);
        sets.put(id, set);
        set.touchedNanos = nowNanos;
        if (fragment.position() < set.highest) {
            reorderedFragments++;
        }
        set.highest = Math.max(set.highest, fragment.position());
        set.fragments[fragment.position() - 1] = fragment;
        set.missing--;
        long cost = fragment.payload().length + FRAGMENT_COST;
        set.cost += cost;
        hold(way, 0, cost);
        if (!makeRoom(id)) {
            return new Dropped(DropReason.LIMIT);
        }
        return set.missing == 0 ? complete(id, nowNanos) : new Incomplete();
    }

    private void hold(W way, int moreSets, long moreBytes) {
        bytesHeld += moreBytes;
        Share share = shares.computeIfAbsent(way, added -> new Share());
        share.sets += moreSets;
        share.bytes += moreBytes;
        if (share.sets == 0) {
            shares.remove(way);
        }
    }

    /**
     * Drops what was too long without a new fragment; {@link #add} does so too.
     *
     * @param nowNanos the time
     */
    public void dropStale(long nowNanos) {
        Iterator<Map.Entry<Id<W>, FragmentSet>> eldest = sets.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<Id<W>, FragmentSet> entry = eldest.next();
            FragmentSet set = entry.getValue();
            if (nowNanos - set.touchedNanos < staleNanos) {
                break;
            }
            staleFragments += set.held();
            Id<W> id = entry.getKey();
            eldest.remove();
            released(id, set);
        }
        Iterator<Map.Entry<Id<W>, Completed>> oldest = completed.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Id<W>, Completed> entry = oldest.next();
            if (nowNanos - entry.getValue().atNanos() < staleNanos) {
                break;
            }
            Id<W> id = entry.getKey();
            oldest.remove();
            listener.forgotten(id.way(), id.setId());
        }
    }

    private void released(Id<W> id, FragmentSet set) {
        hold(id.way(), -1, -set.cost);
        listener.dropped(id.way(), id.setId(), set.fragments.length);
    }

    /** {@return how much is held, never more than the limit after a call} */
    public long bytesHeld() {
        return bytesHeld;
    }

    /** {@return how many sets are held} */
    public int setsHeld() {
        return sets.size();
    }

    /** {@return how many kept fragments went since the start to make room, or with a set that was dropped} */
    public long evictedFragments() {
        return evictedFragments;
    }

    /** {@return how many kept fragments went since the start because nothing followed} */
    public long staleFragments() {
        return staleFragments;
    }

    /** {@return how many kept fragments came after one with a higher place in their set} */
    public long reorderedFragments() {
        return reorderedFragments;
    }

    /** @return whether there is room now; if not, the set itself was too large and is gone */
    private boolean makeRoom(Id<W> added) {
        while (bytesHeld > maxBytes || sets.size() > maxSets) {
            Id<W> eldest = eldestOf(largestShare(bytesHeld > maxBytes));
            evict(eldest, eldest.equals(added) ? 1 : 0);
            if (eldest.equals(added)) {
                return false;
            }
        }
        return true;
    }

    private W largestShare(boolean inBytes) {
        return shares.entrySet().stream().max(Comparator.comparingLong(share ->
                inBytes ? share.getValue().bytes : share.getValue().sets)).orElseThrow().getKey();
    }

    private Id<W> eldestOf(W way) {
        return sets.keySet().stream().filter(id -> id.way().equals(way)).findFirst().orElseThrow();
    }

    /** @param notKept how many fragments of it are not counted, because their drop is the result */
    private void evict(Id<W> id, int notKept) {
        FragmentSet set = sets.remove(id);
        evictedFragments += set.held() - notKept;
        released(id, set);
    }

    private Result complete(Id<W> id, long nowNanos) {
        Deque<Id<W>> chain = new ArrayDeque<>();
        Set<Integer> seen = new HashSet<>();
        chain.add(id);
        seen.add(id.setId());
        FragmentSet set = sets.get(id);
        for (OptionalInt link = set.previous(); link.isPresent(); link = set.previous()) {
            FragmentSet previous = completeSet(id.linked(link.getAsInt()));
            if (previous == null) {
                return new Incomplete();
            }
            if (!isLink(previous.next(), chain.getFirst().setId()) || !seen.add(link.getAsInt())) {
                evict(id, 1);
                return new Dropped(DropReason.BROKEN_LINKS);
            }
            chain.addFirst(id.linked(link.getAsInt()));
            set = previous;
        }
        set = sets.get(id);
        for (OptionalInt link = set.next(); link.isPresent(); link = set.next()) {
            FragmentSet next = completeSet(id.linked(link.getAsInt()));
            if (next == null) {
                return new Incomplete();
            }
            if (!isLink(next.previous(), chain.getLast().setId()) || !seen.add(link.getAsInt())) {
                evict(id, 1);
                return new Dropped(DropReason.BROKEN_LINKS);
            }
            chain.addLast(id.linked(link.getAsInt()));
            set = next;
        }
        return new Complete(take(chain, nowNanos), chain.getFirst().setId());
    }

    private FragmentSet completeSet(Id<W> id) {
        FragmentSet set = sets.get(id);
        return set != null && set.missing == 0 ? set : null;
    }

    private static boolean isLink(OptionalInt link, int setId) {
        return link.isPresent() && link.getAsInt() == setId;
    }

    private byte[] take(Collection<Id<W>> chain, long nowNanos) {
        List<Fragment> fragments = new ArrayList<>();
        for (Id<W> id : chain) {
            FragmentSet set = sets.remove(id);
            Collections.addAll(fragments, set.fragments);
            Completed now = Completed.of(set.fragments, nowNanos);
            completed.remove(id);
            completed.put(id, now);
            released(id, set);
            listener.completed(id.way(), id.setId(), now.fingerprints());
        }
        while (completed.size() > maxCompleted) {
            Id<W> oldest = completed.keySet().iterator().next();
            completed.remove(oldest);
            listener.forgotten(oldest.way(), oldest.setId());
        }
        ByteBuffer message = ByteBuffer.allocate(fragments.stream().mapToInt(f -> f.payload().length).sum());
        fragments.forEach(f -> message.put(f.payload()));
        return message.array();
    }
}
