package org.cloakwork.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/** {@code cloakwork localnet}: a network that stays up, for clients of any make. */
final class LocalnetCommand implements Command {

    static final Duration LEAST_ROTATION = Duration.ofSeconds(4);
    static final Duration LONGEST_ROTATION = Duration.ofDays(366);

    private final PrintStream out;
    private final PrintStream err;

    LocalnetCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "localnet";
    }

    @Override
    public String description() {
        return "run a whole mixnet on this machine: mix nodes, gateways, directory";
    }

    @Override
    public Options options() {
        return networkOptions()
                .addOption(option("directory-port", "PORT", "port of the directory; 0 (default) takes a free one"))
                .addOption(option("gateway-port", "PORT",
                        "websocket port of the first gateway, the others follow; 0 (default) takes free ones"))
                .addOption(option("mix-port", "PORT",
                        "port of the first mix node, the others and the gateways' mix ports follow; 0 (default) takes "
                        + "free ones"))
                .addOption(option("rotation", "DURATION",
                "change the nodes' Sphinx keys after each such time, like 10m; the"
                        + " old ones are good for another quarter of it (default: never)"))
                .addOption(option("network-file", "FILE", "write the network in nym-client's --custom-mixnet form"));
    }

    static Options networkOptions() {
        return new Options()
                .addOption(option("mixes-per-layer", "N", "mix nodes in each of the three layers (default 1)"))
                .addOption(option("gateways", "N", "gateways (default 2)"));
    }

    static Option option(String name, String argument, String description) {
        return Option.builder().longOpt(name).hasArg().argName(argument).desc(description)
                .get();
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Map<String, Object> configuration = configuration(line);
        Optional<Path> file = Optional.ofNullable(line.getOptionValue("network-file")).map(Path::of);
        if (file.isPresent()) {
            Path folder = file.get().toAbsolutePath().getParent();
            if (!Files.isDirectory(folder)) {
                throw new UsageException("--network-file " + file.get() + ": there is no folder " + folder);
            }
            // The network keeps it up to date.
            configuration.put("network-file", file.get().toAbsolutePath().toString());
        }
        try (StopSignal stop = new StopSignal(err); Framework framework = Framework.start(Home.path())) {
            LocalNetwork network = start(framework, configuration);
            describe(network);
            file.ifPresent(path -> out.println("  network file  " + path));
            out.println("\nStop with Ctrl-C.");
            stop.await();
        }
        return Main.DONE;
    }

    static Map<String, Object> configuration(CommandLine line) throws UsageException {
        Map<String, Object> configuration = new HashMap<>();
        configuration.put("mixes-per-layer", Numbers.parse(line, "mixes-per-layer", 1, 1, 80));
        configuration.put("gateways", Numbers.parse(line, "gateways", 2, 1, 80));
        configuration.put("directory-port", Numbers.parse(line, "directory-port", 0, 0, 65535));
        configuration.put("gateway-port", Numbers.parse(line, "gateway-port", 0, 0, 65535));
        configuration.put("mix-port", Numbers.parse(line, "mix-port", 0, 0, 65535));
        configuration.put("rotation-millis",
                Numbers.time(line, "rotation", LEAST_ROTATION, LONGEST_ROTATION).map(Duration::toMillis).orElse(0L));
        return configuration;
    }

    static LocalNetwork start(Framework framework, Map<String, Object> configuration)
            throws IOException, InterruptedException, UsageException {
        framework.configure("org.cloakwork.localnet", configuration);
        try {
            return framework.await(LocalNetwork.class, "", Duration.ofSeconds(20),
                    "org.cloakwork.localnet.network.LocalNetworkComponent", "the local network");
        } catch (IllegalStateException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private void describe(LocalNetwork network) {
        Topology topology = network.topology();
        out.println("A Nym mixnet is running on this machine.\n");
        out.println("  directory     " + network.directory());
        for (Node gateway : topology.gateways()) {
            out.println("  gateway       " + gateway.identity() + "  ws://127.0.0.1:"
                    + gateway.entry().orElseThrow().websocketPort());
        }
        for (int layer = 1; layer <= 3; layer++) {
            for (Node mix : topology.layer(layer)) {
                out.println("  mix, layer " + layer + "  " + mix.mixAddress());
            }
        }
    }
}
