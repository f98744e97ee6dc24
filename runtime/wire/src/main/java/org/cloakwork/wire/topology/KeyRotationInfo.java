package org.cloakwork.wire.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * When Sphinx keys rotate. Source: protocol/7-network, 2.4.
 *
 * @param validityEpochs    epochs a rotation lasts, u32, at least 1
 * @param initialEpochId    first epoch of rotation 0, u32
 * @param currentEpochId    u32
 * @param currentEpochStart when it began
 * @param epochDuration     of every epoch, positive
 */
public record KeyRotationInfo(long validityEpochs, long initialEpochId, long currentEpochId,
                              Instant currentEpochStart, Duration epochDuration) {

    public KeyRotationInfo {
        if (validityEpochs < 1) {
            throw new IllegalArgumentException("validity must be at least 1 epoch, not " + validityEpochs);
        }
        Objects.requireNonNull(currentEpochStart);
        if (epochDuration.compareTo(Duration.ZERO) <= 0) {
            throw new IllegalArgumentException("epoch duration must be positive, not " + epochDuration);
        }
    }

    /**
     * @param epochId absolute
     * @return the rotation it belongs to
     */
    public long rotationId(long epochId) {
        return Math.max(0, epochId - initialEpochId) / validityEpochs;
    }

    /**
     * @param rotationId from 0
     * @return its first epoch
     */
    public long firstEpochId(long rotationId) {
        return initialEpochId + validityEpochs * rotationId;
    }
}
