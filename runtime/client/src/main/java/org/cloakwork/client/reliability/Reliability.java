package org.cloakwork.client.reliability;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.pace.Window;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.FragmentId;

/** Waits for acknowledgements and has copies made of what is not acknowledged, as the retransmission part says. */
public final class Reliability {

    /** Without an answer of the part, until it is asked again. */
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** A packet that the policy does not wait for counts as lost so long after its expected round trip. */
    private static final Duration UNATTENDED = Duration.ofSeconds(5);
    private static final long LOSS_WINDOW_NANOS = 1_000_000_000;

    /** What follows. */
    public interface Next {

        /** @param fragment needs a further copy */
        void copy(OutgoingFragment fragment);

        /** @param fragment is acknowledged, for the first time */
        void acknowledged(OutgoingFragment fragment);

        /** @param fragment whose copy was not acknowledged in time */
        void lost(OutgoingFragment fragment);

        /** There is room in the window. */
        void room();
    }

    private final Environment environment;
    private final Parts parts;
    private final Counters<Counter> counters;
    private final Next next;
    private final PendingAcks pending = new PendingAcks();
    private final Window window = new Window();
    private final RoundTrips roundTrips = new RoundTrips();
    private final LastMinute newPackets;
    private final LastMinute copies;
    /** What is being asked; if that is still so in another task, the part did not come back from it. */
    private Runnable unanswered;
    private int underWay;
    private int most;

    /**
     * @param environment of the client
     * @param parts       where the policy is looked up for each decision
     * @param counters    of the client
     * @param next        what follows
     */
    public Reliability(Environment environment, Parts parts, Counters<Counter> counters, Next next) {
        this.environment = environment;
        this.parts = parts;
        this.counters = counters;
        this.next = next;
        newPackets = new LastMinute(environment.clock().nanoTime());
        copies = new LastMinute(environment.clock().nanoTime());
    }

    /**
     * @param fragments awaited from now on
     * @return whether they are; false if one of their ids is taken by chance, and nothing was changed
     */
    public boolean add(List<OutgoingFragment> fragments) {
        boolean added = pending.add(fragments);
        most = Math.max(most, pending.size());
        return added;
    }

    /** {@return fragments that are awaited} */
    public int size() {
        return pending.size();
    }

    /** {@return the most that {@link #size} ever was} */
    public int mostAwaited() {
        return most;
    }

    /** {@return how many packets may be under way when nothing paces them} */
    public int window() {
        return window.size();
    }

    /** {@return how many more packets may be under way when nothing paces them} */
    public int room() {
        return Math.max(0, window.size() - underWay);
    }

    /**
     * @param fragment               of which a copy has left
     * @param expectedRoundTripNanos of that copy
     * @param ways                   that it and its acknowledgement take
     */
    public void sent(OutgoingFragment fragment, long expectedRoundTripNanos, List<Leg> ways) {
        long now = environment.clock().nanoTime();
        fragment.sent(now, expectedRoundTripNanos, ways);
        underWay++;
        if (fragment.transmissions() == 1) {
            counters.count(Counter.PACKETS_DATA);
            newPackets.count(now);
        } else {
            counters.count(Counter.PACKETS_RETRANSMITTED);
        }
        decide(fragment, RetransmissionPolicy::waitForAck,
                wait -> later(fragment, wait, () -> notAcknowledged(fragment)));
    }

    /** Another part may answer what one left unanswered. */
    public void partsChanged() {
        if (unanswered != null) {
            Runnable again = unanswered;
            unanswered = null;
            again.run();
        }
    }

    /** @param id named by an acknowledgement */
    public void acknowledged(FragmentId id) {
        if (id.equals(FragmentId.COVER)) {
            counters.count(Counter.ACKS_COVER);
            return;
        }
        Optional<OutgoingFragment> acknowledged = pending.acknowledged(id);
        if (acknowledged.isEmpty()) {
            counters.count(Counter.ACKS_UNKNOWN);
            return;
        }
        OutgoingFragment fragment = acknowledged.get();
        counters.count(Counter.ACKS_RECEIVED);
        window.acknowledged();
        lost(fragment);
        roundTrips.acknowledged(fragment.transmissions(), fragment.firstSentNanos(),
                fragment.expectedRoundTripNanos(), environment.clock().nanoTime());
        fragment.acknowledged();
        next.acknowledged(fragment);
        next.room();
    }

    /** @param fragment whose message has ended */
    public void ended(OutgoingFragment fragment) {
        pending.remove(fragment);
        lost(fragment);
        fragment.end();
    }

    /** Asks the retransmission part about a further copy. Without an answer it is asked again. */
    private void decide(OutgoingFragment fragment,
                        BiFunction<RetransmissionPolicy, RetransmissionPolicy.SentPacket, Optional<Duration>> question,
                        Consumer<Duration> then) {
        RetransmissionPolicy policy = parts.retransmission();
        if (policy == null) {
            later(fragment, AGAIN, () -> decide(fragment, question, then));
            return;
        }
        unanswered = () -> decide(fragment, question, then);
        Optional<Duration> answer;
        try {
            answer = question.apply(policy, sentPacket(fragment));
        } catch (PartFailure e) {
            later(fragment, AGAIN, unanswered);
            unanswered = null;
            return;
        }
        unanswered = null;
        answer.ifPresentOrElse(then, () -> noFurtherCopy(fragment));
    }

    private record SentFragment(int transmissions, Duration expectedRoundTrip, Duration age, Duration untilDeadline,
                                RetransmissionPolicy.Measured measured) implements RetransmissionPolicy.SentPacket {
    }

    private RetransmissionPolicy.SentPacket sentPacket(OutgoingFragment fragment) {
        long now = environment.clock().nanoTime();
        return new SentFragment(fragment.transmissions(), Duration.ofNanos(fragment.expectedRoundTripNanos()),
                Duration.ofNanos(now - fragment.firstSentNanos()),
                Duration.ofNanos(Math.max(0, fragment.message().deadlineNanos() - now)),
                new RetransmissionPolicy.Measured(roundTrips.samples(), Duration.ofNanos(roundTrips.excessNanos()),
                        Duration.ofNanos(roundTrips.variationNanos()), newPackets.total(now), copies.total(now)));
    }

    private void later(OutgoingFragment fragment, Duration delay, Runnable task) {
        fragment.setTimer(environment.scheduler().schedule(delay, task));
    }

    private void noFurtherCopy(OutgoingFragment fragment) {
        fragment.message().givenUp();
        later(fragment, UNATTENDED.plusNanos(fragment.expectedRoundTripNanos()), () -> {
            lost(fragment);
            next.lost(fragment);
            next.room();
        });
    }

    private void notAcknowledged(OutgoingFragment fragment) {
        lost(fragment);
        next.lost(fragment);
        window.lost(environment.clock().nanoTime(), LOSS_WINDOW_NANOS);
        sendAgain(fragment);
        // Its place in the window is free, even if its copy is put off.
        next.room();
    }

    private void sendAgain(OutgoingFragment fragment) {
        decide(fragment, RetransmissionPolicy::untilCopy, putOff -> {
            if (!putOff.isNegative() && !putOff.isZero()) {
                counters.count(Counter.COPIES_PUT_OFF);
                later(fragment, putOff, () -> sendAgain(fragment));
            } else {
                copies.count(environment.clock().nanoTime());
                next.copy(fragment);
            }
        });
    }

    private void lost(OutgoingFragment fragment) {
        if (fragment.isUnderWay()) {
            fragment.lost();
            underWay--;
        }
    }
}
