package org.cloakwork.client.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.cloakwork.client.base.Environment;
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

    private final ScheduledThreadPoolExecutor loop;
    private final ExecutorService workers;
    private final ExecutorService listeners;
    private final ExecutorService outcomes;
    private final Environment environment;

    /** @param name of the client, part of the threads' names */
    public ThreadedEnvironment(String name) {
        loop = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("cloakwork-" + name).factory());
        loop.setRemoveOnCancelPolicy(true);
        workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(),
                Thread.ofPlatform().daemon().name("cloakwork-" + name + "-seal-", 0).factory());
        listeners = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cloakwork-" + name + "-listeners").factory());
        outcomes = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("cloakwork-" + name + "-outcome-", 0).factory());
        environment = new Environment(new WallClock(), new LoopScheduler(), task -> submit(workers, task),
                task -> submit(listeners, task), task -> submit(outcomes, task), RANDOMNESS,
                FlightEvents.of(name));
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
        loop.shutdownNow();
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
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("task dropped after the end of its client");
        }
    }

    /** A task that fails must not take its thread, and with it the client, along. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a task of the client failed", e);
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
            submit(loop, task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            try {
                Future<?> future = loop.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> future.cancel(false);
            } catch (RejectedExecutionException e) {
                LOG.debug("task dropped after the end of its client");
                return () -> { };
            }
        }
    }
}
