package org.cloakwork.itests.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final Duration LENGTH = Duration.ofMinutes(2);

    /** Large frames that come after gaps as they are drawn. */
    private static Trace.View of(DoubleStream gaps) {
        AtomicLong nanos = new AtomicLong();
        Trace trace = new Trace(nanos::get);
        gaps.takeWhile(ignored -> nanos.get() < LENGTH.toNanos()).forEach(gap -> {
            nanos.addAndGet((long) (gap * 1e9));
            trace.add(false, 1677);
        });
        return trace.view(0, LENGTH);
    }

    private static Trace.View poisson(long seed, double rate) {
        Random random = new Random(seed);
        return of(DoubleStream.generate(() -> -Math.log(1 - random.nextDouble()) / rate));
    }

    @Test
    void ofOneLawFewDifferMoreThanTheyShould() {
        long beyond = IntStream.range(0, 200).filter(seed -> Comparison.of(Frame.Kind.DOWN_LARGE,
                poisson(seed, 55), poisson(seed + 1000, 55)).leastP() < 0.01 / 3).count();
        assertTrue(beyond <= 8, beyond + " of 200");
    }

    @Test
    void aRateAFewPercentLowerIsSeen() {
        Comparison comparison = Comparison.of(Frame.Kind.DOWN_LARGE, poisson(1, 55), poisson(2, 48));
        assertTrue(comparison.rate() < 0.001, comparison::toString);
        assertTrue(comparison.ratio() > Comparison.RATIO_CRITICAL, comparison::toString);
    }

    /** The same rate, told by when frames come. */
    @Test
    void anotherLawOfTheSameRateIsSeen() {
        Comparison comparison = Comparison.of(Frame.Kind.DOWN_LARGE, poisson(1, 55),
                of(DoubleStream.generate(() -> 1 / 55.0)));
        assertTrue(comparison.rate() > 0.01, comparison::toString);
        assertTrue(comparison.distance() > comparison.critical(), comparison::toString);
        assertTrue(comparison.dispersion() < 1e-6, comparison::toString);
    }

    @Test
    void nothingIsComparedWithNothing() {
        assertEquals(1, Comparison.of(Frame.Kind.UP_LARGE, poisson(1, 55), poisson(2, 48)).leastP());
    }
}
