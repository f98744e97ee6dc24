package org.cloakwork.client.replies;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.wire.crypto.ReplyKey;

/** Keys of the reply blocks we gave away, found by the digest a reply starts with. Each serves once. */
public final class ReplyKeys {

    /** Keys kept at most, some 200 bytes each; the oldest go first. */
    static final int MAX_KEYS = 200_000;
    /** Source: protocol/5-client, 5.2. */
    static final long MAX_AGE_NANOS = 24 * 3600 * 1_000_000_000L;

    private record Entry(ReplyKey key, long madeNanos) {
    }

    private final Counters counters;
    private final LinkedHashMap<ByteBuffer, Entry> byDigest = new LinkedHashMap<>();

    /** @param counters of the client */
    public ReplyKeys(Counters counters) {
        this.counters = counters;
    }

    /**
     * @param key      of a reply block that is about to be given away
     * @param nowNanos monotonic time
     */
    public void add(ReplyKey key, long nowNanos) {
        byDigest.put(ByteBuffer.wrap(key.digest()), new Entry(key, nowNanos));
        while (byDigest.size() > MAX_KEYS || nowNanos - byDigest.firstEntry().getValue().madeNanos() > MAX_AGE_NANOS) {
            byDigest.pollFirstEntry();
            counters.count(Counter.REPLY_KEYS_EXPIRED);
        }
    }

    /**
     * @param digest the first 32 bytes of something that arrived
     * @return the key it was encrypted with, forgotten by this; empty if it is no reply to us
     */
    public Optional<ReplyKey> take(byte[] digest) {
        return Optional.ofNullable(byDigest.remove(ByteBuffer.wrap(digest))).map(Entry::key);
    }
}
