package org.cloakwork.client.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowTest {

    private static final long ROUND_TRIP = 1000;

    private final Window window = new Window();

    @Test
    void itOpensByOneAnAcknowledgementUntilItsLimit() {
        assertEquals(Window.INITIAL, window.size());
        window.acknowledged();
        assertEquals(Window.INITIAL + 1, window.size());
        for (int i = 0; i < 5000; i++) {
            window.acknowledged();
        }
        assertEquals(Window.MOST, window.size());
    }

    @Test
    void lossesWithinARoundTripHalveItOnce() {
        for (int i = 0; i < 20; i++) {
            window.lost(5, ROUND_TRIP);
        }
        assertEquals(Window.INITIAL / 2, window.size());
        window.lost(5 + ROUND_TRIP, ROUND_TRIP);
        assertEquals(Window.INITIAL / 4, window.size());
    }

    @Test
    void itNeverClosesFurtherThanItsLeast() {
        for (int i = 0; i < 20; i++) {
            window.lost(i * ROUND_TRIP, ROUND_TRIP);
        }
        assertEquals(Window.LEAST, window.size());
    }

    @Test
    void afterALossItOpensByOneARoundTrip() {
        window.lost(0, ROUND_TRIP);
        for (int i = 0; i < 33; i++) {
            window.acknowledged();
        }
        assertEquals(33, window.size());
    }

    @Test
    void aLossAtANegativeMonotonicTimeCounts() {
        window.lost(Long.MIN_VALUE + 5, ROUND_TRIP);
        assertEquals(Window.INITIAL / 2, window.size());
        assertTrue(window.size() > 0);
    }
}
