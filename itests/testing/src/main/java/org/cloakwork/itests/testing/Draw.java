package org.cloakwork.itests.testing;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

/** What one case is made of. The edges of a range are drawn more often than their share. */
public final class Draw extends Random {

    private static final long serialVersionUID = 1;
    private static final Integer[] EDGES = {0, 1, -1, 127, 128, -128, 255, 256};

    Draw(long seed) {
        // Random alone draws alike from neighbouring seeds.
        super(new SplittableRandom(seed).nextLong());
    }

    /** {@return a number from {@code least} to {@code most}, both included} */
    public int between(int least, int most) {
        switch (nextInt(8)) {
            case 0:
                return least;
            case 1:
                return most;
            case 2:
                int edge = of(EDGES);
                return edge < least || edge > most ? least : edge;
            default:
                return (int) nextLong(least, most + 1L);
        }
    }

    /** {@return a number from {@code least} to {@code most}, both included} */
    public long between(long least, long most) {
        return switch (nextInt(8)) {
            case 0 -> least;
            case 1 -> most;
            default -> nextLong(least, most + 1);
        };
    }

    /** {@return so many bytes; now and then all the same} */
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        if (nextInt(16) == 0) {
            Arrays.fill(bytes, of(EDGES).byteValue());
        } else {
            nextBytes(bytes);
        }
        return bytes;
    }

    /** {@return from none to so many bytes} */
    public byte[] bytesUpTo(int length) {
        return bytes(between(0, length));
    }

    /** {@return from none to so many characters: letters, signs, control characters, halves of surrogate pairs} */
    public String textUpTo(int length) {
        StringBuilder text = new StringBuilder();
        int bits = of(5, 7, 8, 16);
        for (int left = between(0, length); left > 0; left--) {
            text.append((char) nextInt(1 << bits));
        }
        return text.toString();
    }

    /** {@return one of these} */
    @SafeVarargs
    public final <T> T of(T... values) {
        return values[nextInt(values.length)];
    }
}
