package org.cloakwork.spi.retransmission;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Decides how long to wait for an acknowledgement and when to give up. A pure decision: the client keeps all state and
 * passes what there is to know. Registered as an OSGi service with {@code cloakwork.part=retransmission} and
 * {@code cloakwork.name}. Called on the client's own thread: must not block.
 */
@ConsumerType
public interface RetransmissionPolicy {

    /**
     * Asked each time a copy of a packet has left.
     *
     * @param packet what is known of the packet
     * @return how long to wait for its acknowledgement before the next copy is made, or empty to make no further copy:
     *         then the packet is given up when its message's deadline comes
     */
    Optional<Duration> waitForAck(SentPacket packet);

    /** A packet of which at least one copy has left. Durations are never negative. */
    @ProviderType
    interface SentPacket {

        /** {@return copies that have left, 1 or more} */
        int transmissions();

        /** {@return delays the last copy and its acknowledgement spend in mixes, without network and queues} */
        Duration expectedRoundTrip();

        /** {@return time since the first copy left} */
        Duration age();

        /** {@return time left until the deadline of its message} */
        Duration untilDeadline();
    }
}
