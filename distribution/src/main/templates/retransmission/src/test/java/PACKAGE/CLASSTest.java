package @package@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.junit.jupiter.api.Test;

class @class@Test {

    private record Sent(int transmissions) implements RetransmissionPolicy.SentPacket {

        @Override
        public Duration expectedRoundTrip() {
            return Duration.ofMillis(300);
        }

        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        @Override
        public Duration untilDeadline() {
            return Duration.ofMinutes(15);
        }

        @Override
        public RetransmissionPolicy.Measured measured() {
            return new RetransmissionPolicy.Measured(0, Duration.ZERO, Duration.ZERO, 0, 0);
        }
    }

    @Test
    void waitsGrowUntilItGivesUp() {
        @class@ policy = new @class@(Map.of("addition-millis", "1000", "copies", "3"));
        assertEquals(Optional.of(Duration.ofMillis(1300)), policy.waitForAck(new Sent(1)));
        assertEquals(Optional.of(Duration.ofMillis(2300)), policy.waitForAck(new Sent(2)));
        assertEquals(Optional.empty(), policy.waitForAck(new Sent(3)));
    }

    @Test
    void wrongValuesAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () ->
                new @class@(Map.of("copies", "none")));
        assertTrue(e.getMessage().startsWith("retransmission @name@: copies: "), e.getMessage());
    }
}
