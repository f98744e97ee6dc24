package org.cloakwork.sphinx.fast;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.cloakwork.api.EncryptionKey;

/**
 * The tables of node keys and of the base point, computed by an executor. Within {@link #MAX_BYTES}; beyond it those
 * prepared least recently go. Keys without a table, be it for the time being, are left to the {@link Ladder}.
 */
final class Tables {

    /** Memory for tables of node keys: some 800. */
    static final int MAX_BYTES = 32 << 20;
    static final int MAX_TABLES = MAX_BYTES / FixedBaseTable.BYTES;

    static final byte[] BASE_POINT = new byte[Field.BYTES];

    static {
        BASE_POINT[0] = 9;
    }

    private final Executor executor;
    private final int limit;
    /** Empty for keys that can have no table. */
    private final Map<EncryptionKey, Optional<FixedBaseTable>> tables = new ConcurrentHashMap<>();
    /** Keys of the tables in the order they were last prepared; belongs to the executor's one task at a time. */
    @GuardedBy("this")
    private final SequencedSet<EncryptionKey> order = new LinkedHashSet<>();
    private volatile FixedBaseTable base;

    /** @param limit most tables of node keys */
    Tables(Executor executor, int limit) {
        this.executor = executor;
        this.limit = limit;
    }

    /** {@return null if there is none} */
    FixedBaseTable of(EncryptionKey key) {
        Optional<FixedBaseTable> table = tables.get(key);
        return table == null ? null : table.orElse(null);
    }

    /** {@return null if it is not computed yet} */
    FixedBaseTable ofBasePoint() {
        return base;
    }

    int size() {
        return tables.size();
    }

    void prepare(Collection<EncryptionKey> keys) {
        List<EncryptionKey> wanted = keys.stream().distinct().limit(limit).toList();
        executor.execute(() -> compute(wanted));
    }

    private synchronized void compute(List<EncryptionKey> keys) {
        if (base == null) {
            base = FixedBaseTable.of(BASE_POINT);
        }
        keys.forEach(order::addLast);
        Iterator<EncryptionKey> eldest = order.iterator();
        for (int excess = order.size() - limit; excess > 0; excess--) {
            tables.remove(eldest.next());
            eldest.remove();
        }
        for (EncryptionKey key : keys) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            tables.computeIfAbsent(key, k -> Optional.ofNullable(FixedBaseTable.of(k.bytes())));
        }
    }
}
