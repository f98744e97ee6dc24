package org.cloakwork.spi.retransmission;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Decides how long to wait for an acknowledgement and when to give up. A pure decision: the client keeps all state and
 * passes what there is to know. Registered as an OSGi service with {@code cloakwork.part=retransmission} and
 * {@code cloakwork.name}. Called on the client's own thread: must not block.
 *
 * <p>Bounds: a call returns within 2 seconds, throws nothing, and never answers with null. A policy that breaks one of
 * its bounds is named in the client's state and not used for a while; the one before goes on.
 */
@ConsumerType
public interface RetransmissionPolicy {

    /** The shortest wait for an acknowledgement. */
    Duration MIN_WAIT = Duration.ofMillis(1);
    /** The longest wait, for whatever. */
    Duration MAX_WAIT = Duration.ofDays(30);

    /**
     * Asked each time a copy of a packet has left.
     *
     * @param packet what is known of the packet
     * @return how long to wait for its acknowledgement before the next copy is made, {@link #MIN_WAIT} to
     *         {@link #MAX_WAIT}, or empty to make no further copy:
     *         then the packet is given up when its message's deadline comes
     */
    Optional<Duration> waitForAck(SentPacket packet);

    /**
     * Asked when that wait is over, just before the copy is made: other packets may have used up what may be spent on
     * copies meanwhile.
     *
     * @param packet what is known of the packet
     * @return how long to put the copy off, at most {@link #MAX_WAIT}, after which this is asked again; zero
     *         to make it now; empty to make no further copy
     */
    default Optional<Duration> untilCopy(SentPacket packet) {
        return Optional.of(Duration.ZERO);
    }

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

        /** {@return what the client has measured so far, with all packets} */
        Measured measured();
    }

    /**
     * What a client has measured. Durations and counts are never negative.
     *
     * @param samples         round trips measured; 0: the two durations say nothing yet
     * @param excess          by how much round trips exceed the expected one, smoothed
     * @param variation       mean deviation of the excess, smoothed
     * @param newPackets      packets whose first copy left within the last minute
     * @param retransmissions copies after the first that were made within the last minute
     */
    record Measured(long samples, Duration excess, Duration variation, int newPackets, int retransmissions) {
    }
}
