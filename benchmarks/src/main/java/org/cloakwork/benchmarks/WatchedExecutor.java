package org.cloakwork.benchmarks;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloakwork.client.engine.ThreadedEnvironment;

/** For JMH: a client's workers, whose calls of parts are watched. The client's threads end with the process. */
public final class WatchedExecutor extends AbstractExecutorService {

    private final ThreadedEnvironment environment;
    private final CountDownLatch shutDown = new CountDownLatch(1);

    /**
     * As JMH calls it.
     *
     * @param threads not looked at: there are as many as cores
     * @param prefix  of the threads' names
     */
    public WatchedExecutor(int threads, String prefix) {
        environment = new ThreadedEnvironment(prefix);
    }

    @Override
    public void execute(Runnable task) {
        environment.environment().workers().execute(task);
    }

    @Override
    public void shutdown() {
        environment.close();
        shutDown.countDown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutDown.getCount() == 0;
    }

    @Override
    public boolean isTerminated() {
        return isShutdown();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return shutDown.await(timeout, unit);
    }
}
