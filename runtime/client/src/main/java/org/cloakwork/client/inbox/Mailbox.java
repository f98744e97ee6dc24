package org.cloakwork.client.inbox;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to whoever listens, and keeps them while nobody does, within a limit in bytes. Whoever intercepts sees
 * them before.
 */
public final class Mailbox {

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    /** What keeping a message costs beside its payload. */
    private static final int MESSAGE_COST = 64;
    /**
     * This part of the limit is for messages on their way: what nobody listens to must not be in the way of what is
     * intercepted, whoever sends it.
     */
    private static final int ON_THEIR_WAY_OF_LIMIT = 8;

    /** Each subscription is one of its own, even of the same consumer. */
    private record Listener(Consumer<ReceivedMessage> consumer, AtomicBoolean wanted) {
    }

    private record Taker(Predicate<ReceivedMessage> predicate, AtomicBoolean wanted) {
    }

    private record Kept(ReceivedMessage message, Runnable gone) {
    }

    private final Executor executor;
    private final Counters<Counter> counters;
    private final long limitBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<Taker> takers = new CopyOnWriteArrayList<>();
    private final Queue<Kept> kept = new ArrayDeque<>();
    private long keptBytes;
    private long mostBytes;

    /**
     * @param executor   runs the listeners one at a time and in order
     * @param counters   of the client
     * @param limitBytes what messages not yet handed over may hold
     */
    public Mailbox(Executor executor, Counters<Counter> counters, long limitBytes) {
        this.executor = executor;
        this.counters = counters;
        this.limitBytes = limitBytes;
    }

    /**
     * @param message handed over, kept, or dropped and counted if there is no room
     * @param gone    run when it was handed over or dropped, on any thread
     */
    public void deliver(ReceivedMessage message, Runnable gone) {
        long cost = cost(message);
        long held = bytes.addAndGet(cost);
        if (held > limitBytes) {
            bytes.addAndGet(-cost);
            counters.count(Counter.MESSAGES_INBOX_FULL);
            gone.run();
            return;
        }
        mostBytes = Math.max(mostBytes, held);
        counters.count(Counter.MESSAGES_RECEIVED);
        executor.execute(() -> {
            LOG.atDebug().log(() -> "received " + message.payload().length + " bytes"
                    + message.sender().map(tag -> " from " + tag.shortHash()).orElse(""));
            Kept arrived = new Kept(message, gone);
            if (takers.stream().anyMatch(taker -> takes(taker, arrived))) {
                taken(arrived);
            } else if (listeners.isEmpty() && keptBytes + cost > limitBytes - limitBytes / ON_THEIR_WAY_OF_LIMIT) {
                counters.count(Counter.MESSAGES_INBOX_FULL);
                taken(arrived);
            } else {
                kept.add(arrived);
                keptBytes += cost;
                handOver();
            }
        });
    }

    /**
     * @param taker shown what was kept, then everything that comes, before listeners
     * @return ends it
     */
    public Subscription intercept(Predicate<ReceivedMessage> taker) {
        Taker added = new Taker(taker, new AtomicBoolean(true));
        executor.execute(() -> {
            takers.add(added);
            kept.removeIf(waiting -> {
                boolean takes = takes(added, waiting);
                if (takes) {
                    keptBytes -= cost(waiting.message());
                    taken(waiting);
                }
                return takes;
            });
            if (!added.wanted().get()) {
                takers.remove(added);
            }
        });
        return () -> {
            added.wanted().set(false);
            takers.remove(added);
        };
    }

    private boolean takes(Taker taker, Kept message) {
        try {
            return taker.wanted().get() && taker.predicate().test(message.message());
        } catch (RuntimeException e) {
            counters.count(Counter.LISTENER_FAILURES);
            LOG.warn("whoever intercepts messages failed on one", e);
            return false;
        }
    }

    private void taken(Kept message) {
        bytes.addAndGet(-cost(message.message()));
        message.gone().run();
    }

    /**
     * @param listener gets what was kept, then everything that comes
     * @return ends it
     */
    public Subscription subscribe(Consumer<ReceivedMessage> listener) {
        Listener added = new Listener(listener, new AtomicBoolean(true));
        executor.execute(() -> {
            listeners.add(added);
            if (!added.wanted().get()) {
                listeners.remove(added);
            }
            handOver();
        });
        // Marked and removed at once, so that nothing is handed over after the call that ends it.
        return () -> {
            added.wanted().set(false);
            listeners.remove(added);
        };
    }

    /** {@return bytes of messages not yet handed over} */
    public long bytes() {
        return bytes.get();
    }

    /** {@return the most that {@link #bytes} ever was; to be asked by whoever delivers} */
    public long mostBytes() {
        return mostBytes;
    }

    private void handOver() {
        while (!listeners.isEmpty() && !kept.isEmpty()) {
            Kept next = kept.poll();
            ReceivedMessage message = next.message();
            keptBytes -= cost(message);
            bytes.addAndGet(-cost(message));
            for (Listener listener : listeners) {
                try {
                    listener.consumer().accept(message);
                } catch (RuntimeException e) {
                    counters.count(Counter.LISTENER_FAILURES);
                    LOG.warn("a subscriber failed on a message", e);
                }
            }
            // Only now: whoever was killed in between gets it again.
            next.gone().run();
        }
    }

    private static long cost(ReceivedMessage message) {
        return message.payload().length + MESSAGE_COST;
    }
}
