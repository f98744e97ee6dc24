package org.cloakwork.proxy;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again and again on a thread of its own. What fails is told, and tried the next time. */
final class Ticker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final String name;
    private final Duration period;
    private final Runnable task;
    private final Thread thread;

    Ticker(String name, Duration period, Runnable task) {
        this.name = name;
        this.period = period;
        this.task = task;
        thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    void start() {
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
                    LOG.warn("{}: what time brings failed: {}", name, e.toString());
                } catch (RuntimeException | Error again) {
                    // not even a line can be written; the next tick is in a moment
                }
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
