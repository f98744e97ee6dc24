package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ThreadedEnvironmentTest {

    @Test
    void closingWaitsForTheTaskOfAWorker() throws Exception {
        AtomicBoolean closing = new AtomicBoolean();
        AtomicBoolean ended = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        ThreadedEnvironment threads = new ThreadedEnvironment("busy");
        threads.environment().workers().execute(() -> {
            begun.countDown();
            while (!closing.get()) {
                Thread.onSpinWait();
            }
            // Long enough for a close that does not wait to return; the interrupt of close ends a park at once.
            long until = System.nanoTime() + 50_000_000;
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(1_000_000);
            }
            ended.set(true);
        });
        begun.await();
        closing.set(true);
        threads.close();
        assertTrue(ended.get());
    }
}
