package org.cloakwork.launcher.commands;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.launcher.felix.Rights;

/** Where clients keep what survives a restart: a folder with one for each client. */
public final class StateFolder {

    /** The key of etc/cloakwork.cfg. */
    static final String KEY = "state";
    private static final String VARIABLE = "CLOAKWORK_STATE";
    /** The client of {@code run}. */
    static final String CLIENT = "default";

    private StateFolder() {
    }

    public static Option option() {
        return Arguments.option("state", "DIR",
                "where clients keep keys and state (default: the distribution's state/)");
    }

    /** As it is where nobody names another etc/. */
    public static Path of(CommandLine line) throws UsageException {
        return of(line, Home.readWhole(Home.etc().resolve("cloakwork.cfg")));
    }

    /**
     * @param configuration of etc/cloakwork.cfg, relative to the distribution
     * @throws UsageException if others may write there
     */
    public static Path of(CommandLine line, Map<String, String> configuration) throws UsageException {
        Path folder = named(line, configuration);
        Rights.check(List.of(folder, folder.resolve(CLIENT)));
        return folder;
    }

    /** {@return whether the client's keys or state there are under a passphrase} */
    static boolean isSealed(Path folder) {
        return Files.exists(folder.resolve(CLIENT).resolve("state.key"));
    }

    private static Path named(CommandLine line, Map<String, String> configuration) {
        if (line.hasOption("state")) {
            return Path.of(line.getOptionValue("state")).toAbsolutePath().normalize();
        }
        String said = System.getenv().getOrDefault(VARIABLE, configuration.getOrDefault(KEY, ""));
        return said.isBlank() ? Path.of(System.getProperty("cloakwork.state", Home.path().resolve("state").toString()))
                : Home.path().resolve(said);
    }
}
