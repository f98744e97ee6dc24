package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;

/**
 * Asks a retransmission part how long to wait for acknowledgements, and measures for it what they take, as the client
 * does. Used on one thread.
 */
public final class Patience {

    private static final String KIND = "retransmission";
    private static final int DELAYS = 2 * Ground.LAYERS;
    private static final long MINUTE = 60_000_000_000L;
    private static final int VARIATION = 4;
    private static final int EXCESS = 8;

    private final RetransmissionPolicy policy;
    private final long delayNanos;
    private final Chance chance;
    private final Deque<Long> newPackets = new ArrayDeque<>();
    private final Deque<Long> copies = new ArrayDeque<>();
    private long samples;
    private long excess;
    private long variation;

    private record Sent(int transmissions, Duration expectedRoundTrip, Duration age, Duration untilDeadline,
            RetransmissionPolicy.Measured measured) implements RetransmissionPolicy.SentPacket {
    }

    /**
     * @param policy a part of its own
     * @param delay  of a mix, mean
     * @param chance draws the delays
     */
    public Patience(RetransmissionPolicy policy, Duration delay, Chance chance) {
        this.policy = policy;
        delayNanos = delay.toNanos();
        this.chance = chance;
    }

    /** {@return how long the mixes of a packet and of its acknowledgement hold them} */
    long roundTrip() {
        long sum = 0;
        for (int i = 0; i < DELAYS; i++) {
            sum += chance.exponentialNanos(delayNanos);
        }
        return sum;
    }

    /** {@return until a copy is due; empty: none will be made} */
    Optional<Duration> untilLost(DrivenClient.Fragment fragment, long now) {
        (fragment.tries() == 1 ? newPackets : copies).add(now);
        return checked("waitForAck", RetransmissionPolicy.MIN_WAIT, () -> policy.waitForAck(sent(fragment, now)));
    }

    /** {@return how long the copy is put off; empty: none will be made} */
    Optional<Duration> untilCopy(DrivenClient.Fragment fragment, long now) {
        return checked("untilCopy", Duration.ZERO, () -> policy.untilCopy(sent(fragment, now)));
    }

    /** With waits of nothing copies would leave without end. */
    private Optional<Duration> checked(String call, Duration least, Supplier<Optional<Duration>> body) {
        Optional<Duration> answer = Fault.called(KIND, policy, call, body);
        answer.filter(wait -> wait.compareTo(least) < 0 || wait.compareTo(RetransmissionPolicy.MAX_WAIT) > 0)
                .ifPresent(wait -> {
                    throw Fault.of(KIND, policy, call + " returned " + wait + "; allowed is " + least + " to "
                            + RetransmissionPolicy.MAX_WAIT, null);
                });
        return answer;
    }

    private Sent sent(DrivenClient.Fragment fragment, long now) {
        return new Sent(fragment.tries(), Duration.ofNanos(fragment.expected()),
                Duration.ofNanos(now - fragment.first()),
                Duration.ofNanos(Math.max(0, fragment.first() + DrivenClient.DEADLINE - now)),
                new RetransmissionPolicy.Measured(samples, Duration.ofNanos(excess), Duration.ofNanos(variation),
                        withinAMinute(newPackets, now), withinAMinute(copies, now)));
    }

    private static int withinAMinute(Deque<Long> times, long now) {
        while (!times.isEmpty() && times.peek() < now - MINUTE) {
            times.poll();
        }
        return times.size();
    }

    /** Of what was sent once; with the weights of RFC 6298. */
    void measured(long over) {
        if (samples++ == 0) {
            excess = over;
            variation = over / 2;
        } else {
            variation += (Math.abs(over - excess) - variation) / VARIATION;
            excess += (over - excess) / EXCESS;
        }
    }
}
