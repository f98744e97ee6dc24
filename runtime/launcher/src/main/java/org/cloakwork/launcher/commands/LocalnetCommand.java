package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.StopSignal;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/** {@code cloakwork localnet}: a network that stays up, for clients of any make. */
public final class LocalnetCommand implements Command {

    private final PrintStream out;
    private final PrintStream err;

    public LocalnetCommand(PrintStream out, PrintStream err) {
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
        return Localnet.options()
                .addOption(Arguments.option("directory-port", "PORT",
                "port of the directory; 0 (default) takes a free one"))
                .addOption(Arguments.option("gateway-port", "PORT",
                        "websocket port of the first gateway, the others follow; 0 (default) takes free ones"))
                .addOption(Arguments.option("mix-port", "PORT",
                        "port of the first mix node, the others and the gateways' mix ports follow; 0 (default) takes "
                        + "free ones"))
                .addOption(Arguments.option("rotation", "DURATION",
                "change the nodes' Sphinx keys after each such time, like 10m; the"
                        + " old ones are good for another quarter of it (default: never)"))
                .addOption(Arguments.option("network-file", "FILE",
                "write the network in nym-client's --custom-mixnet form"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Map<String, Object> configuration = Localnet.configuration(line);
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
            LocalNetwork network = Localnet.start(framework, configuration);
            describe(network);
            file.ifPresent(path -> out.println("  network file  " + path));
            out.println("\nStop with Ctrl-C.");
            stop.await();
        }
        return DONE;
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
