package org.cloakwork.frontend.web.emulation.java.util.concurrent.locks;

/** On one thread always free; nobody can wait. */
public class ReentrantLock implements Lock {

    private int held;

    public ReentrantLock() {
    }

    public ReentrantLock(boolean fair) {
    }

    @Override
    public void lock() {
        held++;
    }

    @Override
    public void unlock() {
        held--;
    }

    public boolean isHeldByCurrentThread() {
        return held > 0;
    }

    @Override
    public Condition newCondition() {
        return new Condition() {

            @Override
            public void await() {
                throw new UnsupportedOperationException("nobody can wait here");
            }

            @Override
            public long awaitNanos(long nanos) {
                throw new UnsupportedOperationException("nobody can wait here");
            }

            @Override
            public void signal() {
            }

            @Override
            public void signalAll() {
            }
        };
    }
}
