package org.cloakwork.store.mvstore;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseException;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreFullException;
import org.cloakwork.wire.Sealer;
import org.cloakwork.wire.WireException;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * The store of one client: an MVStore file, in which a commit is a chunk appended and forced to the disk; after a crash
 * MVStore goes back to the last whole one. It does not notice damaged rows, so each value carries a checksum of itself
 * and its key; and it takes the damaged chunk of a commit that was complete for one that was not, so the version of the
 * last complete one is written down beside it.
 */
final class MvClientStore implements ClientStore {

    static final String FILE = "state.mv";
    /** Instead of that where there is a passphrase, encrypted by MVStore with a key of its own. */
    static final String SEALED_FILE = "state.sealed.mv";
    /** That key, under the passphrase. */
    private static final String KEY_FILE = "state.key";

    private static final String NEW_FILE = "state.new";
    private static final String NEW_KEY_FILE = "state.key.new";
    private static final int KEY_LENGTH = 32;
    private static final int MAX_KEY_FILE_BYTES = 4096;
    /** Of rows that are copied with one commit. */
    private static final long COPY_BYTES = 4L * 1024 * 1024;
    /** Is locked while the store is open, and has the version of the last commit in it. */
    private static final String LOCK_FILE = "state.lock";
    /** Of the file system's blocks; everything is read once, so nothing is gained by more. */
    private static final int CACHE_MIB = 1;
    /** How long space is not used again after its chunk became garbage: commits are forced in order, so a little. */
    private static final int RETENTION_MILLIS = 5_000;
    /** Every so many commits, chunks that are mostly garbage are written together. */
    private static final int COMPACT_EVERY = 256;
    private static final int COMPACT_FILL_PERCENT = 50;
    private static final int COMPACT_BYTES = 1024 * 1024;
    private static final int CHECK_LENGTH = Integer.BYTES;
    /** What a row costs beside its key and value. */
    private static final int ROW_COST = 32;

    private final Path directory;
    private final Path file;
    private final Optional<byte[]> encryptionKey;
    private final Optional<Passphrase> passphrase;
    private final long limitBytes;
    /** Whether something may be in the file that was removed. */
    @GuardedBy("this")
    private boolean stale = true;
    @GuardedBy("this")
    private FileChannel lock;
    @GuardedBy("this")
    private MVStore store;
    @GuardedBy("this")
    private final Map<String, MVMap<byte[], byte[]>> tables = new HashMap<>();
    @GuardedBy("this")
    private long bytes;
    @GuardedBy("this")
    private int commits;
    @GuardedBy("this")
    private boolean closed;

    private MvClientStore(Path file, Optional<byte[]> encryptionKey, Optional<Passphrase> passphrase, long limitBytes,
                          FileChannel lock, MVStore store, long bytes) {
        this.directory = file.getParent();
        this.file = file;
        this.encryptionKey = encryptionKey;
        this.passphrase = passphrase;
        this.limitBytes = limitBytes;
        this.lock = lock;
        this.store = store;
        this.bytes = bytes;
    }

    static MvClientStore open(Path directory, long limitBytes, Optional<Passphrase> passphrase, Randomness randomness)
            throws StoreException {
        FileChannel lock = lock(directory);
        try {
            Path clear = directory.resolve(FILE);
            Path sealed = directory.resolve(SEALED_FILE);
            if (passphrase.isEmpty() && Files.exists(sealed)) {
                throw new PassphraseException(sealed + ": is under a passphrase, and none was given");
            }
            Path file = passphrase.isPresent() ? sealed : clear;
            Optional<byte[]> key = passphrase.isPresent()
                    ? Optional.of(key(directory, passphrase.get(), randomness)) : Optional.empty();
            if (!Files.exists(file)) {
                if (passphrase.isPresent() && Files.exists(clear)) {
                    verify(clear, Optional.empty(), lock);
                    setCommitted(lock, copyOf(clear, Optional.empty(), file, key, lock));
                } else {
                    createEmpty(file, key);
                }
            }
            long bytes = verify(file, key, lock);
            if (passphrase.isPresent() && Files.exists(clear)) {
                OwnFiles.wipe(clear);
            }
            return new MvClientStore(file, key, passphrase, limitBytes, lock, open(file, key, false), bytes);
        } catch (StoreException | RuntimeException e) {
            release(lock);
            throw e;
        } catch (IOException e) {
            release(lock);
            throw new StoreException(directory + ": cannot be written: " + e, e);
        }
    }

