package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;

/** Waits within their bounds, which are named by whose they are: TeaVM sets up an interface only where it is named. */
final class CheckedRetransmission extends Checked<RetransmissionPolicy> implements RetransmissionPolicy {

    private final Method wait = new Method("waitForAck", Parts.BUDGET);
    private final Method copy = new Method("untilCopy", Parts.BUDGET);

    CheckedRetransmission(Parts parts, RetransmissionPolicy part, String name) {
        super(parts, PartKind.RETRANSMISSION, part, name);
    }

    @Override
    public Optional<Duration> waitForAck(SentPacket packet) {
        return wait.call(() -> checked(part().waitForAck(packet), RetransmissionPolicy.MIN_WAIT));
    }

    @Override
    public Optional<Duration> untilCopy(SentPacket packet) {
        return copy.call(() -> checked(part().untilCopy(packet), Duration.ZERO));
    }

    private static Optional<Duration> checked(Optional<Duration> answer, Duration least) {
        if (present(answer).isPresent()
                && (answer.get().compareTo(least) < 0 || answer.get().compareTo(RetransmissionPolicy.MAX_WAIT) > 0)) {
            throw new Refused("returned " + answer.get() + "; allowed is " + least + " to "
                    + RetransmissionPolicy.MAX_WAIT);
        }
        return answer;
    }
}
