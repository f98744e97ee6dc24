package org.cloakwork.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntSupplier;
import org.cloakwork.spi.runtime.Randomness;

/**
 * Cuts padded messages into fragments: sets of up to 255, linked to each other where one set is not enough. Source:
 * protocol/3-messages, 2.2 to 2.4.
 */
public final class Chunking {

    private Chunking() {
    }

    /**
     * What a message needs.
     *
     * @param fragments how many fragments
     * @param freeBytes how much room is left in the last one
     */
    public record Required(int fragments, int freeBytes) {
    }

    /**
     * @param length         of a message, its padding marker included
     * @param fragmentLength of every fragment, header included (A)
     * @return what it needs; 1 fragment for an empty one
     */
    public static Required requiredFragments(int length, int fragmentLength) {
        List<Integer> sets = setLengths(length, fragmentLength);
        int earlier = Fragment.MAX_PER_SET * (sets.size() - 1);
        int left = sets.getLast();
        boolean linked = sets.size() > 1;
        int first = linked ? linkedCapacity(fragmentLength) : capacity(fragmentLength);
        if (left <= first) {
            return new Required(earlier + 1, first - left);
        }
        int more = Math.ceilDiv(left - first, capacity(fragmentLength));
        return new Required(earlier + 1 + more, more * capacity(fragmentLength) - (left - first));
    }

    /**
     * @param padded         a padded message; every fragment has exactly {@code fragmentLength} bytes if it was padded
     *                       for that length, else the last one may be shorter
     * @param fragmentLength of every fragment, header included (A)
     * @param setIds         draws set ids, see {@link #randomSetId}; one that this message has already is drawn again
     * @return the fragments in order; none for no bytes
     */
    public static List<Fragment> split(byte[] padded, int fragmentLength, IntSupplier setIds) {
        if (padded.length == 0) {
            return List.of();
        }
        List<Integer> setLengths = setLengths(padded.length, fragmentLength);
        Set<Integer> drawn = new LinkedHashSet<>();
        while (drawn.size() < setLengths.size()) {
            drawn.add(setIds.getAsInt());
        }
        List<Integer> ids = List.copyOf(drawn);
        List<Fragment> fragments = new ArrayList<>();
        int from = 0;
        for (int set = 0; set < ids.size(); set++) {
            OptionalInt previous = set == 0 ? OptionalInt.empty() : OptionalInt.of(ids.get(set - 1));
            OptionalInt next = set == ids.size() - 1 ? OptionalInt.empty() : OptionalInt.of(ids.get(set + 1));
            int to = from + setLengths.get(set);
            splitSet(padded, from, to, fragmentLength, ids.get(set), previous, next, fragments);
            from = to;
        }
        return fragments;
    }

    /**
     * @param randomness where from
     * @return a set id, 1 to 2^31 - 1
     */
    public static int randomSetId(Randomness randomness) {
        int id;
        do {
            id = (int) randomness.nextLong();
        } while (id == 0 || id == Integer.MIN_VALUE);
        return Math.abs(id);
    }

    private static void splitSet(byte[] padded, int from, int to, int fragmentLength, int id, OptionalInt previous,
            OptionalInt next, List<Fragment> fragments) {
        int first = previous.isPresent() ? linkedCapacity(fragmentLength) : capacity(fragmentLength);
        int total = next.isPresent() ? Fragment.MAX_PER_SET
                : 1 + Math.max(0, Math.ceilDiv(to - from - first, capacity(fragmentLength)));
        for (int position = 1; position <= total; position++) {
            boolean linksBack = position == 1 && previous.isPresent();
            boolean linksOn = position == Fragment.MAX_PER_SET && next.isPresent();
            int room = linksBack || linksOn ? linkedCapacity(fragmentLength) : capacity(fragmentLength);
            int end = Math.min(to, from + room);
            fragments.add(new Fragment(id, total, position, linksBack ? previous : OptionalInt.empty(),
                    linksOn ? next : OptionalInt.empty(), Arrays.copyOfRange(padded, from, end)));
            from = end;
        }
    }

    /** How many bytes go into each set: one, or a first and a last one that are linked once and others linked twice. */
    private static List<Integer> setLengths(int length, int fragmentLength) {
        if (fragmentLength <= Fragment.LINKED_HEADER_LENGTH) {
            throw new IllegalArgumentException("no payload fits a fragment of " + fragmentLength + " bytes");
        }
        int linkCost = capacity(fragmentLength) - linkedCapacity(fragmentLength);
        int single = Fragment.MAX_PER_SET * capacity(fragmentLength);
        int outer = single - linkCost;
        int middle = outer - linkCost;
        List<Integer> lengths = new ArrayList<>();
        int left = length;
        while (left > (lengths.isEmpty() ? single : outer)) {
            int full = lengths.isEmpty() ? outer : middle;
            lengths.add(full);
            left -= full;
        }
        lengths.add(left);
        return lengths;
    }

    private static int capacity(int fragmentLength) {
        return fragmentLength - Fragment.HEADER_LENGTH;
    }

    private static int linkedCapacity(int fragmentLength) {
        return fragmentLength - Fragment.LINKED_HEADER_LENGTH;
    }
}
