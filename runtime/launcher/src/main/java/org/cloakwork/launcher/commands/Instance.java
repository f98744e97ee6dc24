package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Logging;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.launcher.felix.Rights;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.part.PartKind;

/**
 * What a process with clients tells the bundle {@code org.cloakwork.control}: which files to follow, what goes before
 * them (the command line, then the environment), and where to listen for the shell.
 */
public final class Instance {

    /** The file that all clients are made of. */
    public static final String CLIENTS = "cloakwork";
    /** The file of a part. */
    public static final String NYM_API = "org.cloakwork.topology.nymapi";
    public static final String FRONT_ENDS = "frontends";
    /** The front-end, its key and the option. */
    public static final String SERVE = "serve";

    private static final String NAMES = "names";

    private static final String CONTROL = "org.cloakwork.control.Overview";
    private static final Duration START = Duration.ofSeconds(30);
    /** If the socket cannot be had, that is said, and the instance goes on without. */
    private static final Duration LISTENING = Duration.ofSeconds(5);

    /** Keys of configuration, but for those that somebody else reads. */
    private static final String VARIABLE = "CLOAKWORK_";
    private static final Set<String> NO_KEYS = Set.of("CLOAKWORK_PASSPHRASE", "CLOAKWORK_TOKEN",
            "CLOAKWORK_HEAP_MIB", "CLOAKWORK_DEFAULT_STATE");

    private final Framework framework;
    private Path socket;
    private boolean started;
    private final Map<String, Object> configuration = new HashMap<>();

    /** @throws UsageException if command line or environment name a part that is not there */
    public Instance(CommandLine line, Framework framework) throws UsageException {
        this.framework = framework;
        configuration.put("etc", etc(line).toString());
        for (PartKind<?> kind : PartKind.OF_A_CLIENT) {
            choose(line, kind.name(), kind);
        }
        choose(line, FRONT_ENDS, PartKind.FRONT_END);
        Map<String, String> file = read(line);
        set(CLIENTS, NAMES, etc(line).resolve(file.getOrDefault(NAMES, NAMES)).toString());
        System.getenv().forEach((name, value) -> {
            if (name.startsWith(VARIABLE) && !NO_KEYS.contains(name)) {
                configuration.put("variable." + name, value);
            }
        });
    }

    /** Has the first client serve what {@link #serveOption} says, beside its other front-ends. */
    public void serve(CommandLine line) throws UsageException {
        if (line.hasOption(SERVE)) {
            String others = get(CLIENTS, FRONT_ENDS).orElse(read(line).getOrDefault(FRONT_ENDS, ""));
            boolean there = Arrays.stream(others.split(",")).map(String::strip).anyMatch(SERVE::equals);
            set(CLIENTS, FRONT_ENDS, there ? others : others.isBlank() ? SERVE : others + ", " + SERVE);
            set(CLIENTS, SERVE, line.getOptionValue(SERVE));
        }
    }

    /** {@return the option by which programs of this machine are served} */
    public static Option serveOption() {
        return Arguments.option(SERVE, "SERVICES", "what others reach through the mixnet under the client's name, "
                + "like \"80 -> 127.0.0.1:8080, 22 -> 127.0.0.1:22\"");
    }

    public static Options addOptions(Options options) {
        options.addOption(
                Arguments.option("etc", "DIR", "configuration folder (default: the distribution's etc/)"));
        for (PartKind<?> kind : PartKind.OF_A_CLIENT) {
            options.addOption(Arguments.option(kind.name(), "NAME", "the " + kind + " part, whatever the file says"));
        }
        return options.addOption(Arguments.option(FRONT_ENDS, "NAMES",
                "the front-ends, separated by commas, whatever the file says"));
    }

