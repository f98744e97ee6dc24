package org.cloakwork.cover.poisson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.cover.CoverTrafficStrategy.Link;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoissonCoverTest {

    private static final int GAPS = 100_000;
    /** Kolmogorov-Smirnov at a level of 0.1 %: 1.95 / sqrt(n). */
    private static final double LARGEST_DISTANCE = 1.95 / Math.sqrt(GAPS);
    /** The standard error of the mean is 0.32 %. */
    private static final double LARGEST_MEAN_ERROR = 0.0125;

    private record Level(int congestionLevel) implements Link {

        @Override
        public boolean congested() {
            return congestionLevel > 0;
        }
    }

    private static CoverTrafficStrategy strategy(Map<String, String> configuration) {
        return new PoissonCover.Factory().create(configuration);
    }

    /** Fixed seeds keep the one case in a thousand away. */
    @Test
    void mainGapsAreExponentialWithTheMeanThatCongestionMultiplies() {
        for (int seed = 0; seed < 12; seed++) {
            int level = seed % 6;
            Randomness randomness = new SplittableRandom(seed)::nextBytes;
            CoverTrafficStrategy strategy = strategy(Map.of());
            assertExponential(20e6 * (1 + level), () -> strategy.untilNextSlot(new Level(level), randomness));
        }
    }

    @Test
    void loopGapsAreExponentialWhateverTheCongestion() {
        for (int level = 0; level < 6; level++) {
            Level link = new Level(level);
            Randomness randomness = new SplittableRandom(200 + level)::nextBytes;
            CoverTrafficStrategy strategy = strategy(Map.of());
            assertExponential(200e6, () -> strategy.untilNextLoop(link, randomness));
        }
    }

    private static void assertExponential(double meanNanos, Supplier<Optional<Duration>> law) {
        double[] gaps = new double[GAPS];
        double sum = 0;
        double neighbours = 0;
        for (int i = 0; i < GAPS; i++) {
            gaps[i] = law.get().orElseThrow().toNanos() / meanNanos;
            sum += gaps[i];
            neighbours += i == 0 ? 0 : (gaps[i] - 1) * (gaps[i - 1] - 1);
        }
        assertEquals(1, sum / GAPS, LARGEST_MEAN_ERROR);
        assertEquals(0, neighbours / GAPS, LARGEST_MEAN_ERROR, "correlation of neighbours");
        Arrays.sort(gaps);
        double distance = 0;
        for (int i = 0; i < GAPS; i++) {
            double expected = -Math.expm1(-gaps[i]);
            distance = Math.max(distance, Math.max(expected - (double) i / GAPS, (i + 1.0) / GAPS - expected));
        }
        assertTrue(distance < LARGEST_DISTANCE, "distance " + distance);
    }

    /** One draw for all rows: gaps differ by the multiplier only. */
    @ParameterizedTest
    @CsvSource({"0, 6, 1", "1, 6, 2", "2, 6, 3", "3, 6, 4", "4, 6, 5", "5, 6, 6", "0, 1, 1", "5, 1, 1", "3, 3, 3"})
    void levelsOfCongestionMultiplyTheMeanUpToTheLimit(int level, int limit, int multiplier) {
        byte[] half = {0x7f, -1, -1, -1, -1, -1, -1, -1};
        Randomness median = target -> System.arraycopy(half, 0, target, 0, target.length);
        CoverTrafficStrategy strategy = strategy(Map.of("maximum-multiplier", String.valueOf(limit)));
        assertEquals(Math.round(20_000_000 * multiplier * Math.log(2)),
                strategy.untilNextSlot(new Level(level), median).orElseThrow().toNanos(), 1);
        assertEquals(Math.round(200_000_000 * Math.log(2)),
                strategy.untilNextLoop(new Level(level), median).orElseThrow().toNanos(), 1);
    }

    @Test
    void streamsAreSwitchedOffOneByOne() {
        Randomness randomness = new SplittableRandom(1)::nextBytes;
        CoverTrafficStrategy loopOnly = strategy(Map.of("main", "false"));
        assertEquals(Optional.empty(), loopOnly.untilNextSlot(new Level(0), randomness));
        assertTrue(loopOnly.untilNextLoop(new Level(0), randomness).isPresent());
        CoverTrafficStrategy mainOnly = strategy(Map.of("loop", "false"));
        assertTrue(mainOnly.untilNextSlot(new Level(0), randomness).isPresent());
        assertEquals(Optional.empty(), mainOnly.untilNextLoop(new Level(0), randomness));
    }

    @Test
    void theLongestGapIsOneTheClientCanWaitFor() {
        CoverTrafficStrategy strategy = strategy(Map.of("main-mean-millis", "3600000", "loop-mean-millis", "3600000"));
        Randomness least = target -> Arrays.fill(target, (byte) 0);
        assertEquals(Duration.ofHours(6).toNanos() * 53 * Math.log(2),
                strategy.untilNextSlot(new Level(5), least).orElseThrow().toNanos(), 1e6);
        assertEquals(Duration.ofHours(1).toNanos() * 53 * Math.log(2),
                strategy.untilNextLoop(new Level(5), least).orElseThrow().toNanos(), 1e6);
    }

    @Test
    void theServiceLoaderFindsThePart() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("poisson", factory.name());
        assertEquals(CoverTrafficStrategy.class, factory.type());
    }

    @Test
    void componentPropertiesAreReadTheSameWay() {
        CoverTrafficStrategy strategy = new PoissonCover(Map.of("component.name", "x", "cloakwork.name", "poisson",
                "main", false, "loop", true, "loop-mean-millis", 100));
        Randomness randomness = new SplittableRandom(1)::nextBytes;
        assertEquals(Optional.empty(), strategy.untilNextSlot(new Level(0), randomness));
        assertExponential(100e6, () -> strategy.untilNextLoop(new Level(0), randomness));
        assertThrows(IllegalArgumentException.class, () -> new PoissonCover(Map.of("mean", 1)));
    }

    @ParameterizedTest
    @CsvSource({"main-mean-millis, 0", "main-mean-millis, 3600001", "main-mean-millis, 20ms", "loop-mean-millis, 0",
        "loop-mean-millis, 0.5", "main, yes", "loop, 1", "maximum-multiplier, 0", "maximum-multiplier, 7",
        "rate, 50"})
    void wrongValuesAndUnknownKeysAreNamed(String key, String value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> strategy(Map.of(key, value)));
        assertTrue(e.getMessage().startsWith("cover poisson: " + key + ": "), e.getMessage());
        assertTrue(e.getMessage().contains("allowed is "), e.getMessage());
    }
}
