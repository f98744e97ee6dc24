package org.cloakwork.client.replies;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Counters;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.wire.crypto.ReplyKey;

/** Keys of the reply blocks we gave away, found by the digest a reply starts with. Each serves once. */
public final class ReplyKeys {

    /** Keys kept at most, some 200 bytes each; the oldest go first. */
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

    private final Counters counters;
    private final Ledger ledger;
    private final LinkedHashMap<ByteBuffer, Entry> byDigest = new LinkedHashMap<>();

    /**
     * @param counters of the client
     * @param ledger   told what comes and goes
     */
    public ReplyKeys(Counters counters, Ledger ledger) {
        this.counters = counters;
        this.ledger = ledger;
    }

    /**
     * @param key       that was there before the client started; the oldest first
     * @param ownTag    the tag it was given away under, if that is known
     * @param madeNanos monotonic time
     */
    public void restore(ReplyKey key, Optional<SenderTag> ownTag, long madeNanos) {
        byDigest.put(ByteBuffer.wrap(key.digest()), new Entry(key, ownTag, madeNanos));
    }

    /**
     * @param key      of a reply block that is about to be given away
     * @param ownTag   the tag it is given away under
     * @param nowNanos monotonic time
     */
    public void add(ReplyKey key, Optional<SenderTag> ownTag, long nowNanos) {
        byDigest.put(ByteBuffer.wrap(key.digest()), new Entry(key, ownTag, nowNanos));
        ledger.made(key, ownTag);
        while (byDigest.size() > MAX_KEYS
                || nowNanos - byDigest.firstEntry().getValue().madeNanos() > MAX_AGE.toNanos()) {
            ledger.forgotten(byDigest.pollFirstEntry().getValue().key());
            counters.count(Counter.REPLY_KEYS_EXPIRED);
        }
    }

    /**
     * @param digest the first 32 bytes of something that arrived
     * @return the key it was encrypted with, forgotten by this; empty if it is no reply to us
     */
    public Optional<Used> take(byte[] digest) {
        Optional<Used> used = Optional.ofNullable(byDigest.remove(ByteBuffer.wrap(digest)))
                .map(entry -> new Used(entry.key(), entry.ownTag()));
        used.ifPresent(taken -> ledger.forgotten(taken.key()));
        return used;
    }
}
