package org.cloakwork.frontend.socks5;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Who the exit thinks that connections are from: somebody else for each user or destination, and for the same one again
 * some time after its last connection. Safe for use by many threads.
 */
final class Pseudonyms {

    /**
     * A pseudonym without a connection ends after so long; as long as Tor takes further streams on a circuit
     * (MaxCircuitDirtiness).
     */
    static final Duration LINGER = Duration.ofMinutes(10);

    private record Owner(Optional<String> user, Optional<String> destination) {
    }

    /** To be left by whoever took it. */
    final class Pseudonym {

        private final String isolation;
        private int connections;
        private long leftNanos;

        private Pseudonym(String isolation) {
            this.isolation = isolation;
        }

        /** {@return for {@link org.cloakwork.api.SendOptions#withIsolation}; says nothing about user or destination} */
        String isolation() {
            return isolation;
        }

        /** One connection less has it. */
        void leave() {
            synchronized (known) {
                connections--;
                leftNanos = nanoTime.getAsLong();
            }
        }

        private boolean isOver(long nowNanos) {
            return connections == 0 && nowNanos - leftNanos > LINGER.toNanos();
        }
    }

    private final Isolation isolation;
    private final int most;
    private final Supplier<String> fresh;
    private final LongSupplier nanoTime;
    /** Guards itself and what is in it. */
    @GuardedBy("known")
    private final Map<Owner, Pseudonym> known = new HashMap<>();

    /**
     * @param isolation what makes a difference
     * @param most      pseudonyms at once, those without a connection included
     * @param fresh     a text that was not there before
     * @param nanoTime  monotonic time
     */
    Pseudonyms(Isolation isolation, int most, Supplier<String> fresh, LongSupplier nanoTime) {
        this.isolation = isolation;
        this.most = most;
        this.fresh = fresh;
        this.nanoTime = nanoTime;
    }

    /**
     * @param handshake of a connection
     * @return whom it is from; empty if it would need a new pseudonym and there are as many as there may be
     */
    Optional<Pseudonym> take(Handshake handshake) {
        Owner owner = new Owner(handshake.user().filter(ignored -> isolation.isByUser()),
                Optional.of(handshake.destination()).filter(ignored -> isolation.isByDestination()));
        synchronized (known) {
            long now = nanoTime.getAsLong();
            known.values().removeIf(pseudonym -> pseudonym.isOver(now));
            if (!known.containsKey(owner) && known.size() >= most) {
                return Optional.empty();
            }
            Pseudonym pseudonym = known.computeIfAbsent(owner, ignored -> new Pseudonym(fresh.get()));
            pseudonym.connections++;
            return Optional.of(pseudonym);
        }
    }
}
