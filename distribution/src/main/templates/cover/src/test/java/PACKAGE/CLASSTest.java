package @package@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;

class @class@Test {

    private static final CoverTrafficStrategy.Link QUIET = new CoverTrafficStrategy.Link() {
        @Override
        public boolean congested() {
            return false;
        }

        @Override
        public int congestionLevel() {
            return 0;
        }
    };

    @Test
    void gapsAreEvenBetweenTheLimits() {
        Randomness randomness = new Random(1)::nextBytes;
        @class@ strategy = new @class@(Map.of("least-millis", "10", "most-millis", "30"));
        long sumNanos = 0;
        int draws = 10_000;
        for (int i = 0; i < draws; i++) {
            Duration gap = strategy.untilNextSlot(QUIET, randomness).orElseThrow();
            assertTrue(gap.compareTo(Duration.ofMillis(10)) >= 0 && gap.compareTo(Duration.ofMillis(30)) <= 0, ""
                    + gap);
            sumNanos += gap.toNanos();
        }
        assertEquals(20e6, (double) sumNanos / draws, 0.3e6);
        assertTrue(strategy.untilNextLoop(QUIET, randomness).isEmpty());
    }

    @Test
    void wrongValuesAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new @class@(Map.of("least-millis", "0")));
        assertTrue(e.getMessage().startsWith("cover @name@: least-millis: "), e.getMessage());
    }
}
