package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * What a client does so that who watches its line sees the same whatever it does, in both directions. It needs a cover
 * part with slots; without one none of this happens.
 *
 * @param twoWay           whether packets to partners bring one packet each in return, at the pace of the cover
 * @param ramp             how long it takes until all slots may ask for packets in return of somebody who is
 *                         found on the way, and until none do again
 * @param mirror           whom to ask for packets in return where whom we write to gives none
 * @param returnsPackets   whether others get packets in return that ask for them; an exit always gives them
 * @param returnsPerSecond packets in return that all others together get
 * @param returnsPerSender packets in return a second that one of them gets at most
 */
public record LinePolicy(boolean twoWay, Duration ramp, Optional<MixnetAddress> mirror, boolean returnsPackets,
                         int returnsPerSecond, int returnsPerSender) {

    /** Two-way without a mirror. */
    public static final LinePolicy DEFAULT = new LinePolicy(true, Duration.ofSeconds(10), Optional.empty(), false,
            5000, 1000);

    private static final String TWO_WAY = "two-way";
    private static final String MIRROR = "mirror";

    /**
     * @param configuration with the keys {@code line} ({@code two-way}, {@code one-way}), {@code line-ramp-millis},
     *                      {@code mirror}, {@code return-packets}, {@code return-packets-per-second} and
     *                      {@code return-packets-per-sender}, all of them optional
     * @return the policy
     * @throws IllegalArgumentException if one of them is wrong, naming it
     */
    public static LinePolicy of(PartConfiguration configuration) {
        return new LinePolicy(
                configuration.choice("line", TWO_WAY, Set.of(TWO_WAY, "one-way"))
                        .equals(TWO_WAY),
                configuration.millis("line-ramp-millis", (int) DEFAULT.ramp.toMillis(), 100, 600_000),
                configuration.has(MIRROR) ? Optional.of(mirror(configuration)) : Optional.empty(),
                configuration.flag("return-packets", DEFAULT.returnsPackets),
                configuration.integer("return-packets-per-second", DEFAULT.returnsPerSecond, 1, 1_000_000),
                configuration.integer("return-packets-per-sender", DEFAULT.returnsPerSender, 1, 1_000_000));
    }

    private static MixnetAddress mirror(PartConfiguration configuration) {
        String allowed = "an address, identity.encryption@gateway, of a client that returns packets";
        String text = configuration.text(MIRROR, allowed);
        try {
            return MixnetAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw configuration.wrong(MIRROR, '"' + text + "\", " + e.getMessage(), allowed);
        }
    }
}