    /** Keeps a store under another passphrase, or none; one for which that is so already stays. */
    static void change(Path directory, Optional<Passphrase> from, Optional<Passphrase> to, Randomness randomness)
            throws StoreException {
        Path clear = directory.resolve(FILE);
        Path sealed = directory.resolve(SEALED_FILE);
        if (to.isPresent() && !Files.exists(sealed)) {
            open(directory, Long.MAX_VALUE, to, randomness).close();
            return;
        }
        FileChannel lock = lock(directory);
        try {
            Path keyFile = directory.resolve(KEY_FILE);
            if (to.isPresent()) {
                byte[] key = key(keyFile, Stream.concat(to.stream(), from.stream()).toList(), randomness);
                Path written = directory.resolve(NEW_KEY_FILE);
                write(written, new Sealer(to.get().utf8(), randomness).seal(key, KEY_FILE));
                OwnFiles.replace(keyFile, written);
            } else if (Files.exists(sealed)) {
                if (from.isEmpty()) {
                    throw new PassphraseException(sealed + ": is under a passphrase, and none was given");
                }
                Optional<byte[]> key = Optional.of(key(keyFile, List.of(from.get()), randomness));
                verify(sealed, key, lock);
                long version = copyOf(sealed, key, clear, Optional.empty(), lock);
                verify(clear, Optional.empty(), lock);
                OwnFiles.wipe(sealed);
                setCommitted(lock, version);
            }
            if (to.isEmpty() && Files.exists(keyFile)) {
                OwnFiles.wipe(keyFile);
            }
        } catch (IOException e) {
            throw new StoreException(directory + ": cannot be written: " + e, e);
        } finally {
            release(lock);
        }
    }

    private static FileChannel lock(Path directory) throws StoreException {
        FileChannel channel = null;
        try {
            OwnFiles.createFolders(directory);
            Path file = directory.resolve(LOCK_FILE);
            if (!Files.exists(file)) {
                OwnFiles.createFile(file);
            }
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // said below
        } catch (IOException e) {
            release(channel);
            throw new StoreException(directory + ": cannot be used: " + e, e);
        }
        release(channel);
        throw new StoreException(directory + ": in use by another client; each needs a folder of its own");
    }

    private static byte[] key(Path directory, Passphrase passphrase, Randomness randomness)
            throws IOException, StoreException {
        Path file = directory.resolve(KEY_FILE);
        if (Files.exists(file)) {
            return key(file, List.of(passphrase), randomness);
        }
        if (Files.exists(directory.resolve(SEALED_FILE))) {
            throw new StoreException(file + ": missing, and with it the key of " + SEALED_FILE);
        }
        byte[] key = randomness.bytes(KEY_LENGTH);
        Path written = directory.resolve(NEW_KEY_FILE);
        write(written, new Sealer(passphrase.utf8(), randomness).seal(key, KEY_FILE));
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        OwnFiles.sync(directory);
        return key;
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        OwnFiles.createFile(file);
        Files.write(file, content, StandardOpenOption.SYNC);
    }

    /** @param known one of which the file is under */
    private static byte[] key(Path file, List<Passphrase> known, Randomness randomness)
            throws IOException, StoreException {
        byte[] sealed;
        try (InputStream in = Files.newInputStream(file)) {
            sealed = in.readNBytes(MAX_KEY_FILE_BYTES + 1);
        }
        String fault = "";
        for (Passphrase passphrase : known) {
            try {
                return new Sealer(passphrase.utf8(), randomness).open(sealed, KEY_FILE);
            } catch (WireException e) {
                fault = e.getMessage();
            }
        }
        throw new PassphraseException(file + ": " + fault + "; nothing was changed");
    }

    private static long committed(FileChannel lock) throws IOException {
        ByteBuffer version = ByteBuffer.allocate(Long.BYTES);
        return lock.read(version, 0) == Long.BYTES ? version.getLong(0) : 0;
    }

