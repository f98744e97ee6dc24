package org.cloakwork.launcher.swaps;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.Logging;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.commands.Localnet;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.topology.Node;

/**
 * {@code cloakwork swap-test}: parts of two clients that talk to each other are exchanged, and nothing may get lost.
 */
final class SwapTrialCommand implements Command {

    private static final Duration START = Duration.ofSeconds(60);
    private static final List<String> NAMES = List.of("alice", "bob");

    private final PrintStream out;
    private final PrintStream err;

    SwapTrialCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "swap-test";
    }

    @Override
    public String description() {
        return "exchange the parts of two clients under load, one a second, and check that nothing gets lost";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Arguments.option("seconds", "N", "for how long parts are exchanged (default 60)"))
                .addOption(Arguments.option("seed", "S", "same seed, same parts in the same order (default 1)"))
                .addOption(Arguments.option("kind", "KINDS", "all (the default), or some of "
                        + String.join(",", Swaps.KINDS)));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        int seconds = Arguments.number(line, "seconds", 60, 1, 86_400);
        long seed = Arguments.seed(line);
        List<String> kinds = kinds(line.getOptionValue("kind", "all"));
        if (!line.hasOption("verbose")) {
            // Lost links and the like are what is tried here.
            Logging.quiet();
        }
        Path file = Files.createTempFile("cloakwork-network-", ".json");
        // The network has a framework of its own, so that it does not lose its parts with the clients.
        try (Framework beside = Framework.start(Home.path()); Framework framework = Framework.start(Home.path())) {
            LocalNetwork network = Localnet.start(beside, new TreeMap<>(Map.of("gateways", 2)));
            Files.writeString(file, network.networkFile());
            Swaps swaps = new Swaps(framework, new Random(seed), kinds);
            swaps.configure("org.cloakwork.topology.nymapi", "urls", network.directory().toString());
            swaps.configure("org.cloakwork.topology.agreed", "urls", network.directory() + ","
                    + network.directory().toString().replace("127.0.0.1", "localhost"));
            swaps.configure("org.cloakwork.topology.file", "path", file.toString());
            for (String name : NAMES) {
                Node gateway = network.topology().gateways().get(NAMES.indexOf(name));
                swaps.client(name, gateway.identity().toString());
            }
            try (MixnetClient alice = framework.awaitClient("alice", START);
                 MixnetClient bob = framework.awaitClient("bob", START)) {
                alice.awaitReady(START);
                bob.awaitReady(START);
                return new SwapTrial(out, err, framework, swaps, Map.of("alice", alice, "bob", bob),
                        Duration.ofSeconds(seconds), seed).run() ? DONE : failed();
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private int failed() {
        err.println("cloakwork swap-test: messages were lost, failed or delivered twice");
        return FAILED;
    }

    private static List<String> kinds(String value) throws UsageException {
        if (value.equals("all")) {
            return Swaps.KINDS;
        }
        List<String> kinds = Arrays.stream(value.split(",")).map(String::strip).distinct().toList();
        if (!Swaps.KINDS.containsAll(kinds)) {
            throw new UsageException("--kind " + value + ": must be all, or some of " + String.join(",", Swaps.KINDS));
        }
        return kinds;
    }
}
