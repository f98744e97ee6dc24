package org.cloakwork.client.engine;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;

/** What a disk would have, for clients that are killed in virtual time. */
final class MemoryStore implements ClientStore {

    private final Path directory;
    private final Map<String, TreeMap<byte[], byte[]>> tables = new HashMap<>();
    /** Commits fail. */
    boolean failing;
    int commits;

    MemoryStore(Path directory) {
        this.directory = directory;
    }

    int rows(String table) {
        return tables.getOrDefault(table, new TreeMap<>(Arrays::compareUnsigned)).size();
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public void forEach(String table, BiConsumer<byte[], byte[]> row) {
        tables.getOrDefault(table, new TreeMap<>(Arrays::compareUnsigned))
                .forEach((key, value) -> row.accept(key.clone(), value.clone()));
    }

    @Override
    public void commit(List<Change> changes) throws StoreException {
        if (failing) {
            throw new StoreException(directory + ": the disk is full");
        }
        commits++;
        for (Change change : changes) {
            TreeMap<byte[], byte[]> table =
                    tables.computeIfAbsent(change.table(), name -> new TreeMap<>(Arrays::compareUnsigned));
            switch (change) {
                case Change.Put(String name, byte[] key, byte[] value) -> table.put(key.clone(), value.clone());
                case Change.Remove(String name, byte[] key) -> table.remove(key);
            }
        }
    }

    @Override
    public void close() {
        // What a killed client leaves behind is opened again.
    }
}
