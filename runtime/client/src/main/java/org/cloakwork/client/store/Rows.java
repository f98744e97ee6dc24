package org.cloakwork.client.store;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Way;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;
import org.cloakwork.wire.topology.TopologyJson;

/**
 * The tables and what is in their rows; numbers are big-endian, instants are milliseconds since 1970.
 * <pre>
 * gateway       own identity 32                       identity of our gateway 32
 * guards        own identity 32                       for each: identity 32, drawn 8, to be replaced 8, not in the
 *                                                     network since 8 or 0
 * registration  own identity 32, gateway 32           shared key 32, last timestamp in seconds 8
 * tag           recipient 96                          our tag 16, last used 8
 * reply-key     BLAKE3 of the key 32                  key 16, made 8, our tag it was given away under 16 or nothing
 * surb          sender tag 16, id 8                   received 8, rotation plus 16 1, 1 and our address that it was
 *                                                     sent to 96, or 0; reply block
 * message       id 8                                  see {@link #message(Saved.Message)}
 * received      id 8                                  0, or 1 and sender tag 16, or 2 (an answer) and whose 96, or 3
 *                                                     (an answer of nobody known); payload
 * fragment      set id 4, position 1, way             fragment
 * completed     set id 4, way                         when 8, fingerprints of the fragments or nothing
 * seen          number of the row 8                   marks of messages, 8 each
 * topology      own identity 32                       when it was taken over 8, JSON as of nym-client --custom-mixnet
 * format        0                                     what all of this is, {@link #FORMAT}, 4
 * </pre>
 * A way is 0 (to our address), or 1 and our tag 16, or 2 (over a reply block of an unknown tag). Rows of earlier
 * versions are read, too: a tag without a date, a reply key without a tag, a completed set without its way, which is
 * taken for our address. Removed are a fragment without its way, since who knows whether the rest will come that way,
 * and a reply block with a rotation below 16: nobody looked at it, and it may have come over one of ours.
 *
 * <p>A state without a format is of such a version, or empty. A state of a later format is refused: what is in it could
 * be taken for something else. Versions that look for no format are kept from it by {@link #BARRIER}.
 */
final class Rows {

    static final String GATEWAY = "gateway";
    static final String GUARDS = "guards";
    static final String TOPOLOGY = "topology";
    static final String REGISTRATION = "registration";
    static final String TAG = "tag";
    static final String REPLY_KEY = "reply-key";
    static final String SURB = "surb";
    static final String MESSAGE = "message";
    static final String RECEIVED = "received";
    static final String FRAGMENT = "fragment";
    static final String COMPLETED = "completed";
    static final String SEEN = "seen";
    static final String FORMAT_TABLE = "format";

    /** Rises when a version before it would misread what this one writes. */
    static final int FORMAT = 2;
    private static final byte[] FORMAT_KEY = {0};
    /**
     * The key of a row in the table of reply blocks that is none: of the year 1970, with a rotation of 16. Those that
     * know no rotation above 2 refuse the state, and they would take answers and what came before for something else;
     * those that know 16 drop it as too old.
     */
    private static final byte[] BARRIER = new byte[SenderTag.LENGTH + Long.BYTES];

    private static final int VERSION = 1;
    private static final int GUARD_LENGTH = IdentityKey.LENGTH + 3 * Long.BYTES;
    private static final int TO_ADDRESS = 0;
    private static final int TO_SENDER = 1;
    private static final int PLAIN = 0;
    private static final int ANONYMOUS = 1;
    private static final int REPLY = 2;
    private static final int CUT = 3;
    private static final int SURB_WITH_ADDRESS = 16;
    private static final byte FROM_ANYBODY = 0;
    private static final byte FROM_SENDER = 1;
    private static final byte ANSWER = 2;
    private static final byte ANSWER_OF_NOBODY = 3;

    /** Reads one row. */
    private interface Reader {

        void read(ByteBuffer key, ByteBuffer value) throws WireException;
    }

    private Rows() {
    }

    // ------------------------------------------------------------------ written

