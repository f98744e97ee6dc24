package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.StreamException;
import org.cloakwork.wire.stream.End;
import org.cloakwork.wire.stream.Reordering;
import org.cloakwork.wire.stream.SendWindow;

/**
 * A connection over messages that arrive in any order: an {@link InputStream} and an {@link OutputStream}, each closed
 * on its own as the halves of a TCP connection are.
 *
 * <p>Every byte comes out once and in order, or the stream breaks with a {@link StreamException} that says why, on both
 * of its ends. Writing waits while too much is under way or the other side does not read; reading waits for what is
 * missing. Nothing else waits: {@link #received} and the rest may be called from a client's listener.
 *
 * <p>It has no thread of its own: {@link #tick} must be called now and then, several times a second. Safe for use by
 * many threads; one may read and another write at the same time.
 */
public final class MessageStream {

    /** Reasons for which a piece is tried again: there was no room, or nothing to answer with at that moment. */
    private static final List<FailureReason> PASSING = List.of(FailureReason.OUTBOX_FULL, FailureReason.UNKNOWN_SENDER);

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private record Piece(long sequence, End end, byte[] data) {
    }

    private final Carrier carrier;
    private final StreamLimits limits;
    private final ByteBudget budget;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Reordering in;
    private final SendWindow out;
    private final Input input = new Input();
    private final Output output = new Output();
    /** Pieces that were refused and are sent again. */
    private List<Piece> refused = new ArrayList<>();
    private boolean windowRefused;
    private long againNanos;
    private byte[] current = new byte[0];
    private int currentAt;
    private boolean outputClosed;
    private boolean endRead;
    private boolean windows;
    private long receiveBytes;
    private long readBytes;
    private long toldBytes;
    private long toldReadBytes;
    private long heardNanos;
    private long sentNanos;
    private long dataNanos;
    private OptionalLong gapSinceNanos = OptionalLong.empty();
    private OptionalLong resetSinceNanos = OptionalLong.empty();
    private StreamException broken;
    private boolean inputClosed;
    private long readTimeoutNanos;

    /**
     * @param carrier  takes what the stream says to the other side
     * @param limits   what it may hold and how long it waits
     * @param budget   of all streams together; {@link #release} gives back what this one has of it
     * @param nanoTime monotonic time
     * @throws StreamException if there is not even the first share left of the budget
     */
    public MessageStream(Carrier carrier, StreamLimits limits, ByteBudget budget, LongSupplier nanoTime)
            throws StreamException {
        this.carrier = Objects.requireNonNull(carrier);
        this.limits = limits;
        this.budget = budget;
        this.nanoTime = nanoTime;
        if (!budget.take(limits.firstReceiveBytes())) {
            throw new StreamException(StreamException.Reason.NO_ROOM, "no room for another stream");
        }
        receiveBytes = limits.firstReceiveBytes();
        in = new Reordering(limits.maxAhead() * 2, receiveBytes);
        out = new SendWindow(limits.sendBytes(), limits.maxAhead());
        heardNanos = nanoTime.getAsLong();
        sentNanos = heardNanos;
        dataNanos = heardNanos;
    }

    // ------------------------------------------------------------------ the near side

    /** {@return what the other side sends; ends when it has closed its half. Closing it changes nothing} */
    public InputStream input() {
        return input;
    }

    /** {@return what is sent to the other side; closing it closes this half, and the other one goes on} */
    public OutputStream output() {
        return output;
    }

    /**
     * Breaks the stream off: the other side is told, whoever reads or writes gets an exception. Nothing happens if it
     * is over already.
     *
     * @param detail for people
     */
    public void abort(String detail) {
        if (!isDone()) {
            breakOff(new StreamException(StreamException.Reason.ABORTED, detail));
        }
    }

    /** Ends everything and tells the other side. */
    private void breakOff(StreamException why) {
        if (fail(why)) {
            lock.lock();
            Piece last;
            try {
                last = new Piece(out.next(0), End.RESET, new byte[0]);
            } finally {
                lock.unlock();
            }
            post(last);
        }
    }

