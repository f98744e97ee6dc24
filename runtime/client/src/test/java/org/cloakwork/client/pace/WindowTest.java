package org.cloakwork.client.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowTest {

    private static final long ROUND_TRIP = 1000;

    private final Window window = new Window();

    @Test
    void it_opens_by_one_an_acknowledgement_until_its_limit() {
        assertEquals(Window.INITIAL, window.size());
        window.acknowledged();
        assertEquals(Window.INITIAL + 1, window.size());
        for (int i = 0; i < 5000; i++) {
            window.acknowledged();
        }
        assertEquals(Window.MOST, window.size());
    }

    @Test
    void losses_within_a_round_trip_halve_it_once() {
        for (int i = 0; i < 20; i++) {
            window.lost(5, ROUND_TRIP);
        }
        assertEquals(Window.INITIAL / 2, window.size());
        window.lost(5 + ROUND_TRIP, ROUND_TRIP);
        assertEquals(Window.INITIAL / 4, window.size());
    }

    @Test
    void it_never_closes_further_than_its_least() {
        for (int i = 0; i < 20; i++) {
            window.lost(i * ROUND_TRIP, ROUND_TRIP);
        }
        assertEquals(Window.LEAST, window.size());
    }

    @Test
    void after_a_loss_it_opens_by_one_a_round_trip() {
        window.lost(0, ROUND_TRIP);
        for (int i = 0; i < 33; i++) {
            window.acknowledged();
        }
        assertEquals(33, window.size());
    }

    @Test
    void a_loss_at_a_negative_monotonic_time_counts() {
        window.lost(Long.MIN_VALUE + 5, ROUND_TRIP);
        assertEquals(Window.INITIAL / 2, window.size());
        assertTrue(window.size() > 0);
    }
}
