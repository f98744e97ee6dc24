package org.cloakwork.frontend.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.json.Json;
import org.junit.jupiter.api.Test;

class PriceTest {

    private record Law(Optional<Duration> slot, Optional<Duration> loop) implements CoverTrafficStrategy {

        @Override
        public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
            return slot;
        }

        @Override
        public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
            return loop;
        }
    }

    @Test
    void aLawCostsWhatItsGapsSay() {
        Price.Of price = new Price().of(new Law(Optional.of(Duration.ofMillis(20)),
                Optional.of(Duration.ofMillis(200))));
        assertEquals(55, price.packetsPerSecond(), 1e-9);
        assertEquals(55 * 2413, price.outBytes(), 1e-6);
        assertEquals(10, price.waitMillis(), 1e-9, "half a gap, where all are alike");
    }

    @Test
    void whatRoutesAreWorthIsInTheFile() {
        List<Json> all = Worth.all();
        assertEquals(5, all.size());
        for (Json part : all) {
            for (String measure : List.of("traced", "entropy", "p95", "delivered")) {
                Pattern three = Pattern.compile("\"" + measure + "\":\\[(\"[0-9.]+\",?){3}\\]");
                assertTrue(three.matcher(part.toString()).find(), part + ": " + measure);
            }
        }
    }

    @Test
    void noLawCostsNothing() {
        assertEquals(new Price.Of(0, 0, 0, 0), new Price().of(new Law(Optional.empty(), Optional.empty())));
    }
}
