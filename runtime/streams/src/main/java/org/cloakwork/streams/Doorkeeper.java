package org.cloakwork.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * Looks at {@link Proof}s. One opens one stream: those of the last minutes are remembered, and older ones, also those
 * from before there was somebody who remembers, are not taken.
 */
final class Doorkeeper {

    /** How far the caller's clock may be from ours, the way included. */
    static final Duration WINDOW = Duration.ofMinutes(10);
    /** Of one key, within the window on both sides. */
    static final int MOST_OF_A_KEY = 4096;

    private record Seen(long id, long madeMillis) {
    }

    private final EncryptionKeyPair own;
    private final Clock clock;
    private final Instant since;
    private final Map<EncryptionKey, Deque<Seen>> seen = new HashMap<>();

    Doorkeeper(EncryptionKeyPair own, Clock clock) {
        this.own = own;
        this.clock = clock;
        since = clock.now();
    }

    /** {@return the key that is shown} The work is the same whatever the port, and whether it is listened on. */
    Optional<EncryptionKey> look(StreamFrame.Open asked) {
        return asked.proof().filter(proof -> proof.isTrue(own, asked.id(), asked.port())).map(Proof::key);
    }

    /**
     * @param allowed who may come in
     * @param shown   as {@link #look} found it
     * @return whether this one may, this once
     */
    boolean letIn(Set<EncryptionKey> allowed, Optional<EncryptionKey> shown, StreamFrame.Open asked) {
        if (shown.isEmpty() || !allowed.contains(shown.get())) {
            return false;
        }
        Instant now = clock.now();
        Instant made = Instant.ofEpochMilli(asked.proof().orElseThrow().madeMillis());
        // Rounded to what a proof says, so that one of the same moment is taken.
        if (made.isBefore(now.minus(WINDOW)) || made.isAfter(now.plus(WINDOW))
                || made.toEpochMilli() < since.toEpochMilli()) {
            return false;
        }
        Deque<Seen> before = seen.computeIfAbsent(shown.get(), key -> new ArrayDeque<>());
        long oldest = now.minus(WINDOW).toEpochMilli();
        before.removeIf(one -> one.madeMillis() < oldest);
        Seen one = new Seen(asked.id(), made.toEpochMilli());
        if (before.contains(one) || before.size() >= MOST_OF_A_KEY) {
            return false;
        }
        return before.add(one);
    }
}
