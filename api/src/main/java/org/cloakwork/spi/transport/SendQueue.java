package org.cloakwork.spi.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a link has accepted and not yet handed to the operating system, as {@link GatewayLink} asks for it: for a
 * transport to keep. It has limits, lets pings go first, and knows when {@link GatewayLink.Handler#drained} is due.
 * Methods are safe for use by many threads; those that add frames call the transport to write, holding no lock.
 *
 * @param <F> a frame, or what else the transport wants to do in a frame's turn
 */
public final class SendQueue<F> {

    /** Most bytes that may wait; a peer that lets more pile up is to be cut off. */
    public static final long MAX_BYTES = 16 << 20;
    /** Most frames that may wait, however small. */
    public static final int MAX_FRAMES = 64 << 10;
    /** Why a link is closed when there is no room: for {@link GatewayLink.Handler#closed}. */
    public static final String FULL = "the peer reads too slowly: more than " + MAX_BYTES + " bytes or " + MAX_FRAMES
            + " frames wait for it";

    private static final int MAX_PING_BYTES = 125;

    private enum State { NEW, OPEN, FINISHING, ENDED }

    private record Waiting<F>(F frame, int bytes) {
    }

    private final Runnable write;

    // Guarded by this.
    @GuardedBy("this")
    private final Deque<Waiting<F>> waiting = new ArrayDeque<>();
    @GuardedBy("this")
    private State state = State.NEW;
    @GuardedBy("this")
    private long pendingBytes;
    /** Of the frame that is being written. */
    @GuardedBy("this")
    private int writingBytes;
    /** A sender went away while bytes were pending. */
    @GuardedBy("this")
    private boolean drainAwaited;

    /**
     * An empty queue.
     *
     * @param write begins to write what {@link #poll} gives, unless something is being written
     */
    public SendQueue(Runnable write) {
        this.write = write;
    }

    /** From here on frames are accepted, unless the queue has ended. */
    public synchronized void open() {
        if (state == State.NEW) {
            state = State.OPEN;
        }
    }

    /**
     * Adds a frame, or drops it if the link is finishing or has ended.
     *
     * @param frame to be written
     * @param bytes of its payload
     * @return false if there is no room for it: the link is to be closed
     * @throws IllegalArgumentException if it has more than {@link GatewayLink#MAX_FRAME_BYTES}
     * @throws IllegalStateException    if the link is not open yet
     */
    public boolean add(F frame, int bytes) {
        if (bytes > GatewayLink.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "a frame carries at most " + GatewayLink.MAX_FRAME_BYTES + " bytes, not " + bytes);
        }
        return add(new Waiting<>(frame, bytes), false);
    }

    /**
     * Adds a ping before all other frames; its bytes do not count.
     *
     * @param ping  to be written
     * @param bytes of its payload
     * @return as {@link #add}
     * @throws IllegalArgumentException if it has more than 125
     * @throws IllegalStateException    if the link is not open yet
     */
    public boolean addPing(F ping, int bytes) {
        if (bytes > MAX_PING_BYTES) {
            throw new IllegalArgumentException("a ping carries at most " + MAX_PING_BYTES + " bytes, not " + bytes);
        }
        return add(new Waiting<>(ping, 0), true);
    }

    private boolean add(Waiting<F> frame, boolean first) {
        synchronized (this) {
            if (state == State.NEW) {
                throw new IllegalStateException("the link is not open");
            }
            if (state != State.OPEN) {
                return true;
            }
            if (pendingBytes + frame.bytes > MAX_BYTES || waiting.size() >= MAX_FRAMES) {
                return false;
            }
            pendingBytes += frame.bytes;
            if (first) {
                waiting.addFirst(frame);
            } else {
                waiting.addLast(frame);
            }
        }
        write.run();
        synchronized (this) {
            drainAwaited = pendingBytes > 0;
        }
        return true;
    }

    /**
     * What waits still leaves, and a last frame behind it; nothing else is accepted.
     *
     * @param last to be written
     * @return false if the link is not open, or was finishing before
     */
    public boolean finish(F last) {
        synchronized (this) {
            if (state != State.OPEN) {
                return false;
            }
            state = State.FINISHING;
            waiting.addLast(new Waiting<>(last, 0));
        }
        write.run();
        return true;
    }

    /** The link is closed: what waits is dropped. */
    public synchronized void end() {
        waiting.clear();
        ended();
    }

    /**
     * The link is closed, but what waits is still to be written, and a last frame behind it.
     *
     * @param last to be written
     */
    public synchronized void endAfter(F last) {
        waiting.addLast(new Waiting<>(last, 0));
        ended();
    }

    @GuardedBy("this")
    private void ended() {
        state = State.ENDED;
        pendingBytes = 0;
    }

    /** {@return the next frame to write, null if there is none; {@link #written} follows before the next call} */
    public synchronized F poll() {
        Waiting<F> next = waiting.poll();
        if (next == null) {
            return null;
        }
        writingBytes = next.bytes;
        return next.frame;
    }

    /**
     * The frame that {@link #poll} gave is with the operating system.
     *
     * @return whether {@link GatewayLink.Handler#drained} is due
     */
    public synchronized boolean written() {
        if (state == State.ENDED) {
            return false;
        }
        pendingBytes -= writingBytes;
        boolean drained = pendingBytes == 0 && drainAwaited;
        drainAwaited &= !drained;
        return drained;
    }

    /** {@return bytes accepted and not written} */
    public synchronized long pendingBytes() {
        return pendingBytes;
    }
}
