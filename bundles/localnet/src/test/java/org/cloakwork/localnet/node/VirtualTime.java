package org.cloakwork.localnet.node;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;

/** A clock that stands still until it is told to go on. */
final class VirtualTime implements Clock, Scheduler {

    static final Instant START = Instant.parse("2026-11-23T12:00:00.5Z");

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::number));
    private long nanos;
    private long number;

    private record Task(long atNanos, long number, Runnable run) {
    }

    /** {@return reproducible bytes} */
    static Randomness randomness(long seed) {
        return new Random(seed)::nextBytes;
    }

    @Override
    public Instant now() {
        return START.plusNanos(nanos);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable run) {
        Task task = new Task(nanos + Math.max(0, delay.toNanos()), number++, run);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /** Runs what is due up to then. */
    void advance(Duration duration) {
        long until = nanos + duration.toNanos();
        while (!tasks.isEmpty() && tasks.peek().atNanos <= until) {
            Task task = tasks.remove();
            nanos = task.atNanos;
            task.run.run();
        }
        nanos = until;
    }

    /** Runs what is due now. */
    void settle() {
        advance(Duration.ZERO);
    }
}
