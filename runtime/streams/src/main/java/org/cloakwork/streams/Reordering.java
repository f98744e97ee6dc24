package org.cloakwork.streams;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The receiving half of a stream: takes numbered pieces in any order, any number of times, and gives their bytes out in
 * order, each once. It never skips: what is missing is waited for, and a piece there is no room for is refused with a
 * reason, after which the stream cannot become whole. Not safe for use by several threads.
 */
public final class Reordering {

    /** What became of a piece. */
    public enum Accepted {
        /** It is the next one: there is something to take. */
        NEXT,
        /** It is kept until those before it are there. */
        EARLY,
        /** It was there before: dropped. */
        DUPLICATE,
        /** It comes after the last one: dropped. */
        AFTER_END,
        /** Its number is too far from the next one: refused. */
        TOO_FAR,
        /** Its bytes exceed the limit: refused. */
        TOO_MUCH
    }

    private record Piece(End end, byte[] data) {
    }

    private final int maxAhead;
    private long limitBytes;
    private final Map<Long, Piece> pieces = new HashMap<>();
    /** Unsigned; so are all numbers of pieces. */
    private long next;
    private long heldBytes;
    private long takenBytes;
    private long last;
    private boolean lastKnown;
    private End taken = End.NONE;

    /**
     * @param maxAhead   how much larger than that of the next piece a number may be
     * @param limitBytes how many bytes may come from the beginning on; grows with {@link #raiseLimit}
     */
    public Reordering(int maxAhead, long limitBytes) {
        this.maxAhead = maxAhead;
        this.limitBytes = limitBytes;
    }

    /** @param newLimitBytes bytes that may come from the beginning on; never less than before */
    public void raiseLimit(long newLimitBytes) {
        limitBytes = Math.max(limitBytes, newLimitBytes);
    }

    /**
     * @param sequence number of the piece, unsigned, from 0
     * @param end      whether it is the last one
     * @param data     its bytes, kept without a copy
     * @return what became of it
     */
    public Accepted accept(long sequence, End end, byte[] data) {
        if (taken != End.NONE || lastKnown && Long.compareUnsigned(sequence, last) > 0) {
            return Accepted.AFTER_END;
        }
        if (Long.compareUnsigned(sequence, next) < 0 || pieces.containsKey(sequence)) {
            return Accepted.DUPLICATE;
        }
        if (Long.compareUnsigned(sequence - next, maxAhead) > 0) {
            return Accepted.TOO_FAR;
        }
        if (data.length > limitBytes - takenBytes - heldBytes) {
            return Accepted.TOO_MUCH;
        }
        pieces.put(sequence, new Piece(end, data));
        heldBytes += data.length;
        if (end != End.NONE) {
            last = sequence;
            lastKnown = true;
            pieces.entrySet().removeIf(entry -> Long.compareUnsigned(entry.getKey(), last) > 0
                    && drop(entry.getValue()));
        }
        return sequence == next ? Accepted.NEXT : Accepted.EARLY;
    }

    private boolean drop(Piece piece) {
        heldBytes -= piece.data().length;
        return true;
    }

    /** {@return the bytes of the next piece that has any, or empty if it is not there; see {@link #ended} then} */
    public Optional<byte[]> take() {
        while (taken == End.NONE) {
            Piece piece = pieces.remove(next);
            if (piece == null) {
                break;
            }
            next++;
            heldBytes -= piece.data().length;
            takenBytes += piece.data().length;
            taken = piece.end();
            if (piece.data().length > 0) {
                return Optional.of(piece.data());
            }
        }
        return Optional.empty();
    }

    /** {@return how the stream ended, once everything before was taken; {@link End#NONE} until then} */
    public End ended() {
        return taken;
    }

    /** {@return whether pieces are here that wait for one before them} */
    public boolean hasGap() {
        return taken == End.NONE && !pieces.isEmpty() && !pieces.containsKey(next);
    }

    /** {@return whether the other side has told that the stream broke, taken or not} */
    public boolean isReset() {
        return taken == End.RESET
                || lastKnown && pieces.containsKey(last) && pieces.get(last).end() == End.RESET;
    }

    /** {@return number of the piece that is waited for, unsigned} */
    public long next() {
        return next;
    }

    /** {@return number of the first piece that has not come, unsigned} */
    public long expected() {
        long number = next;
        while (pieces.containsKey(number)) {
            number++;
        }
        return number;
    }

    /** {@return bytes that are here and not taken} */
    public long heldBytes() {
        return heldBytes;
    }

    /** {@return bytes that can be taken before one is missing} */
    public int readyBytes() {
        int bytes = 0;
        long number = next;
        for (Piece piece = pieces.get(number); piece != null && taken == End.NONE; piece = pieces.get(++number)) {
            bytes += piece.data().length;
        }
        return bytes;
    }

    /** {@return bytes taken from the beginning on} */
    public long takenBytes() {
        return takenBytes;
    }
}
