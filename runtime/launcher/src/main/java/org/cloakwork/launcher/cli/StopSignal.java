package org.cloakwork.launcher.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and the termination signal, for a command that has to clean up: from when this is made, the process stays
 * until it is closed. Made before everything else that the command closes, it is closed after that.
 */
public final class StopSignal implements AutoCloseable {

    private static final long CLEAN_UP_SECONDS = 10;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private final Thread command = Thread.currentThread();
    private final PrintStream err;
    /** Whether the command has got so far that it waits to be stopped. */
    @GuardedBy("this")
    private boolean waits;

    /** @param err told if the command takes too long to clean up */
    public StopSignal(PrintStream err) {
        this.err = err;
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "cloakwork-stop"));
    }

    /**
     * Waits for the signal. A signal that comes before, while the command begins, interrupts its thread.
     *
     * @throws InterruptedException if it came before
     */
    public void await() throws InterruptedException {
        synchronized (this) {
            waits = true;
        }
        asked.await();
    }

    private void stop() {
        asked.countDown();
        synchronized (this) {
            if (!waits && cleanedUp.getCount() > 0) {
                command.interrupt();
            }
        }
        try {
            // Not for the end of its thread, which may wait for this one: System.exit waits for all hooks.
            if (!cleanedUp.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS)) {
                err.println("cloakwork: what runs here did not stop within " + CLEAN_UP_SECONDS
                        + " s; the process ends nevertheless");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was to be cleaned up is. */
    @Override
    public void close() {
        cleanedUp.countDown();
    }
}
