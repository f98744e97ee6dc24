package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.store.RowStore;
import org.cloakwork.client.store.Saved;
import org.cloakwork.itests.fuzz.Hidden;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Slices;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.StoreException;

/** Rows of a client's store, whoever wrote them. */
public final class StoreRows implements org.cloakwork.itests.fuzz.Target {

    private static final List<String> TABLES = List.of("gateway", "guards", "registration", "tag", "reply-key", "surb",
            "message", "received", "fragment", "completed", "topology", "format");
    private static final MixnetAddress ADDRESS = MixnetAddress.fromBytes(
            Vectors.bytes(Vectors.load("acks.json").root().get("network").get("clients").get(0).get("addressBytes")));
    private static final IdentityKey SELF = ADDRESS.identity();
    private static final SenderTag TAG = new SenderTag(new byte[SenderTag.LENGTH]);
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String ROWS = "org.cloakwork.client.store.Rows";
    private static final MethodHandle MESSAGE = Hidden.method(ROWS, "message", 1);
    private static final MethodHandle RECEIVED = Hidden.method(ROWS, "received", 1);
    private static final MethodHandle SURB = Hidden.method(ROWS, "surb", 3);
    private static final MethodHandle TOPOLOGY = Hidden.method(ROWS, "topology", 2);
    private static final MethodHandle GUARDS = Hidden.method(ROWS, "guards", 1);

    private record Row(String table, byte[] key, byte[] value) {

        byte[] bytes() {
            return ByteBuffer.allocate(4 + key.length + value.length).put((byte) TABLES.indexOf(table))
                    .put((byte) key.length).put(key).putShort((short) value.length).put(value).array();
        }
    }

    private record Table(List<Row> rows) implements RowStore {

        @Override
        public String place() {
            return "here";
        }

        @Override
        public void forEach(String table, BiConsumer<byte[], byte[]> each) {
            rows.stream().filter(row -> row.table().equals(table)).forEach(row -> each.accept(row.key(), row.value()));
        }

        @Override
        public void commit(List<Change> changes, Consumer<Exception> ended) {
            throw new AssertionError("written while it is read");
        }
    }

    @Override
    public String name() {
        return "store-rows";
    }

    @Override
    public Stream<byte[]> seeds() {
        byte[] id = new byte[Long.BYTES];
        byte[] now = ByteBuffer.allocate(Long.BYTES).putLong(NOW.toEpochMilli()).array();
        List<Content> contents = List.of(new Content.Plain(new byte[] {1}), new Content.Anonymous(TAG, 5, id),
                new Content.Reply(id));
        List<Row> rows = new ArrayList<>(contents.stream().map(content -> message(new Saved.Message(0,
                new Target.ToAddress(ADDRESS), Lane.GENERAL, NOW, NOW, Optional.of(content), List.of()))).toList());
        rows.add(message(new Saved.Message(0, new Target.ToSender(TAG, false), Lane.of(7), NOW, NOW, Optional.empty(),
                List.of())));
        rows.add(new Row("received", id, made(RECEIVED, new ReceivedMessage(id, new ReceivedMessage.Unknown()))));
        rows.add(new Row("received", id, made(RECEIVED, new ReceivedMessage(id, new ReceivedMessage.Sender(TAG)))));
        rows.add(new Row("topology", SELF.bytes(), made(TOPOLOGY, NetworkFiles.network(), NOW)));
        rows.add(new Row("guards", SELF.bytes(), made(GUARDS, List.of(
                new Saved.Guard(ADDRESS.gateway(), NOW, NOW, Optional.of(NOW))))));
        rows.add(new Row("format", new byte[1], new byte[] {0, 0, 0, 2}));
        rows.add(new Row("gateway", SELF.bytes(), ADDRESS.gateway().bytes()));
        rows.add(new Row("registration", join(SELF.bytes(), ADDRESS.gateway().bytes()), join(new byte[32], now)));
        rows.add(new Row("tag", ADDRESS.bytes(), join(TAG.bytes(), now)));
        rows.add(new Row("reply-key", new byte[32], join(new byte[16], now, TAG.bytes())));
        rows.add(new Row("completed", new byte[] {0, 0, 0, 1, 0}, join(now, new byte[] {1, 2})));
        rows.add(new Row("fragment", new byte[] {0, 0, 0, 1, 1, 2}, new byte[] {(byte) 0x80, 0, 0, 1, 2, 1, 0, 7}));
        byte[] block = Seeds.bytes("messages.json", "bytes").findFirst().orElseThrow();
        for (int i = 0; i < 2; i++) {
            rows.add(new Row("surb", join(TAG.bytes(), new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) i}),
                    join(now, new byte[] {16, 0}, block)));
        }
        return Stream.concat(rows.stream().map(Row::bytes),
                Stream.of(join(rows.stream().map(Row::bytes).toArray(byte[][]::new))));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] made(MethodHandle writer, Object... arguments) {
        try {
            return (byte[]) Hidden.call(writer, arguments);
        } catch (Exception e) {
            throw new AssertionError("what was read cannot be written", e);
        }
    }

    private static Row message(Saved.Message message) {
        return new Row("message", ByteBuffer.allocate(Long.BYTES).putLong(message.id()).array(),
                made(MESSAGE, message));
    }

    @Override
    public int maxInputBytes() {
        return 12_288;
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        return 1024 * 1024 + 512L * inputBytes;
    }

    /** Table 1, length of the key 1, key, length of the value 2, value, and so on. */
    @Override
    public void check(byte[] input) throws StoreException {
        Slices in = new Slices(input);
        List<Row> rows = new ArrayList<>();
        while (in.hasMore()) {
            rows.add(new Row(TABLES.get(in.u8() % TABLES.size()), in.upTo(in.u8()), in.upTo(in.u16())));
        }
        Saved saved;
        try {
            saved = load(rows);
        } catch (StoreException e) {
            require(e.getMessage().startsWith("here: ") && e.getMessage().length() <= 2000, "said is: "
                    + e.getMessage());
            return;
        }
        saved.messages().forEach(message -> message.content().ifPresent(content -> require(
                !(content instanceof Content.Anonymous anonymous) || anonymous.surbs() >= 0
                        && anonymous.surbs() <= SendOptions.MAX_REPLY_SURBS, "reply blocks without a limit")));
        List<Row> again = new ArrayList<>(saved.messages().stream().map(StoreRows::message).toList());
        saved.received().forEach(message -> again.add(new Row("received",
                ByteBuffer.allocate(Long.BYTES).putLong(message.id()).array(), made(RECEIVED, message.message()))));
        saved.surbs().forEach(surb -> again.add(new Row("surb", surb.row(),
                made(SURB, surb.surb(), NOW, surb.wroteTo()))));
        saved.topology().ifPresent(last -> again.add(new Row("topology", SELF.bytes(),
                made(TOPOLOGY, last.topology(), last.at()))));
        Saved second = load(again);
        requireSame(saved.messages(), second.messages());
        requireSame(saved.received(), second.received());
        requireSame(saved.surbs(), second.surbs());
        requireSame(saved.topology().map(last -> Map.of(last.at(), last.topology().nodes())),
                second.topology().map(last -> Map.of(last.at(), last.topology().nodes())));
    }

    private static Saved load(List<Row> rows) throws StoreException {
        return Saved.load(new Table(rows), SELF, NOW, Duration.ofDays(2), Duration.ofHours(1),
                new Counters<>(Counter.class));
    }
}
