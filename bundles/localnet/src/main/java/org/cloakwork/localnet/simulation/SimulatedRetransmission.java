package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.Clock;

/**
 * The retransmission part of one client, and a check of what the client tells it and does with its answers: copies and
 * new packets are counted here too, and no copy may be made that the part would put off by these counts.
 */
final class SimulatedRetransmission implements RetransmissionPolicy {

    private static final long MINUTE_NANOS = 60_000_000_000L;
    /** A client counts in whole seconds, so what it counts within a minute is at least this, and at most a minute's. */
    private static final long LEAST_MINUTE_NANOS = 59_000_000_000L;

    private final RetransmissionPolicy policy;
    private final Clock clock;
    private final ArrayDeque<Long> newNanos = new ArrayDeque<>();
    private final ArrayDeque<Long> copyNanos = new ArrayDeque<>();
    private long shortestWaitNanos = Long.MAX_VALUE;
    private int mostCopies;
    private long overBudget;

    SimulatedRetransmission(RetransmissionPolicy policy, Clock clock) {
        this.policy = policy;
        this.clock = clock;
    }

    @Override
    public Optional<Duration> waitForAck(SentPacket packet) {
        if (packet.transmissions() == 1) {
            forget(newNanos, MINUTE_NANOS);
            newNanos.add(clock.nanoTime());
        }
        Optional<Duration> wait = policy.waitForAck(packet);
        wait.ifPresent(duration -> shortestWaitNanos = Math.min(shortestWaitNanos, Math.max(1, duration.toNanos())));
        return wait;
    }

    @Override
    public Optional<Duration> untilCopy(SentPacket packet) {
        Optional<Duration> putOff = policy.untilCopy(packet);
        if (putOff.isPresent() && putOff.get().isZero()) {
            forget(newNanos, MINUTE_NANOS);
            forget(copyNanos, LEAST_MINUTE_NANOS);
            Measured told = packet.measured();
            if (!putOff.equals(policy.untilCopy(new Counted(packet, new Measured(told.samples(), told.excess(),
                    told.variation(), newNanos.size(), copyNanos.size()))))) {
                overBudget++;
            }
            copyNanos.add(clock.nanoTime());
            mostCopies = Math.max(mostCopies, copyNanos.size());
        }
        return putOff;
    }

    private record Counted(SentPacket packet, Measured measured) implements SentPacket {

        @Override
        public int transmissions() {
            return packet.transmissions();
        }

        @Override
        public Duration expectedRoundTrip() {
            return packet.expectedRoundTrip();
        }

        @Override
        public Duration age() {
            return packet.age();
        }

        @Override
        public Duration untilDeadline() {
            return packet.untilDeadline();
        }
    }

    private void forget(ArrayDeque<Long> nanos, long after) {
        long now = clock.nanoTime();
        while (!nanos.isEmpty() && now - nanos.peek() > after) {
            nanos.poll();
        }
    }

    /** {@return the shortest that an acknowledgement was ever waited for; {@link Long#MAX_VALUE} if none was} */
    long shortestWaitNanos() {
        return shortestWaitNanos;
    }

    /** {@return the most copies that were made within a minute} */
    int mostCopies() {
        return mostCopies;
    }

    /** {@return copies that were made although the part's budget was used up} */
    long overBudget() {
        return overBudget;
    }
}
