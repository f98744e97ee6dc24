package org.cloakwork.itests.line;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LagsTest {

    private static final Duration LENGTH = Duration.ofMinutes(2);
    private static final long MIX_NANOS = 15_000_000;

    /** Each frame that goes brings one after so many mixes, so that each direction by itself has the same law. */
    private static Trace.View answered(long seed, int mixes) {
        Random random = new Random(seed);
        List<Frame> frames = new ArrayList<>();
        for (double at = 0; at < LENGTH.toNanos(); at += -Math.log(1 - random.nextDouble()) / 55e-9) {
            double back = at;
            for (int i = 0; i < mixes; i++) {
                back -= Math.log(1 - random.nextDouble()) * MIX_NANOS;
            }
            frames.add(new Frame((long) at, true, 2460));
            frames.add(new Frame((long) back, false, 1677));
        }
        frames.sort(Comparator.comparingLong(Frame::nanos));
        return new Trace.View(frames, 0, LENGTH);
    }

    @Test
    void aLongerWayIsSeenThoughNeitherDirectionTellsByItself() {
        Trace.View loops = answered(1, 3);
        Trace.View others = answered(2, 6);
        assertTrue(Comparison.of(Frame.Kind.DOWN_LARGE, loops, others).leastP() > 0.001);
        assertTrue(Lags.p(loops, others) < 0.01, () -> "p " + Lags.p(loops, others));
    }

    @Test
    void theSameWayIsNot() {
        int below = 0;
        for (int seed = 0; seed < 20; seed += 2) {
            below += Lags.p(answered(seed, 3), answered(seed + 1, 3)) < 0.01 ? 1 : 0;
        }
        assertTrue(below <= 1, below + " of 10");
    }
}
