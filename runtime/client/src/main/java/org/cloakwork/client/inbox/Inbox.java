package org.cloakwork.client.inbox;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.Insight;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Durations;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.base.Way;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.CoverPacket;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.Reassembler;
import org.cloakwork.wire.Reassembler.DropReason;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * Turns what the gateway delivers into messages: decrypts, sorts out cover, puts fragments together. Whatever does not
 * fit is counted and dropped. Source: protocol/3-messages, 7.
 */
public final class Inbox {

    private static final int MAX_SETS = 4096;
    private static final int MAX_COMPLETED = 100_000;
    /** Of a quarter of a minute at the usual rate; what comes later is decrypted, and found to be cover then. */
    private static final int MAX_COVERS_UNDER_WAY = 1024;
    /** Cover that is so much later than its mixes held it is taken for lost. */
    private static final long LOST_AFTER_NANOS = Duration.ofSeconds(3).toNanos();
    /** How long unfinished messages are waited for, and duplicates of finished ones are known. */
    public static final Duration STALE_AFTER = Duration.ofMinutes(30);

    private final Cryptography cryptography;
    private final EncryptionKeyPair own;
    private final ReplyKeys replyKeys;
    private final Counters<Counter> counters;
    private final Ledger ledger;
    private final BiConsumer<Leg, Optional<Duration>> looped;
    private final Reassembler<Way> reassembler;
    private final SeenMessages seen;
    /** Their keys: what says nothing need not be decrypted, which is most of what an idle client receives. */
    private final LinkedHashMap<EncryptionKey, Loop> coversUnderWay = new LinkedHashMap<>();
    private final Durations loops = new Durations();
    private long evicted;
    private long stale;
    private long reordered;
    private long mostBytes;

    /** A message that is complete, by the way it came: that decides what it may say. */
    public sealed interface Delivered {
    }

    /** @param message came to our address */
    public record ToAddress(NymMessage.ToAddress message) implements Delivered {
    }

    /**
     * @param content came over reply blocks that we gave away
     * @param ownTag  the tag they were given away under, all of them; empty if that is not known
     */
    public record OverReplyBlock(ReplyContent content, Optional<SenderTag> ownTag) implements Delivered {
    }

    private record Loop(Leg leg, long leftNanos) {

        long lateNanos(long nowNanos) {
            return nowNanos - leftNanos - leg.delayNanos();
        }
    }

    /** Is told what the gateway delivers, but for acknowledgements. */
    public interface Arrivals {

        /** Nobody listens. */
        Arrivals NONE = new Arrivals() { };

        /** @param key of own cover that came back */
        default void loop(EncryptionKey key) {
        }

        /**
         * @param digest of the key of the reply block of ours that it came over
         * @param filler whether it says nothing
         */
        default void answer(ByteBuffer digest, boolean filler) {
        }

        /** Something else. */
        default void other() {
        }
    }

    private Arrivals arrivals = Arrivals.NONE;

    private record Opened(byte[] bytes, Way way) {
    }

    /**
     * @param cryptography opens what is delivered
     * @param own          our key, which messages to our address are encrypted with
     * @param replyKeys    which replies are encrypted with
     * @param counters     of the client
     * @param limitBytes   what unfinished messages may hold
     * @param ledger       told what comes and goes
     * @param looped       told of cover that came back, and how much later than its mixes held it; or that did not
     */
    public Inbox(Cryptography cryptography, EncryptionKeyPair own, ReplyKeys replyKeys, Counters<Counter> counters,
                 long limitBytes, Ledger ledger, BiConsumer<Leg, Optional<Duration>> looped) {
        this.cryptography = cryptography;
        this.own = own;
        this.replyKeys = replyKeys;
        this.counters = counters;
        this.ledger = ledger;
        this.looped = looped;
        this.seen = new SeenMessages(own, ledger);
        this.reassembler = new Reassembler<>(Math.toIntExact(limitBytes), MAX_SETS, STALE_AFTER, MAX_COMPLETED,
                new Reassembler.Listener<Way>() {
                    @Override
                    public void dropped(Way way, int setId, int total) {
                        ledger.dropped(way, setId);
                    }

                    @Override
                    public void completed(Way way, int setId, byte[] fingerprints) {
                        ledger.completed(way, setId, fingerprints);
                    }

                    @Override
                    public void forgotten(Way way, int setId) {
                        ledger.forgotten(way, setId);
                    }
                });
    }

    /**
     * Takes up what was there before the client started.
     *
     * @param fragments of unfinished messages
     * @param completed sets, the oldest first
     * @param messages  that were seen, in order
     * @param toNanos   a date in monotonic time
     * @param nowNanos  monotonic time
     */
    public void restore(List<Saved.Arrived> fragments, List<Saved.Completed> completed, List<Saved.Seen> messages,
                        ToLongFunction<Instant> toNanos, long nowNanos) {
        seen.restore(messages);
        completed.forEach(set ->
                reassembler.restoreCompleted(set.way(), set.setId(), toNanos.applyAsLong(set.at()),
                        set.fingerprints()));
        fragments.forEach(arrived -> reassembler.add(arrived.way(), arrived.fragment(), nowNanos));
        countGone();
    }

    /** @param listener told from now on */
    public void follow(Arrivals listener) {
        arrivals = listener;
    }

