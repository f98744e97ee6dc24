package org.cloakwork.client.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.cloakwork.client.base.Environment;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;

/**
 * Time that passes only while it is run: every task of every client, its workers and listeners, and of the network is
 * in one queue, ordered by time and then by arrival. The same seed gives the same run.
 */
public final class VirtualTime implements Clock {

    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    /** How long a worker takes for a task; it differs, so that tasks end in another order than they began. */
    private static final int WORK_LEAST_NANOS = 100_000;
    private static final int WORK_SPREAD_NANOS = 400_000;

    private final PriorityQueue<Task> queue = new PriorityQueue<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final SplittableRandom random;
    private Instant start = START;
    private long nowNanos = 1_000_000_000L;
    private long arrivals;

    public VirtualTime(long seed) {
        random = new SplittableRandom(seed);
    }

    private static final class Task implements Comparable<Task>, Scheduler.Cancellable {

        private final long timeNanos;
        private final long arrival;
        private final Runnable run;
        private final Host owner;
        private boolean over;

        private Task(long timeNanos, long arrival, Runnable run, Host owner) {
            this.timeNanos = timeNanos;
            this.arrival = arrival;
            this.run = run;
            this.owner = owner;
        }

        @Override
        public int compareTo(Task other) {
            return timeNanos != other.timeNanos
                    ? Long.compare(timeNanos, other.timeNanos) : Long.compare(arrival, other.arrival);
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                owner.waiting--;
            }
        }
    }

    /** Whoever runs tasks: a client, or the network. */
    public final class Host implements Scheduler {

        private final Randomness randomness = randomness();
        private int waiting;
        private long stalledUntilNanos = nowNanos;
        private boolean killed;

        @Override
        public void execute(Runnable task) {
            schedule(Duration.ZERO, task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return at(nowNanos + Math.max(0, delay.toNanos()), task);
        }

        private Cancellable at(long timeNanos, Runnable run) {
            Task task = new Task(Math.max(timeNanos, stalledUntilNanos), arrivals++, run, this);
            waiting++;
            queue.add(task);
            return task;
        }

        /** Nothing that is scheduled from now on runs before the duration is over, as on a machine that is too busy. */
        public void stall(Duration duration) {
            stalledUntilNanos = nowNanos + duration.toNanos();
        }

        /** Nothing of it runs from now on, as after kill -9. */
        void kill() {
            killed = true;
        }

        /** {@return tasks and timers that have not run} */
        public int waiting() {
            return waiting;
        }

        public Environment environment() {
            return new Environment(VirtualTime.this, this,
                    task -> at(nowNanos + WORK_LEAST_NANOS + random.nextInt(WORK_SPREAD_NANOS), task),
                    this::execute, randomness);
        }
    }

    public Host host() {
        return new Host();
    }

    /** {@return a source of its own, so that one more draw here does not change what is drawn there} */
    public Randomness randomness() {
        SplittableRandom own = random.split();
        return own::nextBytes;
    }

    SplittableRandom split() {
        return random.split();
    }

    @Override
    public Instant now() {
        return start.plusNanos(nowNanos);
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    /** Moves the date, not the monotonic time, as a clock that is set. */
    void setClock(Instant now) {
        start = now.minusNanos(nowNanos);
    }

    public void runFor(Duration duration) {
        runUntil(() -> false, duration);
    }

    /** {@return whether the condition came true within the limit; time has not passed further than that} */
    boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos + limit.toNanos();
        while (!condition.getAsBoolean()) {
            Task next = queue.peek();
            if (next == null || next.timeNanos > end) {
                nowNanos = end;
                return false;
            }
            queue.poll();
            if (!next.over) {
                nowNanos = Math.max(nowNanos, next.timeNanos);
                next.over = true;
                next.owner.waiting--;
                try {
                    if (!next.owner.killed) {
                        next.run.run();
                    }
                } catch (RuntimeException | LinkageError e) {
                    failures.add(e);
                }
            }
        }
        return true;
    }

    /** {@return what tasks threw; a machine with threads logs it and goes on} */
    List<Throwable> failures() {
        return failures;
    }
}
