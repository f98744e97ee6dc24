package org.cloakwork.client.outbox;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.wire.PacketSize;

/**
 * Fragments that wait for their turn. Lanes share the link fairly by bytes, whatever the size of their packets (deficit
 * round robin), and so do first and further copies: when much is lost, what was begun is still finished, and what is
 * new does not wait for it. What the outbox may hold is limited by whoever admits messages.
 */
public final class Outbox {

    /** So many fragments nobody wants any more may stay, whatever else there is. */
    private static final int UNSWEPT = 1024;
    /** What a lane may send more with each turn: no less than the smallest packet. */
    private static final int ALLOWANCE_BYTES = PacketSize.REGULAR.packetLength();

    private static final class Queue {

        private final ArrayDeque<OutgoingFragment> fragments = new ArrayDeque<>();
        private int allowanceBytes;
        private boolean isInTurn;
    }

    /** Lanes in the order of their turns; none is empty. */
    private static final class Turns {

        private final Map<Lane, Queue> lanes = new LinkedHashMap<>();
        private int size;

        private void add(OutgoingFragment fragment) {
            lanes.computeIfAbsent(fragment.message().lane(), lane -> new Queue()).fragments.add(fragment);
            size++;
        }

        private Optional<OutgoingFragment> poll() {
            while (!lanes.isEmpty()) {
                Lane lane = lanes.keySet().iterator().next();
                Queue queue = lanes.get(lane);
                if (!queue.isInTurn) {
                    queue.isInTurn = true;
                    queue.allowanceBytes += ALLOWANCE_BYTES;
                }
                OutgoingFragment first = queue.fragments.peek();
                boolean sent = first.isWanted() && first.packetBytes() <= queue.allowanceBytes;
                if (sent) {
                    queue.allowanceBytes -= first.packetBytes();
                }
                if (sent || !first.isWanted()) {
                    queue.fragments.remove();
                    size--;
                }
                if (queue.fragments.isEmpty()) {
                    lanes.remove(lane);
                } else if (queue.fragments.peek().packetBytes() > queue.allowanceBytes) {
                    queue.isInTurn = false;
                    lanes.remove(lane);
                    lanes.put(lane, queue);
                }
                if (sent) {
                    return Optional.of(first);
                }
            }
            return Optional.empty();
        }

        private void sweep() {
            lanes.values().forEach(queue -> queue.fragments.removeIf(fragment -> !fragment.isWanted()));
            lanes.values().removeIf(queue -> queue.fragments.isEmpty());
            size = lanes.values().stream().mapToInt(queue -> queue.fragments.size()).sum();
        }
    }

    private final Turns firstCopies = new Turns();
    private final Turns furtherCopies = new Turns();
    /** What further copies had more than first copies while both waited. */
    private long furtherAheadBytes;
    private int unwanted;

    /** @param fragment to send after those of its lane */
    public void add(OutgoingFragment fragment) {
        (fragment.transmissions() == 0 ? firstCopies : furtherCopies).add(fragment);
    }

    /** {@return the next fragment whose message still wants it, if there is one} */
    public Optional<OutgoingFragment> poll() {
        boolean further = furtherAheadBytes <= 0;
        Optional<OutgoingFragment> next = (further ? furtherCopies : firstCopies).poll();
        if (next.isPresent()) {
            furtherAheadBytes += (further ? 1 : -1) * next.get().packetBytes();
        } else {
            furtherAheadBytes = 0;
            next = (further ? firstCopies : furtherCopies).poll();
        }
        return next;
    }

    /**
     * Fragments of ended messages go when their turn comes, or here when they are many: while the link is down no turn
     * comes.
     *
     * @param count at most so many fragments that may be here are not wanted any more
     */
    public void ended(int count) {
        unwanted += count;
        if (unwanted > Math.max(UNSWEPT, size() / 2)) {
            sweep();
        }
    }

    /** Drops every fragment whose message does not want it any more. */
    public void sweep() {
        firstCopies.sweep();
        furtherCopies.sweep();
        unwanted = 0;
    }

    /** {@return fragments that are here, wanted or not} */
    public int size() {
        return firstCopies.size + furtherCopies.size;
    }
}
