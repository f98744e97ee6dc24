package org.cloakwork.streams;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Does something again and again on a thread of its own. What fails is told, and tried the next time.
 *
 * @since 1.3
 */
public final class Ticker implements AutoCloseable {

    private final Duration period;
    private final Runnable task;
    private final Consumer<Throwable> failed;
    private final Thread thread;

    /**
     * @param name   of the thread
     * @param period between the end of one time and the begin of the next
     * @param task   to do
     * @param failed told what the task throws; what that throws is lost
     */
    public Ticker(String name, Duration period, Runnable task, Consumer<Throwable> failed) {
        this.period = period;
        this.task = task;
        this.failed = failed;
        thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** Begins; once. */
    public void start() {
        thread.start();
    }

    private void run() {
        while (true) {
            try {
                Thread.sleep(period);
            } catch (InterruptedException e) {
                return;
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                try {
                    failed.accept(e);
                } catch (RuntimeException | Error again) {
                    // not even a line can be written; the next tick is in a moment
                }
            }
        }
    }

    /** Ends it, after what is being done. Idempotent. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
