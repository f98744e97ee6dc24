package org.cloakwork.frontend.web.emulation.java.util.concurrent.locks;

/** On one thread nobody waits. */
public interface Condition {

    void await() throws InterruptedException;

    long awaitNanos(long nanos) throws InterruptedException;

    void signal();

    void signalAll();
}
