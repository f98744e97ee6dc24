package org.cloakwork.localnet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedFaultTest {

    @Test
    void forms() {
        assertEquals(new SimulatedFault.Delay(Duration.ofMillis(250), Duration.ofMinutes(1), Duration.ofMinutes(90)),
                SimulatedFault.parse("delay=250@1m-1.5h"));
        assertEquals(new SimulatedFault.Reorder(Duration.ofMillis(5), Duration.ofSeconds(7)),
                SimulatedFault.parse("reorder@5ms-7s"));
        assertEquals(new SimulatedFault.GatewayRestart(Duration.ofHours(3), Duration.ofSeconds(5)),
                SimulatedFault.parse("gateway-restart@3h"));
        assertEquals(new SimulatedFault.GatewayRestart(Duration.ofHours(3), Duration.ofMinutes(10)),
                SimulatedFault.parse("gateway-restart@3h+10m"));
        assertEquals(new SimulatedFault.DirectoryOutage(Duration.ZERO, Duration.ofHours(1)),
                SimulatedFault.parse("directory-outage@0s-1h"));
        assertEquals(new SimulatedFault.Epoch(Duration.ofHours(1)), SimulatedFault.parse("epoch@1h"));
        assertEquals(new SimulatedFault.Rotation(Duration.ofHours(1)), SimulatedFault.parse("rotation@1h"));
        assertEquals(new SimulatedFault.Suspend(Duration.ofHours(1), Duration.ofHours(9)),
                SimulatedFault.parse("suspend@1h-9h"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "flood@1m", "delay@1m-2m", "delay=@1m-2m", "delay=-5@1m-2m", "delay=60001@1m-2m",
        "delay=5@1m", "reorder@2m-1m", "reorder@1m-1m", "reorder", "gateway-restart", "gateway-restart@1m+",
        "gateway-restart@1m-2m", "epoch@1", "epoch@-1m", "epoch@1e3m", "epoch@9999h", "rotation@1m-2m", "suspend@1m",
        "suspend@-", "suspend@1m-99999999999h", "epoch@1.m", "epoch@.5m", "epoch @1m"})
    void whatIsNoFaultIsNamed(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> SimulatedFault.parse(text)).getMessage();
        assertTrue(message.startsWith("fault \"" + text + "\": "), message);
    }
}
