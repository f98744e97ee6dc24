package org.cloakwork.client.replies;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.wire.crypto.ReplyKey;

/** Keys of the reply blocks we gave away, found by the digest a reply starts with. Each serves once. */
public final class ReplyKeys {

    /** Keys kept at most, some 200 bytes each; the oldest go first. */
    static final int MAX_KEYS = 200_000;
    /** Source: protocol/5-client, 5.2. */
    public static final Duration MAX_AGE = Duration.ofHours(24);

    private record Entry(ReplyKey key, long madeNanos) {
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
     * @param madeNanos monotonic time
     */
    public void restore(ReplyKey key, long madeNanos) {
        byDigest.put(ByteBuffer.wrap(key.digest()), new Entry(key, madeNanos));
    }

    /**
     * @param key      of a reply block that is about to be given away
     * @param nowNanos monotonic time
     */
    public void add(ReplyKey key, long nowNanos) {
        byDigest.put(ByteBuffer.wrap(key.digest()), new Entry(key, nowNanos));
        ledger.made(key);
        while (byDigest.size() > MAX_KEYS || nowNanos - byDigest.firstEntry().getValue().madeNanos() > MAX_AGE.toNanos()) {
            ledger.forgotten(byDigest.pollFirstEntry().getValue().key());
            counters.count(Counter.REPLY_KEYS_EXPIRED);
        }
    }

    /**
     * @param digest the first 32 bytes of something that arrived
     * @return the key it was encrypted with, forgotten by this; empty if it is no reply to us
     */
    public Optional<ReplyKey> take(byte[] digest) {
        Optional<ReplyKey> key = Optional.ofNullable(byDigest.remove(ByteBuffer.wrap(digest))).map(Entry::key);
        key.ifPresent(ledger::forgotten);
        return key;
    }
}
