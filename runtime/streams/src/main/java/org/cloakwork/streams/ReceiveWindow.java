package org.cloakwork.streams;

import org.cloakwork.api.StreamException;

/**
 * How far the other side may send: what was read and what may be held beyond it, which grows with use as far as the
 * budget of all streams allows. Under the lock of its stream.
 */
final class ReceiveWindow {

    /** Of what may be held, the share that is read before the other side hears of it. */
    private static final int SHARES = 4;

    private final ByteBudget budget;
    private final long mostBytes;
    private long heldBytes;
    private long readBytes;
    /** Whether the other side understands what it is told. */
    private boolean told;
    private boolean onDemand;
    private long toldBytes;
    private long toldReadBytes;

    /** @throws StreamException if there is not even the first share left of the budget */
    ReceiveWindow(StreamLimits limits, ByteBudget budget) throws StreamException {
        this.budget = budget;
        mostBytes = limits.receiveBytes();
        heldBytes = limits.firstReceiveBytes();
        if (!budget.take(heldBytes)) {
            throw new StreamException(StreamException.Reason.NO_ROOM, "no room for another stream");
        }
    }

    /** {@return whether the other side is to be told from now on; false if it was before} */
    boolean tell(long firstBytes) {
        if (told) {
            return false;
        }
        told = true;
        toldBytes = firstBytes;
        return true;
    }

    /** Nobody understands: room is made as more comes. */
    void untold() {
        told = false;
        onDemand = true;
    }

    /**
     * Makes room for what came, if nobody could be told how much that may be.
     *
     * @param bytes from the beginning on
     */
    void reach(long bytes) {
        while (onDemand && limit() < bytes && grow()) {
            // grow did it
        }
    }

    private boolean grow() {
        long more = Math.min(heldBytes, mostBytes - heldBytes);
        if (more <= 0 || !budget.take(more)) {
            return false;
        }
        heldBytes += more;
        return true;
    }

    /** {@return how far the other side may send, in bytes from the beginning on} */
    long limit() {
        return readBytes + heldBytes;
    }

    boolean isTold() {
        return told;
    }

    /** {@return what the other side was told last} */
    long toldBytes() {
        return toldBytes;
    }

    /** {@return how many bytes were read since the other side was told last, and it must be told now; 0 if not} */
    long read(int bytes) {
        readBytes += bytes;
        if (!told || limit() - toldBytes < heldBytes / SHARES) {
            return 0;
        }
        grow();
        long newBytes = readBytes - toldReadBytes;
        toldBytes = limit();
        toldReadBytes = readBytes;
        return newBytes;
    }

    void release() {
        budget.giveBack(heldBytes);
        heldBytes = 0;
    }
}
