package org.cloakwork.client.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloakwork.client.base.Watch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the threads of a client, a few times a second: one that is in the same call of a part for longer than
 * that may take is interrupted, and given up if that does not help. A thread says that it begins and ends a call with
 * a number, so that a call costs some nanoseconds. Nothing can end a thread that does not want to: one that computes
 * for ever goes on to do so until the process ends.
 */
final class ThreadWatch implements Watch, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ThreadWatch.class);
    private static final Duration PERIOD = Duration.ofMillis(250);
    /** With more between two looks the whole process stood still, and no part is to blame. */
    private static final Duration STOOD_STILL = PERIOD.multipliedBy(3);
    /** From the interrupt until the thread is given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A thread that calls parts. */
    static final class Watched extends Thread {

        private final Consumer<Watched> abandon;
        /** Odd in a call, even between calls, negative in one that was interrupted. */
        private final AtomicLong number = new AtomicLong();
        /** The innermost. */
        private volatile Call call;
        private volatile Runnable task;
        @GuardedBy("this")
        private boolean abandoned;
        /** Of the watch: the number of the call it saw last, and for how long. */
        private long seen;
        private long stuckNanos;

        private Watched(Runnable body, String name, Consumer<Watched> abandon) {
            super(body, name);
            this.abandon = abandon;
            setDaemon(true);
        }

        /** @param begun what it does from now on; null: nothing */
        void setTask(Runnable begun) {
            task = begun;
        }

        /** {@return what it did when it was given up, null if nothing} */
        Runnable task() {
            return task;
        }

        private <T> T during(Call made, Supplier<T> body) {
            Call outer = call;
            call = made;
            if (outer != null) {
                try {
                    return body.get();
                } finally {
                    call = outer;
                }
            }
            long begun = number.getPlain() + 1;
            number.setRelease(begun);
            try {
                return body.get();
            } finally {
                call = null;
                if (!number.compareAndSet(begun, begun + 1)) {
                    ended(begun + 1);
                }
            }
        }

        private synchronized void ended(long next) {
            interrupted();
            number.set(next);
            if (abandoned) {
                // A worker that came back works on, and its next call is one like any other.
                abandoned = false;
                throw new Abandoned();
            }
            throw new Overdue();
        }

        private void look(long sinceNanos) {
            long now = Math.abs(number.get());
            Call made = call;
            if (now % 2 == 0 || now != seen || made == null) {
                seen = now;
                stuckNanos = 0;
                return;
            }
            stuckNanos += sinceNanos;
            long overNanos = stuckNanos - made.budget().toNanos();
            if (overNanos >= 0 && interrupt(now)) {
                made.overdue();
            } else if (overNanos >= PATIENCE.toNanos() && giveUp(now)) {
                LOG.warn("{} does not come back from a part, and is given up", getName());
                abandon.accept(this);
            }
        }

        private synchronized boolean interrupt(long inCall) {
            if (number.compareAndSet(inCall, -inCall)) {
                interrupt();
                return true;
            }
            return false;
        }

        private synchronized boolean giveUp(long inCall) {
            if (number.get() != -inCall || abandoned) {
                return false;
            }
            abandoned = true;
            return true;
        }
    }

    private final List<Watched> threads = new CopyOnWriteArrayList<>();
    private final Thread watching;

    /** @param name of the client */
    ThreadWatch(String name) {
        watching = Thread.ofPlatform().daemon().name("cloakwork-" + name + "-watch").start(this::watch);
    }

    /**
     * @param body    it runs
     * @param abandon told if it is given up, on the thread of the watch
     * @return a thread that is looked after until it ends
     */
    Thread thread(Runnable body, String name, Consumer<Watched> abandon) {
        Watched thread = new Watched(body, name, abandon);
        threads.add(thread);
        return thread;
    }

    @Override
    public <T> T during(Call call, Supplier<T> body) {
        return Thread.currentThread() instanceof Watched thread ? thread.during(call, body) : body.get();
    }

    private void watch() {
        long last = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(PERIOD);
                long now = System.nanoTime();
                long since = now - last < STOOD_STILL.toNanos() ? now - last : 0;
                last = now;
                threads.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
                for (Watched thread : threads) {
                    try {
                        thread.look(since);
                    } catch (RuntimeException e) {
                        LOG.error("{} cannot be looked after", thread.getName(), e);
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody is watched any more");
        }
    }

    @Override
    public void close() {
        watching.interrupt();
    }
}
