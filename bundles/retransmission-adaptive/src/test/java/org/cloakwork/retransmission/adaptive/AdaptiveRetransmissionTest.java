package org.cloakwork.retransmission.adaptive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.cloakwork.itests.testing.Draw;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy.Measured;
import org.cloakwork.spi.retransmission.RetransmissionPolicy.SentPacket;
import org.cloakwork.spi.runtime.PartFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdaptiveRetransmissionTest {

    private static final Duration FAR = Duration.ofDays(1);

    private record Sent(int transmissions, Duration expectedRoundTrip, Duration untilDeadline, Measured measured)
            implements SentPacket {

        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        private Duration usual() {
            return expectedRoundTrip.plus(measured.excess());
        }

        private Sent withTransmissions(int count) {
            return new Sent(count, expectedRoundTrip, untilDeadline, measured);
        }

        private Sent withDeadline(Duration left) {
            return new Sent(transmissions, expectedRoundTrip, left, measured);
        }
    }

    private static RetransmissionPolicy policy(Map<String, String> configuration) {
        return new AdaptiveRetransmission.Factory().create(configuration);
    }

    private static Measured measured(long samples, int excessMillis, int variationMillis) {
        return new Measured(samples, Duration.ofMillis(excessMillis), Duration.ofMillis(variationMillis), 100, 0);
    }

    private static Optional<Duration> wait(int transmissions, Duration untilDeadline, Measured measured) {
        return policy(Map.of()).waitForAck(new Sent(transmissions, Duration.ofMillis(90), untilDeadline, measured));
    }

    private static Optional<Duration> millis(int millis) {
        return Optional.of(Duration.ofMillis(millis));
    }

    private static Sent packet(Draw draw) {
        long samples = draw.between(0, 100);
        Duration excess = samples == 0 ? Duration.ZERO : duration(draw);
        Duration variation = samples == 0 ? Duration.ZERO : duration(draw);
        return new Sent(draw.between(1, 1_000_000), duration(draw), duration(draw),
                new Measured(samples, excess, variation, draw.between(0, 100_000), draw.between(0, 100_000)));
    }

    private static Duration duration(Draw draw) {
        return Duration.ofNanos(draw.between(0, Duration.ofHours(2).toNanos()));
    }

    // ------------------------------------------------------------------ how long

    @Test
    void beforeAnythingIsMeasuredTheAdditionIsNymsConstant() {
        assertEquals(millis(1590), wait(1, FAR, measured(0, 0, 0)));
    }

    @Test
    void thenItIsTheMeanExcessAndFourVariationsButNotLessThanTheLeast() {
        assertEquals(millis(90 + 70 + 4 * 80), wait(1, FAR, measured(1, 70, 80)));
        assertEquals(millis(90 + 70 + 200), wait(1, FAR, measured(1000, 70, 3)));
    }

    @Test
    void eachCopyDoublesTheWaitUpToTheLimit() {
        int[] waits = {360, 720, 1440, 2880, 5760, 11520, 23040, 30000, 30000};
        for (int i = 0; i < waits.length; i++) {
            assertEquals(millis(waits[i]), wait(1 + i, FAR, measured(9, 70, 3)));
        }
        assertEquals(millis(30_000), wait(Integer.MAX_VALUE, FAR, measured(9, 70, 3)));
    }

    @Test
    void neverBeforeTheUsualRoundTripAndNeverSoLateThatTheCopyIsInVain() {
        Laws.forAll(1000, draw -> {
            Sent packet = packet(draw);
            policy(Map.of()).waitForAck(packet).ifPresent(wait -> {
                assertTrue(wait.compareTo(packet.usual()) >= 0, wait + " " + packet);
                assertTrue(wait.plus(packet.usual()).compareTo(packet.untilDeadline()) <= 0, wait + " " + packet);
            });
        });
    }

    @Test
    void farFromTheDeadlineEveryFurtherCopyDoublesTheWaitOrReachesTheLimit() {
        Laws.forAll(1000, draw -> {
            Sent packet = packet(draw);
            int copy = draw.between(1, 40);
            RetransmissionPolicy policy = policy(Map.of());
            Sent far = packet.withDeadline(Duration.ofDays(100));
            Duration single = policy.waitForAck(far.withTransmissions(1)).orElseThrow();
            Duration before = policy.waitForAck(far.withTransmissions(copy)).orElseThrow();
            Duration limit = single.compareTo(Duration.ofSeconds(30)) > 0 ? single : Duration.ofSeconds(30);
            Duration twice = before.multipliedBy(2);
            assertEquals(twice.compareTo(limit) < 0 ? twice : limit,
                    policy.waitForAck(far.withTransmissions(copy + 1)).orElseThrow());
        });
    }

    // ------------------------------------------------------------------ the deadline

    /** The usual round trip is 160 ms, a single wait 360 ms. */
    @Test
    void theLastCopyIsMadeInTimeForItsAcknowledgement() {
        Measured measured = measured(9, 70, 3);
        assertEquals(millis(2880), wait(4, Duration.ofMillis(3040), measured));
        assertEquals(millis(2879), wait(4, Duration.ofMillis(3039), measured));
        assertEquals(millis(360), wait(4, Duration.ofMillis(520), measured));
        assertEquals(Optional.empty(), wait(4, Duration.ofMillis(519), measured));
        assertEquals(Optional.empty(), wait(1, Duration.ZERO, measured));
    }

    @Test
    void noCopyIsMadeThatCannotBeAcknowledgedInTime() {
        Laws.forAll(1000, draw -> {
            Sent packet = packet(draw);
            assertEquals(packet.usual().compareTo(packet.untilDeadline()) > 0,
                    policy(Map.of()).untilCopy(packet).isEmpty());
        });
    }

    // ------------------------------------------------------------------ the budget

    @ParameterizedTest
    @CsvSource({"0, 0, true", "0, 59, true", "0, 60, false", "60, 60, false", "61, 60, true", "1000, 999, true",
        "1000, 1000, false", "1000, 5000, false"})
    void aCopyForEachNewPacketOfTheLastMinuteOrSixty(int packets, int copies, boolean now) {
        assertEquals(Optional.of(now ? Duration.ZERO : Duration.ofSeconds(1)), policy(Map.of()).untilCopy(new Sent(1,
                Duration.ZERO, FAR, new Measured(1, Duration.ZERO, Duration.ZERO, packets, copies))));
    }

    @Test
    void copiesStayWithinAnyBudget() {
        Laws.forAll(1000, draw -> {
            double ratio = draw.nextInt(8) == 0 ? 0 : draw.nextDouble(1000);
            int floor = draw.between(1, 200_000);
            Sent packet = packet(draw);
            Optional<Duration> putOff = policy(Map.of("budget-ratio", String.valueOf(ratio), "budget-floor", ""
                    + floor))
                    .untilCopy(packet);
            if (putOff.equals(Optional.of(Duration.ZERO))) {
                int copies = packet.measured().retransmissions();
                assertTrue(copies < floor || copies < ratio * packet.measured().newPackets(), "" + packet);
            }
        });
    }

    // ------------------------------------------------------------------ configuration

    @Test
    void theServiceLoaderFindsThePart() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("adaptive", factory.name());
        assertEquals(RetransmissionPolicy.class, factory.type());
    }

    @Test
    void keysChangeTheLaw() {
        RetransmissionPolicy policy = policy(Map.of("initial-addition-millis", "10", "least-addition-millis", "20",
                "maximum-wait-millis", "50", "maximum-retransmissions", "3"));
        Sent unmeasured = new Sent(1, Duration.ofMillis(5), FAR, measured(0, 0, 0));
        Sent measured = new Sent(1, Duration.ofMillis(5), FAR, measured(1, 3, 0));
        assertEquals(millis(15), policy.waitForAck(unmeasured));
        assertEquals(millis(28), policy.waitForAck(measured));
        assertEquals(millis(50), policy.waitForAck(measured.withTransmissions(2)));
        assertEquals(millis(50), policy.waitForAck(measured.withTransmissions(3)));
        assertEquals(Optional.empty(), policy.waitForAck(measured.withTransmissions(4)));
    }

    @Test
    void componentPropertiesAreReadTheSameWay() {
        RetransmissionPolicy policy = new AdaptiveRetransmission(Map.of("component.name", "x", "cloakwork.name",
                "adaptive", "budget-ratio", 0.5, "initial-addition-millis", "1"));
        assertEquals(millis(6), policy.waitForAck(new Sent(1, Duration.ofMillis(5), FAR, measured(0, 0, 0))));
        assertThrows(IllegalArgumentException.class, () -> new AdaptiveRetransmission(Map.of("wait", 1)));
    }

    @ParameterizedTest
    @CsvSource({"initial-addition-millis, -1", "least-addition-millis, 3600001", "maximum-wait-millis, 0",
        "budget-ratio, -0.1", "budget-ratio, NaN", "budget-floor, 0", "maximum-retransmissions, -2",
        "ack-wait-multiplier, 1.5"})
    void wrongValuesAndUnknownKeysAreNamed(String key, String value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> policy(Map.of(key, value)));
        assertTrue(e.getMessage().startsWith("retransmission adaptive: " + key + ": "), e.getMessage());
        assertTrue(e.getMessage().contains("allowed is "), e.getMessage());
    }
}
