package org.cloakwork.proxy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * Which exits a front-end may take.
 *
 * @param named              these, the first that answers; none: those that the network names
 * @param countries          of those that the network names, the ones in these; none: everywhere
 * @param minimumPerformance of the gateways of those that the network names, percent; 0: any, or not told
 */
public record ExitSettings(List<MixnetAddress> named, Set<String> countries, int minimumPerformance) {

    /** The value of {@code exit} that stands for those that the network names. */
    public static final String AUTO = "auto";
    /** What {@code exit} may be, for people. */
    public static final String ALLOWED =
            "auto, or addresses of exits, identity.encryption@gateway, at most " + ExitSettings.MOST_NAMED;
    static final int MOST_NAMED = 64;
    private static final String COUNTRIES_ALLOWED = "ISO 3166 codes of two letters: DE, FR";
    private static final int MOST_COUNTRIES = 300;

    public ExitSettings {
        named = named.stream().distinct().toList();
        countries = Set.copyOf(countries);
    }

    /**
     * @param exits the addresses, the first preferred; none: those that the network names
     * @return these, wherever they are
     */
    public static ExitSettings of(MixnetAddress... exits) {
        return new ExitSettings(List.of(exits), Set.of(), 0);
    }

    /**
     * Reads {@code exit}, {@code exit-countries} and {@code exit-min-performance}; whoever calls verifies.
     *
     * @param configuration of the front-end
     * @return what it says; without {@code exit}: {@value #AUTO}
     * @throws IllegalArgumentException naming the key that is wrong
     */
    public static ExitSettings of(PartConfiguration configuration) {
        List<String> texts = configuration.has("exit") ? configuration.list("exit", ALLOWED) : List.of(AUTO);
        Set<MixnetAddress> named = new LinkedHashSet<>();
        if (!texts.equals(List.of(AUTO))) {
            for (String text : texts) {
                try {
                    named.add(MixnetAddress.parse(text));
                } catch (IllegalArgumentException e) {
                    throw configuration.wrong("exit", e.getMessage(), ALLOWED);
                }
            }
            if (named.size() > MOST_NAMED) {
                throw configuration.wrong("exit", named.size() + " addresses", ALLOWED);
            }
        }
        Set<String> countries = new LinkedHashSet<>();
        if (configuration.has("exit-countries")) {
            for (String text : configuration.list("exit-countries", COUNTRIES_ALLOWED)) {
                countries.add(KnownExit.countryOf(text).orElseThrow(() ->
                        configuration.wrong("exit-countries", '"' + text + '"', COUNTRIES_ALLOWED)));
            }
            if (countries.size() > MOST_COUNTRIES) {
                throw configuration.wrong("exit-countries", countries.size() + " codes", COUNTRIES_ALLOWED);
            }
        }
        int minimum = configuration.integer("exit-min-performance", 0, 0, 100);
        if (!named.isEmpty() && (!countries.isEmpty() || minimum > 0)) {
            throw configuration.wrong(countries.isEmpty() ? "exit-min-performance" : "exit-countries",
                    "a filter beside named exits", "only with exit = " + AUTO);
        }
        return new ExitSettings(List.copyOf(named), countries, minimum);
    }

    /** {@return the only exit that may be taken; empty: there is a choice} */
    public Optional<MixnetAddress> only() {
        return named.size() == 1 ? Optional.of(named.getFirst()) : Optional.empty();
    }

    /**
     * @param exit that the network names
     * @return why it may not be taken, for people; empty: it may
     */
    Optional<String> objection(KnownExit exit) {
        if (!countries.isEmpty() && exit.country().filter(countries::contains).isEmpty()) {
            return Optional.of(exit.country().map(country -> "in " + country).orElse("its country is not told")
                    + "; exit-countries = " + String.join(", ", countries.stream().sorted().toList()));
        }
        if (minimumPerformance > exit.performancePercent().orElse(0)) {
            return Optional.of((exit.performancePercent().isPresent()
                    ? "performance " + exit.performancePercent().getAsInt() + " %" : "its performance is not told")
                    + "; exit-min-performance = " + minimumPerformance);
        }
        return Optional.empty();
    }
}