    private static void release(FileChannel lock) {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                // Nothing was written to it; the end of the process releases it at the latest.
            }
        }
    }

    /** A store that is there is a whole one: it gets its name when it is complete. */
    private static void createEmpty(Path file, Optional<byte[]> key) throws IOException, StoreException {
        Path fresh = file.resolveSibling(NEW_FILE);
        fill(fresh, key, empty -> { });
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        OwnFiles.sync(file.getParent());
    }

    private interface Content {

        void copyTo(MVStore store);
    }

    /** {@return the version of its last commit} */
    private static long fill(Path fresh, Optional<byte[]> key, Content content) throws IOException, StoreException {
        Files.deleteIfExists(fresh);
        OwnFiles.createFile(fresh);
        try (MVStore store = open(fresh, key, false)) {
            content.copyTo(store);
            store.commit();
            store.sync();
            return store.getFileStore().lastChunkVersion();
        } catch (MVStoreException e) {
            throw new StoreException(fresh + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Makes another file with the rows of one, and nothing else of it; until its version is set none is known.
     *
     * @return the version of its last commit
     */
    private static long copyOf(Path from, Optional<byte[]> fromKey, Path to, Optional<byte[]> key, FileChannel lock)
            throws IOException, StoreException {
        Path fresh = to.resolveSibling(NEW_FILE);
        long version;
        try (MVStore source = open(from, fromKey, true)) {
            version = fill(fresh, key, target -> copy(source, target));
        }
        setCommitted(lock, 0);
        Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        OwnFiles.sync(to.getParent());
        return version;
    }

    private static void copy(MVStore source, MVStore target) {
        long pending = 0;
        for (String name : source.getMapNames()) {
            MVMap<byte[], byte[]> rows = table(target, name);
            Cursor<byte[], byte[]> cursor = table(source, name).cursor(null);
            while (cursor.hasNext()) {
                byte[] key = cursor.next();
                byte[] value = cursor.getValue();
                rows.put(key, value);
                pending += cost(key, value);
                if (pending > COPY_BYTES) {
                    target.commit();
                    pending = 0;
                }
            }
        }
    }

    /** Not forced: it may be late, never early. */
    private static void setCommitted(FileChannel lock, long version) throws IOException {
        lock.write(ByteBuffer.allocate(Long.BYTES).putLong(version).flip(), 0);
    }

    private static MVStore open(Path file, Optional<byte[]> key, boolean readOnly) throws StoreException {
        MVStore.Builder builder = new MVStore.Builder().fileName(file.toString()).autoCommitDisabled()
                .autoCommitBufferSize(0).cacheSize(CACHE_MIB);
        // MVStore derives its keys from these characters, and wipes them.
        key.ifPresent(bytes -> builder.encryptionKey(HexFormat.of().formatHex(bytes).toCharArray()));
        try {
            MVStore store = (readOnly ? builder.readOnly() : builder).open();
            store.setRetentionTime(RETENTION_MILLIS);
            store.setVersionsToKeep(0);
            return store;
        } catch (RuntimeException | AssertionError e) {
            throw damaged(file, e);
        }
    }

    /** @param e what the database finds: with assertions on some of it is an error */
    private static StoreException damaged(Path file, Throwable e) {
        return new StoreException(file + ": cannot be read, it seems damaged; nothing of it was changed ("
                + e.getMessage() + ")", e);
    }

    private static MVMap<byte[], byte[]> table(MVStore store, String name) {
        return store.openMap(name, new MVMap.Builder<byte[], byte[]>().keyType(BytesType.INSTANCE)
                .valueType(BytesType.INSTANCE));
    }

    /**
     * Looks a file through without being able to write: a damaged one stays as it is.
     *
     * @return what the rows hold, in bytes
     */
    private static long verify(Path file, Optional<byte[]> encryptionKey, FileChannel lock)
            throws StoreException, IOException {
        MVStore store = open(file, encryptionKey, true);
        long bytes = 0;
        try {
            for (String name : store.getMapNames()) {
                Cursor<byte[], byte[]> cursor = table(store, name).cursor(null);
                while (cursor.hasNext()) {
                    byte[] key = cursor.next();
                    byte[] checked = cursor.getValue();
                    unchecked(name, key, checked);
                    bytes += cost(key, checked);
                }
            }
            long committed = committed(lock);
            if (store.getFileStore().lastChunkVersion() < committed) {
                throw new StoreException(file + ": damaged, the last commits are missing (" + LOCK_FILE
                        + " beside it names version " + committed + "); nothing of it was changed");
            }
            return bytes;
        } catch (RuntimeException | AssertionError e) {
            throw damaged(file, e);
        } finally {
            store.closeImmediately();
        }
    }

    /** After a failure; what was not committed is gone, as after a crash. */
    @GuardedBy("this")
    private void reopen() throws StoreException {
        if (!lock.isOpen()) {
            lock = lock(directory);
        }
        try {
            bytes = verify(file, encryptionKey, lock);
        } catch (IOException e) {
            throw new StoreException(directory + ": cannot be used: " + e, e);
        }
        tables.clear();
        store = open(file, encryptionKey, false);
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Optional<Passphrase> passphrase() {
        return passphrase;
    }

    @Override
    public synchronized void tidy() throws StoreException {
        requireOpen();
        if (!stale) {
            return;
        }
        Path fresh = directory.resolve(NEW_FILE);
        try {
            MVStore source = store;
            long version = fill(fresh, encryptionKey, target -> copy(source, target));
            setCommitted(lock, 0);
            store.closeImmediately();
            tables.clear();
            OwnFiles.replace(file, fresh);
            setCommitted(lock, version);
            store = open(file, encryptionKey, false);
            stale = false;
        } catch (IOException | RuntimeException e) {
            throw new StoreException(fresh + ": cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void forEach(String table, BiConsumer<byte[], byte[]> row) throws StoreException {
        requireOpen();
        if (!store.hasMap(table)) {
            return;
        }
        Cursor<byte[], byte[]> cursor = table(table).cursor(null);
        while (true) {
            byte[] key;
            byte[] value;
            try {
                if (!cursor.hasNext()) {
                    return;
                }
                key = cursor.next();
                value = unchecked(table, key, cursor.getValue());
            } catch (RuntimeException e) {
                throw damaged(file, e);
            }
            row.accept(key, value);
        }
    }

    @Override
    public synchronized void commit(List<Change> changes) throws StoreException {
        if (!closed && store.isClosed()) {
            reopen();
        }
        requireOpen();
        if (changes.isEmpty()) {
            return;
        }
        try {
            long before = bytes;
            changes.forEach(this::make);
            if (bytes > limitBytes && bytes > before) {
                store.rollback();
                tables.clear();
                bytes = before;
                throw new StoreFullException(directory + ": the state would exceed its limit of " + limitBytes
                        + " bytes");
            }
            store.commit();
            store.sync();
            setCommitted(lock, store.getFileStore().lastChunkVersion());
            if (++commits % COMPACT_EVERY == 0) {
                store.compact(COMPACT_FILL_PERCENT, COMPACT_BYTES);
            }
        } catch (IOException | RuntimeException e) {
            // What is on the disk is whole; what is in memory may not be. The next commit looks.
            store.closeImmediately();
            throw new StoreException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    @GuardedBy("this")
    private void make(Change change) {
        MVMap<byte[], byte[]> table = table(change.table());
        byte[] old = switch (change) {
            case Change.Put(String name, byte[] key, byte[] value) -> {
                byte[] checked = checked(name, key, value);
                bytes += cost(key, checked);
                yield table.put(key, checked);
            }
            case Change.Remove(String name, byte[] key) -> table.remove(key);
        };
        if (old != null) {
            stale = true;
            bytes -= cost(change.key(), old);
        }
    }

    @GuardedBy("this")
    private MVMap<byte[], byte[]> table(String name) {
        return tables.computeIfAbsent(name, n -> table(store, n));
    }

    @GuardedBy("this")
    private void requireOpen() throws StoreException {
        if (closed || store.isClosed()) {
            throw new StoreException(directory + ": the state is closed" + (closed ? "" : ", it could not be written"));
        }
    }

    /** {@return what the rows hold, in bytes} */
    synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                store.close();
            } finally {
                release(lock);
            }
        }
    }

    private static long cost(byte[] key, byte[] checked) {
        return key.length + checked.length + ROW_COST;
    }

    private static byte[] checked(String table, byte[] key, byte[] value) {
        return ByteBuffer.allocate(CHECK_LENGTH + value.length).putInt(check(table, key, value, 0)).put(value).array();
    }

    private static byte[] unchecked(String table, byte[] key, byte[] checked) {
        if (checked.length < CHECK_LENGTH
                || ByteBuffer.wrap(checked).getInt() != check(table, key, checked, CHECK_LENGTH)) {
            throw new IllegalStateException("a row of table " + table + " is not what was written");
        }
        return Arrays.copyOfRange(checked, CHECK_LENGTH, checked.length);
    }

    private static int check(String table, byte[] key, byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(table.getBytes(StandardCharsets.US_ASCII));
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(key.length).flip());
        crc.update(key);
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }
}
