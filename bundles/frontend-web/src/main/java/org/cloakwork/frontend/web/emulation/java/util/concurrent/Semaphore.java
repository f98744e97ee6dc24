package org.cloakwork.frontend.web.emulation.java.util.concurrent;

import java.util.concurrent.TimeUnit;

/** On one thread nobody can wait: what is not free is refused. */
public class Semaphore {

    private int permits;

    public Semaphore(int permits) {
        this.permits = permits;
    }

    public boolean tryAcquire(int count, long patience, TimeUnit unit) throws InterruptedException {
        if (permits < count) {
            return false;
        }
        permits -= count;
        return true;
    }

    public void release(int count) {
        permits += count;
    }
}
