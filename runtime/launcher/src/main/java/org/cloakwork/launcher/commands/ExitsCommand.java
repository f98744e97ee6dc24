package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.KnownExit;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.StopSignal;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.json.Json;

/**
 * {@code cloakwork exits}: those that a running instance knows, or those of a network that is named, which is asked
 * without a client.
 */
public final class ExitsCommand implements Command {

    /** Parts take no notice of keys with a dot. */
    private static final String MARK = "org.cloakwork.launcher.for";
    private static final String OURS = "exits";
    private static final Duration START = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;

    public ExitsCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "exits";
    }

    @Override
    public String description() {
        return "list the exits to the internet that a running instance, or a network, knows";
    }

    @Override
    public Options options() {
        return new Options().addOption(null, "json", false, "for programs")
                .addOption(Arguments.option("country", "CODE", "only those in this country, like DE"))
                .addOption(NamedNetwork.option("ask this network instead of a running instance"))
                .addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Optional<String> country = country(line);
        if (!line.hasOption(NamedNetwork.OPTION)) {
            return ask(line, country);
        }
        NamedNetwork network = NamedNetwork.of(line);
        try (StopSignal stop = new StopSignal(err); Framework framework = Framework.start(Home.path())) {
            Map<String, String> configuration = new HashMap<>(network.configuration());
            configuration.put(MARK, OURS);
            framework.configure(network.file(), configuration);
            // Not the one of before, which has the configuration that it has without any.
            TopologyProvider provider = framework.await(TopologyProvider.class, "(&(" + PartFactory.NAME_PROPERTY + "="
                    + network.topology() + ")(" + MARK + "=" + OURS + "))", START, network.component(), "the topology");
            CompletableFuture<List<KnownExit>> named = provider.exits();
            Topology topology = answer(provider.fetch());
            List<KnownExit> exits = topology.reachable(answer(named)).stream()
                    .filter(exit -> country.isEmpty() || exit.country().equals(country)).toList();
            out.print(line.hasOption("json") ? json(exits) : text(exits));
        }
        return DONE;
    }

    private int ask(CommandLine line, Optional<String> country) throws Exception {
        try (ControlClient instance = new ControlClient(StateFolder.of(line))) {
            ControlClient.Answer answer = instance.ask("cloakwork:exits" + (line.hasOption("json") ? " --json" : "")
                    + country.map(code -> " --country " + code).orElse(""));
            (answer.isTold() ? out : err).print((answer.isTold() ? "" : "cloakwork exits: ") + answer.text());
            return answer.exitCode();
        }
    }

    private static Optional<String> country(CommandLine line) throws UsageException {
        if (!line.hasOption("country")) {
            return Optional.empty();
        }
        String text = line.getOptionValue("country");
        return Optional.of(KnownExit.countryOf(text).orElseThrow(() ->
                new UsageException("--country " + text + ": must be an ISO 3166 code of two letters, like DE")));
    }

    private static <T> T answer(CompletableFuture<T> asked) throws Exception {
        try {
            return asked.get(TopologyProvider.MAX_ANSWER_TIME.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new IllegalStateException("the network did not answer within "
                    + TopologyProvider.MAX_ANSWER_TIME.toSeconds() + " s", e);
        }
    }

    private static String text(List<KnownExit> exits) {
        StringBuilder text = new StringBuilder(exits.isEmpty() ? "no exits\n" : "country  performance  address\n");
        exits.forEach(exit -> text.append("%-7s  %-11s  %s%n".formatted(exit.country().orElse("-"),
                percent(exit.performancePercent()), exit.address())));
        return text.toString();
    }

    private static String percent(OptionalInt performance) {
        return performance.isPresent() ? performance.getAsInt() + " %" : "-";
    }

    private static String json(List<KnownExit> exits) {
        return Json.empty().with("exits", exits.stream().map(exit -> Json.empty()
                .with("address", exit.address().toString()).with("country", exit.country().orElse(null))
                .with("performance", exit.performancePercent())).toList()) + "\n";
    }
}
