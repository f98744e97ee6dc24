package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.StreamException;

/** What comes from the other side: put in order, held within the window, and read. */
final class ReadingSide {

    private final Fate fate;
    private final Watch watch;
    private final Carrier carrier;
    private final ReceiveWindow window;
    private final Reordering in;
    private final InputStream stream = new Input();
    private byte[] current = new byte[0];
    private int currentAt;
    /** Whether the end was read. */
    private boolean ended;
    /** Whether nobody reads any more. */
    private boolean closed;
    private boolean windowRefused;
    private long readTimeoutNanos;

    /** @param most pieces that may wait for one before them */
    ReadingSide(Fate fate, Watch watch, Carrier carrier, ReceiveWindow window, int most) {
        this.fate = fate;
        this.watch = watch;
        this.carrier = carrier;
        this.window = window;
        in = new Reordering(most, window.limit());
    }

    static StreamException reset() {
        return new StreamException(StreamException.Reason.RESET, "the other side broke the stream off");
    }

    InputStream stream() {
        return stream;
    }

    // ------------------------------------------------------------------ under the lock

    void setTimeout(Duration limit) {
        readTimeoutNanos = limit.toNanos();
    }

    Reordering.Accepted accept(long sequence, End end, byte[] data) {
        window.reach(in.takenBytes() + in.heldBytes() + data.length);
        in.raiseLimit(window.limit());
        Reordering.Accepted accepted = in.accept(sequence, end, data);
        watch.gap(in.hasGap());
        if (in.isReset()) {
            watch.reset();
        }
        return accepted;
    }

    /** Nobody reads any more. */
    void close() {
        closed = true;
    }

    /** {@return whether there are bytes that nobody will read} Takes the end, if that is all there is. */
    boolean isUnread() {
        if (!closed) {
            return false;
        }
        if (currentAt < current.length || in.take().isPresent()) {
            return true;
        }
        if (in.ended() == End.CLOSED) {
            ended = true;
            fate.changed();
        }
        return false;
    }

    /** {@return whether the end was read} */
    boolean isEnded() {
        return ended;
    }

    /** {@return how the other side has ended its half, as far as it is in order} */
    End end() {
        return in.ended();
    }

    /** {@return whether reading would not wait} The end may come in a piece of its own. */
    boolean isReadable() {
        return fate.isBroken() || currentAt < current.length || next() || in.ended() != End.NONE;
    }

    private boolean next() {
        in.take().ifPresent(bytes -> {
            current = bytes;
            currentAt = 0;
        });
        watch.gap(in.hasGap());
        return currentAt < current.length;
    }

    /** {@return number of the first piece that has not come in order, unsigned} */
    long expected() {
        return in.expected();
    }

    boolean hasGap() {
        return in.hasGap();
    }

    /** {@return whether the other side could not be told its window} Once each time. */
    boolean takeWindowRefused() {
        boolean refused = windowRefused;
        windowRefused = false;
        return refused;
    }

    // ------------------------------------------------------------------ without it

    /**
     * Tells the other side how far it may send.
     *
     * @param newBytes read since it was told last
     */
    void tell(long limitBytes, long newBytes) {
        carrier.window(limitBytes, newBytes).outcome().thenAccept(outcome -> {
            if (outcome instanceof Outcome.Failed) {
                fate.lock();
                windowRefused = true;
                fate.unlock();
            }
        });
    }

    private final class Input extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int available() {
            fate.lock();
            try {
                return current.length - currentAt + in.readyBytes();
            } finally {
                fate.unlock();
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
            long newBytes;
            long limit;
            fate.lock();
            try {
                if (!awaitBytes()) {
                    return -1;
                }
                count = Math.min(length, current.length - currentAt);
                System.arraycopy(current, currentAt, into, offset, count);
                currentAt += count;
                watch.read();
                newBytes = window.read(count);
                if (newBytes > 0) {
                    watch.told();
                }
                limit = window.limit();
                in.raiseLimit(limit);
            } finally {
                fate.unlock();
            }
            if (count == 0) {
                StreamException why = ReadingSide.reset();
                fate.fail(why);
                throw why;
            }
            if (newBytes > 0) {
                tell(limit, newBytes);
            }
            return count;
        }

        /** {@return whether there are bytes, or a reset; false at the end} */
        private boolean awaitBytes() throws IOException {
            fate.check();
            long left = readTimeoutNanos > 0 ? readTimeoutNanos : Long.MAX_VALUE;
            while (currentAt == current.length && !next() && in.ended() != End.RESET) {
                if (in.ended() == End.CLOSED) {
                    ended = true;
                    fate.changed();
                    return false;
                }
                if (left <= 0) {
                    throw new SocketTimeoutException("nothing came to be read in time");
                }
                left = fate.await(left);
                fate.check();
            }
            return true;
        }
    }
}
