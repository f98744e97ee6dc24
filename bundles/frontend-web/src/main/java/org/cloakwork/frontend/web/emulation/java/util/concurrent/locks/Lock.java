package org.cloakwork.frontend.web.emulation.java.util.concurrent.locks;

/** Always free. */
public interface Lock {

    void lock();

    void unlock();

    Condition newCondition();
}
