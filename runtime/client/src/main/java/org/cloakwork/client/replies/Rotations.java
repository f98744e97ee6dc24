package org.cloakwork.client.replies;

import java.util.OptionalLong;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.ReplySurb;

/**
 * For which keys of the nodes reply blocks were made: for the present ones, or for those before, which are of use for
 * an epoch after they were replaced. Source: protocol/3-messages, 5.5.
 */
final class Rotations {

    private long rotationId = KeyRotation.NO_ROTATION;
    private KeyRotation rotation = KeyRotation.UNKNOWN;
    private long epochNanos = Topology.EPOCH.toNanos();
    /** When the present rotation began, as long as blocks of the one before are of use. */
    private OptionalLong rotatedNanos = OptionalLong.empty();
    private boolean missed;

    /**
     * @param present     the present topology
     * @param nowNanos    monotonic time
     * @param keepsBlocks whether there are reply blocks
     * @return whether there is another rotation than before
     */
    boolean update(Topology present, long nowNanos, boolean keepsBlocks) {
        epochNanos = present.epochLength().toNanos();
        if (present.keyRotationId() == rotationId) {
            return false;
        }
        missed = rotation != KeyRotation.UNKNOWN && present.keyRotation() != KeyRotation.UNKNOWN
                && present.keyRotationId() > rotationId + 1;
        // At the start it is not known when the rotation began: only what was kept from before can be of the one
        // before.
        if (rotation != KeyRotation.UNKNOWN || keepsBlocks) {
            rotatedNanos = OptionalLong.of(nowNanos);
        }
        rotationId = present.keyRotationId();
        rotation = present.keyRotation();
        return true;
    }

    /**
     * {@return whether a rotation was not seen before this one} The labels of every other rotation are the same: blocks
     * of before cannot be told from the present ones then.
     */
    boolean missedOne() {
        return missed;
    }

    /** {@return whether, from now on, blocks of the rotation before are of no use} */
    boolean endsBefore(long nowNanos) {
        boolean over = rotatedNanos.isPresent() && nowNanos - rotatedNanos.getAsLong() > epochNanos;
        if (over) {
            rotatedNanos = OptionalLong.empty();
        }
        return over;
    }

    /** {@return whether so much of an epoch has gone by since a rotation, of which old blocks are still of use} */
    boolean isSettled(long nowNanos, int partsOfAnEpoch) {
        return rotatedNanos.isPresent() && nowNanos - rotatedNanos.getAsLong() >= epochNanos / partsOfAnEpoch;
    }

    /** {@return whether something is older than an epoch} */
    boolean isLongerThanAnEpoch(long sinceNanos, long nowNanos) {
        return nowNanos - sinceNanos > epochNanos;
    }

    boolean isFresh(ReplySurb surb) {
        return rotation == KeyRotation.UNKNOWN || surb.rotation() == KeyRotation.UNKNOWN
                || surb.rotation() == rotation;
    }

    /**
     * With a label that nodes do not take, a packet is lost, and its gateway sees what it never sees of us otherwise.
     */
    boolean isUsable(ReplySurb surb) {
        return isFresh(surb) || rotatedNanos.isPresent();
    }
}
