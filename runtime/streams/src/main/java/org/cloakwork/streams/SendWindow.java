package org.cloakwork.streams;

import java.util.HashMap;
import java.util.Map;

/**
 * The sending half of a stream: numbers the pieces and says when another one may go. It waits for room in three limits:
 * bytes that are under way, pieces that are (receivers keep so many early ones only), and what the receiver has said it
 * takes. Not safe for use by several threads.
 */
final class SendWindow {

    private final long maxBytes;
    private final int maxPieces;
    private final Map<Long, Integer> underWay = new HashMap<>();
    private long next;
    /** The first piece that may still be under way. */
    private long oldest;
    private long underWayBytes;
    private long sentBytes;
    private long limitBytes = Long.MAX_VALUE;

    /**
     * @param maxBytes  that may be under way
     * @param maxPieces from the oldest one under way on
     */
    public SendWindow(long maxBytes, int maxPieces) {
        this.maxBytes = maxBytes;
        this.maxPieces = maxPieces;
    }

    /** @param bytes that the receiver takes, from the beginning on; until it is called there is no such limit */
    public void limit(long bytes) {
        limitBytes = limitBytes == Long.MAX_VALUE ? bytes : Math.max(limitBytes, bytes);
    }

    /** There is no limit of the receiver's after all. */
    public void unlimited() {
        limitBytes = Long.MAX_VALUE;
    }

    /**
     * @param wanted bytes there are to send
     * @return how many of them may go now; 0: wait
     */
    public int room(int wanted) {
        if (next - oldest >= maxPieces) {
            return 0;
        }
        return (int) Math.max(0, Math.min(wanted, Math.min(maxBytes - underWayBytes, limitBytes - sentBytes)));
    }

    /**
     * Notes that a piece goes out; one without bytes may always go.
     *
     * @param bytes of it
     * @return its number, unsigned
     */
    public long next(int bytes) {
        underWay.put(next, bytes);
        underWayBytes += bytes;
        sentBytes += bytes;
        return next++;
    }

    /**
     * Notes that a piece which had arrived goes out once more.
     *
     * @param sequence of it
     * @param bytes    of it
     * @return whether it does; false if it is under way
     */
    public boolean again(long sequence, int bytes) {
        if (underWay.putIfAbsent(sequence, bytes) != null) {
            return false;
        }
        underWayBytes += bytes;
        oldest = Math.min(oldest, sequence);
        return true;
    }

    /** @param sequence of a piece that has arrived */
    public void arrived(long sequence) {
        Integer bytes = underWay.remove(sequence);
        if (bytes != null) {
            underWayBytes -= bytes;
        }
        while (oldest != next && !underWay.containsKey(oldest)) {
            oldest++;
        }
    }

    /** {@return whether every piece has arrived} */
    public boolean isEmpty() {
        return underWay.isEmpty();
    }

    /** {@return bytes sent from the beginning on} */
    public long sentBytes() {
        return sentBytes;
    }
}
