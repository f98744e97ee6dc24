package org.cloakwork.client.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Watch;
import org.cloakwork.client.flight.FlightEvents;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wall clock, real threads, the operating system's randomness: what a client outside of simulations runs on. */
public final class ThreadedEnvironment implements AutoCloseable {

    /** The operating system's. */
    public static final Randomness RANDOMNESS = new SecureRandom()::nextBytes;


    private static final Logger LOG = LoggerFactory.getLogger(ThreadedEnvironment.class);

    private static final int PATIENCE_SECONDS = 5;

    private final String name;
    private final ThreadWatch watch;
    private final Object moving = new Object();
    private volatile ScheduledThreadPoolExecutor loop;
    /** Those whose thread was given up. */
    @GuardedBy("moving")
    private final List<ScheduledThreadPoolExecutor> abandoned = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ThreadPoolExecutor workers;
    private final ExecutorService listeners;
    private final ExecutorService outcomes;
    private final Environment environment;

    /** @param name of the client, part of the threads' names */
    public ThreadedEnvironment(String name) {
        this.name = name;
        watch = new ThreadWatch(name);
        loop = newLoop();
        int cores = Runtime.getRuntime().availableProcessors();
        AtomicInteger numbers = new AtomicInteger();
        workers = new ThreadPoolExecutor(cores, Integer.MAX_VALUE, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                body -> watch.thread(body, "cloakwork-" + name + "-seal-" + numbers.getAndIncrement(),
                        this::workerAbandoned));
        listeners = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cloakwork-" + name + "-listeners").factory());
        outcomes = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("cloakwork-" + name + "-outcome-", 0).factory());
        environment = new Environment(new WallClock(), new LoopScheduler(), task -> submit(workers, task),
                task -> submit(listeners, task), task -> submit(outcomes, task), RANDOMNESS,
                FlightEvents.of(name), watch);
    }

    private ScheduledThreadPoolExecutor newLoop() {
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(1,
                body -> watch.thread(body, "cloakwork-" + name, stuck -> loopAbandoned()));
        made.setRemoveOnCancelPolicy(true);
        return made;
    }

    /**
     * Another thread goes on with all the loop had to do but the task that does not end. When that ends nevertheless
     * its thread does nothing more, and stays: without it the executor would end, and what was moved from it not run.
     */
    private void loopAbandoned() {
        synchronized (moving) {
            ScheduledThreadPoolExecutor old = loop;
            if (old.isShutdown()) {
                return;
            }
            ScheduledThreadPoolExecutor next = newLoop();
            // Not at once: what waits may still run after this.
            old.shutdown();
            List<Runnable> waiting = new ArrayList<>(old.getQueue());
            waiting.sort(Comparator.comparing(Delayed.class::cast));
            for (Runnable task : waiting) {
                if (old.remove(task)) {
                    next.schedule(task, ((Delayed) task).getDelay(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
                }
            }
            abandoned.add(old);
            loop = next;
        }
    }

    private void stay() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One more instead; when that one comes back there is one too many. */
    private void workerAbandoned(ThreadWatch.Watched stuck) {
        workers.setCorePoolSize(workers.getCorePoolSize() + 1);
        if (stuck.task() instanceof Watch.Awaited awaited) {
            awaited.abandoned();
        }
    }

    /** {@return the seam the engine is given} */
    public Environment environment() {
        return environment;
    }

    /**
     * Ends the threads; tasks not begun are dropped. Waits for those that were, except listeners: the bundles whose
     * classes they use may go next.
     */
    @Override
    public void close() {
        synchronized (moving) {
            loop.shutdownNow();
            abandoned.forEach(ScheduledThreadPoolExecutor::shutdownNow);
        }
        closed.countDown();
        watch.close();
        workers.shutdownNow();
        listeners.shutdown();
        outcomes.shutdown();
        try {
            if (!loop.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    || !workers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a task of the client did not end within {} s", PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A task handed over after the end is dropped: nobody is left to use its result. */
    private static void submit(ExecutorService executor, Runnable task) {
        try {
            executor.execute(guarded(task, () -> { }));
        } catch (RejectedExecutionException e) {
            LOG.debug("task dropped after the end of its client");
        }
    }

    /** A task that fails must not take its thread, and with it the client, along. */
    private static Runnable guarded(Runnable task, Runnable whenAbandoned) {
        return () -> {
            ThreadWatch.Watched thread = Thread.currentThread() instanceof ThreadWatch.Watched watched ? watched : null;
            if (thread != null) {
                thread.setTask(task);
            }
            try {
                task.run();
            } catch (Watch.Abandoned e) {
                LOG.info("a call of a part has ended after its thread was given up");
                whenAbandoned.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a task of the client failed", e);
            }
            if (thread != null) {
                thread.setTask(null);
            }
        };
    }

    private static final class WallClock implements Clock {

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }

    private final class LoopScheduler implements Scheduler {

        @Override
        public void execute(Runnable task) {
            schedule(Duration.ZERO, task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            Runnable guarded = guarded(task, ThreadedEnvironment.this::stay);
            ScheduledThreadPoolExecutor present = loop;
            try {
                return cancelling(present.schedule(guarded, delay.toNanos(), TimeUnit.NANOSECONDS));
            } catch (RejectedExecutionException e) {
                return afterMove(present, guarded, delay);
            }
        }

        /** What was moved must still be cancelled, so it is not by the executor it was given to. */
        private Cancellable cancelling(Future<?> future) {
            return () -> future.cancel(false);
        }

        private Cancellable afterMove(ScheduledThreadPoolExecutor before, Runnable task, Duration delay) {
            synchronized (moving) {
                if (loop != before) {
                    return cancelling(loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS));
                }
            }
            LOG.debug("task dropped after the end of its client");
            return () -> { };
        }
    }
}
