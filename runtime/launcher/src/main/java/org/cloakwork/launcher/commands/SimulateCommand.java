package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.cloakwork.api.Simulator;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.Logging;
import org.cloakwork.launcher.cli.ProgressLine;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;

/** {@code cloakwork simulate}: many clients and a whole mixnet on a clock of their own. */
public final class SimulateCommand implements Command {

    private static final Duration START = Duration.ofSeconds(10);
    /** Up to so many hours of clients together, packets are real by default. */
    private static final double SHORT_CLIENT_HOURS = 1;

    private final PrintStream out;
    private final PrintStream err;

    public SimulateCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "simulate";
    }

    @Override
    public String description() {
        return "let hours pass in seconds for many clients in a mixnet with faults, and check what must hold";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Arguments.option("clients", "N", "how many, 2 to 10000 (default 10)"))
                .addOption(Arguments.option("hours", "H", "how long they send, such as 0.5 (default 1)"))
                .addOption(Arguments.option("seed", "S", "same seed, same report (default 1)"))
                .addOption(Arguments.option("loss", "P",
                        "how likely a packet, or an acknowledgement, gets lost: 0 to 1 (default 0)"))
                .addOption(Arguments.option("cover", "NAME", "cover part of all clients (default poisson"
                        + " with stub packets, none with real ones: cover is 55 packets a second from each client)"))
                .addOption(Arguments.option("routes", "NAME", "routes part of all clients (default uniform)"))
                .addOption(Arguments.option("retransmission", "NAME",
                        "retransmission part of all clients (default timeout)"))
                .addOption(Arguments.option("fault", "SPEC",
                "what goes wrong, repeatable, or with commas between: "
                        + "delay=MS@FROM-TO, reorder@FROM-TO, gateway-restart@T[+DOWNTIME], directory-outage@FROM-TO, "
                        + "epoch@T, rotation@T, suspend@FROM-TO; times like 90s, 10m, 1.5h"))
                .addOption(Arguments.option("rotation", "DURATION",
                "all nodes change their keys after each such time,"
                        + " like 1h; the old ones are good for another quarter of it (default: never)"))
                .addOption(Option.builder().longOpt("hostile").desc("the first client answers anonymous messages with"
                        + " answerable ones, to make the senders tell who they are").get())
                .addOption(Arguments.option("packets", "real|stub", "stub: same sizes and routes without"
                        + " cryptography, many times faster (default: real up to 1 hour of all clients together)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Simulator.Options options = simulation(line);
        if (!line.hasOption("verbose")) {
            Logging.quiet();
        }
        try (Framework framework = Framework.start(Home.path())) {
            return run(framework.await(Simulator.class, "", START,
                    "org.cloakwork.localnet.simulation.SimulatorComponent", "the simulator"), options);
        }
    }

    int run(Simulator simulator, Simulator.Options options) throws UsageException {
        Simulator.Report report;
        long started = System.nanoTime();
        AtomicReference<Duration> passed = new AtomicReference<>(Duration.ZERO);
        try {
            report = ProgressLine.during(err, "simulating",
                    () -> (double) passed.get().toNanos() / options.duration().toNanos(),
                    () -> simulator.run(options, passed::set));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        out.print(report.text());
        out.flush();
        // Not part of the report, which is the same each time.
        Runtime runtime = Runtime.getRuntime();
        err.printf(Locale.ROOT, "took %.1f s, heap in use %d MiB%n", (System.nanoTime() - started) / 1e9,
                runtime.totalMemory() - runtime.freeMemory() >> 20);
        if (!report.violated().isEmpty()) {
            err.println("cloakwork simulate: violated: " + String.join("; ", report.violated()));
            return FAILED;
        }
        return DONE;
    }

    static Simulator.Options simulation(CommandLine line) throws UsageException {
        int clients = Arguments.number(line, "clients", 10, 2, 10_000);
        double hours = decimal(line, "hours", "1", "above 0 and at most 8784", 1e-6, 8784);
        double loss = decimal(line, "loss", "0", "from 0 to 1", 0, 1);
        List<String> faults = line.hasOption("fault") ? Arrays.stream(line.getOptionValues("fault"))
                .flatMap(value -> Arrays.stream(value.split(",", -1))).toList() : List.of();
        Simulator.Packets packets = packets(line, clients * hours);
        Optional<Duration> rotation = Arguments.time(line, "rotation", Localnet.LEAST_ROTATION,
                Localnet.LONGEST_ROTATION);
        return new Simulator.Options(clients, Duration.ofNanos(Math.round(hours * 3.6e12)), Arguments.seed(line), loss,
                line.getOptionValue("cover", packets == Simulator.Packets.STUB ? "poisson" : "none"),
                line.getOptionValue("retransmission", "timeout"), faults, packets, rotation, line.hasOption("hostile"),
                line.getOptionValue("routes", "uniform"));
    }

    private static Simulator.Packets packets(CommandLine line, double clientHours) throws UsageException {
        String value = line.getOptionValue("packets");
        return switch (value) {
            case null -> clientHours > SHORT_CLIENT_HOURS ? Simulator.Packets.STUB : Simulator.Packets.REAL;
            case "real" -> Simulator.Packets.REAL;
            case "stub" -> Simulator.Packets.STUB;
            default -> throw new UsageException("--packets " + value + ": must be real or stub");
        };
    }

    private static double decimal(CommandLine line, String option, String byDefault, String allowed, double min,
            double max) throws UsageException {
        String value = line.getOptionValue(option, byDefault);
        try {
            double number = new BigDecimal(value).doubleValue();
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message for both faults
        }
        throw new UsageException("--" + option + " " + value + ": must be a number " + allowed);
    }
}
