package org.cloakwork.client.store;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;

/** A {@link ClientStore} as the client uses it: one that blocks, and one where nobody can wait. */
public interface RowStore {

    /** {@return where it is, for people} */
    String place();

    /**
     * Reads a table, as {@link ClientStore#forEach}.
     *
     * @param table its name
     * @param row   called for each row, in ascending order of keys
     * @throws StoreException if it cannot be read
     */
    void forEach(String table, BiConsumer<byte[], byte[]> row) throws StoreException;

    /**
     * Makes changes, all or none, as {@link ClientStore#commit}; never blocks. One at a time is under way.
     *
     * @param changes in order
     * @param ended   called once, on any thread: with null when they are durable, else with why none was made
     */
    void commit(List<Change> changes, Consumer<Exception> ended);

    /**
     * Makes unreadable what was removed, as {@link ClientStore#tidy}; never blocks.
     *
     * @param ended called once, on any thread: with null when it is, else with why it is not
     */
    default void tidy(Consumer<Exception> ended) {
        ended.accept(null);
    }

    /**
     * @param store   one that blocks
     * @param workers where it may
     * @return the same, used there
     */
    static RowStore of(ClientStore store, Executor workers) {
        return new RowStore() {

            @Override
            public String place() {
                return store.directory().toString();
            }

            @Override
            public void forEach(String table, BiConsumer<byte[], byte[]> row) throws StoreException {
                store.forEach(table, row);
            }

            @Override
            public void commit(List<Change> changes, Consumer<Exception> ended) {
                execute(() -> store.commit(changes), ended);
            }

            @Override
            public void tidy(Consumer<Exception> ended) {
                execute(store::tidy, ended);
            }

            private void execute(Work work, Consumer<Exception> ended) {
                workers.execute(() -> {
                    Exception failure = null;
                    try {
                        work.run();
                    } catch (StoreException | RuntimeException e) {
                        failure = e;
                    } catch (Error e) {
                        failure = new StoreException(store.directory() + ": " + e, e);
                    }
                    ended.accept(failure);
                });
            }
        };
    }

    /** Something that blocks. */
    @FunctionalInterface
    interface Work {

        /** @throws StoreException if it could not be done */
        void run() throws StoreException;
    }
}
