package org.cloakwork.streams;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cloakwork.api.StreamException;

/** What both sides of a stream share: the lock that guards all of it, waiting for a change, and whether it broke. */
final class Fate {

    private final Carrier carrier;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private StreamException broken;
    private Runnable onChange = () -> { };

    /** @param carrier is told when it breaks */
    Fate(Carrier carrier) {
        this.carrier = carrier;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    // ------------------------------------------------------------------ under the lock

    /** Wakes up whoever waits for something. */
    void changed() {
        changed.signalAll();
        onChange.run();
    }

    void onChange(Runnable listener) {
        onChange = listener;
    }

    boolean isBroken() {
        return broken != null;
    }

    void check() throws StreamException {
        if (broken != null) {
            throw broken;
        }
    }

    /**
     * Waits until something has changed.
     *
     * @param nanos how long at most
     * @return how much of the time is left
     */
    long await(long nanos) throws IOException {
        try {
            return changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    void await() throws InterruptedException {
        changed.await();
    }

    // ------------------------------------------------------------------ without it

    /** {@return whether it broke by this; false if it was broken before} */
    boolean fail(StreamException why) {
        lock.lock();
        try {
            if (broken != null) {
                return false;
            }
            broken = why;
            changed();
        } finally {
            lock.unlock();
        }
        carrier.broken(why);
        return true;
    }
}