    private void choose(CommandLine line, String key, PartKind<?> kind) throws UsageException {
        String variable = VARIABLE + key.toUpperCase(Locale.ROOT);
        String source = line.hasOption(key) ? "--" + key + " " : variable + "=";
        Optional<String> value = Optional.ofNullable(line.getOptionValue(key, System.getenv(variable)));
        if (value.isPresent()) {
            Set<String> present = framework.parts(kind.name());
            for (String name : value.get().split(",")) {
                if (!name.isBlank() && !present.contains(name.strip())) {
                    throw new UsageException(source + value.get() + ": no " + kind + " part is called " + name.strip()
                            + "; there are: " + String.join(", ", present));
                }
            }
            set(CLIENTS, key, value.get());
        }
    }

    /** {@return the name of the file that is one client's own} */
    public static String client(String name) {
        return "cloakwork.client-" + name;
    }

    private static Path etc(CommandLine line) throws UsageException {
        Path etc = line.hasOption("etc") ? Path.of(line.getOptionValue("etc")).toAbsolutePath() : Home.etc();
        Rights.check(List.of(etc));
        Secrets.check(etc);
        return etc;
    }

    /** {@return cloakwork.cfg as it is now, as far as it can be read} */
    public static Map<String, String> read(CommandLine line) throws UsageException {
        return Home.read(file(line));
    }

    /** {@return keys of the process in cloakwork.cfg, as they are with what the environment says of them} */
    static Map<String, String> withVariables(Map<String, String> file) {
        Map<String, String> all = new HashMap<>(file);
        for (String key : List.of(Logging.FILE, Logging.LEVELS)) {
            Optional.ofNullable(System.getenv(VARIABLE + key.toUpperCase(Locale.ROOT).replace('-', '_')))
                    .ifPresent(value -> all.put(key, value));
        }
        return all;
    }

    /** {@return where cloakwork.cfg is} */
    public static Path file(CommandLine line) throws UsageException {
        return etc(line).resolve(CLIENTS + ".cfg");
    }

    /** @param file in which this value stands, whatever is in it */
    public void set(String file, String key, String value) {
        configuration.put("set." + file + "/" + key, value);
    }

    /** {@return what the command line, the environment or whoever started it say} */
    public Optional<String> get(String file, String key) {
        return Optional.ofNullable(configuration.get("set." + file + "/" + key)).map(Object::toString);
    }

    /** From the next start on, what is in the file counts. */
    public void unset(String file, String key) {
        configuration.remove("set." + file + "/" + key);
    }

    /** @param state the folder in which the shell finds this instance */
    public void listen(Path state) {
        socket = ControlClient.socket(state);
        configuration.put("socket", socket.toString());
    }

    /**
     * Begins to follow the files, or does so anew with what is set now; clients that run go on.
     *
     * @param clients that cloakwork.cfg describes
     * @param others  whether each file of a client's own is a client, too
     * @throws UsageException the first time, if anything is wrong with the files: then nothing has begun
     */
    public void start(List<String> clients, boolean others) throws IOException, InterruptedException, UsageException {
        configuration.put("clients", String.join(",", clients));
        configuration.put("others", String.valueOf(others));
        configuration.put("strict", String.valueOf(!started));
        framework.configure("org.cloakwork.control", configuration);
        if (!started) {
            framework.await(Control.class, "", START, CONTROL, "what follows the configuration");
            verify();
            started = true;
        }
        framework.followBundles();
        long end = System.nanoTime() + LISTENING.toNanos();
        while (socket != null && !Files.exists(socket, LinkOption.NOFOLLOW_LINKS) && System.nanoTime() < end) {
            Thread.sleep(10);
        }
    }

    /**
     * Waits for a client of those started.
     *
     * @throws UsageException        if the client, a part or a front-end does not take its configuration
     * @throws IllegalStateException if it failed or does not come in time; the message says why
     */
    public MixnetClient await(String client, Duration deadline) throws InterruptedException, UsageException {
        MixnetClient running;
        try {
            running = framework.awaitClient(client, deadline);
        } catch (UsageException | IllegalStateException e) {
            // Which says in which file and line it is, too.
            verify();
            throw e;
        }
        verify();
        return running;
    }

    private void verify() throws UsageException {
        List<String> mistakes = framework.present(Control.class, "").map(Control::mistakes).orElse(List.of());
        if (!mistakes.isEmpty()) {
            throw new UsageException(mistakes);
        }
    }
}
