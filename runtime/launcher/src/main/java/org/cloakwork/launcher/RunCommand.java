package org.cloakwork.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetClient;

/** {@code cloakwork run}: one client with the parts that {@code etc/cloakwork.cfg} names. */
final class RunCommand implements Command {

    private static final String CLIENT = "org.cloakwork.client";

    private final PrintStream out;

    RunCommand(PrintStream out) {
        this.out = out;
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
        return new Options()
                .addOption(LocalnetCommand.option("etc", "DIR", "configuration folder (default: the distribution's etc/)"))
                .addOption(LocalnetCommand.option("directory", "URL", "join the network this directory describes"))
                .addOption(LocalnetCommand.option("network-file", "FILE", "join the network this file describes"))
                .addOption(LocalnetCommand.option("gateway", "IDENTITY", "gateway to use (default: any)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Path etc = Path.of(line.getOptionValue("etc", Home.path().resolve("etc").toString()));
        Map<String, String> client = read(etc.resolve("cloakwork.cfg"));
        if (line.hasOption("directory") && line.hasOption("network-file")) {
            throw new UsageException("--directory and --network-file exclude each other");
        }
        if (line.hasOption("gateway")) {
            try {
                IdentityKey.parse(line.getOptionValue("gateway"));
            } catch (IllegalArgumentException e) {
                throw new UsageException("--gateway: " + e.getMessage());
            }
            client.put("gateway", line.getOptionValue("gateway"));
        }
        client.put("name", "default");
        try (Framework framework = Framework.start(Home.path(), Optional.of(etc))) {
            if (line.hasOption("directory")) {
                client.put("topology", "nym-api");
                framework.configure("org.cloakwork.topology.nymapi",
                        Map.of("urls", directory(line.getOptionValue("directory"))));
            } else if (line.hasOption("network-file")) {
                Path file = Path.of(line.getOptionValue("network-file")).toAbsolutePath();
                if (!Files.isRegularFile(file)) {
                    throw new UsageException("--network-file " + file + ": no such file");
                }
                client.put("topology", "file");
                framework.configure("org.cloakwork.topology.file", Map.of("path", file.toString()));
            }
            framework.configureFactory(CLIENT, "default", client);
            MixnetClient service = framework.await(MixnetClient.class, "(cloakwork.client=default)",
                    Duration.ofSeconds(20), CLIENT, "the client");
            service.onState(this::show);
            service.subscribe(message -> out.println("received " + message.payload().length + " bytes"
                    + message.sender().map(tag -> " from " + tag).orElse("")));
            service.onState(state -> {
                if (state instanceof ClientState.Ready) {
                    out.println("address " + service.address());
                }
            });
            StopSignal.await();
        }
        return Main.DONE;
    }

    private void show(ClientState state) {
        out.println(switch (state) {
            case ClientState.Connecting(String step) -> "connecting: " + step;
            case ClientState.Ready() -> "ready";
            case ClientState.Degraded(String reason) -> "degraded: " + reason;
            case ClientState.Stopped(String reason) -> "stopped: " + reason;
        });
    }

    private static String directory(String url) throws UsageException {
        try {
            URI uri = URI.create(url);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // falls through to the one message for both faults
        }
        throw new UsageException("--directory " + url + ": must be an http or https URL");
    }

    private static Map<String, String> read(Path file) throws UsageException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(file + ": cannot be read: " + e.getMessage());
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key).strip()));
        return values;
    }
}
