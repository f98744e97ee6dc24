package org.cloakwork.spi.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersTest {

    private enum Counter implements Counters.Keyed {
        LATE("dropped.late"), EARLY("dropped.early"), OTHER("other");

        private final String key;

        Counter(String key) {
            this.key = key;
        }

        @Override
        public String key() {
            return key;
        }
    }

    @Test
    void eachIsCountedByItselfAndAllAreToldInTheOrderOfTheirKeys() {
        Counters<Counter> counters = new Counters<>(Counter.class);
        counters.count(Counter.LATE);
        counters.count(Counter.LATE);
        counters.add(Counter.EARLY, 40);
        assertEquals(2, counters.get(Counter.LATE));
        assertEquals(Map.of("dropped.early", 40L, "dropped.late", 2L, "other", 0L), counters.snapshot());
        assertEquals(List.of("dropped.early", "dropped.late", "other"), List.copyOf(counters.snapshot().keySet()));
    }

    @Test
    void whoeverListensIsToldOfEachAndHowMany() {
        List<String> told = new ArrayList<>();
        Counters<Counter> counters = new Counters<>(Counter.class,
                (counter, amount) -> told.add(amount + " " + counter.key()));
        counters.count(Counter.LATE);
        counters.add(Counter.EARLY, 40);
        counters.add(Counter.OTHER, 0);
        assertEquals(List.of("1 dropped.late", "40 dropped.early"), told);
    }
}
