package org.cloakwork.client;

import java.time.Duration;
import java.util.Objects;

/**
 * How a client that was not given a gateway chooses one, and when it gives one up for another. Source:
 * protocol/5-client, 6.4.
 *
 * @param preference       which of the gateways that can be reached
 * @param unreachableLimit without a session for so long, it looks for another gateway, and goes on trying the old one
 * @param unlistedLimit    absent from the topology for so long, the gateway is given up
 */
public record GatewayPolicy(Preference preference, Duration unreachableLimit, Duration unlistedLimit) {

    /** Any gateway, kept through outages of 10 minutes, 5 of them out of the topology. */
    public static final GatewayPolicy DEFAULT =
            new GatewayPolicy(Preference.RANDOM, Duration.ofMinutes(10), Duration.ofMinutes(5));

    public GatewayPolicy {
        Objects.requireNonNull(preference);
        if (!unreachableLimit.isPositive() || !unlistedLimit.isPositive()) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** Which gateway of those that can be used. */
    public enum Preference {
        /** Any, so that the choice tells nothing about the client. */
        RANDOM,
        /** One of the three that answer first; it tells an observer of the network about where the client is. */
        FASTEST
    }
}