    /** {@return whether both halves have ended and everything of ours is delivered, or the stream broke} */
    public boolean isDone() {
        lock.lock();
        try {
            return broken != null || isOver() && out.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the end of the other side's half was read} */
    public boolean isInputEnded() {
        lock.lock();
        try {
            return endRead;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether it broke} */
    public boolean isBroken() {
        lock.lock();
        try {
            return broken != null;
        } finally {
            lock.unlock();
        }
    }

    /** @param limit how long one read waits; zero: for as long as it takes */
    public void setReadTimeout(Duration limit) {
        lock.lock();
        try {
            readTimeoutNanos = limit.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until everything written has arrived.
     *
     * @param limit how long at most
     * @throws IOException if the stream broke, the limit passes or the thread is interrupted
     */
    public void awaitDelivered(Duration limit) throws IOException {
        long left = limit.toNanos();
        lock.lock();
        try {
            check();
            while (!out.isEmpty() || !refused.isEmpty()) {
                if (left <= 0) {
                    throw new SocketTimeoutException("not everything was delivered in time");
                }
                left = await(left);
                check();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nobody reads any more: bytes that come, or are here, break the stream off; the end of the other half does not.
     */
    public void closeInput() {
        boolean unread;
        lock.lock();
        try {
            inputClosed = true;
            unread = broken == null && (currentAt < current.length || isUnread());
        } finally {
            lock.unlock();
        }
        if (unread) {
            breakOff(unread());
        }
    }

    /** {@return whether there are bytes that nobody reads} Takes the end, if that is all there is. */
    private boolean isUnread() {
        if (in.take().isPresent()) {
            return true;
        }
        if (in.ended() == End.CLOSED) {
            endRead = true;
            changed.signalAll();
        }
        return false;
    }

    /** Waits until {@link #isDone}. */
    public void awaitDone() throws InterruptedException {
        lock.lock();
        try {
            while (broken == null && !(isOver() && out.isEmpty())) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return for how long no byte was read or written, in nanoseconds} */
    public long idleNanos() {
        lock.lock();
        try {
            return nanoTime.getAsLong() - dataNanos;
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return outputClosed && endRead;
    }

    // ------------------------------------------------------------------ the far side

    /**
     * A piece came. Never blocks.
     *
     * @param sequence its number, unsigned
     * @param end      whether it is the last one
     * @param data     its bytes, kept without a copy
     * @return what became of it, for counting
     */
    public Reordering.Accepted received(long sequence, End end, byte[] data) {
        Reordering.Accepted accepted;
        boolean unread;
        lock.lock();
        try {
            heardNanos = nanoTime.getAsLong();
            if (broken != null) {
                return Reordering.Accepted.AFTER_END;
            }
            accepted = in.accept(sequence, end, data);
            noteGap();
            if (in.isReset() && resetSinceNanos.isEmpty()) {
                resetSinceNanos = OptionalLong.of(heardNanos);
            }
            unread = inputClosed && isUnread();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (unread) {
            breakOff(unread());
        }
        switch (accepted) {
            case TOO_FAR, TOO_MUCH -> breakOff(
                    new StreamException(StreamException.Reason.OVERRUN, "the other side sent more than it may"));
            case AFTER_END -> {
                // It had closed its half only, and is gone now.
                if (end == End.RESET) {
                    fail(reset());
                }
            }
            default -> { }
        }
        return accepted;
    }

    /**
     * The other side understands windows: each sends as far as the other has told, to begin with its first window.
     *
     * @param firstBytes what either may send before it hears of a window; not more than what the limits begin with
     */
    public void useWindows(long firstBytes) {
        lock.lock();
        try {
            if (!windows) {
                windows = true;
                toldBytes = firstBytes;
                out.limit(firstBytes);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The other side does not understand windows: room is made at once for as much as it may be going to send. */
    public void useNoWindows() {
        lock.lock();
        try {
            windows = false;
            out.unlimited();
            while (grow()) {
                // grow did it
            }
            in.raiseLimit(readBytes + receiveBytes);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean grow() {
        long more = Math.min(receiveBytes, limits.receiveBytes() - receiveBytes);
        if (more <= 0 || broken != null || !budget.take(more)) {
            return false;
        }
        receiveBytes += more;
        return true;
    }

    /** Gives back what it has of the budget; to be called when it is over. Idempotent. */
    public void release() {
        lock.lock();
        try {
            budget.giveBack(receiveBytes);
            receiveBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Sends a piece without bytes, which tells the other side that this one is there. */
    public void greet() {
        Piece piece;
        lock.lock();
        try {
            piece = new Piece(out.next(0), End.NONE, new byte[0]);
        } finally {
            lock.unlock();
        }
        post(piece);
    }

    /** @param bytes the other side takes, from the beginning on */
    public void windowReceived(long bytes) {
        lock.lock();
        try {
            heardNanos = nanoTime.getAsLong();
            out.limit(bytes);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends everything without a word to the other side, which knows or cannot be told.
     *
     * @param why what whoever reads or writes gets
     * @return whether it ended by this; false if it had ended before
     */
    public boolean fail(StreamException why) {
        lock.lock();
        try {
            if (broken != null) {
                return false;
            }
            broken = why;
            refused.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        carrier.broken(why);
        return true;
    }

    // ------------------------------------------------------------------ time

    /**
     * Does what time brings: sends again what was refused, keeps alive, and finds that something has taken too long.
     */
    public void tick() {
        List<Piece> again = new ArrayList<>();
        StreamException tooLong;
        long windowAgain = 0;
        lock.lock();
        try {
            if (broken != null) {
                return;
            }
            long now = nanoTime.getAsLong();
            tooLong = tooLong(now);
            if (now - againNanos >= AGAIN_NANOS) {
                againNanos = now;
                again = refused;
                refused = new ArrayList<>();
                windowAgain = windowRefused ? toldBytes : 0;
                windowRefused = false;
            }
            if (tooLong == null && now - sentNanos > limits.keepAlive().toNanos()) {
                sentNanos = now;
                if (!outputClosed) {
                    again.add(new Piece(out.next(0), End.NONE, new byte[0]));
                } else if (windows && !endRead) {
                    // Whoever has closed its half has no pieces left to say that it is there.
                    windowAgain = toldBytes;
                }
            }
        } finally {
            lock.unlock();
        }
        if (tooLong == null) {
            again.forEach(this::post);
            if (windowAgain > 0) {
                tell(windowAgain, 0);
            }
        } else if (tooLong.reason() == StreamException.Reason.RESET) {
            fail(tooLong);
        } else {
            breakOff(tooLong);
        }
    }

    /** {@return what has taken too long; null if nothing has} */
    private StreamException tooLong(long now) {
        if (resetSinceNanos.isPresent() && in.hasGap()
                && now - resetSinceNanos.getAsLong() > limits.resetPatience().toNanos()) {
            return reset();
        }
        if (gapSinceNanos.isPresent() && now - gapSinceNanos.getAsLong() > limits.gap().toNanos()) {
            return new StreamException(StreamException.Reason.GAP, "a piece of the stream did not come");
        }
        // Who has closed its half says nothing more; the other half may go on as long as anything goes out on it.
        long silentNanos = now - heardNanos;
        if (in.ended() != End.NONE) {
            silentNanos = Math.min(silentNanos, now - dataNanos);
        }
        if (!isOver() && silentNanos > limits.silence().toNanos()) {
            return new StreamException(StreamException.Reason.SILENT,
                    "nothing was heard for " + TimeUnit.NANOSECONDS.toSeconds(silentNanos) + " s");
        }
        return null;
    }

    private void noteGap() {
        if (!in.hasGap()) {
            gapSinceNanos = OptionalLong.empty();
        } else if (gapSinceNanos.isEmpty()) {
            gapSinceNanos = OptionalLong.of(nanoTime.getAsLong());
        }
    }

    private static StreamException unread() {
        return new StreamException(StreamException.Reason.ABORTED, "closed while the other side was sending");
    }

    private static StreamException reset() {
        return new StreamException(StreamException.Reason.RESET, "the other side broke the stream off");
    }

    private void post(Piece piece) {
        carrier.send(piece.sequence(), piece.end(), piece.data()).outcome()
                .thenAccept(outcome -> ended(piece, outcome));
    }

    private void tell(long limit, long newBytes) {
        carrier.window(limit, newBytes).outcome().thenAccept(outcome -> {
            if (outcome instanceof Outcome.Failed) {
                lock.lock();
                windowRefused = true;
                lock.unlock();
            }
        });
    }

    private void ended(Piece piece, Outcome outcome) {
        StreamException why = null;
        lock.lock();
        try {
            switch (outcome) {
                case Outcome.Acknowledged ignored -> {
                    out.arrived(piece.sequence());
                    changed.signalAll();
                }
                case Outcome.Failed(FailureReason reason, String ignored) when PASSING.contains(reason) -> {
                    if (broken == null) {
                        refused.add(piece);
                    }
                }
                case Outcome.Failed(FailureReason reason, String detail) ->
                        why = new StreamException(StreamException.Reason.UNDELIVERED, reason + ": " + detail);
            }
        } finally {
            lock.unlock();
        }
        if (why != null) {
            fail(why);
        }
    }

    private final class Input extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int available() {
            lock.lock();
            try {
                return current.length - currentAt + in.readyBytes();
            } finally {
                lock.unlock();
            }
        }

        /**
         * Waits for at least one byte.
         *
         * @return bytes read; -1 after the last one
         * @throws StreamException if the stream broke
         */
        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            int count;
            long limit = 0;
            long newBytes = 0;
            lock.lock();
            try {
                check();
                long left = readTimeoutNanos > 0 ? readTimeoutNanos : Long.MAX_VALUE;
                while (currentAt == current.length && !next() && in.ended() != End.RESET) {
                    if (in.ended() == End.CLOSED) {
                        endRead = true;
                        changed.signalAll();
                        return -1;
                    }
                    if (left <= 0) {
                        throw new SocketTimeoutException("nothing came to be read in time");
                    }
                    left = await(left);
                    check();
                }
                count = Math.min(length, current.length - currentAt);
                System.arraycopy(current, currentAt, into, offset, count);
                currentAt += count;
                readBytes += count;
                dataNanos = nanoTime.getAsLong();
                in.raiseLimit(readBytes + receiveBytes);
                if (windows && readBytes + receiveBytes - toldBytes >= receiveBytes / 4) {
                    grow();
                    limit = readBytes + receiveBytes;
                    in.raiseLimit(limit);
                    newBytes = readBytes - toldReadBytes;
                    toldBytes = limit;
                    toldReadBytes = readBytes;
                }
            } finally {
                lock.unlock();
            }
            if (count == 0) {
                StreamException why = MessageStream.reset();
                fail(why);
                throw why;
            }
            if (limit > 0) {
                tell(limit, newBytes);
            }
            return count;
        }

        private boolean next() {
            in.take().ifPresent(bytes -> {
                current = bytes;
                currentAt = 0;
            });
            noteGap();
            return currentAt < current.length;
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
                lock.lock();
                try {
                    int wanted = Math.min(offset + length - at, limits.pieceBytes());
                    int room = out.room(wanted);
                    check();
                    while (!outputClosed && (room == 0 || !refused.isEmpty())) {
                        await();
                        check();
                        room = out.room(wanted);
                    }
                    if (outputClosed) {
                        throw new IOException("this half of the stream is closed");
                    }
                    piece = new Piece(out.next(room), End.NONE, Arrays.copyOfRange(from, at, at + room));
                    sentNanos = nanoTime.getAsLong();
                    dataNanos = sentNanos;
                } finally {
                    lock.unlock();
                }
                at += piece.data().length;
                post(piece);
            }
        }

        @Override
        public void close() {
            Piece last;
            lock.lock();
            try {
                if (outputClosed || broken != null) {
                    return;
                }
                outputClosed = true;
                last = new Piece(out.next(0), End.CLOSED, new byte[0]);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            post(last);
        }
    }

    private void check() throws StreamException {
        if (broken != null) {
            throw broken;
        }
    }

    private void await() throws IOException {
        await(Long.MAX_VALUE);
    }

    /** {@return how much of the time is left} */
    private long await(long nanos) throws IOException {
        try {
            return changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
