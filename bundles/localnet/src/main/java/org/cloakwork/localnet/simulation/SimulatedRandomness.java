package org.cloakwork.localnet.simulation;

import java.util.SplittableRandom;
import org.cloakwork.spi.runtime.Randomness;

/** Fast randomness that a seed decides; not fit for anything but simulations. Used on one thread. */
final class SimulatedRandomness implements Randomness {

    private final SplittableRandom random;

    SimulatedRandomness(long seed) {
        this(new SplittableRandom(seed));
    }

    private SimulatedRandomness(SplittableRandom random) {
        this.random = random;
    }

    /** {@return a source of its own, so that one draw more here does not change what is drawn there} */
    SimulatedRandomness split() {
        return new SimulatedRandomness(random.split());
    }

    @Override
    public void fill(byte[] target) {
        random.nextBytes(target);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public int nextInt(int bound) {
        return random.nextInt(bound);
    }

    /** The logarithm that is the same on every machine. */
    @Override
    public long exponentialNanos(long meanNanos) {
        return Math.round(-StrictMath.log(((random.nextLong() >>> 11) + 1) * 0x1.0p-53) * meanNanos);
    }

    /** {@return whether something of that likelihood, 0 to 1, happens} */
    boolean happens(double likelihood) {
        return likelihood > 0 && random.nextDouble() < likelihood;
    }
}
