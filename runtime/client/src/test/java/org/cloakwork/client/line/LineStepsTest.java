package org.cloakwork.client.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.junit.jupiter.api.Test;

class LineStepsTest {

    private static final long SECOND = 1_000_000_000L;

    private static SenderTag tag(int number) {
        byte[] bytes = new byte[SenderTag.LENGTH];
        bytes[0] = (byte) number;
        bytes[1] = (byte) (number >> 8);
        return new SenderTag(bytes);
    }

    /**
     * Senders ask at random moments, each at a pace of its own.
     *
     * @return what each got a second
     */
    private static double[] granted(Shares shares, Random random, double[] demands, long fromNanos, int seconds) {
        double sum = Arrays.stream(demands).sum();
        double[] got = new double[demands.length];
        long now = fromNanos;
        while (now < fromNanos + seconds * SECOND) {
            now += (long) (-Math.log(1 - random.nextDouble()) / sum * SECOND);
            double drawn = random.nextDouble() * sum;
            int sender = 0;
            while (sender < demands.length - 1 && drawn >= demands[sender]) {
                drawn -= demands[sender++];
            }
            got[sender] += shares.grant(tag(sender), 1, now) / (double) seconds;
        }
        return got;
    }

    /** {@return what each gets if nobody could get more without somebody getting less who has less} */
    private static double[] fair(double[] demands, double all, double most) {
        double[] wanted = Arrays.stream(demands).map(demand -> Math.min(demand, most)).toArray();
        double level = 0;
        while (level < most && Arrays.stream(wanted).map(new AtLevel(level + 0.01)::of).sum() < all) {
            level += 0.01;
        }
        return Arrays.stream(wanted).map(new AtLevel(level)::of).toArray();
    }

    private record AtLevel(double level) {
        double of(double wanted) {
            return Math.min(wanted, level);
        }
    }

    @Test
    void whatThereIsIsSharedEvenlyAndWhatOneLeavesGoesToTheOthers() {
        Random random = new Random(1);
        int seconds = 30;
        for (int round = 0; round < 20; round++) {
            int all = 200 + random.nextInt(2000);
            int most = 20 + random.nextInt(500);
            double[] demands = random.doubles(1 + random.nextInt(40)).map(x -> 2 * Math.pow(400, x)).toArray();
            Shares shares = new Shares(all, most);
            granted(shares, random, demands, 0, 3);
            double[] got = granted(shares, random, demands, 3 * SECOND, seconds);
            double[] fair = fair(demands, all, most);
            String what = all + " of " + Arrays.toString(demands) + ", at most " + most + ": " + Arrays.toString(got)
                    + " instead of " + Arrays.toString(fair);
            assertTrue(Arrays.stream(got).sum() <= all + 2.0 * all / seconds, what);
            for (int i = 0; i < demands.length; i++) {
                double deviation = Math.sqrt(fair[i] / seconds);
                assertTrue(got[i] <= most + Shares.MOST_SECONDS * most / seconds + 1, what);
                assertTrue(got[i] > 0.93 * fair[i] - 4 * deviation, i + ": " + what);
                assertTrue(got[i] < 1.05 * fair[i] + 4 * deviation + Shares.MOST_SECONDS * most / seconds,
                        i + ": " + what);
            }
        }
    }

    /** Whoever had little before gets its part at once when it asks for it. */
    @Test
    void whoAsksForAllTheTimeCrowdsNobodyOut() {
        Random random = new Random(2);
        Shares shares = new Shares(1000, 1000);
        double[] demands = {5000, 4, 4, 4, 4, 4, 4, 4, 4, 4};
        granted(shares, random, demands, 0, 5);
        double[] before = granted(shares, random, demands, 5 * SECOND, 5);
        assertEquals(964, before[0], 30);
        Arrays.fill(demands, 1, 10, 90);
        double[] after = granted(shares, random, demands, 10 * SECOND, 10);
        for (int i = 1; i < 10; i++) {
            assertEquals(90, after[i], 15, Arrays.toString(after));
        }
        assertEquals(190, after[0], 40, Arrays.toString(after));
    }

    /** Tags cost nothing: more of them bring no more in all. */
    @Test
    void manyTagsBringNoMore() {
        Shares shares = new Shares(1000, 1000);
        int got = 0;
        for (int i = 0; i < 20_000; i++) {
            got += shares.grant(tag(i), 2, i * SECOND / 1000);
        }
        assertTrue(got > 0 && got <= 20 * 1000 + 2000, "in 20 s: " + got);
    }

