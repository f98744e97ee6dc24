package org.cloakwork.frontend.web;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import org.cloakwork.spi.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread: tasks run in slices between which the host does other things. */
final class Loop implements Scheduler {

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    /** Between two looks at what came from outside. */
    private static final long SLICE_NANOS = 4_000_000;
    private static final double NANOS_PER_MILLI = 1e6;
    /** The host's time in fractions of milliseconds is so exact. */
    private static final long ROUNDED_NANOS = 1000;

    private static final class Timer implements Cancellable {

        private final long dueNanos;
        private final long number;
        private Runnable task;

        Timer(long dueNanos, long number, Runnable task) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.task = task;
        }

        @Override
        public void cancel() {
            task = null;
        }
    }

    private final Host host;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.<Timer>comparingLong(timer -> timer.dueNanos)
                    .thenComparingLong(timer -> timer.number));
    private long timersMade;
    private boolean awake;
    private boolean running;
    private boolean ended;
    private long alarmNanos = Long.MAX_VALUE;
    private long worstNanos;

    Loop(Host host) {
        this.host = host;
    }

    long nanoTime() {
        return (long) (host.now() * NANOS_PER_MILLI);
    }

    /** {@return the longest slice so far} */
    long worstMillis() {
        return (long) (worstNanos / NANOS_PER_MILLI);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    private void wake() {
        if (!awake && !running && !ended) {
            awake = true;
            host.wake();
        }
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        long nanos;
        try {
            nanos = Math.max(0, delay.toNanos());
        } catch (ArithmeticException e) {
            nanos = delay.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
        Timer timer = new Timer(nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2), timersMade++, task);
        timers.add(timer);
        if (!running) {
            setAlarm();
        }
        return timer;
    }

    private void setAlarm() {
        while (!timers.isEmpty() && timers.peek().task == null) {
            timers.poll();
        }
        long next = timers.isEmpty() ? Long.MAX_VALUE : timers.peek().dueNanos;
        if (next != alarmNanos && next != Long.MAX_VALUE && !ended) {
            alarmNanos = next;
            host.alarm(next / NANOS_PER_MILLI);
        }
    }

    /** Does what is due, for the length of a slice. */
    void run() {
        awake = false;
        running = true;
        long start = nanoTime();
        long now = start;
        if (now >= alarmNanos - ROUNDED_NANOS) {
            alarmNanos = Long.MAX_VALUE;
        }
        do {
            while (!timers.isEmpty() && timers.peek().dueNanos <= now) {
                Runnable due = timers.poll().task;
                if (due != null) {
                    tasks.add(due);
                }
            }
            Runnable task = tasks.poll();
            if (task == null) {
                break;
            }
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of the client failed", e);
            }
            now = nanoTime();
        } while (now - start < SLICE_NANOS);
        running = false;
        worstNanos = Math.max(worstNanos, nanoTime() - start);
        if (!tasks.isEmpty()) {
            wake();
        }
        setAlarm();
    }

    /** Nothing is asked of the host any more. */
    void end() {
        ended = true;
        tasks.clear();
        timers.clear();
    }
}
