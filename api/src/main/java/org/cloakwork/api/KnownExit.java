package org.cloakwork.api;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An exit to the internet that the network names: what its operator and the directory say of it, which nobody has
 * checked.
 *
 * @param address            where it takes requests
 * @param country            where it stands, an ISO 3166 code of two capital letters; empty if that is not told
 * @param performancePercent of its gateway, 0 to 100; empty if that is not told
 * @since 2.1
 */
public record KnownExit(MixnetAddress address, Optional<String> country, OptionalInt performancePercent) {

    /**
     * Checks the country.
     *
     * @throws IllegalArgumentException if the country is no such code
     */
    public KnownExit {
        Objects.requireNonNull(address);
        Objects.requireNonNull(performancePercent);
        if (country.isPresent() && !isCountry(country.get())) {
            throw new IllegalArgumentException("a country is two capital letters (ISO 3166)");
        }
    }

    private static boolean isCountry(String text) {
        return text.length() == 2 && text.chars().allMatch(letter -> letter >= 'A' && letter <= 'Z');
    }

    /**
     * Reads the code of a country.
     *
     * @param text a code in letters of any case
     * @return the code as it stands in {@link #country}; empty: it is none
     */
    public static Optional<String> countryOf(String text) {
        return Optional.of(text.strip().toUpperCase(Locale.ROOT)).filter(KnownExit::isCountry);
    }

    /**
     * Tells how well it is reached.
     *
     * @param percent 0 to 100
     * @return the same exit with this performance
     */
    public KnownExit withPerformance(OptionalInt percent) {
        return new KnownExit(address, country, percent);
    }
}