    @Test
    void theShareOfSlotsRisesAndFallsEvenly() {
        Ramp ramp = new Ramp(10 * SECOND, 0);
        assertEquals(0.1, ramp.towards(1, SECOND), 1e-9);
        assertEquals(0.6, ramp.towards(1, 6 * SECOND), 1e-9);
        assertEquals(1, ramp.towards(1, 60 * SECOND), 1e-9);
        assertEquals(0.9, ramp.towards(0, 61 * SECOND), 1e-9);
    }

    private static MixnetAddress address(int number) {
        byte[] key = new byte[32];
        key[0] = 1;
        IdentityKey identity = new IdentityKey(key);
        key[0] = (byte) number;
        return new MixnetAddress(identity, new EncryptionKey(key), identity);
    }

    private static Partners partners() {
        Random random = new Random(1);
        return new Partners(random::nextBytes);
    }

    private static void returns(Partners partners, long now) {
        assertTrue(partners.answered(partners.next(now).orElseThrow(), true, OptionalLong.empty(), now));
    }

    @Test
    void whoWasUsedLastIsAskedForEver() {
        Partners partners = partners();
        partners.use(address(1), tag(1), 0);
        assertEquals(Optional.of(new Line.Pull(address(1), tag(1), true)), partners.next(0));
        partners.answered(new Line.Pull(address(1), tag(1), true), true, OptionalLong.empty(), 0);
        partners.use(address(1), tag(2), 0);
        partners.use(address(1), tag(3), SECOND);
        for (long second = 0; second < 1_000_000; second += 1000) {
            assertEquals(1, partners.target(second * SECOND), "at " + second + " s");
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(tag(3), partners.next(1_000_000 * SECOND).orElseThrow().tag());
        }
    }

    @Test
    void whoStandsIsAskedUsedOrNotUntilAnotherOneHasTakenItsPlace() {
        Partners partners = partners();
        partners.stand(address(1), tag(1), 0);
        partners.stand(address(1), tag(9), 0);
        returns(partners, 0);
        partners.stand(address(2), tag(2), 0);
        partners.leave(address(1), 0);
        partners.leave(address(1), 0);
        assertFalse(partners.isStanding(address(1)));
        // The other one has not answered.
        assertEquals(1, partners.target(1000 * SECOND));
        assertEquals(new Line.Pull(address(2), tag(2), true), partners.next(1000 * SECOND).orElseThrow());
        // Slots are rare: a question that has not left is no reason to give up.
        assertFalse(partners.decide(1005 * SECOND));
        assertTrue(partners.isOpen(address(2)));
        partners.questionLeft(address(2), 1006 * SECOND);
        assertTrue(partners.decide(1011 * SECOND));
        assertEquals(new Line.Pull(address(1), tag(1), false), partners.next(1011 * SECOND).orElseThrow());
        // And is asked again.
        assertEquals(1, partners.target(1200 * SECOND));
        returns(partners, 1200 * SECOND);
        assertEquals(1, partners.target(1300 * SECOND));
        for (int i = 0; i < 100; i++) {
            assertEquals(tag(2), partners.next(1300 * SECOND).orElseThrow().tag());
        }
    }

    @Test
    void whoGaveNothingIsAskedOnceMoreUntilThatQuestionHasLeft() {
        Partners partners = partners();
        partners.stand(address(1), tag(1), 0);
        partners.next(0);
        partners.questionLeft(address(1), 0);
        assertTrue(partners.decide(5 * SECOND));
        assertEquals(0, partners.target(6 * SECOND));
        assertTrue(partners.target(200 * SECOND) > 0);
        assertTrue(partners.next(200 * SECOND).isPresent());
        assertTrue(partners.next(201 * SECOND).isEmpty());
        assertTrue(partners.target(202 * SECOND) > 0);
        partners.questionLeft(address(1), 202 * SECOND);
        assertEquals(0, partners.target(203 * SECOND));
    }

    /** Otherwise no slot would ask, and what is on its way to it would wait for ever. */
    @Test
    void whoAnswersAfterItWasGivenUpIsAskedAgain() {
        for (boolean lost : new boolean[] {false, true}) {
            Partners partners = partners();
            Line.Pull pull = new Line.Pull(address(1), tag(1), true);
            partners.use(address(1), tag(1), 0);
            partners.next(0);
            partners.questionLeft(address(1), 0);
            if (lost) {
                returns(partners, SECOND);
                for (int i = 0; i < Partners.MOST_UNANSWERED; i++) {
                    partners.sent(address(1), SECOND);
                }
                assertTrue(partners.fallSilent(2 * SECOND, 2 * SECOND));
            } else {
                assertTrue(partners.decide(5 * SECOND));
            }
            partners.target(400 * SECOND);
            assertTrue(partners.answered(pull, true, OptionalLong.empty(), 400 * SECOND));
            assertTrue(partners.hasEven());
            assertEquals(1, partners.target(401 * SECOND));
        }
    }

