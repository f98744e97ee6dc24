package org.cloakwork.cover.constant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.cover.CoverTrafficStrategy.Link;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConstantCoverTest {

    private static final Randomness NONE = target -> {
        throw new AssertionError("nothing to draw");
    };

    private record Level(int congestionLevel) implements Link {

        @Override
        public boolean congested() {
            return congestionLevel > 0;
        }
    }

    private static void assertGaps(Optional<Duration> main, Optional<Duration> loop, int level,
                                   CoverTrafficStrategy strategy) {
        assertEquals(main, strategy.untilNextSlot(new Level(level), NONE));
        assertEquals(loop, strategy.untilNextLoop(new Level(level), NONE));
    }

    @Test
    void theServiceLoaderFindsThePartWithItsDefaults() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("constant", factory.name());
        assertGaps(Optional.of(Duration.ofMillis(20)), Optional.of(Duration.ofMillis(200)), 0,
                (CoverTrafficStrategy) factory.create(Map.of()));
    }

    @Test
    void gapsAreWhatWasConfiguredWhateverTheCongestion() {
        Laws.forAll(200, draw -> {
            int mainMillis = draw.between(1, 3_600_000);
            int loopMillis = draw.between(1, 3_600_000);
            boolean main = draw.nextBoolean();
            boolean loop = draw.nextBoolean();
            int level = draw.between(0, 5);
            CoverTrafficStrategy strategy = new ConstantCover.Factory()
                    .create(Map.of("main", "" + main, "loop", "" + loop,
                    "main-gap-millis", "" + mainMillis, "loop-gap-millis", "" + loopMillis));
            assertGaps(main ? Optional.of(Duration.ofMillis(mainMillis)) : Optional.empty(),
                    loop ? Optional.of(Duration.ofMillis(loopMillis)) : Optional.empty(), level, strategy);
        });
    }

    @Test
    void componentPropertiesAreReadTheSameWay() {
        assertGaps(Optional.of(Duration.ofMillis(10)), Optional.empty(), 0, new ConstantCover(Map.of(
                "component.name", "x", "cloakwork.name", "constant", "main-gap-millis", 10, "loop", false)));
        assertThrows(IllegalArgumentException.class, () -> new ConstantCover(Map.of("gap", 1)));
    }

    @ParameterizedTest
    @CsvSource({"main-gap-millis, 0", "main-gap-millis, 3600001", "loop-gap-millis, -1", "loop-gap-millis, none",
        "main, on", "loop, no", "main-mean-millis, 20"})
    void wrongValuesAndUnknownKeysAreNamed(String key, String value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new ConstantCover.Factory().create(Map.of(key, value)));
        assertTrue(e.getMessage().startsWith("cover constant: " + key + ": "), e.getMessage());
        assertTrue(e.getMessage().contains("allowed is "), e.getMessage());
    }
}
