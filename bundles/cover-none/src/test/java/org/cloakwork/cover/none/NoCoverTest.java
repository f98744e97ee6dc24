package org.cloakwork.cover.none;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;

class NoCoverTest {

    @Test
    void theServiceLoaderFindsAPartWithoutSlotsAndLoops() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("none", factory.name());
        CoverTrafficStrategy strategy = (CoverTrafficStrategy) factory.create(Map.of());
        Randomness randomness = target -> {
            throw new AssertionError("nothing to draw");
        };
        CoverTrafficStrategy.Link link = new CoverTrafficStrategy.Link() {

            @Override
            public boolean congested() {
                return true;
            }

            @Override
            public int congestionLevel() {
                return HIGHEST_CONGESTION;
            }
        };
        assertEquals(Optional.empty(), strategy.untilNextSlot(link, randomness));
        assertEquals(Optional.empty(), strategy.untilNextLoop(link, randomness));
    }

    @Test
    void anyKeyIsRefused() {
        assertEquals("cover none: rate: unknown key; allowed is no key at all",
                assertThrows(IllegalArgumentException.class, () -> new NoCover.Factory().create(Map.of("rate", "1")))
                        .getMessage());
    }
}
