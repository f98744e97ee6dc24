package org.cloakwork.itests.line;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.LinePolicy;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.frontend.exit.ExitFrontEnd;

/** What an exit, a process of its own, has to do for many clients that ask it for packets in return. */
final class Clients {

    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final Duration LENGTH = Duration.ofSeconds(60);
    private static final String SENT = "line.pulls.sent";
    private static final String ANSWERED = "line.returns.received";
    private static final int TICKS_A_SECOND = 100;
    private static final int UTIME = 11;

    private final PrintStream out;

    Clients(PrintStream out) {
        this.out = out;
    }

    /**
     * The exit's process: prints its address, and ends when its input does.
     *
     * @param args the network's directory, and how many packets a second it returns to all together
     */
    public static void main(String[] args) throws Exception {
        LinePolicy line = LinePolicy.DEFAULT;
        try (Sockets sockets = new Sockets()) {
            Engine exit = sockets.client("line-exit", ClientConfiguration.DEFAULT.withLine(new LinePolicy(line.twoWay(),
                    line.ramp(), line.mirror(), line.returnsPackets(), Integer.parseInt(args[1]),
                    line.returnsPerSender())),
                    Cover.NONE.strategy(), URI.create(args[0]));
            sockets.opened(new ExitFrontEnd(Map.of()).serve(exit, Map.of("policy", "accept *:443")));
            System.out.println(exit.address());
            while (System.in.read() >= 0) {
                System.out.println(exit.counters().get("line.returns.dropped.limit"));
            }
        }
    }

    /**
     * Measures it.
     *
     * @param count  clients
     * @param law    packets a second of each
     * @param greedy packets a second of one more
     * @param limit  packets a second that the exit returns to all together
     */
    void tell(int count, int law, int greedy, int limit) throws Exception {
        try (Sockets sockets = new Sockets()) {
            LocalNetwork network = sockets.opened(LocalNetwork.builder().start());
            Process exit = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                    Clients.class.getName(), network.directory().toString(), Integer.toString(limit))
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            sockets.opened(exit::destroy);
            BufferedReader told = new BufferedReader(new InputStreamReader(exit.getInputStream(),
                    StandardCharsets.UTF_8));
            MixnetAddress address = MixnetAddress.parse(told.readLine());
            long before = memory(exit);
            List<Engine> clients = new ArrayList<>();
            for (int i = 0; i <= count; i++) {
                Engine client = sockets.client("line-" + i, ClientConfiguration.DEFAULT,
                        Speed.law(i == count ? greedy : law), network.directory());
                client.partner(address);
                clients.add(client);
            }
            Thread.sleep(SETTLE);
            double cpu = cpuSeconds(exit);
            long[] sent = counts(clients, SENT);
            long[] answered = counts(clients, ANSWERED);
            Thread.sleep(LENGTH);
            cpu = (cpuSeconds(exit) - cpu) / LENGTH.toSeconds();
            sent = less(counts(clients, SENT), sent);
            answered = less(counts(clients, ANSWERED), answered);
            exit.getOutputStream().write('\n');
            exit.getOutputStream().flush();
            String refused = told.readLine();
            out.printf(Locale.ROOT, "| %d at %d/s, one at %d/s | %d/s | %.0f/s | %.1f to %.1f/s | %.1f of "
                    + "%.1f/s | %s | %d MiB, before %d | %.0f %% of a core |%n", count, law, greedy, limit,
                    sum(answered) / (double) LENGTH.toSeconds(), rate(min(answered, count)), rate(max(answered, count)),
                    rate(answered[count]), rate(sent[count]), refused, memory(exit) >> 10, before >> 10, cpu * 100);
        }
    }

    static final String HEADER = """
            | clients | limit | returned to all | to each of the many | to the one, of what it asks | refused in all | \
            memory of the exit | its CPU |
            |---|---|---|---|---|---|---|---|
            """;

    private static long[] counts(List<Engine> clients, String name) {
        return clients.stream().mapToLong(client -> client.counters().getOrDefault(name, 0L)).toArray();
    }

    private static long[] less(long[] now, long[] before) {
        long[] less = now.clone();
        for (int i = 0; i < less.length; i++) {
            less[i] -= before[i];
        }
        return less;
    }

    private static double rate(long count) {
        return count / (double) LENGTH.toSeconds();
    }

    private static long sum(long[] counts) {
        return Arrays.stream(counts).sum();
    }

    private static long min(long[] counts, int of) {
        return Arrays.stream(counts, 0, of).min().orElse(0);
    }

    private static long max(long[] counts, int of) {
        return Arrays.stream(counts, 0, of).max().orElse(0);
    }

    /** {@return KiB that are resident} */
    private static long memory(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:")).mapToLong(line ->
                        Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0);
    }

    private static double cpuSeconds(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) / (double) TICKS_A_SECOND;
    }
}
