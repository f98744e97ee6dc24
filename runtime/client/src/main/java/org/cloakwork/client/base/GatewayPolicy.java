package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * How a client that was not given one gateway chooses one, when it gives one up for another, and how it reaches any.
 * Source: protocol/5-client, 6.4.
 *
 * @param guards           among how many gateways, drawn once and kept for weeks, 1 to {@link #MOST_GUARDS}
 * @param preference       in which order they are taken
 * @param tls              over what kind of link
 * @param unreachableLimit without a session for so long, it takes the next guard, and goes on trying the old one
 * @param unlistedLimit    absent from the topology for so long, a gateway is left for the next guard
 * @param firstReturn      with a later guard, so long until the earlier ones are asked again; twice as long each time
 * @param latestReturn     up to so long
 * @param named            the guards, the first to be used first, of whoever runs the client; none: they are drawn
 */
public record GatewayPolicy(int guards, Preference preference, Tls tls, Duration unreachableLimit,
                            Duration unlistedLimit, Duration firstReturn, Duration latestReturn,
                            List<IdentityKey> named) {

    /** More would be no choice any more that lasts. */
    public static final int MOST_GUARDS = 10;

    private static final Duration NAMED_UNREACHABLE = Duration.ofSeconds(5);
    private static final Duration NAMED_FIRST_RETURN = Duration.ofSeconds(30);
    private static final Duration NAMED_LATEST_RETURN = Duration.ofMinutes(5);

    /** Two guards, kept through outages of 10 minutes, 5 of them out of the topology; TLS where it is announced. */
    public static final GatewayPolicy DEFAULT = new GatewayPolicy(2, Preference.RANDOM, Tls.REQUIRED,
            Duration.ofMinutes(10), Duration.ofMinutes(5));

    /**
     * Of guards that are drawn; asked again after 20 minutes, once a day at least.
     *
     * @param guards           how many
     * @param preference       in which order they are taken
     * @param tls              over what kind of link
     * @param unreachableLimit without a session for so long, it takes the next guard
     * @param unlistedLimit    absent from the topology for so long, a gateway is left for the next guard
     */
    public GatewayPolicy(int guards, Preference preference, Tls tls, Duration unreachableLimit,
                         Duration unlistedLimit) {
        this(guards, preference, tls, unreachableLimit, unlistedLimit, Duration.ofMinutes(20), Duration.ofDays(1),
                List.of());
    }

    public GatewayPolicy {
        named = List.copyOf(named);
        if (guards < 1 || guards > MOST_GUARDS) {
            throw new IllegalArgumentException("guards must be 1 to " + MOST_GUARDS + ", not " + guards);
        }
        Objects.requireNonNull(preference);
        Objects.requireNonNull(tls);
        if (unreachableLimit.compareTo(Duration.ZERO) <= 0 || unlistedLimit.compareTo(Duration.ZERO) <= 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** In which order the guards are taken. */
    public enum Preference {
        /** As they were drawn, so that the choice tells nothing about the client. */
        RANDOM,
        /**
         * The one that answers first is the first; it tells an observer of the network a little of where the client is.
         */
        FASTEST
    }

    /** Over what kind of link a gateway is used; on loopback addresses TLS is tried first and not insisted on. */
    public enum Tls {
        /** One that announces TLS or a name is used over TLS or not at all, any other in the clear. */
        REQUIRED,
        /** Over TLS where it is announced, and in the clear if that does not work. */
        PREFERRED,
        /** In the clear. */
        OFF
    }

    /**
     * @param configuration with the keys {@code guards}, {@code gateway-choice} and {@code tls}, all of them optional
     * @return the default, but for what they say
     * @throws IllegalArgumentException if one of them is wrong, naming it
     */
    public static GatewayPolicy of(PartConfiguration configuration) {
        return DEFAULT.withGuards(configuration.integer("guards", DEFAULT.guards, 1, MOST_GUARDS))
                .withPreference(oneOf(Preference.values(), "gateway-choice", DEFAULT.preference, configuration))
                .withTls(oneOf(Tls.values(), "tls", DEFAULT.tls, configuration));
    }

    private static <E extends Enum<E>> E oneOf(E[] constants, String key, E otherwise,
            PartConfiguration configuration) {
        List<String> names = Arrays.stream(constants).map(GatewayPolicy::word).toList();
        return constants[names.indexOf(configuration.choice(key, word(otherwise), names))];
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * @param newGuards how many
     * @return the same with so many guards
     */
    public GatewayPolicy withGuards(int newGuards) {
        return new GatewayPolicy(newGuards, preference, tls, unreachableLimit, unlistedLimit, firstReturn,
                latestReturn, named);
    }

    /**
     * @param newPreference of guards
     * @return the same with that preference
     */
    public GatewayPolicy withPreference(Preference newPreference) {
        return new GatewayPolicy(guards, newPreference, tls, unreachableLimit, unlistedLimit, firstReturn,
                latestReturn, named);
    }

    /**
     * @param newTls kind of link
     * @return the same with that kind of link
     */
    public GatewayPolicy withTls(Tls newTls) {
        return new GatewayPolicy(guards, preference, newTls, unreachableLimit, unlistedLimit, firstReturn,
                latestReturn, named);
    }

    /**
     * The choice of whoever is to be found at the first of them, and while that one is away at the next: 5 seconds
     * later, and back as soon as the first one answers, which is asked every 5 minutes at least.
     *
     * @param gateways 1 to {@link #MOST_GUARDS}, the first to be used first
     * @return the same with these as guards
     * @throws IllegalArgumentException if there are more or none, or one is there twice
     */
    public GatewayPolicy withNamed(List<IdentityKey> gateways) {
        if (Set.copyOf(gateways).size() != gateways.size()) {
            throw new IllegalArgumentException("a gateway is there twice");
        }
        return new GatewayPolicy(gateways.size(), preference, tls, NAMED_UNREACHABLE, unlistedLimit,
                NAMED_FIRST_RETURN, NAMED_LATEST_RETURN, gateways);
    }
}
