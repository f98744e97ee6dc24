package org.cloakwork.client.replies;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Keys of the reply blocks we gave away, found by the digest a reply starts with. Each serves once. Whoever asks for
 * many does not push out those of others.
 */
public final class ReplyKeys {

    /** Keys kept at most, some 300 bytes each; the oldest of the tag with most go first. */
    static final int MAX_KEYS = 200_000;
    /** Source: protocol/5-client, 5.2. */
    public static final Duration MAX_AGE = Duration.ofHours(24);

    /**
     * A reply block of ours that was used.
     *
     * @param key    its key
     * @param ownTag the tag it was given away under, if that is known
     */
    public record Used(ReplyKey key, Optional<SenderTag> ownTag) {
    }

    private record Entry(ReplyKey key, Optional<SenderTag> ownTag, long madeNanos) {
    }

    private final Counters<Counter> counters;
    private final Ledger ledger;
    private final LinkedHashMap<ByteBuffer, Entry> byDigest = new LinkedHashMap<>();
    private final Map<Optional<SenderTag>, LinkedHashSet<ByteBuffer>> byTag = new LinkedHashMap<>();

    /**
     * @param counters of the client
     * @param ledger   told what comes and goes
     */
    public ReplyKeys(Counters<Counter> counters, Ledger ledger) {
        this.counters = counters;
        this.ledger = ledger;
    }

    /**
     * @param key       that was there before the client started; the oldest first
     * @param ownTag    the tag it was given away under, if that is known
     * @param madeNanos monotonic time
     */
    public void restore(ReplyKey key, Optional<SenderTag> ownTag, long madeNanos) {
        put(new Entry(key, ownTag, madeNanos));
    }

    private void put(Entry entry) {
        ByteBuffer digest = ByteBuffer.wrap(entry.key().digest());
        byDigest.put(digest, entry);
        byTag.computeIfAbsent(entry.ownTag(), tag -> new LinkedHashSet<>()).add(digest);
    }

    private Entry remove(ByteBuffer digest) {
        Entry removed = byDigest.remove(digest);
        if (removed != null) {
            byTag.computeIfPresent(removed.ownTag(), (tag, digests) ->
                    digests.remove(digest) && digests.isEmpty() ? null : digests);
        }
        return removed;
    }

    private void expire(ByteBuffer digest) {
        ledger.forgotten(remove(digest).key());
        counters.count(Counter.REPLY_KEYS_EXPIRED);
    }

    /**
     * @param key      of a reply block that is about to be given away
     * @param ownTag   the tag it is given away under
     * @param nowNanos monotonic time
     */
    public void add(ReplyKey key, Optional<SenderTag> ownTag, long nowNanos) {
        ledger.made(key, ownTag);
        addUnsaved(key, ownTag, nowNanos);
    }

    /**
     * Of a reply block for a packet in return, which comes in a moment or not at all.
     *
     * @param key      of a reply block that is about to be given away
     * @param ownTag   the tag it is given away under
     * @param nowNanos monotonic time
     */
    public void addUnsaved(ReplyKey key, Optional<SenderTag> ownTag, long nowNanos) {
        put(new Entry(key, ownTag, nowNanos));
        while (nowNanos - byDigest.firstEntry().getValue().madeNanos() > MAX_AGE.toNanos()) {
            expire(byDigest.firstEntry().getKey());
        }
        while (byDigest.size() > MAX_KEYS) {
            expire(Collections.max(byTag.values(), Comparator.comparingInt(Set::size)).getFirst());
        }
    }

    /** @param digest of a key that nothing comes for any more */
    public void forget(ByteBuffer digest) {
        if (byDigest.containsKey(digest)) {
            expire(digest);
        }
    }

    /**
     * @param digest the first 32 bytes of something that arrived
     * @return the key it was encrypted with, forgotten by this; empty if it is no reply to us
     */
    public Optional<Used> take(byte[] digest) {
        Optional<Used> used = Optional.ofNullable(remove(ByteBuffer.wrap(digest)))
                .map(entry -> new Used(entry.key(), entry.ownTag()));
        used.ifPresent(taken -> ledger.forgotten(taken.key()));
        return used;
    }
}
