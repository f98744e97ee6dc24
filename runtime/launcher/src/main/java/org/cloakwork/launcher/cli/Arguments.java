package org.cloakwork.launcher.cli;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Options of the command line, and the values given to them. */
public final class Arguments {

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(s|m|h|d)");
    private static final Map<String, Duration> UNITS = Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1), "d", Duration.ofDays(1));

    private Arguments() {
    }

    /** {@return an option that takes a value} */
    public static Option option(String name, String argument, String description) {
        return Option.builder().longOpt(name).hasArg().argName(argument).desc(description).get();
    }

    /** {@return a whole number within limits} */
    public static int number(CommandLine line, String option, int byDefault, int min, int max) throws UsageException {
        String value = line.getOptionValue(option);
        if (value == null) {
            return byDefault;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for both faults
        }
        throw new UsageException("--" + option + " " + value + ": must be a number from " + min + " to " + max);
    }

    /** {@return a time like 90s, 10m, 1h or 1d, if it is given} */
    public static Optional<Duration> time(CommandLine line, String option, Duration min, Duration max)
            throws UsageException {
        String value = line.getOptionValue(option);
        if (value == null) {
            return Optional.empty();
        }
        Matcher matcher = TIME.matcher(value);
        if (matcher.matches()) {
            Duration time = UNITS.get(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)));
            if (time.compareTo(min) >= 0 && time.compareTo(max) <= 0) {
                return Optional.of(time);
            }
        }
        throw new UsageException("--" + option + " " + value + ": must be a time like 90s, 10m, 1h or 1d, from "
                + min.toSeconds() + "s to " + max.toDays() + "d");
    }

    /** {@return what decides where there is chance: the same, the same again} */
    public static long seed(CommandLine line) throws UsageException {
        String value = line.getOptionValue("seed", "1");
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new UsageException("--seed " + value + ": must be a whole number of 64 bits");
        }
    }

    /**
     * @param schemes of which it must be one
     * @param allowed what it must be, for people
     * @return a URL with a host
     */
    public static URI url(String option, String value, Set<String> schemes, String allowed) throws UsageException {
        try {
            URI uri = URI.create(value);
            if (uri.getScheme() != null && schemes.contains(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // falls through to the one message for both faults
        }
        throw new UsageException("--" + option + " " + value + ": must be " + allowed);
    }
}
