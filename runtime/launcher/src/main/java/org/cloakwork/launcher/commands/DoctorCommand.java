package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.Internet;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.StopSignal;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.cli.Version;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.json.Json;

/** {@code cloakwork doctor}: looks at everything on the way from this machine to a name that an exit looks up. */
public final class DoctorCommand implements Command {

    private static final String NAME = "doctor";
    private static final String AUTO = "auto";
    private static final Duration START = Duration.ofSeconds(30);
    private static final String DEFAULT_TARGET = "example.com:443";
    private static final List<String> WITH_NETWORK = List.of("clock", "directory");
    private static final List<String> WITH_CLIENT = List.of("gateway", "loop", "exits", "exit", "names");
    /** Keys whose values say nothing about a person. */
    private static final Set<String> REPORTED = Stream.concat(PartKind.OF_A_CLIENT.stream().map(PartKind::name),
            Stream.of(Instance.FRONT_ENDS, "tls", "guards", "gateway-choice")).collect(Collectors.toSet());

    private final PrintStream out;
    private final PrintStream err;
    private final List<Finding> findings = new ArrayList<>();
    private boolean quiet;

    public DoctorCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "say what works between this machine and the internet behind the mixnet, what does not, and what to do";
    }

    @Override
    public Options options() {
        return Instance.addOptions(new Options())
                .addOption(NamedNetwork.option("look at this network"))
                .addOption(Arguments.option("gateway", "IDENTITY", "gateway to use (default: any)"))
                .addOption(Arguments.option("exit", "ADDRESS", "exit to use (default: what etc/cloakwork.cfg says)"))
                .addOption(Arguments.option("target", "HOST:PORT", "what the exit shall connect to (default: "
                        + DEFAULT_TARGET + ")"))
                .addOption(Arguments.option("report", "FILE", "write a report for others, without secrets"))
                .addOption(null, "json", false, "for programs")
                .addOption(StateFolder.option());
    }

    private void found(Finding finding) {
        findings.add(finding);
        if (!quiet) {
            out.print(text(finding));
        }
    }

    private static String text(Finding finding) {
        return String.format("%-14s %-8s %s%s%n", finding.check(), finding.state().word(), finding.text(),
                finding.millis().isPresent() ? "  (" + finding.millis().getAsInt() + " ms)" : "")
                + finding.remedy().map(remedy -> String.format("%-14s %-8s %s%n", "", "->", remedy)).orElse("");
    }

    @Override
    public int run(CommandLine line) throws Exception {
        quiet = line.hasOption("json");
        Optional<Path> report = Optional.ofNullable(line.getOptionValue("report")).map(Path::of);
        if (report.filter(Files::exists).isPresent()) {
            throw new UsageException("--report " + report.get() + ": there is such a file already");
        }
        Optional<Path> folder = report.map(file -> file.toAbsolutePath().getParent());
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw new UsageException("--report " + report.get() + ": there is no folder " + folder.get());
        }
        HostAndPort target = HostAndPort.of(line.getOptionValue("target", DEFAULT_TARGET));
        List<MixnetAddress> named = line.hasOption("exit") ? List.of(exit(line.getOptionValue("exit"))) : List.of();
        Optional<NamedNetwork> network = line.hasOption(NamedNetwork.OPTION) ? Optional.of(NamedNetwork.of(line))
                : Optional.empty();
        Map<String, String> configuration = Instance.read(line);
        found(Surroundings.java());
        Path state = StateFolder.of(line, configuration);
        found(Surroundings.state(state));
        try (StopSignal stop = new StopSignal(err); Framework framework = Framework.start(Home.path())) {
            examine(line, framework, network, named.isEmpty() ? configured(configuration) : named, target,
                    Files.exists(ControlClient.socket(state)));
        }
        if (quiet) {
            out.println(json());
        }
        if (report.isPresent()) {
            write(report.get(), configuration, target);
        }
        return findings.stream().anyMatch(finding -> finding.state() == Finding.State.FAULT) ? FAILED : DONE;
    }

    private static MixnetAddress exit(String text) throws UsageException {
        try {
            return MixnetAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--exit " + text + ": " + e.getMessage());
        }
    }

    private static List<MixnetAddress> configured(Map<String, String> configuration) throws UsageException {
        Optional<String> text = Stream.of("socks5.exit", "http.exit").map(configuration::get)
                .filter(value -> value != null && !value.isBlank() && !value.strip().equals(AUTO)).findFirst();
        List<MixnetAddress> exits = new ArrayList<>();
        for (String address : text.map(value -> value.split(",")).orElse(new String[0])) {
            exits.add(exit(address.strip()));
        }
        return exits;
    }

    private void examine(CommandLine line, Framework framework, Optional<NamedNetwork> network,
                         List<MixnetAddress> exits, HostAndPort target, boolean running) throws Exception {
        Map<String, String> configuration = Instance.read(line);
        MixnetClient client;
        Instance instance;
        String frontEnds;
        try {
            instance = new Instance(line, framework);
            network.ifPresent(given -> given.set(instance));
            if (line.hasOption("gateway")) {
                instance.set(Instance.CLIENTS, "gateway", line.getOptionValue("gateway"));
            }
            frontEnds = instance.get(Instance.CLIENTS, Instance.FRONT_ENDS)
                    .orElse(configuration.getOrDefault(Instance.FRONT_ENDS, ""));
            // A client of its own, that nobody else hears of: what runs goes on.
            instance.set(Instance.CLIENTS, Instance.FRONT_ENDS, "");
            instance.set(Instance.CLIENTS, "store", "");
            instance.start(List.of(NAME), false);
            client = instance.await(NAME, START);
        } catch (UsageException | IllegalStateException e) {
            found(Finding.fault("configuration", e.getMessage(), "mend it in etc/, or say it on the command line"));
            Stream.concat(WITH_NETWORK.stream(), WITH_CLIENT.stream())
                    .forEach(check -> found(Finding.skipped(check, "the configuration comes first")));
            return;
        }
        found(Finding.ok("configuration", "parts are there, settings are understood"));
        Control control = framework.present(Control.class, "").orElseThrow(() -> new IllegalStateException(
                "what follows the configuration is gone"));
        Surroundings.ports(frontEnds, configuration, control, running).forEach(this::found);
        found(Surroundings.clock(directories(instance, line)));
        Examination examination = new Examination(this::found);
        TopologyProvider provider = framework.present(TopologyProvider.class, "(cloakwork.name="
                + topologyPart(instance, line) + ")").orElseThrow(() -> new IllegalStateException(
                        "the topology part is gone"));
        Optional<Topology> topology = examination.directory(provider);
        if (topology.isEmpty()) {
            skip(0, "the directory comes first");
        } else if (!examination.gateway(client, topology.get())) {
            skip(1, "the gateway comes first");
        } else if (!examination.loop(client)) {
            skip(2, "the loop comes first");
        } else {
            List<MixnetAddress> known = examination.exits(client, exits);
            if (known.isEmpty()) {
                skip(3, "there is no exit");
                return;
            }
            Internet.Provider internets = framework.present(Internet.Provider.class, "").orElseThrow(() ->
                    new IllegalStateException("no org.cloakwork.frontend.http among the bundles"));
            try (Internet internet = internets.open(client, exits)) {
                examination.exit(internet, target.host(), target.port());
            }
        }
    }

    private void skip(int from, String before) {
        WITH_CLIENT.stream().skip(from).forEach(check -> found(Finding.skipped(check, before)));
    }

    private static String topologyPart(Instance instance, CommandLine line) throws UsageException {
        return instance.get(Instance.CLIENTS, "topology").orElse(
                Instance.read(line).getOrDefault("topology", "nym-api")).strip();
    }

    private static List<URI> directories(Instance instance, CommandLine line) throws UsageException {
        if (!topologyPart(instance, line).equals("nym-api")) {
            return List.of();
        }
        String urls = instance.get(Instance.NYM_API, "urls").orElse(Home.read(Instance.file(line)
                .resolveSibling(Instance.NYM_API + ".cfg")).getOrDefault("urls", ""));
        List<URI> directories = new ArrayList<>();
        for (String url : urls.split(",")) {
            try {
                if (!url.isBlank()) {
                    directories.add(URI.create(url.strip()));
                }
            } catch (IllegalArgumentException e) {
                // the topology part says so
            }
        }
        return directories;
    }

    private String json() {
        return Json.empty().with("findings", findings.stream().map(finding -> Json.empty()
                .with("check", finding.check()).with("state", finding.state().name().toLowerCase(Locale.ROOT))
                .with("text", finding.text()).with("remedy", finding.remedy().orElse(null))
                .with("millis", finding.millis())).toList()).toString();
    }

    /** What helps others to help, without what is nobody's business: addresses, keys, names of folders. */
    private void write(Path file, Map<String, String> configuration, HostAndPort target)
            throws IOException, UsageException {
        StringBuilder text = new StringBuilder("Cloakwork " + Version.text() + "\n"
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " processors\n"
                + "Java " + Runtime.version() + ", " + System.getProperty("java.vendor") + "\n\n");
        findings.forEach(finding -> text.append(text(finding)));
        text.append("\netc/cloakwork.cfg\n");
        configuration.forEach((key, value) -> text.append("  ").append(key).append(REPORTED.contains(key)
                ? " = " + value : " is set").append('\n'));
        try {
            OwnFiles.createFile(file);
        } catch (FileAlreadyExistsException e) {
            throw new UsageException("--report " + file + ": there is such a file already");
        }
        Files.writeString(file, Redaction.of(text.toString().replace(target.host(), "(target)")),
                StandardCharsets.UTF_8, StandardOpenOption.WRITE);
        err.println("report written to " + file);
    }

    private record HostAndPort(String host, int port) {

        static HostAndPort of(String text) throws UsageException {
            int colon = text.lastIndexOf(':');
            if (colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}")
                    && Integer.parseInt(text.substring(colon + 1)) <= 0xffff) {
                return new HostAndPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
            }
            throw new UsageException("--target " + text + ": must be HOST:PORT");
        }
    }
}
