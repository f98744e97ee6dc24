package org.cloakwork.client.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LastMinuteTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long START = Long.MAX_VALUE - 100 * SECOND;

    @Test
    void whatIsAMinuteOldIsForgotten() {
        LastMinute lastMinute = new LastMinute(START);
        lastMinute.count(START);
        lastMinute.count(START + SECOND - 1);
        lastMinute.count(START + SECOND);
        assertEquals(3, lastMinute.total(START + 60 * SECOND - 1));
        assertEquals(1, lastMinute.total(START + 60 * SECOND));
        assertEquals(0, lastMinute.total(START + 61 * SECOND));
    }

    @Test
    void agreesWithARecordOfEverySecondWhateverThePauses() {
        SplittableRandom random = new SplittableRandom(2);
        LastMinute lastMinute = new LastMinute(START);
        Queue<Long> seconds = new ArrayDeque<>();
        long passed = 0;
        for (int i = 0; i < 20_000; i++) {
            passed += switch (random.nextInt(100)) {
                case 0 -> random.nextLong(200 * SECOND);
                case 1, 2, 3 -> random.nextLong(10 * SECOND);
                default -> random.nextLong(SECOND / 10);
            };
            long second = passed / SECOND;
            lastMinute.count(START + passed);
            seconds.add(second);
            seconds.removeIf(one -> one <= second - LastMinute.SECONDS);
            assertEquals(seconds.size(), lastMinute.total(START + passed));
        }
    }
}
