package org.cloakwork.launcher.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.InputFile;
import org.cloakwork.launcher.cli.StopSignal;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.commands.Instance;
import org.cloakwork.launcher.commands.Localnet;
import org.cloakwork.launcher.commands.StateFolder;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.topology.Node;

/** {@code cloakwork demo}: a network and two clients in this process, and messages that travel between them. */
public final class DemoCommand implements Command {

    private static final int DEFAULT_FILE_BYTES = 1024 * 1024;
    /** In each layer of a network that stays up: enough to see that ways differ. */
    private static final int WATCHED_MIXES = 3;
    private static final String COVER = "cover";
    private static final Duration START = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;

    public DemoCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String description() {
        return "start a mixnet in this process and send messages and a file through it";
    }

    @Override
    public Options options() {
        return Instance.addOptions(Localnet.options())
                .addOption(StateFolder.option())
                .addOption(Instance.serveOption())
                .addOption(null, "once", false, "end after the messages; without it the network stays up")
                .addOption(Arguments.option(DemoDoors.PORT_BASE, "N",
                "ports of the doors from N on; 0 takes free ones "
                        + "(default: the usual ones, 1977, 1080 and 1981)"))
                .addOption(Arguments.option("file", "PATH",
                "the file to send (default: 1 MiB of made-up bytes)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Optional<Path> path = Optional.ofNullable(line.getOptionValue("file")).map(Path::of);
        byte[] file = path.isPresent() ? InputFile.read(path.get()) : made(DEFAULT_FILE_BYTES);
        String fileName = path.map(p -> p.getFileName().toString()).orElse("made-up bytes");
        Map<String, Object> configuration = Localnet.configuration(line);
        if ((int) configuration.get("gateways") < 2) {
            throw new UsageException("--gateways 1: the demo needs 2, alice and bob live at different ones");
        }
        Map<String, String> clients = Instance.read(line);
        boolean once = line.hasOption("once");
        if (!once && !line.hasOption("mixes-per-layer")) {
            configuration.put("mixes-per-layer", WATCHED_MIXES);
        }
        // A network that stays up has a framework of its own: it must outlive the parts of the clients.
        try (StopSignal stop = new StopSignal(err);
             Framework beside = once ? null : Framework.start(Home.path());
             Framework framework = Framework.start(Home.path())) {
            Instance instance = new Instance(line, framework);
            DemoDoors doors = new DemoDoors(framework, instance, line);
            LocalNetwork network = Localnet.start(once ? framework : beside, configuration);
            instance.set(Instance.CLIENTS, "topology", "nym-api");
            instance.set(Instance.NYM_API, "urls", network.directory().toString());
            List<Node> gateways = network.topology().gateways();
            List<String> names = List.of("alice", "bob");
            for (String name : names) {
                instance.set(Instance.client(name), "gateway", gateways.get(names.indexOf(name)).identity().toString());
                // They talk, and their lines are to be what the pages say.
                instance.set(Instance.client(name), "return-packets", "true");
            }
            Optional<String> cover = instance.get(Instance.CLIENTS, COVER);
            if (cover.isEmpty()) {
                // The figures are to be those of the network.
                instance.set(Instance.CLIENTS, COVER, "none");
            }
            Optional<DemoDashboard> dashboard = Optional.empty();
            if (once) {
                instance.set(Instance.CLIENTS, Instance.FRONT_ENDS, "");
            } else if (DemoDashboard.isThere(framework)) {
                dashboard = Optional.of(new DemoDashboard(framework, instance, names.getFirst(), doors.dashboardPort(),
                        instance.get(Instance.CLIENTS, Instance.FRONT_ENDS)
                                .orElse(clients.getOrDefault(Instance.FRONT_ENDS, ""))));
            }
            instance.start(names, false);
            if (dashboard.isPresent()) {
                dashboard.get().announce(out);
            }
            try (MixnetClient alice = instance.await("alice", START);
                 MixnetClient bob = instance.await("bob", START)) {
                alice.awaitReady(START);
                bob.awaitReady(START);
                new Demo(out, network, alice, bob, cover.orElse("none, to be quick; a client of \"cloakwork run\" "
                        + "sends 55 packets a second in any case")).run(fileName, file);
                if (!once) {
                    if (cover.isEmpty()) {
                        instance.unset(Instance.CLIENTS, COVER);
                    }
                    instance.listen(StateFolder.of(line, clients));
                    instance.start(names, false);
                    stayUp(names, network, alice, bob, doors, stop, cover.isPresent() ? Optional.empty()
                            : Optional.of(Instance.file(line)));
                }
            }
        }
        return DONE;
    }

    private void stayUp(List<String> names, LocalNetwork network, MixnetClient alice, MixnetClient bob,
            DemoDoors doors, StopSignal stop, Optional<Path> coverFile) throws Exception {
        bob.subscribe(message -> message.sender().ifPresent(sender -> bob.reply(sender,
                (DemoTalk.ANSWER + message.payload().length + " bytes").getBytes(StandardCharsets.UTF_8))));
        out.println("\nThe network stays up; stop it with Ctrl-C. Connect any Nym client to it:");
        out.println("  directory   " + network.directory());
        out.println("  bob         " + bob.address() + "  (answers whoever sends reply SURBs)");
        out.println("  alice       " + alice.address());
        coverFile.ifPresent(file -> out.println("  cover       alice and bob now have the one of " + file
                + "; the other clients none"));
        try (doors; DemoTalk ignored = new DemoTalk(alice, bob)) {
            doors.open(names, network, bob, out);
            stop.await();
        }
    }

    private static byte[] made(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
