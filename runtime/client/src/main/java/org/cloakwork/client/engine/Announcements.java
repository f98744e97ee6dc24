package org.cloakwork.client.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A value and those who follow it: told its present one, then every change, in order. */
final class Announcements<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    /** Each subscription is one of its own, even of the same consumer. */
    private record Listener<T>(Consumer<T> consumer, AtomicBoolean wanted) {
    }

    private final Executor executor;
    private final Counters<Counter> counters;
    private final List<Listener<T>> listeners = new CopyOnWriteArrayList<>();
    @GuardedBy("this")
    private T current;

    /** @param executor runs the listeners, one at a time and in order */
    Announcements(Executor executor, Counters<Counter> counters) {
        this.executor = executor;
        this.counters = counters;
    }

    synchronized void announce(T value) {
        current = value;
        // Within the lock, so that listeners hear of changes in their order.
        executor.execute(() -> listeners.forEach(listener -> tell(listener, value)));
    }

    synchronized Subscription subscribe(Consumer<T> listener) {
        Optional<T> now = Optional.ofNullable(current);
        Listener<T> added = new Listener<>(listener, new AtomicBoolean(true));
        executor.execute(() -> {
            now.ifPresent(value -> tell(added, value));
            listeners.add(added);
        });
        return () -> {
            added.wanted().set(false);
            executor.execute(() -> listeners.remove(added));
        };
    }

    private void tell(Listener<T> listener, T value) {
        if (!listener.wanted().get()) {
            return;
        }
        try {
            listener.consumer().accept(value);
        } catch (RuntimeException e) {
            counters.count(Counter.LISTENER_FAILURES);
            LOG.warn("a listener failed", e);
        }
    }
}
