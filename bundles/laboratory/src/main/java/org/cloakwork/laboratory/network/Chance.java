package org.cloakwork.laboratory.network;

import java.util.SplittableRandom;
import org.cloakwork.spi.runtime.Randomness;

/** Fast randomness that a seed and a name decide; not fit for anything but experiments. Used on one thread. */
public final class Chance implements Randomness {

    private final SplittableRandom random;

    /**
     * @param seed of the study
     * @param name of what is drawn for: other names, other draws
     */
    public Chance(long seed, String name) {
        long mixed = seed;
        for (int i = 0; i < name.length(); i++) {
            mixed = mixed * 0x100000001b3L + name.charAt(i);
        }
        random = new SplittableRandom(new SplittableRandom(mixed).nextLong());
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

    /** {@return 0 to below 1} */
    public double part() {
        return random.nextDouble();
    }

    /** With the logarithm that is the same on every machine. */
    @Override
    public long exponentialNanos(long meanNanos) {
        return Math.round(exponential() * meanNanos);
    }

    /** {@return of the exponential distribution with mean 1} */
    public double exponential() {
        return -StrictMath.log(((random.nextLong() >>> 11) + 1) * 0x1.0p-53);
    }

    /**
     * @param count how many
     * @return the numbers from 0 to {@code count - 1} in any order
     */
    public int[] order(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /**
     * @param count how many
     * @param bound above all of them
     * @return that many numbers from 0, each as likely as the others
     */
    public int[] ints(int count, int bound) {
        int[] ints = new int[count];
        for (int i = 0; i < count; i++) {
            ints[i] = random.nextInt(bound);
        }
        return ints;
    }
}
