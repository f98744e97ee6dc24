package org.cloakwork.client.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Printable;
import org.cloakwork.spi.runtime.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a client, for whoever looks, listens or waits. */
final class StateBoard {

    private static final Logger LOG = LoggerFactory.getLogger(StateBoard.class);

    private final Announcements<ClientState> announcements;
    @GuardedBy("this")
    private ClientState current = new ClientState.Connecting("starting");
    @GuardedBy("this")
    private boolean wasReady;

    StateBoard(Executor executor, Counters<Counter> counters) {
        announcements = new Announcements<>(executor, counters);
        announcements.announce(current);
    }

    synchronized ClientState current() {
        return current;
    }

    synchronized boolean wasReady() {
        return wasReady;
    }

    void set(ClientState told) {
        ClientState state = Printable.of(told);
        synchronized (this) {
            if (current.equals(state) || current instanceof ClientState.Stopped) {
                return;
            }
            current = state;
            wasReady |= state instanceof ClientState.Ready;
            notifyAll();
            announcements.announce(state);
        }
        LOG.debug("{}", state);
    }

    Subscription subscribe(Consumer<ClientState> listener) {
        return announcements.subscribe(listener);
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
}
