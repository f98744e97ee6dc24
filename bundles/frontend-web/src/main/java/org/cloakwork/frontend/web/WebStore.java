package org.cloakwork.frontend.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.cloakwork.client.identity.Identity;
import org.cloakwork.client.store.RowStore;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.teavm.jso.typedarrays.Int8Array;

/**
 * Rows that the host keeps. Both ways they are bytes: for each one 1 to write or 0 to remove, length of the table's
 * name (u8), name, length of the key (u16), key, and to write also length of the value (u32) and value; big-endian.
 */
final class WebStore implements RowStore {

    private static final byte REMOVE = 0;
    private static final byte PUT = 1;
    private static final String IDENTITY = "identity";
    private static final byte[] SELF = {0};
    private static final int SEED_LENGTH = 32;
    private static final int ACK_KEY_LENGTH = 16;

    private record Row(byte[] key, byte[] value) {
    }

    private final Host host;
    private final Map<Integer, Consumer<Exception>> underWay = new HashMap<>();
    private Map<String, List<Row>> tables = new HashMap<>();
    private int commits;

    WebStore(Host host, byte[] rows) {
        this.host = host;
        ByteBuffer in = ByteBuffer.wrap(rows);
        while (in.hasRemaining()) {
            in.get();
            String table = new String(bytes(in, in.get()), StandardCharsets.US_ASCII);
            byte[] key = bytes(in, Short.toUnsignedInt(in.getShort()));
            byte[] value = bytes(in, in.getInt());
            tables.computeIfAbsent(table, name -> new ArrayList<>()).add(new Row(key, value));
        }
        tables.values().forEach(table -> table.sort((one, other) -> compare(one.key(), other.key())));
    }

    /** As {@link Arrays#compareUnsigned(byte[], byte[])}, which is not everywhere. */
    private static int compare(byte[] one, byte[] other) {
        for (int i = 0; i < Math.min(one.length, other.length); i++) {
            if (one[i] != other[i]) {
                return (one[i] & 0xff) - (other[i] & 0xff);
            }
        }
        return one.length - other.length;
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /**
     * {@return who the client is}
     *
     * @param ready told when that is written down, and whether it could be
     */
    Identity identity(Randomness randomness, Consumer<Exception> ready) {
        List<Row> present = tables.getOrDefault(IDENTITY, List.of());
        if (!present.isEmpty()) {
            ByteBuffer keys = ByteBuffer.wrap(present.getFirst().value());
            Identity known = new Identity(IdentityKeyPair.ofSeed(bytes(keys, SEED_LENGTH)),
                    EncryptionKeyPair.ofPrivate(bytes(keys, SEED_LENGTH)), new AckKey(bytes(keys, ACK_KEY_LENGTH)));
            ready.accept(null);
            return known;
        }
        Identity fresh = Identity.generate(randomness);
        ByteBuffer keys = ByteBuffer.allocate(2 * SEED_LENGTH + ACK_KEY_LENGTH).put(fresh.identity().seed())
                .put(fresh.encryption().privateBytes()).put(fresh.ackKey().bytes());
        commit(List.of(new Change.Put(IDENTITY, SELF, keys.array())), ready);
        return fresh;
    }

    /** What was read is not needed any more. */
    void forget() {
        tables = Map.of();
    }

    @Override
    public String place() {
        return "the state";
    }

    @Override
    public void forEach(String table, BiConsumer<byte[], byte[]> row) throws StoreException {
        tables.getOrDefault(table, List.of()).forEach(each -> row.accept(each.key(), each.value()));
    }

    @Override
    public void commit(List<Change> changes, Consumer<Exception> ended) {
        int length = 0;
        for (Change change : changes) {
            length += 1 + 1 + change.table().length() + Short.BYTES + change.key().length
                    + (change instanceof Change.Put put ? Integer.BYTES + put.value().length : 0);
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        for (Change change : changes) {
            out.put(change instanceof Change.Put ? PUT : REMOVE).put((byte) change.table().length())
                    .put(change.table().getBytes(StandardCharsets.US_ASCII)).putShort((short) change.key().length)
                    .put(change.key());
            if (change instanceof Change.Put put) {
                out.putInt(put.value().length).put(put.value());
            }
        }
        underWay.put(++commits, ended);
        host.commit(commits, Int8Array.copyFromJavaArray(out.array()));
    }

    /** @param fault why nothing was written; null if it was */
    void committed(int commit, String fault) {
        Consumer<Exception> ended = underWay.remove(commit);
        if (ended != null) {
            ended.accept(fault == null ? null : new StoreException("the state cannot be written: " + fault));
        }
    }
}
