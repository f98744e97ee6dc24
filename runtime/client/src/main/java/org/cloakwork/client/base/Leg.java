package org.cloakwork.client.base;

import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;

/**
 * A route that a part chose, kept until it is known whether what went it arrived.
 *
 * @param part       that chose
 * @param packet     as it was asked for
 * @param mixes      chosen
 * @param delayNanos that they hold the packet
 */
public record Leg(RoutePolicy part, RoutePolicy.Packet packet, Mixes mixes, long delayNanos) {
}
