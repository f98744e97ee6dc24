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

    private final Map<Lane, ArrayDeque<OutgoingFragment>> lanes = new LinkedHashMap<>();

    /**
     * @param lane     its queue
     * @param fragment to send after those already there
     */
    public void add(Lane lane, OutgoingFragment fragment) {
        lanes.computeIfAbsent(lane, l -> new ArrayDeque<>()).add(fragment);
    }

    /** {@return the next fragment whose message still wants it, if there is one} */
    public Optional<OutgoingFragment> poll() {
        while (!lanes.isEmpty()) {
            Iterator<Map.Entry<Lane, ArrayDeque<OutgoingFragment>>> first = lanes.entrySet().iterator();
            Map.Entry<Lane, ArrayDeque<OutgoingFragment>> turn = first.next();
            first.remove();
            OutgoingFragment fragment = turn.getValue().poll();
            if (!turn.getValue().isEmpty()) {
                lanes.put(turn.getKey(), turn.getValue());
            }
            if (fragment != null && fragment.isWanted()) {
                return Optional.of(fragment);
            }
        }
        return Optional.empty();
    }

    /** {@return whether nothing is waiting} */
    public boolean isEmpty() {
        return lanes.isEmpty();
    }
}
