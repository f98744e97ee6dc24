package org.cloakwork.client.replies;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;

/**
 * The tags we call ourselves by, one for each recipient, so that no two of them can tell we are the same; and where an
 * application wants to be several to one recipient, one for each. A tag that is not used for long ends, and whoever
 * knew us by it meets somebody new.
 */
public final class SenderTags {

    /**
     * Tags remembered, of either kind, so that one kind does not push out the other; the one not used for longest goes
     * first.
     */
    static final int MAX_TAGS = 10_000;
    /** The store is told of a use so often at most. */
    private static final long NOTED_NANOS = Duration.ofHours(1).toNanos();

    /**
     * Who we are to somebody.
     *
     * @param recipient whom we write to
     * @param isolation whom we are to it, if not just ourselves
     */
    public record Self(MixnetAddress recipient, Optional<String> isolation) {
    }

    private static final class Entry {
        private final SenderTag tag;
        private long usedNanos;
        private long notedNanos;

        private Entry(SenderTag tag, long usedNanos) {
            this.tag = tag;
            this.usedNanos = usedNanos;
            this.notedNanos = usedNanos;
        }
    }

    private final Randomness randomness;
    private final Counters<Counter> counters;
    private final Ledger ledger;
    private final long lifetimeNanos;
    /** The one not used for longest comes first. */
    private final LinkedHashMap<Self, Entry> ourselves = new LinkedHashMap<>(16, 0.75f, true);
    /** Not kept by a store: what they are for does not outlive the process. */
    private final LinkedHashMap<Self, Entry> isolated = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SenderTag, Self> selves = new HashMap<>();

    /**
     * @param randomness new tags are drawn from
     * @param counters   of the client
     * @param ledger     told what comes and goes
     * @param lifetime   of a tag that is not used
     */
    public SenderTags(Randomness randomness, Counters<Counter> counters, Ledger ledger, Duration lifetime) {
        this.randomness = randomness;
        this.counters = counters;
        this.ledger = ledger;
        this.lifetimeNanos = lifetime.toNanos();
    }

    /**
     * @param saved   that were there before the client started, the one used last at the end
     * @param toNanos a date in monotonic time
     */
    public void restore(Map<MixnetAddress, Saved.Tag> saved, ToLongFunction<Instant> toNanos) {
        saved.forEach((recipient, tag) -> {
            Self self = new Self(recipient, Optional.empty());
            ourselves.put(self, new Entry(tag.tag(), toNanos.applyAsLong(tag.used())));
            selves.put(tag.tag(), self);
        });
    }

    /**
     * @param self     who we are to somebody we write to now
     * @param nowNanos monotonic time
     * @return our tag for that
     */
    public SenderTag tagFor(Self self, long nowNanos) {
        end(nowNanos);
        LinkedHashMap<Self, Entry> entries = entries(self);
        Entry entry = entries.get(self);
        if (entry == null) {
            entry = new Entry(new SenderTag(randomness.bytes(SenderTag.LENGTH)), nowNanos);
            entries.put(self, entry);
            selves.put(entry.tag, self);
            note(self, entry, nowNanos);
        } else {
            use(self, entry, nowNanos);
        }
        if (entries.size() > MAX_TAGS) {
            endEldest(entries);
        }
        return entry.tag;
    }

    /**
     * Asking is no use of the tag: otherwise whoever answers could keep it from ending.
     *
     * @param tag of ours
     * @return who we are by it; empty if it has ended
     */
    public Optional<Self> self(SenderTag tag) {
        return Optional.ofNullable(selves.get(tag));
    }

    private void use(Self self, Entry entry, long nowNanos) {
        entry.usedNanos = nowNanos;
        if (nowNanos - entry.notedNanos > NOTED_NANOS) {
            note(self, entry, nowNanos);
        }
    }

    private LinkedHashMap<Self, Entry> entries(Self self) {
        return self.isolation().isEmpty() ? ourselves : isolated;
    }

    private void note(Self self, Entry entry, long nowNanos) {
        entry.notedNanos = nowNanos;
        if (self.isolation().isEmpty()) {
            ledger.named(self.recipient(), entry.tag);
        }
    }

    /** @param nowNanos monotonic time: ends what was not used for long */
    public void end(long nowNanos) {
        end(ourselves, nowNanos);
        end(isolated, nowNanos);
    }

    private void end(LinkedHashMap<Self, Entry> entries, long nowNanos) {
        while (!entries.isEmpty() && nowNanos - entries.firstEntry().getValue().usedNanos > lifetimeNanos) {
            endEldest(entries);
            counters.count(Counter.TAGS_ENDED);
        }
    }

    private void endEldest(LinkedHashMap<Self, Entry> entries) {
        Map.Entry<Self, Entry> eldest = entries.pollFirstEntry();
        selves.remove(eldest.getValue().tag);
        if (eldest.getKey().isolation().isEmpty()) {
            ledger.unnamed(eldest.getKey().recipient());
        }
    }
}
