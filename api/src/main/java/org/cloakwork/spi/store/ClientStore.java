package org.cloakwork.spi.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tables of rows, key to value, both bytes whose meaning only the client knows. A table is there as soon as it has a
 * row. The client reads each table once, at its start, keeps in memory what it needs, and from then on only commits.
 * Safe for use by many threads; all methods block.
 *
 * <h2>What is guaranteed</h2>
 * <ul>
 * <li><b>Durable.</b> What {@link #commit} returned for is there after the process is killed at any instant (kill -9),
 * and after the machine lost power as far as its disks keep what they were asked to write through.
 * <li><b>Atomic.</b> Of a commit that was under way at that instant either everything is there afterwards or nothing.
 * <li><b>In order.</b> If a commit is there, so is every commit that returned before it began.
 * <li><b>Checked.</b> Bytes that are not what was written are never handed out: the store is refused instead.
 * <li><b>Alone.</b> A store is open at most once, whatever the number of processes.
 * <li><b>Private.</b> Files are readable by their owner only, where the file system knows owners. They are encrypted
 * where there is a {@link #passphrase}.
 * <li><b>Forgetful.</b> After {@link #tidy} what was removed or written over is in no file any more.
 * </ul>
 */
@ConsumerType
public interface ClientStore extends AutoCloseable {

    /** Longest key, in bytes. */
    int MAX_KEY_BYTES = 1024;
    /** Longest value, in bytes: the largest message, encoded, and room to spare. */
    int MAX_VALUE_BYTES = 32 * 1024 * 1024;

    /** {@return the folder of this client alone, where its key files are too} */
    Path directory();

    /**
     * Reads a table.
     *
     * @param table its name
     * @param row   called for each row, in ascending order of keys (unsigned bytes, the shorter first); the arrays are
     *              the caller's; must not call this store
     * @throws StoreException if it cannot be read
     */
    void forEach(String table, BiConsumer<byte[], byte[]> row) throws StoreException;

    /**
     * Makes changes, all or none. When this returns they are durable. Each commit costs a write to the disk, so callers
     * collect what happens while one is under way into the next.
     *
     * @param changes in order; a later change of a row wins
     * @throws StoreException if they could not be made; all are there or none, and it is right to make them again.
     *                        {@link StoreFullException} if they would exceed the store's limit in bytes: then none is
     */
    void commit(List<Change> changes) throws StoreException;

    /**
     * Makes unreadable what was removed or written over before. To be called now and then, and before {@link #close};
     * others wait meanwhile. What a disk keeps of blocks that were written over is beyond it.
     *
     * @throws StoreException if it could not be done; what is in the store is as before
     * @since 1.1
     */
    default void tidy() throws StoreException {
    }

    /** {@return what the store is kept under, and key files beside it are to be} */
    default Optional<Passphrase> passphrase() {
        return Optional.empty();
    }

    /** Ends the use of the store; waits for a commit under way. Idempotent. */
    @Override
    void close();
}
