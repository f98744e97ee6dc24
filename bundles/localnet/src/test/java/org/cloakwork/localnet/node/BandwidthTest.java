package org.cloakwork.localnet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.junit.jupiter.api.Test;

class BandwidthTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Instant LAST_MOMENT = Instant.parse("2026-11-23T23:59:59.999999999Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-11-24T00:00:00Z");

    @Test
    void startsWithNothing() {
        Bandwidth bandwidth = new Bandwidth();
        assertEquals(0, bandwidth.available(NOON));
        assertFalse(bandwidth.charge(1, NOON));
    }

    @Test
    void everyClaimAddsUpToTheLimitOfNumbers() {
        Bandwidth bandwidth = new Bandwidth();
        assertEquals(68_719_476_736L, bandwidth.claim(NOON));
        assertEquals(2 * 68_719_476_736L, bandwidth.claim(NOON));
        for (long i = 0; i < Long.MAX_VALUE / GatewayProtocol.FREE_CLAIM_BYTES; i++) {
            bandwidth.claim(NOON);
        }
        assertEquals(Long.MAX_VALUE, bandwidth.claim(NOON));
    }

    @Test
    void chargesExactlyOrNotAtAll() {
        Bandwidth bandwidth = new Bandwidth();
        bandwidth.claim(NOON);
        assertTrue(bandwidth.charge(2413, NOON));
        assertEquals(68_719_474_323L, bandwidth.available(NOON));
        assertFalse(bandwidth.charge(68_719_474_324L, NOON));
        assertEquals(68_719_474_323L, bandwidth.available(NOON));
        assertTrue(bandwidth.charge(68_719_474_323L, NOON));
        assertEquals(0, bandwidth.available(NOON));
    }

    @Test
    void isGoneAtMidnight() {
        Bandwidth bandwidth = new Bandwidth();
        bandwidth.claim(NOON);
        assertTrue(bandwidth.charge(1, LAST_MOMENT));
        assertFalse(bandwidth.charge(1, MIDNIGHT));
        assertEquals(0, bandwidth.available(MIDNIGHT));
        assertEquals(GatewayProtocol.FREE_CLAIM_BYTES, bandwidth.claim(MIDNIGHT));
    }
}
