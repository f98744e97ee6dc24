package org.cloakwork.localnet.network;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which a network's delays and time-outs end. */
final class TimerThread implements Scheduler, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TimerThread.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Counters<Counter> counters;
    private final ScheduledThreadPoolExecutor executor;
    private volatile Thread thread;

    TimerThread(String name, Counters<Counter> counters) {
        this.counters = counters;
        this.executor = new ScheduledThreadPoolExecutor(1,
                task -> thread = Thread.ofPlatform().name(name).daemon().unstarted(task),
                // What is scheduled while the network closes has no effect.
                new ScheduledThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        ScheduledFuture<?> future = executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            counters.count(Counter.INTERNAL_ERRORS);
            LOG.error("A timer failed", e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (thread != null) {
                thread.join(CLOSE_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
