package org.cloakwork.localnet.node;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.cloakwork.wire.gateway.GatewayProtocol;

/**
 * What a client may still send, in bytes of packets. Not safe for use by many threads.
 * Source: protocol/4-gateway, 9.
 */
final class Bandwidth {

    private long available;
    private Instant expiration = Instant.EPOCH;

    /**
     * @param now the present
     * @return bytes left; 0 if the last claim was made before the last midnight (UTC)
     */
    long available(Instant now) {
        if (expiration.isBefore(today(now))) {
            available = 0;
        }
        return available;
    }

    /**
     * Adds a free claim, which lasts until the next midnight (UTC).
     *
     * @param now the present
     * @return bytes left
     */
    long claim(Instant now) {
        long before = available(now);
        available = before > Long.MAX_VALUE - GatewayProtocol.FREE_CLAIM_BYTES ? Long.MAX_VALUE : before
                + GatewayProtocol.FREE_CLAIM_BYTES;
        expiration = today(now);
        return available;
    }

    /**
     * Charges a packet.
     *
     * @param bytes its length
     * @param now   the present
     * @return whether there was enough; otherwise nothing is charged
     */
    boolean charge(long bytes, Instant now) {
        if (available(now) < bytes) {
            return false;
        }
        available -= bytes;
        return true;
    }

    private static Instant today(Instant now) {
        return now.truncatedTo(ChronoUnit.DAYS);
    }
}
