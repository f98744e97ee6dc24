package org.cloakwork.client.replies;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
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
     * @param recipient whom we write to, where we wrote to last; at another gateway it is the same one
     * @param isolation whom we are to it, if not just ourselves
     */
    public record Self(MixnetAddress recipient, Optional<String> isolation) {
    }

    /** Who we are to somebody, wherever it is. */
    private record Name(IdentityKey recipient, EncryptionKey encryption, Optional<String> isolation) {

        private static Name of(Self self) {
            return new Name(self.recipient().identity(), self.recipient().encryption(), self.isolation());
        }
    }

    private static final class Entry {
        private final SenderTag tag;
        private Self self;
        private long usedNanos;
        private long notedNanos;

        private Entry(SenderTag tag, Self self, long usedNanos) {
            this.tag = tag;
            this.self = self;
            this.usedNanos = usedNanos;
            this.notedNanos = usedNanos;
        }
    }

    private final Randomness randomness;
    private final Counters<Counter> counters;
    private final Ledger ledger;
    private final long lifetimeNanos;
    /** The one not used for longest comes first. */
    private final LinkedHashMap<Name, Entry> ourselves = new LinkedHashMap<>(16, 0.75f, true);
    /** Not kept by a store: what they are for does not outlive the process. */
    private final LinkedHashMap<Name, Entry> isolated = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SenderTag, Entry> entries = new HashMap<>();

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
            Entry entry = new Entry(tag.tag(), self, toNanos.applyAsLong(tag.used()));
            Entry elsewhere = ourselves.put(Name.of(self), entry);
            if (elsewhere != null) {
                entries.remove(elsewhere.tag);
            }
            entries.put(tag.tag(), entry);
        });
    }

    /**
     * @param self     who we are to somebody we write to now
     * @param nowNanos monotonic time
     * @return our tag for that
     */
    public SenderTag tagFor(Self self, long nowNanos) {
        end(nowNanos);
        LinkedHashMap<Name, Entry> kind = kind(self);
        Entry entry = kind.get(Name.of(self));
        if (entry == null) {
            entry = new Entry(new SenderTag(randomness.bytes(SenderTag.LENGTH)), self, nowNanos);
            kind.put(Name.of(self), entry);
            entries.put(entry.tag, entry);
            note(entry, nowNanos);
        } else {
            use(self, entry, nowNanos);
        }
        if (kind.size() > MAX_TAGS) {
            endEldest(kind);
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
        return Optional.ofNullable(entries.get(tag)).map(entry -> entry.self);
    }

    private void use(Self self, Entry entry, long nowNanos) {
        entry.usedNanos = nowNanos;
        if (!self.equals(entry.self)) {
            if (self.isolation().isEmpty()) {
                ledger.unnamed(entry.self.recipient());
            }
            entry.self = self;
            note(entry, nowNanos);
        } else if (nowNanos - entry.notedNanos > NOTED_NANOS) {
            note(entry, nowNanos);
        }
    }

    private LinkedHashMap<Name, Entry> kind(Self self) {
        return self.isolation().isEmpty() ? ourselves : isolated;
    }

    private void note(Entry entry, long nowNanos) {
        entry.notedNanos = nowNanos;
        if (entry.self.isolation().isEmpty()) {
            ledger.named(entry.self.recipient(), entry.tag);
        }
    }

    /** @param nowNanos monotonic time: ends what was not used for long */
    public void end(long nowNanos) {
        end(ourselves, nowNanos);
        end(isolated, nowNanos);
    }

    private void end(LinkedHashMap<Name, Entry> kind, long nowNanos) {
        while (!kind.isEmpty() && nowNanos - kind.firstEntry().getValue().usedNanos > lifetimeNanos) {
            endEldest(kind);
            counters.count(Counter.TAGS_ENDED);
        }
    }

    private void endEldest(LinkedHashMap<Name, Entry> kind) {
        Entry eldest = kind.pollFirstEntry().getValue();
        entries.remove(eldest.tag);
        if (eldest.self.isolation().isEmpty()) {
            ledger.unnamed(eldest.self.recipient());
        }
    }
}
