package org.cloakwork.launcher;

import java.util.concurrent.CountDownLatch;

/** Waits for Ctrl-C or a termination signal, and lets the waiting command clean up before the process ends. */
final class StopSignal {

    private static final long CLEAN_UP_SECONDS = 10;

    private StopSignal() {
    }

    static void await() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        Thread command = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            asked.countDown();
            try {
                command.join(CLEAN_UP_SECONDS * 1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "cloakwork-stop"));
        asked.await();
    }
}
