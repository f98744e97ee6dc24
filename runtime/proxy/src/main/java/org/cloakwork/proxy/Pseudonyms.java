package org.cloakwork.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private static final int MOST_REACHED = 64;

    private record Owner(Optional<String> user, Optional<String> destination) {
    }

    /** To be left by whoever took it. */
    final class Pseudonym {

        private final String isolation;
        private int connections;
        private long leftNanos;
        /** Targets that the exit has connected to; guarded as the rest. */
        private final Set<Target> reached = new HashSet<>();

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

        /**
         * @param target    of a connection
         * @param connected whether the exit has made it
         */
        void learn(Target target, boolean connected) {
            synchronized (known) {
                if (!connected) {
                    reached.remove(target);
                } else if (reached.size() < MOST_REACHED) {
                    reached.add(target);
                }
            }
        }

        /** {@return whether the exit has connected to it the last time} */
        boolean hasReached(Target target) {
            synchronized (known) {
                return reached.contains(target);
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
     * @param target of a connection
     * @param user   whom it is for, if that was said
     * @return whom it is from; empty if it would need a new pseudonym and there are as many as there may be
     */
    Optional<Pseudonym> take(Target target, Optional<String> user) {
        Owner owner = new Owner(user.filter(ignored -> isolation.isByUser()),
                Optional.of(target.destination()).filter(ignored -> isolation.isByDestination()));
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
