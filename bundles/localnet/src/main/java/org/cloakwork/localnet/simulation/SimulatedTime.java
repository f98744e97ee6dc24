package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time that passes only while it is run: the tasks of all clients and of the network are in one queue, by time and then
 * in the order they came. Used on one thread.
 */
final class SimulatedTime implements Clock {

    /** Noon, so that a simulated day has a midnight. */
    static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

    private static final Logger LOG = LoggerFactory.getLogger(SimulatedTime.class);
    private static final int SMALLEST_HEAP = 1024;

    /** What is due later: a binary heap. */
    private Task[] later = new Task[SMALLEST_HEAP];
    private int size;
    /** What is due now, behind all of the heap that is due now: that was there before. */
    private final ArrayDeque<Task> now = new ArrayDeque<>();
    private long nanos;
    private long arrivals;
    private long failures;

    private static final class Task implements Scheduler.Cancellable {

        private final Host host;
        private long atNanos;
        private long arrival;
        /** Null when it ran or was cancelled. */
        private Runnable run;

        private Task(Host host, Runnable run) {
            this.host = host;
            this.run = run;
        }

        private boolean isBefore(Task other) {
            return atNanos != other.atNanos ? atNanos < other.atNanos : arrival < other.arrival;
        }

        @Override
        public void cancel() {
            if (run != null) {
                run = null;
                host.waiting--;
            }
        }
    }

    /** Whoever runs tasks: a client, or the network. */
    final class Host implements Scheduler {

        private long suspendedUntilNanos;
        private int waiting;

        @Override
        public void execute(Runnable task) {
            waiting++;
            now.add(new Task(this, task));
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return schedule(delay.toNanos(), task);
        }

        Cancellable schedule(long delayNanos, Runnable run) {
            waiting++;
            Task task = new Task(this, run);
            if (delayNanos <= 0) {
                now.add(task);
            } else {
                push(task, nanos + delayNanos);
            }
            return task;
        }

        /** Does nothing for a while; what becomes due meanwhile runs afterwards. */
        void suspend(long durationNanos) {
            suspendedUntilNanos = nanos + durationNanos;
        }

        /** {@return when the last suspension ends or ended; 0 if there was none} */
        long resumesNanos() {
            return suspendedUntilNanos;
        }

        /** {@return tasks and timers that have neither run nor been cancelled} */
        int waiting() {
            return waiting;
        }
    }

    /** {@return someone new to run tasks} */
    Host host() {
        return new Host();
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos);
    }

    /** {@return time since the start} */
    @Override
    public long nanoTime() {
        return nanos;
    }

    /** {@return tasks that threw an exception; they are logged, and the others go on} */
    long failures() {
        return failures;
    }

    /** Runs what is due up to then. */
    void run(Duration duration) {
        run(duration, () -> false);
    }

    /**
     * Runs what is due up to then, or until a condition comes true.
     *
     * @param limit how long at most
     * @param until asked whenever time is about to pass
     */
    void run(Duration limit, BooleanSupplier until) {
        long end = nanos + limit.toNanos();
        while (true) {
            Task task = size > 0 && later[0].atNanos <= nanos ? pop() : now.poll();
            if (task != null) {
                run(task);
            } else if (until.getAsBoolean()) {
                return;
            } else if (size == 0 || later[0].atNanos > end) {
                nanos = end;
                return;
            } else {
                nanos = later[0].atNanos;
            }
        }
    }

    private void run(Task task) {
        Runnable run = task.run;
        if (run == null) {
            return;
        }
        Host host = task.host;
        if (host.suspendedUntilNanos > nanos) {
            push(task, host.suspendedUntilNanos);
            return;
        }
        task.run = null;
        host.waiting--;
        try {
            run.run();
        } catch (RuntimeException e) {
            failures++;
            LOG.error("A task of the simulation failed", e);
        }
    }

    private void push(Task task, long atNanos) {
        task.atNanos = atNanos;
        task.arrival = arrivals++;
        if (size == later.length) {
            later = Arrays.copyOf(later, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = at - 1 >>> 1;
            if (!task.isBefore(later[parent])) {
                break;
            }
            later[at] = later[parent];
            at = parent;
        }
        later[at] = task;
    }

    private Task pop() {
        Task first = later[0];
        Task moved = later[--size];
        later[size] = null;
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && later[child + 1].isBefore(later[child])) {
                child++;
            }
            if (!later[child].isBefore(moved)) {
                break;
            }
            later[at] = later[child];
            at = child;
        }
        if (size > 0) {
            later[at] = moved;
        }
        return first;
    }
}
