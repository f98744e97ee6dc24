package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;

/** Waits within their bounds. */
final class CheckedRetransmission extends Checked<RetransmissionPolicy> implements RetransmissionPolicy {

    // Read before a part is called: TeaVM takes an interface for initialized once a method of it was called.
    private static final Duration LEAST = MIN_WAIT;
    private static final Duration MOST = MAX_WAIT;

    private final Method wait = new Method("waitForAck", Parts.BUDGET);
    private final Method copy = new Method("untilCopy", Parts.BUDGET);

    CheckedRetransmission(Parts parts, RetransmissionPolicy part, String name) {
        super(parts, PartKind.RETRANSMISSION, part, name);
    }

    @Override
    public Optional<Duration> waitForAck(SentPacket packet) {
        return wait.call(() -> checked(part().waitForAck(packet), LEAST));
    }

    @Override
    public Optional<Duration> untilCopy(SentPacket packet) {
        return copy.call(() -> checked(part().untilCopy(packet), Duration.ZERO));
    }

    private static Optional<Duration> checked(Optional<Duration> answer, Duration least) {
        if (present(answer).isPresent()
                && (answer.get().compareTo(least) < 0 || answer.get().compareTo(MOST) > 0)) {
            throw new Refused("returned " + answer.get() + "; allowed is " + least + " to " + MOST);
        }
        return answer;
    }
}
