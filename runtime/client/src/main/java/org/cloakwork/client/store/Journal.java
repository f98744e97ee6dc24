package org.cloakwork.client.store;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.store.Change;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes on their way to the store: one commit is under way at a time, the next takes all that came meanwhile. What
 * one task of the client's own thread changes is always in the same commit. Used on that thread only.
 */
final class Journal {

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    /** How long what was removed may be read in the store's file. */
    private static final Duration TIDY = Duration.ofMinutes(60);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** What a change costs beside key and value. */
    private static final int CHANGE_COST = 128;
    /** Changes that can do without are refused while so much waits; the others are as many as the outbox lets in. */
    private static final long QUEUE_LIMIT_BYTES = 64L * 1024 * 1024;

    private record Row(String table, ByteBuffer key) {
    }

    /** @param fresh whether the row is not in the store yet, so that its removal leaves nothing to do */
    private record Entry(Change change, boolean fresh) {

        private long cost() {
            return CHANGE_COST + change.key().length + (change instanceof Change.Put put ? put.value().length : 0);
        }
    }

    private final RowStore store;
    private final Environment environment;
    private final Counters<Counter> counters;
    private final Runnable onProblem;
    private LinkedHashMap<Row, Entry> queued = new LinkedHashMap<>();
    private List<Runnable> waiting = new ArrayList<>();
    private long queuedBytes;
    private boolean scheduled;
    private boolean underWay;
    private boolean closing;
    private boolean tidying;
    private Cancellable nextTidy = () -> { };
    private String problem;

    /** @param onProblem called when {@link #problem} has changed */
    Journal(RowStore store, Environment environment, Counters<Counter> counters, Runnable onProblem) {
        this.store = store;
        this.environment = environment;
        this.counters = counters;
        this.onProblem = onProblem;
    }

    /** {@return why nothing can be written at present, if that is so} */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** Writes a row that is there already, or may be. */
    void put(String table, byte[] key, byte[] value) {
        queue(new Change.Put(table, key, value), false);
    }

    /** Writes a row whose key was never used before. */
    void add(String table, byte[] key, byte[] value) {
        queue(new Change.Put(table, key, value), true);
    }

    /** Writes a row whose key was never used before, if there is room for what is good to have. */
    void offer(String table, byte[] key, byte[] value) {
        if (queuedBytes > QUEUE_LIMIT_BYTES) {
            counters.count(Counter.STORE_SKIPPED);
        } else {
            add(table, key, value);
        }
    }

    void remove(String table, byte[] key) {
        Row row = new Row(table, ByteBuffer.wrap(key));
        Entry before = queued.get(row);
        if (before != null && before.fresh()) {
            queued.remove(row);
            queuedBytes -= before.cost();
        } else {
            queue(new Change.Remove(table, key), false);
        }
    }

    private void queue(Change change, boolean fresh) {
        Row row = new Row(change.table(), ByteBuffer.wrap(change.key()));
        Entry before = queued.get(row);
        Entry entry = new Entry(change, before == null ? fresh : before.fresh());
        queued.put(row, entry);
        queuedBytes += entry.cost() - (before == null ? 0 : before.cost());
        schedule();
    }

    /** @param task run when everything changed so far is durable; at once if it is */
    void afterCommit(Runnable task) {
        if (queued.isEmpty() && waiting.isEmpty() && !underWay) {
            task.run();
        } else {
            waiting.add(task);
            schedule();
        }
    }

    /** From now on, what cannot be written is not waited for. */
    void closing() {
        closing = true;
        nextTidy.cancel();
    }

    private void schedule() {
        // As a task of its own: the present one may have more to change.
        if (!scheduled && !underWay) {
            scheduled = true;
            environment.scheduler().execute(this::commit);
        }
    }

    private void commit() {
        scheduled = false;
        if (underWay) {
            return;
        }
        LinkedHashMap<Row, Entry> entries = queued;
        List<Runnable> told = waiting;
        queued = new LinkedHashMap<>();
        waiting = new ArrayList<>();
        queuedBytes = 0;
        if (entries.isEmpty()) {
            told.forEach(Runnable::run);
            return;
        }
        underWay = true;
        List<Change> changes = entries.values().stream().map(Entry::change).toList();
        store.commit(changes, failure -> environment.scheduler().execute(() -> committed(entries, told, failure)));
    }

    private void committed(LinkedHashMap<Row, Entry> entries, List<Runnable> told, Exception failure) {
        underWay = false;
        if (failure != null && !closing) {
            counters.count(Counter.STORE_FAILURES);
            LOG.warn("the state could not be written, trying again in {} ms", AGAIN.toMillis(), failure);
            goBack(entries, told);
            setProblem(failure.getMessage());
            scheduled = true;
            environment.scheduler().schedule(AGAIN, this::commit);
            return;
        }
        counters.count(Counter.STORE_COMMITS);
        setProblem(null);
        if (!tidying && !closing) {
            tidying = true;
            nextTidy = environment.scheduler().schedule(TIDY, this::tidy);
        }
        told.forEach(Runnable::run);
        if (!queued.isEmpty() || !waiting.isEmpty()) {
            schedule();
        }
    }

    private void tidy() {
        store.tidy(failure -> environment.scheduler().execute(() -> {
            tidying = false;
            if (failure != null && !closing) {
                LOG.warn("what was removed from the state may still be readable", failure);
            }
        }));
    }

    /** What was not written comes before what came since. */
    private void goBack(LinkedHashMap<Row, Entry> entries, List<Runnable> told) {
        Map<Row, Entry> since = queued;
        queued = entries;
        queued.putAll(since);
        queuedBytes = queued.values().stream().mapToLong(Entry::cost).sum();
        told.addAll(waiting);
        waiting = told;
    }

    private void setProblem(String newProblem) {
        boolean changed = (problem == null) != (newProblem == null);
        problem = newProblem;
        if (changed) {
            onProblem.run();
        }
    }
}
