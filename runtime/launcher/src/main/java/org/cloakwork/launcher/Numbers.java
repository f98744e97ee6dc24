package org.cloakwork.launcher;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.CommandLine;

/** Numbers and times on the command line. */
final class Numbers {

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(s|m|h|d)");
    private static final Map<String, Duration> UNITS = Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1), "d", Duration.ofDays(1));

    private Numbers() {
    }

    static int parse(CommandLine line, String option, int byDefault, int min, int max) throws UsageException {
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
    static Optional<Duration> time(CommandLine line, String option, Duration min, Duration max) throws UsageException {
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
}
