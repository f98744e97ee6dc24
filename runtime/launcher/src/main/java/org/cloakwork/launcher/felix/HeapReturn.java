package org.cloakwork.launcher.felix;

import java.time.Duration;

/**
 * Has the heap that is not needed any more given back. The serial collector, which costs least while little is alive,
 * looks at its old generation only when that is full. At fixed times, so that nobody can tell from a pause in what is
 * sent that there was much to clear away.
 */
final class HeapReturn implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMinutes(2);

    private final Thread thread;

    HeapReturn() {
        thread = Thread.ofPlatform().daemon().name("cloakwork-heap").start(HeapReturn::collectUntilInterrupted);
    }

    private static void collectUntilInterrupted() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                System.gc();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
