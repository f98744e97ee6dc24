package org.cloakwork.client.outbox;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Fragments waiting to be sealed, in lanes that are served in turn. Fragments of one message have the same length, so
 * taking turns by fragment is fair by bytes. What it may hold is limited by whoever admits messages.
 */
public final class Outbox {

    /** So many fragments nobody wants any more may stay, whatever else there is. */
    private static final int UNSWEPT = 1024;

    private final Map<Lane, ArrayDeque<OutgoingFragment>> lanes = new LinkedHashMap<>();
    private int size;
    private int unwanted;

    /**
     * @param lane     its queue
     * @param fragment to send after those already there
     */
    public void add(Lane lane, OutgoingFragment fragment) {
        lanes.computeIfAbsent(lane, l -> new ArrayDeque<>()).add(fragment);
        size++;
    }

    /** {@return the next fragment whose message still wants it, if there is one} */
    public Optional<OutgoingFragment> poll() {
        while (!lanes.isEmpty()) {
            Iterator<Map.Entry<Lane, ArrayDeque<OutgoingFragment>>> first = lanes.entrySet().iterator();
            Map.Entry<Lane, ArrayDeque<OutgoingFragment>> turn = first.next();
            first.remove();
            OutgoingFragment fragment = turn.getValue().remove();
            size--;
            if (!turn.getValue().isEmpty()) {
                lanes.put(turn.getKey(), turn.getValue());
            }
            if (fragment.isWanted()) {
                return Optional.of(fragment);
            }
        }
        return Optional.empty();
    }

    /**
     * Fragments of ended messages go when their turn comes, or here when they are many: while the link is down no turn
     * comes.
     *
     * @param count at most so many fragments that may be here are not wanted any more
     */
    public void ended(int count) {
        unwanted += count;
        if (unwanted > Math.max(UNSWEPT, size / 2)) {
            lanes.values().forEach(lane -> lane.removeIf(fragment -> !fragment.isWanted()));
            lanes.values().removeIf(ArrayDeque::isEmpty);
            size = lanes.values().stream().mapToInt(ArrayDeque::size).sum();
            unwanted = 0;
        }
    }

    /** {@return fragments that are here, wanted or not} */
    public int size() {
        return size;
    }
}