    static byte[] id(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    static byte[] instant(Instant instant) {
        return id(instant.toEpochMilli());
    }

    /** {@return what makes the state one of this format} */
    private static List<Change> format() {
        return List.of(new Change.Put(FORMAT_TABLE, FORMAT_KEY, ByteBuffer.allocate(Integer.BYTES).putInt(FORMAT)
                .array()), new Change.Put(SURB, BARRIER, ByteBuffer.allocate(Long.BYTES + 2).putLong(0)
                .put((byte) SURB_WITH_ADDRESS).array()));
    }

    static byte[] completed(Instant at, byte[] fingerprints) {
        return ByteBuffer.allocate(Long.BYTES + fingerprints.length).put(instant(at)).put(fingerprints).array();
    }

    static byte[] seen(long[] marks) {
        ByteBuffer bytes = ByteBuffer.allocate(marks.length * Long.BYTES);
        for (long mark : marks) {
            bytes.putLong(mark);
        }
        return bytes.array();
    }

    static byte[] completedKey(Way way, int setId) {
        byte[] wayBytes = way(way);
        return ByteBuffer.allocate(Integer.BYTES + wayBytes.length).putInt(setId).put(wayBytes).array();
    }

    static byte[] fragmentKey(Way way, int setId, int position) {
        byte[] wayBytes = way(way);
        return ByteBuffer.allocate(Integer.BYTES + 1 + wayBytes.length).putInt(setId).put((byte) position)
                .put(wayBytes).array();
    }

    private static byte[] way(Way way) {
        byte[] tag = way instanceof Way.ReplyBlock(Optional<SenderTag> ownTag)
                ? ownTag.map(SenderTag::bytes).orElse(new byte[0]) : new byte[0];
        int kind = way instanceof Way.Address ? 0 : tag.length > 0 ? 1 : 2;
        return ByteBuffer.allocate(1 + tag.length).put((byte) kind).put(tag).array();
    }

    private static Way way(ByteBuffer in) {
        return switch (in.get()) {
            case 0 -> new Way.Address();
            case 1 -> new Way.ReplyBlock(Optional.of(tag(in)));
            default -> new Way.ReplyBlock(Optional.empty());
        };
    }

    static byte[] registrationKey(IdentityKey self, IdentityKey gateway) {
        return ByteBuffer.allocate(2 * IdentityKey.LENGTH).put(self.bytes()).put(gateway.bytes()).array();
    }

    static byte[] registration(GatewaySharedKey key, long lastTimestamp) {
        return ByteBuffer.allocate(GatewaySharedKey.LENGTH + Long.BYTES).put(key.bytes()).putLong(lastTimestamp)
                .array();
    }

    static byte[] guards(List<Saved.Guard> guards) {
        ByteBuffer bytes = ByteBuffer.allocate(guards.size() * GUARD_LENGTH);
        guards.forEach(guard -> bytes.put(guard.gateway().bytes()).put(instant(guard.since()))
                .put(instant(guard.until())).put(instant(guard.unlistedSince().orElse(Instant.EPOCH))));
        return bytes.array();
    }

    static byte[] topology(Topology topology, Instant at) {
        byte[] json = TopologyJson.write(topology);
        return ByteBuffer.allocate(Long.BYTES + json.length).putLong(at.toEpochMilli()).put(json).array();
    }

    static byte[] tag(SenderTag tag, Instant used) {
        return ByteBuffer.allocate(SenderTag.LENGTH + Long.BYTES).put(tag.bytes()).put(instant(used)).array();
    }

    static byte[] replyKey(ReplyKey key, Instant made, Optional<SenderTag> ownTag) {
        byte[] tag = ownTag.map(SenderTag::bytes).orElse(new byte[0]);
        return ByteBuffer.allocate(ReplyKey.LENGTH + Long.BYTES + tag.length).put(key.bytes()).put(instant(made))
                .put(tag)
                .array();
    }

    static byte[] surbKey(SenderTag sender, long id) {
        return ByteBuffer.allocate(SenderTag.LENGTH + Long.BYTES).put(sender.bytes()).putLong(id).array();
    }

    static byte[] surb(ReplySurb surb, Instant received, Optional<MixnetAddress> wroteTo) {
        byte[] block = surb.bytes();
        byte[] to = wroteTo.map(address -> origin((byte) 1, address.bytes())).orElse(new byte[1]);
        return ByteBuffer.allocate(Long.BYTES + 1 + to.length + block.length).putLong(received.toEpochMilli())
                .put((byte) (SURB_WITH_ADDRESS + surb.rotation().wireValue())).put(to).put(block).array();
    }

    static byte[] received(ReceivedMessage message) {
        byte[] origin = switch (message.origin()) {
            case ReceivedMessage.Unknown() -> new byte[] {FROM_ANYBODY};
            case ReceivedMessage.Sender(SenderTag sender) -> origin(FROM_SENDER, sender.bytes());
            // Whom isolated conversations were with is not kept, and they have ended at the next start.
            case ReceivedMessage.Answer(var recipient, var isolation) ->
                    recipient.filter(address -> isolation.isEmpty())
                    .map(address -> origin(ANSWER, address.bytes())).orElse(new byte[] {ANSWER_OF_NOBODY});
        };
        return ByteBuffer.allocate(origin.length + message.payload().length).put(origin).put(message.payload()).array();
    }

    private static byte[] origin(byte kind, byte[] who) {
        return ByteBuffer.allocate(1 + who.length).put(kind).put(who).array();
    }

    private static ReceivedMessage.Origin origin(ByteBuffer in) {
        return switch (in.get()) {
            case FROM_SENDER -> new ReceivedMessage.Sender(tag(in));
            case ANSWER -> new ReceivedMessage.Answer(
                    Optional.of(MixnetAddress.fromBytes(bytes(in, MixnetAddress.LENGTH))), Optional.empty());
            case ANSWER_OF_NOBODY -> new ReceivedMessage.Answer(Optional.empty(), Optional.empty());
            default -> new ReceivedMessage.Unknown();
        };
    }

    /**
     * Version 1; target: 0 and address 96, or 1 and sender tag 16; lane: 0, or 1 and its number 8; created 8;
     * deadline 8; then 0 and data, or 1, own tag 16, reply blocks 4 and data, or 2 and the data of a reply, or 3 and
     * for each fragment its length 2 and itself.
     */
    static byte[] message(Saved.Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(VERSION);
            switch (message.target()) {
                case Target.ToAddress(MixnetAddress address) -> {
                    out.write(TO_ADDRESS);
                    out.write(address.bytes());
                }
                case Target.ToSender(SenderTag sender, boolean asksForSurbs) -> {
                    out.write(TO_SENDER);
                    out.write(sender.bytes());
                }
            }
            if (message.lane().kind() == Lane.Kind.CONNECTION) {
                out.write(1);
                out.writeLong(message.lane().id());
            } else {
                out.write(0);
            }
            out.writeLong(message.created().toEpochMilli());
            out.writeLong(message.deadline().toEpochMilli());
            if (message.content().isPresent()) {
                write(message.content().get(), out);
            } else {
                out.write(CUT);
                for (Fragment fragment : message.fragments()) {
                    byte[] one = fragment.bytes();
                    out.writeShort(one.length);
                    out.write(one);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(Content content, DataOutputStream out) throws IOException {
        switch (content) {
            case Content.Plain(byte[] data) -> {
                out.write(PLAIN);
                out.write(data);
            }
            case Content.Anonymous(SenderTag tag, int surbs, byte[] data) -> {
                out.write(ANONYMOUS);
                out.write(tag.bytes());
                out.writeInt(surbs);
                out.write(data);
            }
            case Content.Reply(byte[] data) -> {
                out.write(REPLY);
                out.write(data);
            }
            case Content.SurbRequest ignored -> throw new IllegalArgumentException("asked for again, not kept");
            case Content.MoreSurbs ignored -> throw new IllegalArgumentException("asked for again, not kept");
        }
    }

    // ------------------------------------------------------------------ read

    static Saved load(RowStore store, IdentityKey self, Instant now, Duration surbAge, Duration completedAge,
                      Counters<Counter> counters) throws StoreException {
        List<IdentityKey> gateway = new ArrayList<>();
        Map<IdentityKey, Saved.Registration> registrations = new HashMap<>();
        Map<MixnetAddress, Saved.Tag> tags = new LinkedHashMap<>();
        List<Map.Entry<MixnetAddress, Saved.Tag>> tagRows = new ArrayList<>();
        List<Saved.Key> replyKeys = new ArrayList<>();
        List<Saved.Surb> surbs = new ArrayList<>();
        List<Saved.Message> messages = new ArrayList<>();
        List<Saved.Received> received = new ArrayList<>();
        List<Saved.Arrived> fragments = new ArrayList<>();
        List<Saved.Completed> completed = new ArrayList<>();
        List<Saved.Seen> seen = new ArrayList<>();
        List<Saved.LastTopology> topology = new ArrayList<>();
        List<Saved.Guard> guards = new ArrayList<>();
        List<Change> due = new ArrayList<>();

        int format = formatOf(store);
        if (format > FORMAT) {
            throw new StoreException(store.place() + ": the state is of format " + format + ", written by a newer "
                    + "version of Cloakwork; this one knows formats up to " + FORMAT
                    + ". Nothing was changed: use the newer version, or a copy of the folder from before it");
        }
        if (format < FORMAT) {
            due.addAll(format());
        }
        each(store, GATEWAY, (key, value) -> {
            if (identity(key).equals(self)) {
                gateway.add(identity(value));
            }
        });
        each(store, GUARDS, (key, value) -> {
            while (identity(key.rewind()).equals(self) && value.hasRemaining()) {
                guards.add(new Saved.Guard(identity(value), instant(value), instant(value),
                        Optional.of(instant(value)).filter(since -> !since.equals(Instant.EPOCH))));
            }
        });
        each(store, REGISTRATION, (key, value) -> {
            if (identity(key).equals(self)) {
                registrations.put(identity(key), new Saved.Registration(
                        new GatewaySharedKey(bytes(value, GatewaySharedKey.LENGTH)), value.getLong()));
            }
        });
        each(store, TOPOLOGY, (key, value) -> {
            if (identity(key).equals(self)) {
                Instant at = instant(value);
                topology.add(new Saved.LastTopology(TopologyJson.read(rest(value), at), at));
            }
        });
        each(store, TAG, (key, value) ->
                tagRows.add(Map.entry(MixnetAddress.fromBytes(bytes(key, MixnetAddress.LENGTH)),
                new Saved.Tag(tag(value), value.hasRemaining() ? instant(value) : now))));
        each(store, REPLY_KEY, (key, value) -> {
            Saved.Key found = new Saved.Key(new ReplyKey(bytes(value, ReplyKey.LENGTH)), instant(value),
                    value.hasRemaining() ? Optional.of(tag(value)) : Optional.empty());
            if (found.made().isBefore(now.minus(surbAge))) {
                due.add(new Change.Remove(REPLY_KEY, key.array()));
                counters.count(Counter.REPLY_KEYS_EXPIRED);
            } else {
                replyKeys.add(found);
            }
        });
        each(store, SURB, (key, value) -> {
            if (Arrays.equals(key.array(), BARRIER)) {
                return;
            }
            Instant at = instant(value);
            int rotation = value.get();
            counters.count(Counter.SURBS_RECEIVED);
            if (rotation < SURB_WITH_ADDRESS || at.isBefore(now.minus(surbAge))) {
                due.add(new Change.Remove(SURB, key.array()));
                counters.count(Counter.SURBS_EXPIRED);
            } else {
                Optional<MixnetAddress> wroteTo = value.get() == 0 ? Optional.empty()
                        : Optional.of(MixnetAddress.fromBytes(bytes(value, MixnetAddress.LENGTH)));
                surbs.add(new Saved.Surb(key.array(), tag(key), ReplySurb.parse(rest(value),
                        KeyRotation.fromWireValue((byte) (rotation - SURB_WITH_ADDRESS))), wroteTo));
            }
        });
        each(store, MESSAGE, (key, value) -> messages.add(readMessage(key.getLong(), value)));
        each(store, RECEIVED, (key, value) -> {
            ReceivedMessage.Origin origin = origin(value);
            received.add(new Saved.Received(key.getLong(), new ReceivedMessage(rest(value), origin)));
        });
        each(store, FRAGMENT, (key, value) -> {
            key.position(Integer.BYTES + 1);
            if (key.hasRemaining()) {
                fragments.add(new Saved.Arrived(Fragment.parse(rest(value)), way(key)));
            } else {
                due.add(new Change.Remove(FRAGMENT, key.array()));
                counters.count(Counter.FRAGMENTS_STALE);
            }
        });
        each(store, COMPLETED, (key, value) -> {
            int setId = key.getInt();
            Saved.Completed found = new Saved.Completed(key.hasRemaining() ? way(key) : new Way.Address(), setId,
                    instant(value), rest(value));
            if (found.at().isBefore(now.minus(completedAge))) {
                due.add(new Change.Remove(COMPLETED, key.array()));
            } else {
                completed.add(found);
            }
        });
        each(store, SEEN, (key, value) -> {
            long[] marks = new long[value.remaining() / Long.BYTES];
            for (int i = 0; i < marks.length; i++) {
                marks[i] = value.getLong();
            }
            seen.add(new Saved.Seen(key.getLong(), marks));
        });
        tagRows.sort(Comparator.comparing(row -> row.getValue().used()));
        tagRows.forEach(row -> tags.put(row.getKey(), row.getValue()));
        replyKeys.sort(Comparator.comparing(Saved.Key::made));
        surbs.sort(Comparator.comparing(surb -> ByteBuffer.wrap(surb.row()).getLong(SenderTag.LENGTH)));
        completed.sort(Comparator.comparing(Saved.Completed::at));
        seen.sort(Comparator.comparingLong(Saved.Seen::row));
        return new Saved(gateway.stream().findFirst(), registrations, tags, replyKeys, surbs, messages, received,
                fragments, completed, seen, topology.stream().findFirst(), guards, due);
    }

    private static int formatOf(RowStore store) throws StoreException {
        List<Integer> found = new ArrayList<>();
        each(store, FORMAT_TABLE, (key, value) -> found.add(value.getInt()));
        return found.isEmpty() ? 0 : found.getFirst();
    }

    private static Saved.Message readMessage(long id, ByteBuffer in) throws WireException {
        if (in.get() != VERSION) {
            throw new WireException("a message of another version");
        }
        Target target = in.get() == TO_ADDRESS
                ? new Target.ToAddress(MixnetAddress.fromBytes(bytes(in, MixnetAddress.LENGTH)))
                : new Target.ToSender(tag(in), false);
        Lane lane = Lane.of(in.get() == 1 ? OptionalLong.of(in.getLong()) : OptionalLong.empty());
        Instant created = instant(in);
        Instant deadline = instant(in);
        int kind = in.get();
        if (kind == CUT) {
            List<Fragment> fragments = new ArrayList<>();
            while (in.hasRemaining()) {
                fragments.add(Fragment.parse(bytes(in, Short.toUnsignedInt(in.getShort()))));
            }
            return new Saved.Message(id, target, lane, created, deadline, Optional.empty(), fragments);
        }
        Content content = switch (kind) {
            case PLAIN -> new Content.Plain(rest(in));
            case ANONYMOUS -> new Content.Anonymous(tag(in), replySurbs(in.getInt()), rest(in));
            case REPLY -> new Content.Reply(rest(in));
            default -> throw new WireException("a message of kind " + kind);
        };
        return new Saved.Message(id, target, lane, created, deadline, Optional.of(content), List.of());
    }

    private static int replySurbs(int count) throws WireException {
        if (count < 0 || count > SendOptions.MAX_REPLY_SURBS) {
            throw new WireException("a message with " + count + " reply blocks");
        }
        return count;
    }

    /** Rows are what was written, the store sees to that; one that makes no sense is of another version. */
    private static void each(RowStore store, String table, Reader reader) throws StoreException {
        List<String> faults = new ArrayList<>();
        BiConsumer<byte[], byte[]> row = (key, value) -> {
            try {
                reader.read(ByteBuffer.wrap(key), ByteBuffer.wrap(value));
            } catch (WireException | IllegalArgumentException | BufferUnderflowException e) {
                faults.add(String.valueOf(e.getMessage()));
            }
        };
        store.forEach(table, row);
        if (!faults.isEmpty()) {
            throw new StoreException(store.place() + ": the state was written by another version: table " + table
                    + ", " + faults.size() + " rows: " + faults.getFirst());
        }
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static byte[] rest(ByteBuffer in) {
        return bytes(in, in.remaining());
    }

    private static IdentityKey identity(ByteBuffer in) {
        return new IdentityKey(bytes(in, IdentityKey.LENGTH));
    }

    private static SenderTag tag(ByteBuffer in) {
        return new SenderTag(bytes(in, SenderTag.LENGTH));
    }

    private static Instant instant(ByteBuffer in) {
        return Instant.ofEpochMilli(in.getLong());
    }
}
