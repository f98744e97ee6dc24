package org.cloakwork.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a client, for whoever looks, listens or waits. */
final class StateBoard {

    private static final Logger LOG = LoggerFactory.getLogger(StateBoard.class);

    /** Each subscription is one of its own, even of the same consumer. */
    private record Listener(Consumer<ClientState> consumer, AtomicBoolean wanted) {
    }

    private final Executor executor;
    private final Counters counters;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private ClientState current = new ClientState.Connecting("starting");
    private boolean wasReady;

    StateBoard(Executor executor, Counters counters) {
        this.executor = executor;
        this.counters = counters;
    }

    synchronized ClientState current() {
        return current;
    }

    synchronized boolean wasReady() {
        return wasReady;
    }

    void set(ClientState state) {
        synchronized (this) {
            if (current.equals(state) || current instanceof ClientState.Stopped) {
                return;
            }
            current = state;
            wasReady |= state instanceof ClientState.Ready;
            notifyAll();
            // Within the lock, so that listeners hear of changes in their order.
            executor.execute(() -> listeners.forEach(listener -> tell(listener, state)));
        }
        LOG.debug("{}", state);
    }

    synchronized Subscription subscribe(Consumer<ClientState> listener) {
        ClientState now = current;
        Listener added = new Listener(listener, new AtomicBoolean(true));
        executor.execute(() -> {
            tell(added, now);
            listeners.add(added);
        });
        return () -> {
            added.wanted().set(false);
            executor.execute(() -> listeners.remove(added));
        };
    }

    synchronized void awaitReady(Duration deadline) throws TimeoutException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(deadline);
        while (!(current instanceof ClientState.Ready)) {
            if (current instanceof ClientState.Stopped(String reason)) {
                throw new IllegalStateException("the client is stopped: " + reason);
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new TimeoutException("not ready after " + deadline.toSeconds() + " s: " + describe(current));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private static String describe(ClientState state) {
        return switch (state) {
            case ClientState.Connecting(String step) -> step;
            case ClientState.Degraded(String reason) -> reason;
            case ClientState.Ready() -> "ready";
            case ClientState.Stopped(String reason) -> reason;
        };
    }

    private void tell(Listener listener, ClientState state) {
        if (!listener.wanted().get()) {
            return;
        }
        try {
            listener.consumer().accept(state);
        } catch (RuntimeException e) {
            counters.count(Counter.LISTENER_FAILURES);
            LOG.warn("a state listener failed", e);
        }
    }
}
