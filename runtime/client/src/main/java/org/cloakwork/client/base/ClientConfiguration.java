package org.cloakwork.client.base;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * What a client is told at its start.
 *
 * @param gateway             the gateway to use; empty: as the policy says
 * @param meanPacketDelay     at each mix, of packets and acknowledgements
 * @param topologyRefresh     between questions for the topology, at most: there are four an epoch
 * @param outboxLimitBytes    what messages on their way may hold
 * @param inboxLimitBytes     what unfinished messages, and messages nobody has listened to yet, may hold, each
 * @param maxMessageBytes     the largest message that is accepted
 * @param gatewayPolicy       how a gateway is chosen and given up, unless one is named
 * @param packetSizes         of the packets that are sent; any are received
 * @param tagLifetime         after so long without use a sender tag of ours ends, and a recipient meets somebody new
 * @param line                what is done about what the line shows
 */
public record ClientConfiguration(Optional<IdentityKey> gateway, Duration meanPacketDelay, Duration topologyRefresh,
                                  long outboxLimitBytes, long inboxLimitBytes, int maxMessageBytes,
                                  GatewayPolicy gatewayPolicy, PacketSizes packetSizes, Duration tagLifetime,
                                  LinePolicy line) {

    private static final int MIB = 1024 * 1024;
    private static final String GATEWAY = "gateway";
    private static final String GATEWAYS_ALLOWED = "a gateway's identity, or up to " + GatewayPolicy.MOST_GUARDS
            + " of them separated by commas";

    /** Nym's delays and periods; limits that let a message of 16 MiB through. */
    public static final ClientConfiguration DEFAULT = new ClientConfiguration(Optional.empty(),
            Duration.ofMillis(15), Duration.ofMinutes(5), 64L * MIB, 64L * MIB, 16 * MIB, GatewayPolicy.DEFAULT,
            PacketSizes.REGULAR, Duration.ofDays(1), LinePolicy.DEFAULT);

    /**
     * With {@link GatewayPolicy#DEFAULT} and packets of regular size.
     *
     * @param gateway          the gateway to use; empty: any of the topology
     * @param meanPacketDelay  at each mix, of packets and acknowledgements
     * @param topologyRefresh  between questions for the topology
     * @param outboxLimitBytes what messages on their way may hold
     * @param inboxLimitBytes  what unfinished messages, and messages nobody has listened to yet, may hold, each
     * @param maxMessageBytes  the largest message that is accepted
     */
    public ClientConfiguration(Optional<IdentityKey> gateway, Duration meanPacketDelay, Duration topologyRefresh,
                               long outboxLimitBytes, long inboxLimitBytes, int maxMessageBytes) {
        this(gateway, meanPacketDelay, topologyRefresh, outboxLimitBytes, inboxLimitBytes, maxMessageBytes,
                GatewayPolicy.DEFAULT, PacketSizes.REGULAR, DEFAULT.tagLifetime(), DEFAULT.line());
    }

    /**
     * @param configuration with the key {@code tag-lifetime-hours}, those of {@link GatewayPolicy} and
     *                      {@link PacketSizes}, and {@code gateway}, identities; all of them optional
     * @return the default, but for what they say
     * @throws IllegalArgumentException if one of them is wrong, naming it
     */
    public static ClientConfiguration of(PartConfiguration configuration) {
        ClientConfiguration chosen = DEFAULT.withGatewayPolicy(GatewayPolicy.of(configuration))
                .withPacketSizes(PacketSizes.of(configuration))
                .withTagLifetime(Duration.ofHours(configuration.integer("tag-lifetime-hours", 24, 1, 8760)))
                .withLine(LinePolicy.of(configuration));
        if (!configuration.has(GATEWAY)) {
            return chosen;
        }
        List<String> gateways = configuration.list(GATEWAY, GATEWAYS_ALLOWED);
        try {
            return chosen.withGateways(gateways.stream().map(IdentityKey::parse).toList());
        } catch (IllegalArgumentException e) {
            throw configuration.wrong(GATEWAY, '"' + String.join(", ", gateways) + "\", " + e.getMessage(),
                    GATEWAYS_ALLOWED);
        }
    }

    /**
     * @param newOutboxBytes what messages on their way may hold
     * @param newInboxBytes  what unfinished messages, and messages nobody has listened to yet, may hold, each
     * @return the same with these limits
     */
    public ClientConfiguration withLimits(long newOutboxBytes, long newInboxBytes) {
        return new ClientConfiguration(gateway, meanPacketDelay, topologyRefresh, newOutboxBytes, newInboxBytes,
                maxMessageBytes, gatewayPolicy, packetSizes, tagLifetime, line);
    }

    /**
     * @param newGateway to use
     * @return the same with that gateway
     */
    public ClientConfiguration withGateway(IdentityKey newGateway) {
        return new ClientConfiguration(Optional.of(newGateway), meanPacketDelay, topologyRefresh, outboxLimitBytes,
                inboxLimitBytes, maxMessageBytes, gatewayPolicy, packetSizes, tagLifetime, line);
    }

    /**
     * @param gateways one: to use; several, at most {@link GatewayPolicy#MOST_GUARDS}: the first of them, and the next
     *                 while that one is away
     * @return the same with those gateways
     * @throws IllegalArgumentException if there are none or too many, or one is there twice
     */
    public ClientConfiguration withGateways(List<IdentityKey> gateways) {
        return gateways.size() == 1 ? withGateway(gateways.getFirst())
                : withGatewayPolicy(gatewayPolicy.withNamed(gateways));
    }

    /**
     * @param newPolicy for choosing a gateway
     * @return the same with that policy
     */
    public ClientConfiguration withGatewayPolicy(GatewayPolicy newPolicy) {
        return new ClientConfiguration(gateway, meanPacketDelay, topologyRefresh, outboxLimitBytes, inboxLimitBytes,
                maxMessageBytes, newPolicy, packetSizes, tagLifetime, line);
    }

    /**
     * @param newSizes of packets
     * @return the same with those sizes
     */
    public ClientConfiguration withPacketSizes(PacketSizes newSizes) {
        return new ClientConfiguration(gateway, meanPacketDelay, topologyRefresh, outboxLimitBytes, inboxLimitBytes,
                maxMessageBytes, gatewayPolicy, newSizes, tagLifetime, line);
    }

    /**
     * @param newLifetime of a sender tag of ours that is not used; positive
     * @return the same with that lifetime
     */
    public ClientConfiguration withTagLifetime(Duration newLifetime) {
        return new ClientConfiguration(gateway, meanPacketDelay, topologyRefresh, outboxLimitBytes, inboxLimitBytes,
                maxMessageBytes, gatewayPolicy, packetSizes, newLifetime, line);
    }

    /**
     * @param newLine what is done about what the line shows
     * @return the same with that
     */
    public ClientConfiguration withLine(LinePolicy newLine) {
        return new ClientConfiguration(gateway, meanPacketDelay, topologyRefresh, outboxLimitBytes, inboxLimitBytes,
                maxMessageBytes, gatewayPolicy, packetSizes, tagLifetime, newLine);
    }
}
