package org.cloakwork.localnet.node;

import java.time.Duration;
import java.util.List;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * Lets the epochs of a network pass and the keys of its nodes rotate: the next ones are there in the last epoch before
 * a change, the ones before in the first epoch after it. Source: protocol/2-packets, 13.
 */
public final class KeyRotations {

    /** Epochs a rotation lasts; at the public network 24, but a short rotation needs an overlap that clients notice. */
    public static final int EPOCHS = 4;
    /** Even and not 0, so that clients tag their packets with wire value 2. */
    public static final long FIRST_ROTATION = 10;

    private final List<NetworkNode> nodes;
    private final Randomness randomness;
    private final Runnable changed;
    private volatile long rotation = FIRST_ROTATION;
    private volatile long epochs;

    /**
     * @param nodes      whose keys rotate
     * @param randomness for new keys
     * @param changed    called whenever an epoch began or keys changed
     */
    public KeyRotations(List<NetworkNode> nodes, Randomness randomness, Runnable changed) {
        this.nodes = nodes;
        this.randomness = randomness;
        this.changed = changed;
    }

    /** {@return the id of the present rotation} */
    public long rotation() {
        return rotation;
    }

    /** {@return how many epochs have passed since the start} */
    public long epochs() {
        return epochs;
    }

    /**
     * @param period between changes
     * @return how long an epoch is then
     */
    public static Duration epoch(Duration period) {
        return period.dividedBy(EPOCHS);
    }

    /**
     * Begins.
     *
     * @param epoch     how long each lasts
     * @param clock     tells the time
     * @param scheduler ends epochs
     */
    public void start(Duration epoch, Clock clock, Scheduler scheduler) {
        schedule(clock.nanoTime(), epoch, clock, scheduler);
    }

    private void schedule(long startNanos, Duration epoch, Clock clock, Scheduler scheduler) {
        long dueNanos = startNanos + (epochs + 1) * epoch.toNanos();
        scheduler.schedule(Duration.ofNanos(Math.max(0, dueNanos - clock.nanoTime())), () -> {
            epochs++;
            switch ((int) (epochs % EPOCHS)) {
                case EPOCHS - 1 -> announce();
                case 0 -> rotate();
                case 1 -> forgetPrevious();
                default -> { }
            }
            changed.run();
            schedule(startNanos, epoch, clock, scheduler);
        });
    }

    private void announce() {
        nodes.forEach(node -> node.announce(EncryptionKeyPair.generate(randomness), KeyRotation.ofId(rotation + 1)));
    }

    private void rotate() {
        nodes.forEach(NetworkNode::rotate);
        rotation++;
    }

    private void forgetPrevious() {
        nodes.forEach(NetworkNode::forgetPrevious);
    }

    /**
     * Changes the keys out of turn, announced by nobody.
     *
     * @param overlap   how long the ones before are good
     * @param scheduler ends it
     */
    public void rotateNow(Duration overlap, Scheduler scheduler) {
        announce();
        rotate();
        long present = rotation;
        scheduler.schedule(overlap, () -> {
            if (rotation == present) {
                forgetPrevious();
            }
        });
        changed.run();
    }
}
