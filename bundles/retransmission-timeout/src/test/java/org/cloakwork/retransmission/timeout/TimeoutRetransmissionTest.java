package org.cloakwork.retransmission.timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy.Measured;
import org.cloakwork.spi.retransmission.RetransmissionPolicy.SentPacket;
import org.cloakwork.spi.runtime.PartFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeoutRetransmissionTest {

    private record Sent(int transmissions, Duration expectedRoundTrip) implements SentPacket {

        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        @Override
        public Duration untilDeadline() {
            return Duration.ZERO;
        }

        @Override
        public Measured measured() {
            return new Measured(0, Duration.ZERO, Duration.ZERO, 0, 0);
        }
    }

    private static Optional<Duration> wait(Map<String, String> configuration, int transmissions, Duration roundTrip) {
        return new TimeoutRetransmission.Factory().create(configuration)
                .waitForAck(new Sent(transmissions, roundTrip));
    }

    @Test
    void theServiceLoaderFindsThePartWithNymsDefaults() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("timeout", factory.name());
        RetransmissionPolicy policy = (RetransmissionPolicy) factory.create(Map.of());
        assertEquals(Optional.of(Duration.ofMillis(1635)), policy.waitForAck(new Sent(1, Duration.ofMillis(90))));
        assertEquals(Optional.of(Duration.ofMillis(1500)), policy.waitForAck(new Sent(1_000_000, Duration.ZERO)));
    }

    @Test
    void keysChangeTheFormula() {
        Map<String, String> configuration = Map.of("ack-wait-multiplier", "2", "ack-wait-addition-millis", "10",
                "maximum-retransmissions", "2");
        assertEquals(Optional.of(Duration.ofMillis(30)), wait(configuration, 1, Duration.ofMillis(10)));
        assertEquals(Optional.of(Duration.ofMillis(30)), wait(configuration, 2, Duration.ofMillis(10)));
        assertEquals(Optional.empty(), wait(configuration, 3, Duration.ofMillis(10)));
        assertEquals(Optional.empty(), wait(Map.of("maximum-retransmissions", "0"), 1, Duration.ofMillis(10)));
    }

    @Test
    void anyRoundTripGivesAWait() {
        Duration wait = wait(Map.of("ack-wait-multiplier", "1000"), 1, Duration.ofSeconds(Long.MAX_VALUE))
                .orElseThrow();
        assertTrue(wait.compareTo(Duration.ofDays(100_000)) > 0);
    }

    @Test
    void componentPropertiesAreReadTheSameWay() {
        RetransmissionPolicy policy = new TimeoutRetransmission(Map.of("component.name", "x", "cloakwork.name",
                "timeout", "ack-wait-multiplier", 3.0, "ack-wait-addition-millis", "1"));
        assertEquals(Optional.of(Duration.ofMillis(31)), policy.waitForAck(new Sent(1, Duration.ofMillis(10))));
        assertThrows(IllegalArgumentException.class, () -> new TimeoutRetransmission(Map.of("wait", 1)));
    }

    @ParameterizedTest
    @CsvSource({"ack-wait-multiplier, -1", "ack-wait-multiplier, 1001", "ack-wait-addition-millis, 1.5",
        "maximum-retransmissions, -2", "max-retransmissions, 1"})
    void wrongValuesAndUnknownKeysAreNamed(String key, String value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new TimeoutRetransmission.Factory().create(Map.of(key, value)));
        assertTrue(e.getMessage().startsWith("retransmission timeout: " + key + ": "), e.getMessage());
        assertTrue(e.getMessage().contains("allowed is "), e.getMessage());
    }
}
