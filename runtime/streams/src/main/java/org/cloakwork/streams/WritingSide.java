package org.cloakwork.streams;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.StreamException;

/** What goes to the other side: cut into pieces, sent as far as it may be, and sent again while there is no room. */
final class WritingSide {

    /**
     * Reasons for which a piece is tried again: there was no room, or nothing to answer with at that moment, or the
     * other side was found elsewhere.
     */
    private static final List<FailureReason> PASSING = List.of(FailureReason.OUTBOX_FULL, FailureReason.UNKNOWN_SENDER,
            FailureReason.LANE_CLOSED);

    /** One message. */
    record Piece(long sequence, End end, byte[] data) {
    }

    private final Fate fate;
    private final Watch watch;
    private final Carrier carrier;
    private final int pieceBytes;
    private final SendWindow out;
    private final OutputStream stream = new Output();
    /** Pieces that were refused and are sent again. */
    private List<Piece> refused = new ArrayList<>();
    /** Pieces that the other side may not have, whatever its gateway says. */
    private final TreeMap<Long, Piece> kept = new TreeMap<>();
    private boolean keeps;
    /** How often the other side was found elsewhere. */
    private int moves;
    private boolean closed;

    WritingSide(Fate fate, Watch watch, Carrier carrier, StreamLimits limits) {
        this.fate = fate;
        this.watch = watch;
        this.carrier = carrier;
        pieceBytes = limits.pieceBytes();
        out = new SendWindow(limits.sendBytes(), limits.maxAhead());
    }

    OutputStream stream() {
        return stream;
    }

    // ------------------------------------------------------------------ under the lock

    /** @param bytes the other side takes, from the beginning on */
    void limit(long bytes) {
        out.limit(bytes);
    }

    void unlimited() {
        out.unlimited();
    }

    boolean isClosed() {
        return closed;
    }

    /** @param newKeeps whether pieces are kept until the other side has said that it has them */
    void keep(boolean newKeeps) {
        keeps = newKeeps;
        if (!keeps) {
            kept.clear();
        }
    }

    /** @param next the first piece that the other side does not have */
    void confirmed(long next) {
        kept.headMap(next).clear();
    }

    /** The other side is elsewhere: what it does not have goes there. */
    void moved(long next) {
        confirmed(next);
        moves++;
        kept.forEach((sequence, piece) -> {
            if (out.again(sequence, piece.data().length)) {
                refused.add(piece);
            }
        });
    }

    /** {@return whether all that was sent has arrived, and nothing waits to be sent again} */
    boolean isDelivered() {
        return out.isEmpty() && refused.isEmpty();
    }

    /** {@return whether all that was sent has arrived} */
    boolean isEmpty() {
        return out.isEmpty();
    }

    /**
     * @param wanted {@link #wanted}
     * @return how much can be written without waiting
     */
    int room(int wanted) {
        return closed || fate.isBroken() ? wanted : refused.isEmpty() ? out.room(wanted) : 0;
    }

    /** {@return a piece without bytes, to be posted next} */
    Piece empty(End end) {
        return made(0, end, new byte[0]);
    }

    private Piece made(int bytes, End end, byte[] data) {
        Piece piece = new Piece(out.next(bytes), end, data);
        if (keeps) {
            kept.put(piece.sequence(), piece);
        }
        return piece;
    }

    /** {@return what was refused, to be posted again} */
    List<Piece> takeRefused() {
        List<Piece> again = refused;
        refused = new ArrayList<>();
        return again;
    }

    // ------------------------------------------------------------------ without it

    /** {@return how many bytes the next piece has at most} */
    int wanted() {
        return Math.min(pieceBytes, Math.max(1, carrier.pieceBytes()));
    }

    void post(Piece piece) {
        fate.lock();
        int posted = moves;
        fate.unlock();
        carrier.send(piece.sequence(), piece.end(), piece.data()).outcome()
                .thenAccept(outcome -> ended(piece, posted, outcome));
    }

    private void ended(Piece piece, int posted, Outcome outcome) {
        switch (outcome) {
            case Outcome.Acknowledged ignored -> {
                fate.lock();
                if (posted != moves && kept.containsKey(piece.sequence())) {
                    // A gateway has it that the other side has left.
                    refused.add(piece);
                } else {
                    out.arrived(piece.sequence());
                }
                fate.changed();
                fate.unlock();
            }
            case Outcome.Failed(FailureReason reason, String detail) -> {
                fate.lock();
                // What was sent to where the other side is not any more may fail for any reason.
                boolean again = posted != moves || PASSING.contains(reason);
                if (again && !fate.isBroken()) {
                    refused.add(piece);
                }
                fate.unlock();
                if (!again) {
                    fate.fail(new StreamException(StreamException.Reason.UNDELIVERED, reason + ": " + detail));
                }
            }
        }
    }

    private final class Output extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        /**
         * Waits until everything is on its way.
         *
         * @throws StreamException if the stream broke
         */
        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            int at = offset;
            while (at < offset + length) {
                Piece piece;
                int wanted = wanted();
                fate.lock();
                try {
                    int room = awaitRoom(Math.min(offset + length - at, wanted));
                    piece = made(room, End.NONE, Arrays.copyOfRange(from, at, at + room));
                    watch.written();
                } finally {
                    fate.unlock();
                }
                at += piece.data().length;
                post(piece);
            }
        }

        private int awaitRoom(int wanted) throws IOException {
            fate.check();
            int room = out.room(wanted);
            while (!closed && (room == 0 || !refused.isEmpty())) {
                fate.await(Long.MAX_VALUE);
                fate.check();
                room = out.room(wanted);
            }
            if (closed) {
                throw new IOException("this half of the stream is closed");
            }
            return room;
        }

        @Override
        public void close() {
            Piece last;
            fate.lock();
            try {
                if (closed || fate.isBroken()) {
                    return;
                }
                closed = true;
                last = empty(End.CLOSED);
                fate.changed();
            } finally {
                fate.unlock();
            }
            post(last);
        }
    }
}