    /** A part failed, or it was made for a gateway where we are not any more. */
    @Test
    void aQuestionThatWasMadeAndDoesNotLeaveIsNone() {
        Partners partners = partners();
        partners.use(address(1), tag(1), 0);
        for (int i = 0; i < 10; i++) {
            partners.notAsked(partners.next(i * SECOND).orElseThrow().partner());
        }
        for (int i = 10; i < 14; i++) {
            partners.questionLeft(partners.next(i * SECOND).orElseThrow().partner(), i * SECOND);
        }
        partners.notAsked(address(1));
        assertTrue(partners.next(14 * SECOND).isEmpty());
    }

    @Test
    void whoWasAskedOverALinkThatIsGoneIsAskedAgain() {
        Partners partners = partners();
        partners.use(address(1), tag(1), 0);
        for (int i = 0; i < 4; i++) {
            partners.next(i * SECOND / 2);
            partners.questionLeft(address(1), i * SECOND / 2);
        }
        partners.restarted(60 * SECOND);
        assertFalse(partners.decide(61 * SECOND), "nobody could answer");
        assertTrue(partners.next(61 * SECOND).isPresent());
    }

    @Test
    void whatIsMissingOrTooMuchIsMadeUpForWithPullsThatBringTwoOrNone() {
        Account account = new Account();
        assertEquals(1, account.correction());
        assertEquals(0, account.add(3.5));
        List<Integer> blocks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            blocks.add(account.correction());
        }
        assertEquals(List.of(2, 2, 2, 1, 1), blocks);
        assertFalse(account.isUneven());
        account.add(-1.5);
        assertTrue(account.isUneven());
        assertEquals(0, account.correction());
        assertEquals(1, account.correction());
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
        assertFalse(expected.sent(100, "a", 99 * SECOND));
        assertTrue(expected.sent(100, "a", 100 * SECOND));
        expected.sweep(100 * SECOND + SECOND * 12 / 10, (key, whose) -> overdue.add(key));
        assertEquals(List.of(1, 100), overdue);
    }

    /** Of what leaves one in five brings nothing; what comes takes 200 ms or, one in ten, 300. */
    @Test
    void whoIsSilentIsFoundSoonAndHardlyEverWhileItIsNot() {
        Random random = new Random(1);
        Partners partners = partners();
        partners.use(address(1), tag(1), 0);
        returns(partners, 0);
        Line.Pull pull = new Line.Pull(address(1), tag(1), false);
        long usual = SECOND * 25 / 100;
        NavigableMap<Long, Long> coming = new TreeMap<>();
        int wrong = 0;
        long now = 0;
        while (now < 3600 * SECOND) {
            now += (long) (-Math.log(1 - random.nextDouble()) * SECOND / 55);
            for (; !coming.isEmpty() && coming.firstKey() < now; coming.pollFirstEntry()) {
                long came = coming.firstKey();
                partners.answered(pull, true, OptionalLong.of(coming.firstEntry().getValue()), came);
            }
            wrong += partners.fallSilent(now - usual, now) ? 1 : 0;
            partners.sent(address(1), now);
            if (random.nextDouble() > 0.2) {
                coming.put(now + SECOND * (random.nextDouble() < 0.1 ? 3 : 2) / 10, now);
            }
        }
        assertTrue(wrong <= 2, wrong + " times in an hour");
        assertTrue(partners.hasEven());
        long silent = now;
        while (!partners.fallSilent(now - usual, now)) {
            partners.sent(address(1), now);
            now += SECOND / 55;
        }
        assertTrue(now - silent < usual + (Partners.MOST_UNANSWERED + 2) * SECOND / 55);
        assertTrue(partners.isLost(address(1)));
        // And is asked, less and less often.
        int asked = 0;
        for (long later = now; later < now + 60 * SECOND; later += SECOND / 55) {
            asked += partners.next(later).isPresent() ? 1 : 0;
        }
        assertTrue(asked >= 8 && asked <= 15, asked + " questions in a minute");
        assertTrue(partners.answered(pull, true, OptionalLong.empty(), now + 61 * SECOND));
        assertTrue(partners.hasEven());
        assertFalse(partners.fallSilent(now + 61 * SECOND, now + 61 * SECOND));
    }
}
