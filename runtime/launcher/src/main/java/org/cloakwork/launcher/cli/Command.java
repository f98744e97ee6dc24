package org.cloakwork.launcher.cli;

import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** One verb of the command line. */
public interface Command {

    /** Exit code: done. */
    int DONE = 0;
    /** Exit code: it was tried and failed. */
    int FAILED = 1;
    /** Exit code: what was asked for is wrong. */
    int WRONG = 2;

    String name();

    String description();

    /** A fresh set each time. */
    Options options();

    /**
     * The names of the arguments besides options, with spaces between, if it takes any. In brackets: any number of
     * them, which the command itself looks at.
     */
    default Optional<String> argument() {
        return Optional.empty();
    }

    /**
     * @return the exit code
     * @throws UsageException if what was asked for is wrong
     * @throws Exception      if it was tried and failed; the message is what people see
     */
    int run(CommandLine line) throws Exception;
}
