package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.cloakwork.api.StreamException;

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
public final class MessageStream implements SocketPump.Far {

    private final Fate fate;
    private final Watch watch;
    private final ReceiveWindow window;
    private final ReadingSide reading;
    private final WritingSide writing;

    /**
     * @param carrier  takes what the stream says to the other side
     * @param limits   what it may hold and how long it waits
     * @param budget   of all streams together; {@link #release} gives back what this one has of it
     * @param nanoTime monotonic time
     * @throws StreamException if there is not even the first share left of the budget
     */
    public MessageStream(Carrier carrier, StreamLimits limits, ByteBudget budget, LongSupplier nanoTime)
            throws StreamException {
        fate = new Fate(Objects.requireNonNull(carrier));
        watch = new Watch(limits, nanoTime);
        window = new ReceiveWindow(limits, budget);
        reading = new ReadingSide(fate, watch, carrier, window, limits.maxAhead() * 2);
        writing = new WritingSide(fate, watch, carrier, limits);
    }

    // ------------------------------------------------------------------ the near side

    /** {@return what the other side sends; ends when it has closed its half. Closing it changes nothing} */
    @Override
    public InputStream input() {
        return reading.stream();
    }

    /** {@return what is sent to the other side; closing it closes this half, and the other one goes on} */
    @Override
    public OutputStream output() {
        return writing.stream();
    }

    /**
     * For whoever cannot wait.
     *
     * @param listener told whenever it may be that {@link #isReadable} or {@link #room} changed, on any thread and
     *                 under the stream's lock: it should only note that
     * @since 1.1
     */
    public void onChange(Runnable listener) {
        underLock(() -> fate.onChange(listener));
    }

    /**
     * {@return whether reading from {@link #input} would not wait}
     *
     * @since 1.1
     */
    public boolean isReadable() {
        return isSo(reading::isReadable);
    }

    /**
     * {@return how many bytes {@link #output} takes without waiting; more than none also if it is closed or broken}
     *
     * @since 1.1
     */
    public int room() {
        int wanted = writing.wanted();
        fate.lock();
        try {
            return writing.room(wanted);
        } finally {
            fate.unlock();
        }
    }

    /**
     * Breaks the stream off: the other side is told, whoever reads or writes gets an exception. Nothing happens if it
     * is over already.
     *
     * @param detail for people
     */
    @Override
    public void abort(String detail) {
        abort(new StreamException(StreamException.Reason.ABORTED, detail));
    }

    /**
     * The same, for another reason than that this side likes it so.
     *
     * @param why what whoever reads or writes on this side gets
     * @since 1.3
     */
    public void abort(StreamException why) {
        if (!isDone()) {
            breakOff(why);
        }
    }

    /** Ends everything and tells the other side. */
    private void breakOff(StreamException why) {
        if (fail(why)) {
            postEmpty(End.RESET);
        }
    }

    private void postEmpty(End end) {
        WritingSide.Piece piece;
        fate.lock();
        try {
            piece = writing.empty(end);
        } finally {
            fate.unlock();
        }
        writing.post(piece);
    }

    /** {@return whether both halves have ended and everything of ours is delivered, or the stream broke} */
    public boolean isDone() {
        return isSo(this::isFinished);
    }

    /** {@return whether the end of the other side's half was read} */
    public boolean isInputEnded() {
        return isSo(reading::isEnded);
    }

    /** {@return whether it broke} */
    @Override
    public boolean isBroken() {
        return isSo(fate::isBroken);
    }

    private boolean isSo(BooleanSupplier question) {
        fate.lock();
        try {
            return question.getAsBoolean();
        } finally {
            fate.unlock();
        }
    }

    private boolean isFinished() {
        return fate.isBroken() || isOver() && writing.isEmpty();
    }

    private boolean isOver() {
        return writing.isClosed() && reading.isEnded();
    }

    /** @param limit how long one read waits; zero: for as long as it takes */
    public void setReadTimeout(Duration limit) {
        underLock(() -> reading.setTimeout(limit));
    }

    /**
     * Waits until everything written has arrived.
     *
     * @param limit how long at most
     * @throws IOException if the stream broke, the limit passes or the thread is interrupted
     */
    public void awaitDelivered(Duration limit) throws IOException {
        long left = limit.toNanos();
        fate.lock();
        try {
            fate.check();
            while (!writing.isDelivered()) {
                if (left <= 0) {
                    throw new SocketTimeoutException("not everything was delivered in time");
                }
                left = fate.await(left);
                fate.check();
            }
        } finally {
            fate.unlock();
        }
    }

    /**
     * Nobody reads any more: bytes that come, or are here, break the stream off; the end of the other half does not.
     */
    public void closeInput() {
        boolean unread;
        fate.lock();
        try {
            reading.close();
            unread = !fate.isBroken() && reading.isUnread();
        } finally {
            fate.unlock();
        }
        if (unread) {
            breakOff(unread());
        }
    }

