package org.cloakwork.launcher;

import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Where clients keep what survives a restart: a folder with one for each client. */
final class StateFolder {

    /** The client of {@code run}. */
    static final String CLIENT = "default";

    private StateFolder() {
    }

    static Option option() {
        return LocalnetCommand.option("state", "DIR", "where clients keep keys and state (default: the distribution's state/)");
    }

    /** @param configured by a file, relative to the distribution */
    static Path of(CommandLine line, Optional<String> configured) {
        if (line.hasOption("state")) {
            return Path.of(line.getOptionValue("state")).toAbsolutePath().normalize();
        }
        return configured.map(Home.path()::resolve).orElseGet(() -> Path.of(
                System.getProperty("cloakwork.state", Home.path().resolve("state").toString())));
    }
}
