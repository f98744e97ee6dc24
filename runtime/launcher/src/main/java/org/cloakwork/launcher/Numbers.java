package org.cloakwork.launcher;

import org.apache.commons.cli.CommandLine;

/** Numbers on the command line. */
final class Numbers {

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
}
