package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.Subscription;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.InputFile;
import org.cloakwork.launcher.cli.Logging;
import org.cloakwork.launcher.cli.StopSignal;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.StoreProvider;
import org.cloakwork.spi.topology.TopologyProvider;

/** {@code cloakwork run}: one client with the parts that {@code etc/cloakwork.cfg} names. */
public final class RunCommand implements Command {

    private static final String STORE = "mvstore";
    private static final String STORE_CONFIGURATION = "org.cloakwork.store";
    private static final String DASHBOARD = "dashboard";
    private static final String DASHBOARD_CONFIGURATION = "org.cloakwork.frontend.dashboard";
    private static final String HISTORY = "dashboard.day";
    /** Service property of a client that has front-ends. */
    private static final String FRONT_ENDS = "cloakwork.frontends";
    private static final String NAME = StateFolder.CLIENT;
    private static final Duration START = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;

    public RunCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "run";
    }

    @Override
    public String description() {
        return "run a client with the parts that etc/cloakwork.cfg names";
    }

    @Override
    public Options options() {
        return PassphraseOptions.addTo(Instance.addOptions(new Options()))
                .addOption(NamedNetwork.option("join this network"))
                .addOption(Arguments.option("directory", "URL", "join the network this directory describes"))
                .addOption(Arguments.option("network-file", "FILE", "join the network this file describes"))
                .addOption(Arguments.option("gateway", "IDENTITY",
                        "gateway to use, or several separated by commas (default: any)"))
                .addOption(Instance.serveOption())
                .addOption(StateFolder.option())
                .addOption(Arguments.option("to", "ADDRESS", "send one message to this address and end"))
                .addOption(Arguments.option("message", "TEXT", "what to send (with --to)"))
                .addOption(Arguments.option("file", "PATH", "a file to send instead (with --to)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Map<String, String> file = Instance.read(line);
        Logging.configure(line.hasOption("verbose"), Instance.withVariables(file), Home.path());
        List<String> networks = Stream.of(NamedNetwork.OPTION, "directory", "network-file").filter(line::hasOption)
                .map(option -> "--" + option).toList();
        if (networks.size() > 1) {
            throw new UsageException(String.join(" and ", networks) + " exclude each other");
        }
        Optional<NamedNetwork> network = line.hasOption(NamedNetwork.OPTION) ? Optional.of(NamedNetwork.of(line))
                : Optional.empty();
        Optional<List<IdentityKey>> gateways = line.hasOption("gateway")
                ? Optional.of(parsed("gateway", line.getOptionValue("gateway"), text ->
                        Stream.of(text.split(",", -1)).map(String::strip).map(IdentityKey::parse).toList()))
                : Optional.empty();
        Optional<Errand> errand = errand(line);
        Path folder = StateFolder.of(line, file);
        // Whoever sends one message and ends is someone new each time, unless it is asked otherwise.
        Optional<Path> state = errand.isPresent() && !line.hasOption("state") ? Optional.empty()
                : Optional.of(folder);
        Optional<Passphrase> passphrase = PassphraseOptions.of(line, !StateFolder.isSealed(folder));
        try (StopSignal stop = new StopSignal(err); Framework framework = Framework.start(Home.path())) {
            passphrase.ifPresent(given -> framework.provide(Passphrase.class, given));
            boolean keeps = keepsState(state, line, framework);
            Instance instance = new Instance(line, framework);
            instance.serve(line);
            gateways.ifPresent(given -> instance.set(Instance.CLIENTS, "gateway",
                    given.stream().map(IdentityKey::toString).collect(Collectors.joining(", "))));
            network.ifPresent(named -> named.set(instance));
            chooseTopology(line, instance);
            if (keeps) {
                instance.set(Instance.CLIENTS, PartKind.STORE.name(), STORE);
                instance.set(STORE_CONFIGURATION, "directory", state.get().toString());
                if (framework.parts(PartKind.FRONT_END.name()).contains(DASHBOARD)) {
                    instance.set(DASHBOARD_CONFIGURATION, "history", state.get().resolve(HISTORY).toString());
                }
            }
            if (errand.isPresent()) {
                instance.set(Instance.CLIENTS, Instance.FRONT_ENDS, "");
            } else {
                instance.listen(folder);
            }
            instance.start(List.of(NAME), errand.isEmpty());
            if (line.hasOption("network-file") || network.filter(NamedNetwork::isFile).isPresent()) {
                checkNetworkFile(framework, line.hasOption("network-file") ? "--network-file " : "--network ");
            }
            if (keeps) {
                // What is wrong with the store is what the client fails with.
                framework.await(StoreProvider.class, "(cloakwork.name=" + STORE + ")", START,
                        "org.cloakwork.store.mvstore.MvStoreProvider", "the store");
            }
            MixnetClient service = instance.await(NAME, START);
            if (errand.isPresent()) {
                return send(service, errand.get());
            }
            Subscription messages = service.intercept(message -> isTaken(framework, message));
            AutoCloseable doors = framework.followDoors(NAME, (frontEnd, serving) -> {
                serving.addresses().forEach(address -> out.println(frontEnd + " " + address));
                serving.warnings().forEach(warning -> out.println("warning: " + frontEnd + ": " + warning));
            });
            try (messages; doors; Subscription states = service.onState(s -> show(service, s));
                 AutoCloseable systemd = Systemd.start(() -> framework.present(Control.class, ""), System.getenv(),
                         err)) {
                stop.await();
            }
        }
        return DONE;
    }

    /** Where there are front-ends, messages are for the programs that use them, and nobody else hears of them. */
    private boolean isTaken(Framework framework, ReceivedMessage message) {
        if (framework.isThere(MixnetClient.class,
                "(&(" + MixnetClient.NAME_PROPERTY + "=" + NAME + ")(" + FRONT_ENDS + "=*))")) {
            return false;
        }
        out.println("received " + message.payload().length + " bytes"
                + message.sender().map(tag -> " from " + tag.shortHash()).orElse(""));
        return true;
    }

    private boolean keepsState(Optional<Path> state, CommandLine line, Framework framework) throws UsageException {
        if (state.isEmpty() || framework.parts(PartKind.STORE.name()).contains(STORE)) {
            return state.isPresent();
        }
        if (line.hasOption("state")) {
            throw new UsageException("--state " + state.get() + ": there is no store among the bundles");
        }
        out.println("no store among the bundles: the client is someone new at each start");
        return false;
    }

    /** One message to send before the command ends. */
    private record Errand(MixnetAddress recipient, byte[] message) {
    }

    private static Optional<Errand> errand(CommandLine line) throws UsageException {
        boolean message = line.hasOption("message");
        boolean file = line.hasOption("file");
        if (!line.hasOption("to")) {
            if (message || file) {
                throw new UsageException("--message and --file need --to ADDRESS");
            }
            return Optional.empty();
        }
        if (message == file) {
            throw new UsageException("--to needs one of --message TEXT and --file PATH");
        }
        MixnetAddress recipient = parsed("to", line.getOptionValue("to"), MixnetAddress::parse);
        return Optional.of(new Errand(recipient, message
                ? line.getOptionValue("message").getBytes(StandardCharsets.UTF_8)
                : InputFile.read(Path.of(line.getOptionValue("file")))));
    }

    private static <T> T parsed(String option, String value, Function<String, T> parser) throws UsageException {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + option + " " + value + ": " + e.getMessage());
        }
    }

    private int send(MixnetClient client, Errand errand) throws Exception {
        client.awaitReady(START);
        return switch (client.send(errand.recipient(), errand.message()).outcome().get()) {
            case Outcome.Acknowledged(int packets, int retransmissions, Duration elapsed) -> {
                out.printf("%d bytes acknowledged after %d ms: %d packets, %d retransmissions%n",
                        errand.message().length, elapsed.toMillis(), packets, retransmissions);
                yield DONE;
            }
            case Outcome.Failed(FailureReason reason, String detail) -> {
                if (reason == FailureReason.UNKNOWN_GATEWAY || reason == FailureReason.MESSAGE_SIZE) {
                    throw new UsageException("--to " + errand.recipient() + ": " + detail);
                }
                throw new IllegalStateException("not delivered: " + detail);
            }
        };
    }

    private static void chooseTopology(CommandLine line, Instance instance) throws UsageException {
        if (line.hasOption("directory")) {
            instance.set(Instance.CLIENTS, "topology", "nym-api");
            instance.set(Instance.NYM_API, "urls", Arguments.url("directory", line.getOptionValue("directory"),
                    Set.of("http", "https"), "an http or https URL").toString());
        } else if (line.hasOption("network-file")) {
            instance.set(Instance.CLIENTS, "topology", "file");
            instance.set(NamedNetwork.TOPOLOGY_FILE, "path",
                    Path.of(line.getOptionValue("network-file")).toAbsolutePath().toString());
        }
    }

    /** A directory may come back; a file that is wrong stays wrong. */
    private static void checkNetworkFile(Framework framework, String option) throws Exception {
        TopologyProvider provider = framework.await(TopologyProvider.class, "(cloakwork.name=file)", START,
                "org.cloakwork.topology.file.FileTopology", "the topology");
        try {
            provider.fetch().get(START.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new UsageException(option + e.getCause().getMessage());
        }
    }

    private void show(MixnetClient client, ClientState state) {
        if (state instanceof ClientState.Ready) {
            out.println("address " + client.address());
            out.println("name " + client.address().toHostName());
        }
        out.println(state.text());
        if (state instanceof ClientState.Ready) {
            client.warnings().forEach(warning -> out.println("warning: " + warning));
        }
    }
}
