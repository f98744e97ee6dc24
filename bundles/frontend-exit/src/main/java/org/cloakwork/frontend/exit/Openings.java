package org.cloakwork.frontend.exit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What was asked for and is not there yet. Whoever asks for one more than there may be lets the oldest one give way: an
 * honest one takes a moment.
 *
 * <p>A look-up blocks a carrier of virtual threads, and nobody can interrupt it. So look-ups have threads of their own,
 * the senders take turns at them, and a domain has a few only: tags and names are free, domains are not.
 */
final class Openings implements AutoCloseable {

    /** Of native code that looks a name up; the JDK's megabyte is for more than that. */
    private static final long STACK_BYTES = 256 * 1024;

    /**
     * @param most             at once
     * @param mostOfASender    at once
     * @param lookUps          at once, those included that nobody waits for any more
     * @param lookUpsOfADomain at once
     */
    record Limits(int most, int mostOfASender, int lookUps, int lookUpsOfADomain) {

        static final Limits DEFAULT = new Limits(1024, 128, 512, 8);
    }

    /**
     * @param sender  who asks
     * @param domain  that its name belongs to; empty: there is no name to look up
     * @param proceed looks up, which blocks, and goes on elsewhere
     * @param giveWay ends it
     */
    record Opening(Object sender, Optional<String> domain, Runnable proceed, Runnable giveWay) {
    }

    private final Limits limits;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("cloakwork-exit-lookup-", 0).stackSize(STACK_BYTES).factory());
    /** The oldest first. */
    @GuardedBy("this")
    private final LinkedHashSet<Opening> all = new LinkedHashSet<>();
    /** By sender; whose turn is next comes first. */
    @GuardedBy("this")
    private final LinkedHashMap<Object, Deque<Opening>> waiting = new LinkedHashMap<>();
    @GuardedBy("this")
    private final Map<String, Integer> lookUpsByDomain = new HashMap<>();
    @GuardedBy("this")
    private int lookUps;
    @GuardedBy("this")
    private boolean closed;

    Openings(Limits limits) {
        this.limits = limits;
    }

    /** Goes on with it when it is its turn; returns at once. */
    void add(Opening opening) {
        Optional<Opening> oldest;
        synchronized (this) {
            oldest = inTheWayOf(opening.sender());
            oldest.ifPresent(this::done);
            all.add(opening);
            if (opening.domain().isPresent()) {
                waiting.computeIfAbsent(opening.sender(), sender -> new ArrayDeque<>()).add(opening);
            }
        }
        oldest.ifPresent(one -> one.giveWay().run());
        if (opening.domain().isEmpty()) {
            opening.proceed().run();
        }
        lookUpNext();
    }

    @GuardedBy("this")
    private Optional<Opening> inTheWayOf(Object sender) {
        List<Opening> own = all.stream().filter(one -> one.sender().equals(sender)).toList();
        return own.size() >= limits.mostOfASender() ? Optional.of(own.getFirst())
                : all.size() >= limits.most() ? Optional.of(all.getFirst()) : Optional.empty();
    }

    /** It is connected, or has failed. Idempotent. */
    synchronized void done(Opening opening) {
        all.remove(opening);
        Deque<Opening> own = waiting.get(opening.sender());
        if (own != null && own.remove(opening) && own.isEmpty()) {
            waiting.remove(opening.sender());
        }
    }

    synchronized int size() {
        return all.size();
    }

    /** {@return look-ups that are under way, those included that nobody waits for} */
    synchronized int lookUps() {
        return lookUps;
    }

    private void lookUpNext() {
        List<Opening> failed = new ArrayList<>();
        synchronized (this) {
            while (lookUps < limits.lookUps() && !closed) {
                Optional<Opening> next = takeTurn();
                if (next.isEmpty()) {
                    break;
                }
                count(next.get(), 1);
                try {
                    threads.execute(() -> lookUp(next.get()));
                } catch (OutOfMemoryError e) {
                    // the system gives us no more threads
                    count(next.get(), -1);
                    failed.add(next.get());
                    break;
                }
            }
        }
        failed.forEach(one -> one.giveWay().run());
    }

    @GuardedBy("this")
    private Optional<Opening> takeTurn() {
        for (Map.Entry<Object, Deque<Opening>> turn : waiting.entrySet()) {
            Deque<Opening> own = turn.getValue();
            for (Opening next : own) {
                if (lookUpsByDomain.getOrDefault(next.domain().orElseThrow(), 0) < limits.lookUpsOfADomain()) {
                    own.remove(next);
                    waiting.remove(turn.getKey());
                    if (!own.isEmpty()) {
                        waiting.put(turn.getKey(), own);
                    }
                    return Optional.of(next);
                }
            }
        }
        return Optional.empty();
    }

    @GuardedBy("this")
    private void count(Opening opening, int change) {
        lookUps += change;
        lookUpsByDomain.merge(opening.domain().orElseThrow(), change,
                (before, more) -> before + more == 0 ? null : before + more);
    }

    private void lookUp(Opening opening) {
        try {
            opening.proceed().run();
        } finally {
            synchronized (this) {
                count(opening, -1);
            }
            lookUpNext();
        }
    }

    /** Look-ups that are under way are left to themselves. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        threads.shutdownNow();
    }
}
