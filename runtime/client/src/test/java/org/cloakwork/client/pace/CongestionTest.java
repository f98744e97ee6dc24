package org.cloakwork.client.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CongestionTest {

    private static final int STEP_MILLIS = 10;

    private final Congestion congestion = new Congestion(Long.MAX_VALUE - 1);
    private long nowNanos = Long.MAX_VALUE - 1;

    private int after(boolean congested, int millis) {
        for (int passed = 0; passed < millis; passed += STEP_MILLIS) {
            nowNanos += STEP_MILLIS * 1_000_000L;
            congestion.observe(congested, nowNanos);
        }
        return congestion.level();
    }

    /** Each change needs more than a second, that is one step more; after the fifth nothing changes. */
    @ParameterizedTest
    @CsvSource({"1000, 0", "1010, 1", "2010, 1", "2020, 2", "3030, 3", "4040, 4", "5040, 4", "5050, 5", "60000, 5"})
    void risesByOneForEverySecond(int millis, int level) {
        assertEquals(level, after(true, millis));
    }

    @ParameterizedTest
    @CsvSource({"2000, 5", "2010, 4", "4010, 4", "4020, 3", "6030, 2", "8040, 1", "10040, 1", "10050, 0", "60000, 0"})
    void fallsByOneForEveryTwoSeconds(int millis, int level) {
        after(true, 60_000);
        assertEquals(level, after(false, millis));
    }

    @Test
    void oneMomentOfCongestionKeepsTheLevelTwoSecondsLonger() {
        after(true, 60_000);
        assertEquals(5, after(false, 1990));
        assertEquals(5, after(true, STEP_MILLIS));
        assertEquals(5, after(false, 2000));
        assertEquals(4, after(false, STEP_MILLIS));
    }

    @Test
    void congestionThatComesAndGoesRaisesNothingTwiceASecond() {
        for (int i = 0; i < 50; i++) {
            after(true, STEP_MILLIS);
            after(false, STEP_MILLIS);
        }
        assertEquals(0, congestion.level());
        after(true, STEP_MILLIS);
        assertEquals(1, congestion.level());
    }
}
