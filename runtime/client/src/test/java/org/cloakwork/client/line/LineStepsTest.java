package org.cloakwork.client.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.cloakwork.api.SenderTag;
import org.junit.jupiter.api.Test;

class LineStepsTest {

    private static final long SECOND = 1_000_000_000L;

    private static SenderTag tag(int number) {
        byte[] bytes = new byte[SenderTag.LENGTH];
        bytes[0] = (byte) number;
        return new SenderTag(bytes);
    }

    @Test
    void nobodyGetsMoreThanAnEvenPartOfWhatThereIs() {
        Shares shares = new Shares(1000);
        for (int second = 1; second < 5; second++) {
            int greedy = 0;
            int others = 0;
            for (int round = 0; round < 100; round++) {
                long now = 2L * second * SECOND + round;
                greedy += shares.grant(tag(0), 100, now);
                for (int sender = 1; sender < 10; sender++) {
                    others += shares.grant(tag(sender), 1, now);
                }
            }
            assertTrue(greedy + others <= 1000);
            if (second > 1) {
                assertEquals(100, greedy);
                assertEquals(900, others);
            }
        }
    }

    @Test
    void theShareOfSlotsRisesAndFallsEvenly() {
        Ramp ramp = new Ramp(10 * SECOND, 0);
        assertEquals(0.1, ramp.towards(1, SECOND), 1e-9);
        assertEquals(0.6, ramp.towards(1, 6 * SECOND), 1e-9);
        assertEquals(1, ramp.towards(1, 60 * SECOND), 1e-9);
        assertEquals(0.9, ramp.towards(0, 61 * SECOND), 1e-9);
    }

    @Test
    void whatIsMissingOrTooMuchIsMadeUpForWithEverySecondPullAtMost() {
        Account account = new Account();
        assertEquals(1, account.blocks());
        assertEquals(0, account.add(3.5));
        List<Integer> blocks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            blocks.add(account.blocks());
        }
        assertEquals(List.of(2, 1, 2, 1, 2, 1, 1, 1), blocks);
        account.add(-1.5);
        assertEquals(0, account.blocks());
        assertEquals(1, account.blocks());
        assertTrue(account.hasRoom());
        account.add(Account.ROOM);
        assertFalse(account.hasRoom());
    }

    @Test
    void whatIsMoreThanCanBeMadeUpForIsTold() {
        Account account = new Account();
        assertEquals(0, account.add(-Account.BOUND));
        assertEquals(5, account.add(-5));
        assertEquals(-Account.BOUND, account.missing());
    }

    @Test
    void whatComesBackTellsHowLongIsWaited() {
        Expected<Integer, String> expected = new Expected<>(3 * SECOND);
        List<Integer> overdue = new ArrayList<>();
        expected.sent(1, "a", 0);
        expected.sweep(2 * SECOND, (key, whose) -> overdue.add(key));
        assertEquals(List.of(), overdue);
        expected.sweep(4 * SECOND, (key, whose) -> overdue.add(key));
        assertEquals(List.of(1), overdue);
        for (int i = 2; i < 100; i++) {
            expected.sent(i, "a", i * SECOND);
            assertTrue(expected.back(i, i * SECOND + SECOND / 10).isPresent());
        }
        assertTrue(expected.back(1, 100 * SECOND).isEmpty());
        expected.sent(100, "a", 100 * SECOND);
        expected.sweep(100 * SECOND + SECOND * 12 / 10, (key, whose) -> overdue.add(key));
        assertEquals(List.of(1, 100), overdue);
    }
}