    /** Waits until {@link #isDone}. */
    @Override
    public void awaitDone() throws InterruptedException {
        fate.lock();
        try {
            while (!isFinished()) {
                fate.await();
            }
        } finally {
            fate.unlock();
        }
    }

    /** {@return for how long no byte was read or written, in nanoseconds} */
    public long idleNanos() {
        fate.lock();
        try {
            return watch.idleNanos();
        } finally {
            fate.unlock();
        }
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
        fate.lock();
        try {
            watch.heard();
            if (fate.isBroken()) {
                return Reordering.Accepted.AFTER_END;
            }
            accepted = reading.accept(sequence, end, data);
            unread = reading.isUnread();
            fate.changed();
        } finally {
            fate.unlock();
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
                    fail(ReadingSide.reset());
                }
            }
            default -> { }
        }
        return accepted;
    }

    private static StreamException unread() {
        return new StreamException(StreamException.Reason.ABORTED, "closed while the other side was sending");
    }

    /**
     * The other side understands windows: each sends as far as the other has told, to begin with its first window.
     *
     * @param firstBytes what either may send before it hears of a window; not more than what the limits begin with
     */
    public void useWindows(long firstBytes) {
        underLock(() -> {
            if (window.tell(firstBytes)) {
                writing.limit(firstBytes);
            }
        });
    }

    /** The other side does not understand windows: room is made as it sends more. */
    public void useNoWindows() {
        underLock(() -> {
            writing.unlimited();
            window.untold();
            fate.changed();
        });
    }

    /** Gives back what it has of the budget; to be called when it is over. Idempotent. */
    public void release() {
        underLock(window::release);
    }

    /** Sends a piece without bytes, which tells the other side that this one is there. */
    public void greet() {
        postEmpty(End.NONE);
    }

    /** @param bytes the other side takes, from the beginning on */
    public void windowReceived(long bytes) {
        underLock(() -> {
            watch.heard();
            writing.limit(bytes);
            fate.changed();
        });
    }

    /**
     * The other side may turn out to be elsewhere: what was sent is kept until it has said that it has it.
     *
     * @param kept whether it is
     * @since 1.3
     */
    public void keepSent(boolean kept) {
        underLock(() -> writing.keep(kept));
    }

    /**
     * The other side has what was sent up to there.
     *
     * @param next number of the first piece that it does not have, unsigned
     * @since 1.3
     */
    public void confirmed(long next) {
        underLock(() -> writing.confirmed(next));
    }

    /**
     * The other side is elsewhere, and so is what is sent from now on. What it does not have is sent again.
     *
     * @param next number of the first piece that it does not have, unsigned
     * @since 1.3
     */
    public void moved(long next) {
        underLock(() -> {
            watch.heard();
            writing.moved(next);
            fate.changed();
        });
    }

    /**
     * {@return number of the first piece that has not come, unsigned}
     *
     * @since 1.3
     */
    public long expected() {
        fate.lock();
        try {
            return reading.expected();
        } finally {
            fate.unlock();
        }
    }

    private void underLock(Runnable change) {
        fate.lock();
        try {
            change.run();
        } finally {
            fate.unlock();
        }
    }

    /**
     * Ends everything without a word to the other side, which knows or cannot be told.
     *
     * @param why what whoever reads or writes gets
     * @return whether it ended by this; false if it had ended before
     */
    public boolean fail(StreamException why) {
        return fate.fail(why);
    }

    // ------------------------------------------------------------------ time

    /**
     * Does what time brings: sends again what was refused, keeps alive, and finds that something has taken too long.
     */
    public void tick() {
        List<WritingSide.Piece> again = new ArrayList<>();
        Optional<StreamException> tooLong;
        long windowAgain = 0;
        fate.lock();
        try {
            if (fate.isBroken()) {
                writing.takeRefused();
                return;
            }
            tooLong = watch.tooLong(reading.hasGap(), reading.end(), isOver());
            if (tooLong.isEmpty()) {
                if (watch.isTimeToTryAgain()) {
                    again.addAll(writing.takeRefused());
                    windowAgain = reading.takeWindowRefused() ? window.toldBytes() : 0;
                }
                if (reading.end() == End.NONE && watch.isTimeToTellAgain()) {
                    windowAgain = window.toldBytes();
                }
                if (watch.isTimeToSaySomething()) {
                    if (window.isTold() && !reading.isEnded()) {
                        // Says so, too, and whoever has closed its half has no pieces left to say it.
                        windowAgain = window.toldBytes();
                    } else if (!writing.isClosed()) {
                        again.add(writing.empty(End.NONE));
                    }
                }
            }
        } finally {
            fate.unlock();
        }
        if (tooLong.isPresent()) {
            if (tooLong.get().reason() == StreamException.Reason.RESET) {
                fail(tooLong.get());
            } else {
                breakOff(tooLong.get());
            }
            return;
        }
        again.forEach(writing::post);
        if (windowAgain > 0) {
            reading.tell(windowAgain, 0);
        }
    }
}
