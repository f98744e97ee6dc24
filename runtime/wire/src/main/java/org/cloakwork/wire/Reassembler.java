package org.cloakwork.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
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
 * anything. Where room is needed, the set that was longest without a new fragment goes. Not safe for use by several
 * threads at once; has no clock of its own. Source: protocol/3-messages, 2.5.
 */
public final class Reassembler {

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
    private final Listener listener;

    /** By set id, the one that was longest without a new fragment first. */
    private final Map<Integer, FragmentSet> sets = new LinkedHashMap<>();
    /** By set id, oldest first. */
    private final Map<Integer, Completed> completed = new LinkedHashMap<>();
    private long bytesHeld;
    private long evictedFragments;
    private long staleFragments;
    private long reorderedFragments;

    /** Told what is no longer held, so that a copy of it elsewhere can go, too. Must not call back. */
    public interface Listener {

        /**
         * @param setId whose fragments are held no longer: complete, evicted or stale
         * @param total as many as it has places
         */
        void dropped(int setId, int total);

        /**
         * @param setId        is complete, and remembered from now on
         * @param fingerprints to be given to {@link #restoreCompleted}
         */
        void completed(int setId, byte[] fingerprints);

        /** @param setId was completed, and is remembered no longer */
        void forgotten(int setId);
    }

    private static final Listener NOBODY = new Listener() {
        @Override
        public void dropped(int setId, int total) {
            // nobody
        }

        @Override
        public void completed(int setId, byte[] fingerprints) {
            // nobody
        }

        @Override
        public void forgotten(int setId) {
            // nobody
        }
    };

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
     */
    public record Complete(byte[] padded) implements Result {
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
    public Reassembler(int maxBytes, int maxSets, Duration staleAfter, int maxCompleted, Listener listener) {
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
     * @param setId        was completed
     * @param atNanos      when
     * @param fingerprints as {@link Listener#completed} was told; none: whatever has that set id is a duplicate
     */
    public void restoreCompleted(int setId, long atNanos, byte[] fingerprints) {
        completed.put(setId, new Completed(atNanos, fingerprints));
    }

    /**
     * @param fragment what arrived
     * @param nowNanos the time, from any origin, never going back
     * @return what became of it
     */
    public Result add(Fragment fragment, long nowNanos) {
        dropStale(nowNanos);
        Completed before = completed.get(fragment.setId());
        if (before != null && before.had(fragment)) {
            return new Dropped(DropReason.ALREADY_COMPLETE);
        }
        FragmentSet set = sets.get(fragment.setId());
        if (set == null) {
            set = new FragmentSet(fragment.total());
            bytesHeld += set.cost;
        } else if (set.fragments.length != fragment.total()) {
            return new Dropped(DropReason.TOTAL_MISMATCH);
        } else if (set.fragments[fragment.position() - 1] != null) {
            return new Dropped(DropReason.DUPLICATE);
        }
        sets.remove(fragment.setId());
        sets.put(fragment.setId(), set);
        set.touchedNanos = nowNanos;
        if (fragment.position() < set.highest) {
            reorderedFragments++;
        }
        set.highest = Math.max(set.highest, fragment.position());
        set.fragments[fragment.position() - 1] = fragment;
        set.missing--;
        long cost = fragment.payload().length + FRAGMENT_COST;
        set.cost += cost;
        bytesHeld += cost;
        if (!makeRoom(fragment.setId())) {
            return new Dropped(DropReason.LIMIT);
        }
        return set.missing == 0 ? complete(fragment.setId(), nowNanos) : new Incomplete();
    }

    /**
     * Drops what was too long without a new fragment; {@link #add} does so too.
     *
     * @param nowNanos the time
     */
    public void dropStale(long nowNanos) {
        Iterator<Map.Entry<Integer, FragmentSet>> eldest = sets.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<Integer, FragmentSet> entry = eldest.next();
            FragmentSet set = entry.getValue();
            if (nowNanos - set.touchedNanos < staleNanos) {
                break;
            }
            staleFragments += set.held();
            bytesHeld -= set.cost;
            int setId = entry.getKey();
            eldest.remove();
            listener.dropped(setId, set.fragments.length);
        }
        Iterator<Map.Entry<Integer, Completed>> oldest = completed.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Integer, Completed> entry = oldest.next();
            if (nowNanos - entry.getValue().atNanos() < staleNanos) {
                break;
            }
            int setId = entry.getKey();
            oldest.remove();
            listener.forgotten(setId);
        }
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
    private boolean makeRoom(int setId) {
        while (bytesHeld > maxBytes || sets.size() > maxSets) {
            int eldest = sets.keySet().iterator().next();
            evict(eldest, eldest == setId ? 1 : 0);
            if (eldest == setId) {
                return false;
            }
        }
        return true;
    }

    /** @param notKept how many fragments of it are not counted, because their drop is the result */
    private void evict(int setId, int notKept) {
        FragmentSet set = sets.remove(setId);
        bytesHeld -= set.cost;
        evictedFragments += set.held() - notKept;
        listener.dropped(setId, set.fragments.length);
    }

    private Result complete(int setId, long nowNanos) {
        Deque<Integer> chain = new ArrayDeque<>();
        Set<Integer> seen = new HashSet<>();
        chain.add(setId);
        seen.add(setId);
        FragmentSet set = sets.get(setId);
        for (OptionalInt link = set.previous(); link.isPresent(); link = set.previous()) {
            FragmentSet previous = completeSet(link.getAsInt());
            if (previous == null) {
                return new Incomplete();
            }
            if (!isLink(previous.next(), chain.getFirst()) || !seen.add(link.getAsInt())) {
                evict(setId, 1);
                return new Dropped(DropReason.BROKEN_LINKS);
            }
            chain.addFirst(link.getAsInt());
            set = previous;
        }
        set = sets.get(setId);
        for (OptionalInt link = set.next(); link.isPresent(); link = set.next()) {
            FragmentSet next = completeSet(link.getAsInt());
            if (next == null) {
                return new Incomplete();
            }
            if (!isLink(next.previous(), chain.getLast()) || !seen.add(link.getAsInt())) {
                evict(setId, 1);
                return new Dropped(DropReason.BROKEN_LINKS);
            }
            chain.addLast(link.getAsInt());
            set = next;
        }
        return new Complete(take(chain, nowNanos));
    }

    private FragmentSet completeSet(int setId) {
        FragmentSet set = sets.get(setId);
        return set != null && set.missing == 0 ? set : null;
    }

    private static boolean isLink(OptionalInt link, int setId) {
        return link.isPresent() && link.getAsInt() == setId;
    }

    private byte[] take(Collection<Integer> chain, long nowNanos) {
        List<Fragment> fragments = new ArrayList<>();
        for (int setId : chain) {
            FragmentSet set = sets.remove(setId);
            bytesHeld -= set.cost;
            Collections.addAll(fragments, set.fragments);
            Completed now = Completed.of(set.fragments, nowNanos);
            completed.remove(setId);
            completed.put(setId, now);
            listener.dropped(setId, set.fragments.length);
            listener.completed(setId, now.fingerprints());
        }
        while (completed.size() > maxCompleted) {
            int oldest = completed.keySet().iterator().next();
            completed.remove(oldest);
            listener.forgotten(oldest);
        }
        ByteBuffer message = ByteBuffer.allocate(fragments.stream().mapToInt(f -> f.payload().length).sum());
        fragments.forEach(f -> message.put(f.payload()));
        return message.array();
    }
}