    /**
     * @param cover    is on its way, and will come back
     * @param leg      the way that it takes
     * @param nowNanos monotonic time
     */
    public void coverSent(PreparedPacket cover, Leg leg, long nowNanos) {
        cover.coverKey().ifPresent(key -> coversUnderWay.put(key, new Loop(leg, nowNanos)));
        while (coversUnderWay.size() > MAX_COVERS_UNDER_WAY || !coversUnderWay.isEmpty()
                && coversUnderWay.firstEntry().getValue().lateNanos(nowNanos) > LOST_AFTER_NANOS) {
            looped.accept(coversUnderWay.pollFirstEntry().getValue().leg(), Optional.empty());
        }
    }

    /**
     * @param delivered by the gateway, not an acknowledgement
     * @param nowNanos  monotonic time
     * @return the message that this completed, if it did
     */
    public Optional<Delivered> delivered(byte[] delivered, long nowNanos) {
        byte[] padded;
        Way way;
        try {
            byte[] prefix = PayloadEncryption.prefix(delivered);
            EncryptionKey key = new EncryptionKey(prefix);
            Loop loop = coversUnderWay.remove(key);
            if (loop != null) {
                arrivals.loop(key);
                loops.add(nowNanos - loop.leftNanos());
                looped.accept(loop.leg(), Optional.of(Duration.ofNanos(loop.lateNanos(nowNanos))));
                counters.count(Counter.RECEIVED_COVER);
                return Optional.empty();
            }
            Opened opened = decrypt(delivered, prefix);
            byte[] decrypted = opened.bytes();
            way = opened.way();
            boolean cover = CoverPacket.isCover(decrypted);
            if (way instanceof Way.ReplyBlock) {
                arrivals.answer(ByteBuffer.wrap(prefix), cover);
            } else if (!cover) {
                arrivals.other();
            }
            if (cover) {
                counters.count(Counter.RECEIVED_COVER);
                return Optional.empty();
            }
            Fragment fragment = Fragment.parse(decrypted);
            switch (reassembler.add(way, fragment, nowNanos)) {
                case Reassembler.Incomplete() -> {
                    mostBytes = Math.max(mostBytes, reassembler.bytesHeld());
                    counters.count(Counter.RECEIVED_FRAGMENTS);
                    ledger.arrived(fragment, way);
                    return Optional.empty();
                }
                case Reassembler.Dropped(DropReason reason) -> {
                    counters.count(switch (reason) {
                        case DUPLICATE, ALREADY_COMPLETE -> Counter.FRAGMENTS_DUPLICATE;
                        case TOTAL_MISMATCH, BROKEN_LINKS, LIMIT -> Counter.FRAGMENTS_REFUSED;
                    });
                    return Optional.empty();
                }
                case Reassembler.Complete(byte[] message, int setId) -> {
                    counters.count(Counter.RECEIVED_FRAGMENTS);
                    if (!seen.add(way, setId, message)) {
                        counters.count(Counter.MESSAGES_AGAIN);
                        return Optional.empty();
                    }
                    padded = message;
                }
            }
        } catch (WireException e) {
            counters.count(Counter.FRAGMENTS_MALFORMED);
            return Optional.empty();
        } finally {
            countGone();
        }
        return read(padded, way);
    }

    private Optional<Delivered> read(byte[] padded, Way way) {
        NymMessage message;
        try {
            message = NymMessage.parse(Padding.unpad(padded));
        } catch (WireException e) {
            counters.count(Counter.MESSAGES_MALFORMED);
            return Optional.empty();
        }
        if (way instanceof Way.Address && message instanceof NymMessage.ToAddress direct) {
            return Optional.of(new ToAddress(direct));
        }
        if (way instanceof Way.ReplyBlock(var ownTag) && message instanceof NymMessage.Reply(ReplyContent content)) {
            return Optional.of(new OverReplyBlock(content, ownTag));
        }
        counters.count(Counter.MESSAGES_OTHER_WAY);
        return Optional.empty();
    }

    /** {@return how long own cover was on its way} */
    public Insight.Histogram loops() {
        return loops.histogram();
    }

    /** {@return bytes of unfinished messages} */
    public long bytesHeld() {
        return reassembler.bytesHeld();
    }

    /** {@return the most that {@link #bytesHeld} ever was} */
    public long mostBytesHeld() {
        return mostBytes;
    }

    private void countGone() {
        counters.add(Counter.FRAGMENTS_EVICTED, reassembler.evictedFragments() - evicted);
        counters.add(Counter.FRAGMENTS_REORDERED, reassembler.reorderedFragments() - reordered);
        counters.add(Counter.FRAGMENTS_STALE, reassembler.staleFragments() - stale);
        evicted = reassembler.evictedFragments();
        stale = reassembler.staleFragments();
        reordered = reassembler.reorderedFragments();
    }

    private Opened decrypt(byte[] delivered, byte[] prefix) throws WireException {
        Optional<ReplyKeys.Used> used = replyKeys.take(prefix);
        return used.isPresent()
                ? new Opened(cryptography.openReply(delivered, used.get().key()),
                new Way.ReplyBlock(used.get().ownTag()))
                : new Opened(cryptography.open(delivered, own), new Way.Address());
    }
}
