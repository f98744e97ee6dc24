package org.cloakwork.itests.chaos.soak;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrowthTest {

    private static final int SECONDS = 1200;

    /** A figure of everything, each five seconds. */
    private static List<Sample> samples(IntToDoubleFunction figure) {
        return IntStream.rangeClosed(0, SECONDS / 5).map(i -> i * 5).mapToObj(second -> {
            double value = figure.applyAsDouble(second);
            return new Sample(second, value, value, (int) value, (int) value, (int) value);
        }).toList();
    }

    @Test
    void whatGrowsOnlyInTheFirstHalfDoesNotGrow() {
        for (Sample.Figure figure : Sample.Figure.values()) {
            assertFalse(Growth.of(figure, samples(second -> Math.min(second, SECONDS / 2))).isGrowth());
        }
    }

    @Test
    void aLeakOfAFifthOfAMebibyteOrHandleASecondIsGrowth() {
        for (Sample.Figure figure : Sample.Figure.values()) {
            assertTrue(Growth.of(figure, samples(second -> 100 + second / 5.0)).isGrowth(), figure.text());
        }
    }

    @Test
    void whatFillsUpToItsLimitIsNoneAndMoreThanThatIs() {
        assertFalse(new Growth(Sample.Figure.HEAP, 15, 35, 20).isGrowth());
        assertTrue(new Growth(Sample.Figure.HEAP, 15, 35, 0).isGrowth());
        assertTrue(new Growth(Sample.Figure.HEAP, 15, 49, 20).isGrowth());
    }
}
