package org.cloakwork.itests.chaos.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.cloakwork.itests.chaos.ChaosProxy;
import org.cloakwork.itests.chaos.Framing;
import org.cloakwork.itests.chaos.Tally;
import org.cloakwork.itests.chaos.Transfer;

/** A local network and two clients, each a process; what is put on them; and what came of it. */
final class SoakRun implements AutoCloseable {

    private static final List<String> CLIENTS = List.of("alice", "bob");
    /** What a client may hold at the end. */
    private static final double MOST_RESIDENT_MEBIBYTES = 300;
    private static final Duration SAMPLE = Duration.ofSeconds(5);
    private static final int MOST_ROWS = 40;
    private static final long MESSAGE_GAP_MILLIS = 400;
    private static final int MOST_OPEN = 12;
    private static final double ANSWERABLE = 0.2;
    private static final int TRANSFERS_AT_ONCE = 2;
    private static final int MOST_TRANSFER_BYTES = 96 * 1024;
    private static final int MOST_TRANSFER_GAP_MILLIS = 3000;
    private static final Duration TRANSFER_PATIENCE = Duration.ofMinutes(5);
    /** Longer than any deadline. */
    private static final Duration DRAIN = Duration.ofMinutes(6);
    /** What five nodes remember of packets, see ReplayFilter: 4 MiB each, once 262,144 have passed. */
    private static final double REPLAY_FILTERS_MEBIBYTES = 5 * 4;
    private static final Duration COUNTERS_PATIENCE = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Soak.Options options;
    private final PrintStream out;
    private final Path folder;
    private final Path home;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<String, Instance> instances = new LinkedHashMap<>();
    private final Map<String, Control> controls = new LinkedHashMap<>();
    private final List<String> addresses = new ArrayList<>();
    private final List<Program> programs = new ArrayList<>();
    private final Tally tally = new Tally();
    /** In each heap after a quarter of the time, MiB. */
    private final Map<String, Double> alive = new LinkedHashMap<>();
    private final Map<Transfer.End, AtomicLong> transfers = new EnumMap<>(Transfer.End.class);
    private final AtomicLong transferredBytes = new AtomicLong();
    private final List<String> wrong = new ArrayList<>();
    private volatile boolean loading = true;
    private long startNanos;
    private boolean succeeded;

    SoakRun(Soak.Options options, PrintStream out) throws IOException {
        this.options = options;
        this.out = out;
        // Short, because the path of a socket is.
        folder = Files.createTempDirectory("soak-");
        home = folder.resolve("home");
        for (Transfer.End end : Transfer.End.values()) {
            transfers.put(end, new AtomicLong());
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private ChaosProxy before(int port, Framing framing, int number) throws IOException {
        return opened(new ChaosProxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), framing,
                options.seed() + number));
    }

    /** {@return whether everything held} */
    boolean run() throws Exception {
        out.printf(Locale.ROOT, "A local network and two clients, %d minutes, seed %d; they print to %s%n",
                options.minutes(), options.seed(), folder);
        out.flush();
        copyDistribution();
        Path file = folder.resolve("network.json");
        Instance network = start("network", "localnet", "--network-file", file.toString());
        ChaosProxy directory = before(network.awaitPort("directory"), Framing.BYTES, 0);
        network.awaitLine(line -> line.startsWith("Stop with"));
        List<ChaosProxy> gateways = new ArrayList<>();
        List<String> identities = new ArrayList<>();
        putProxiesBeforeGateways(file, gateways);
        for (String line : network.linesThatBegin("gateway")) {
            identities.add(line.split("\\s+")[1]);
        }
        Transfer.Target server = opened(new Transfer.Target());
        ChaosProxy target = before(server.address().getPort(), Framing.BYTES, 10);
        Map<String, String> doors = Map.of("bob", "frontends = websocket, exit\n", "alice",
                "frontends = websocket, socks5\n");
        // Bob comes first: alice has to know the address of the exit.
        for (String name : List.of("bob", "alice")) {
            Path etc = Files.createDirectory(folder.resolve(name));
            Files.writeString(etc.resolve("cloakwork.cfg"), """
                    topology = file
                    transport = websocket
                    sphinx = fast
                    retransmission = timeout
                    cover = none
                    gateway = %s
                    websocket.port = 0
                    """.formatted(identities.get(CLIENTS.indexOf(name))) + doors.get(name)
                    + (name.equals("bob") ? """
                    exit.policy = accept 127.0.0.0/8:*
                    exit.allow-private = true
                    """ : """
                    socks5.port = 0
                    socks5.exit = %s
                    """.formatted(addresses.getFirst())));
            Files.writeString(etc.resolve("org.cloakwork.topology.file.cfg"), "path = " + file + "\n");
            Files.writeString(etc.resolve("org.cloakwork.topology.nymapi.cfg"), "urls = "
                    + URI.create("http://127.0.0.1:" + directory.address().getPort() + "/") + "\n");
            Path state = folder.resolve(name + "-state");
            Instance client = start(name, "run", "--etc", etc.toString(), "--state", state.toString());
            controls.put(name, new Control(state));
            addresses.addFirst(client.awaitLine(line -> line.startsWith("address ")).substring("address ".length()));
        }
        for (int i = 0; i < CLIENTS.size(); i++) {
            programs.add(opened(new Program(instances.get(CLIENTS.get(i)).awaitPort("websocket "), i, tally,
                    options.seed() + i)));
        }
        ChaosProxy socks = before(instances.get("alice").awaitPort("socks5 "), Framing.BYTES, 11);
        Trouble trouble = new Trouble(options.seed(), List.copyOf(instances.values()), controls, gateways, directory,
                List.of(socks, target));
        put(socks.address(), target.address(), trouble);
        report(trouble);
        succeeded = wrong.isEmpty();
        return succeeded;
    }

    /** Running instances follow the jars of theirs, so a build in the meantime would exchange all their bundles. */
    private void copyDistribution() throws IOException {
        try (Stream<Path> files = Files.walk(options.home())) {
            for (Path from : (Iterable<Path>) files::iterator) {
                Files.copy(from, home.resolve(options.home().relativize(from).toString()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private Instance start(String name, String... arguments) throws IOException {
        Instance instance = opened(new Instance(name, home, folder.resolve(name + ".log"), arguments));
        instances.put(name, instance);
        return instance;
    }

    /** Clients that read the file connect to them. */
    private void putProxiesBeforeGateways(Path file, List<ChaosProxy> gateways) throws IOException {
        JsonNode network = JSON.readTree(file.toFile());
        for (JsonNode node : network.get("node_details")) {
            if (node.hasNonNull("entry")) {
                ObjectNode entry = (ObjectNode) node.get("entry");
                ChaosProxy proxy = before(entry.get("clients_ws_port").asInt(), Framing.WEBSOCKET,
                        1 + gateways.size());
                gateways.add(proxy);
                entry.put("clients_ws_port", proxy.address().getPort());
            }
        }
        JSON.writeValue(file.toFile(), network);
    }

    /** Load and trouble, for as long as was asked for; then no trouble, until everything has ended. */
    private void put(InetSocketAddress socks, InetSocketAddress target, Trouble trouble) throws Exception {
        startNanos = System.nanoTime();
        long endNanos = startNanos + Duration.ofMinutes(options.minutes()).toNanos();
        List<Future<?>> work = new ArrayList<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("soak-", 0).factory())) {
            Future<?> looking = threads.submit(task(() -> watch(endNanos)));
            for (int i = 0; i < CLIENTS.size(); i++) {
                int number = i;
                work.add(threads.submit(task(() -> send(number))));
            }
            for (int i = 0; i < TRANSFERS_AT_ONCE; i++) {
                long seed = options.seed() * 31 + i;
                work.add(threads.submit(task(() -> transfer(socks, target, new Random(seed)))));
            }
            work.add(threads.submit(task(() -> trouble.until(endNanos))));
            try {
                looking.get();
                loading = false;
                for (Future<?> each : work) {
                    each.get();
                }
            } finally {
                loading = false;
                threads.shutdownNow();
            }
        }
        long drainedNanos = System.nanoTime() + DRAIN.toNanos();
        Tally.Result result = tally.result();
        while ((result.open() > 0 || result.undelivered() > 0) && System.nanoTime() - drainedNanos < 0) {
            TimeUnit.MILLISECONDS.sleep(500);
            result = tally.result();
        }
    }

    private interface Task {

        void run() throws Exception;
    }

    private static Callable<Void> task(Task task) {
        return () -> {
            task.run();
            return null;
        };
    }

    private void send(int number) throws InterruptedException {
        Random random = new Random(options.seed() ^ number);
        Program program = programs.get(number);
        while (loading) {
            // A machine that is slower for others' sake shall not pile up what it cannot send by its deadline.
            if (program.open() < MOST_OPEN) {
                program.send(addresses.get(1 - number), random.nextDouble() < ANSWERABLE);
            }
            Thread.sleep(MESSAGE_GAP_MILLIS / 2 + random.nextLong(MESSAGE_GAP_MILLIS));
        }
    }

    private void transfer(InetSocketAddress socks, InetSocketAddress target, Random random)
            throws InterruptedException {
        while (loading) {
            Transfer transfer = new Transfer(socks, target, random.nextLong(), random.nextInt(MOST_TRANSFER_BYTES),
                    random.nextInt(MOST_TRANSFER_BYTES), TRANSFER_PATIENCE);
            Transfer.End end = transfer.run();
            transfers.get(end).incrementAndGet();
            if (end == Transfer.End.RIGHT) {
                transferredBytes.addAndGet(transfer.up() + transfer.down());
            }
            Thread.sleep(random.nextInt(MOST_TRANSFER_GAP_MILLIS));
        }
    }

    private void watch(long endNanos) throws IOException, InterruptedException {
        long samples = Duration.ofMinutes(options.minutes()).dividedBy(SAMPLE);
        long every = Math.max(1, samples / MOST_ROWS);
        out.printf(Locale.ROOT, "%n%6s", "time");
        instances.keySet().forEach(name -> out.printf(" | %s: heap  rss thr  so  fd", padded(name)));
        out.printf(" | %6s %6s %9s%n", "sent", "open", "transfers");
        for (long i = 0; System.nanoTime() - endNanos < 0; i++) {
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            if (alive.isEmpty() && seconds > options.minutes() * 60 / 4.0) {
                for (Instance instance : instances.values()) {
                    alive.put(instance.name(), instance.alive());
                }
            }
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%6s", Soak.clock(seconds)));
            for (Instance instance : instances.values()) {
                if (!instance.lives()) {
                    throw new IllegalStateException(instance.name() + " has ended; what it printed is in " + folder);
                }
                Sample sample = instance.sample(seconds);
                row.append(String.format(Locale.ROOT, " | %13.0f %4.0f %3d %3d %3d", sample.heap(), sample.resident(),
                        sample.threads(), sample.sockets(), sample.handles()));
            }
            if (i % every == 0) {
                Tally.Result result = tally.result();
                out.printf(Locale.ROOT, "%s | %6d %6d %9d%n", row, result.sent(), result.open(),
                        transfers.values().stream().mapToLong(AtomicLong::get).sum());
                out.flush();
            }
            Thread.sleep(SAMPLE);
        }
    }

    private static String padded(String name) {
        return String.format(Locale.ROOT, "%-7s", name);
    }

    private void report(Trouble trouble) throws Exception {
        Tally.Result result = tally.result();
        out.printf(Locale.ROOT, "%ntroubles   %s%n", String.join(", ", trouble.done().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey()).toList()));
        out.printf(Locale.ROOT, "messages   %d sent, %d acknowledged, failed %s, %d lost%n", result.sent(),
                result.acknowledged(), result.failed(), result.undelivered());
        out.printf(Locale.ROOT, "transfers  %d right by SHA-256 (%.1f MiB), %d broken off, %d wrong, %d silent%n%n",
                transfers.get(Transfer.End.RIGHT).get(), transferredBytes.get() / 1048576.0,
                transfers.get(Transfer.End.BROKEN).get(), transfers.get(Transfer.End.WRONG).get(),
                transfers.get(Transfer.End.SILENT).get());
        check("every send had a typed end by its deadline", result.open() + result.late() == 0,
                result.open() + " have none, " + result.late() + " came late");
        check("no message was lost", result.undelivered() == 0, result.undelivered() + " lost, "
                + result.vain() + " of them acknowledged");
        check("none came twice", result.twice() == 0, String.valueOf(result.twice()));
        check("none came that was not sent, or to somebody else", result.forged() + result.misdelivered() == 0,
                result.forged() + " and " + result.misdelivered());
        check("no stream had a wrong byte", transfers.get(Transfer.End.WRONG).get() == 0,
                String.valueOf(transfers.get(Transfer.End.WRONG).get()));
        check("every stream had an end", transfers.get(Transfer.End.SILENT).get() == 0,
                transfers.get(Transfer.End.SILENT).get() + " said nothing for " + TRANSFER_PATIENCE.toSeconds() + " s");
        check("there were streams", transfers.get(Transfer.End.RIGHT).get() > 0, transfers.get(Transfer.End.RIGHT).get()
                + " right");
        List<String> complaints = new ArrayList<>(trouble.complaints());
        programs.forEach(program -> complaints.addAll(program.complaints()));
        check("programs were told nothing else", complaints.isEmpty(), String.join("; ", complaints));
        for (Map.Entry<String, Control> control : controls.entrySet()) {
            counters(control.getKey(), control.getValue());
        }
        out.println();
        for (Instance instance : instances.values()) {
            double resident = instance.samples().getLast().resident();
            check(instance.name() + ": resident memory at the end below " + (int) MOST_RESIDENT_MEBIBYTES + " MiB",
                    resident < MOST_RESIDENT_MEBIBYTES, String.format(Locale.ROOT, "%.0f MiB", resident));
            grows(instance, "alive at the end is not more than after a quarter of the time",
                    new Growth(Sample.Figure.HEAP, alive.get(instance.name()), instance.alive(),
                            instance.name().equals("network") ? REPLAY_FILTERS_MEBIBYTES : 0));
            for (Sample.Figure figure : Sample.Figure.values()) {
                if (figure != Sample.Figure.HEAP) {
                    grows(instance, "does not grow in the second half", Growth.of(figure, instance.samples()));
                }
            }
        }
        if (options.svg().isPresent()) {
            Map<String, List<Sample>> series = new LinkedHashMap<>();
            instances.forEach((name, instance) -> series.put(name, instance.samples()));
            Files.writeString(options.svg().get(), Chart.of("cloakwork soak, " + options.minutes() + " minutes, seed "
                    + options.seed(), series));
        }
        out.printf(Locale.ROOT, "%n%s%n", wrong.isEmpty() ? "All of it holds."
                : "FAILED: " + String.join("; ", wrong));
    }

    private void grows(Instance instance, String what, Growth growth) {
        check(instance.name() + ": " + growth.figure().text() + " " + what, !growth.isGrowth(), String.format(
                Locale.ROOT, "%.0f, then %.0f %s", growth.earlier(), growth.later(), growth.figure().unit()));
    }

    /** What is in flight at the end, of SOCKS and the exit, changes while it is asked. */
    private void counters(String name, Control control) throws IOException, InterruptedException {
        long end = System.nanoTime() + COUNTERS_PATIENCE.toNanos();
        JsonNode counters = control.counters();
        while (!addUp(counters) && System.nanoTime() - end < 0) {
            Thread.sleep(200);
            counters = control.counters();
        }
        check(name + ": messages created = acknowledged + failed + in flight", addUp(counters),
                "%d created, %d acknowledged, %d failed, %d in flight".formatted(
                        counters.path("messages.created").asLong(), counters.path("messages.acknowledged").asLong(),
                        counters.path("messages.failed").asLong(), counters.path("messages.in-flight").asLong()));
        check(name + ": no listener failed", counters.path("listeners.failed").asLong() == 0,
                counters.path("listeners.failed").asText());
    }

    private static boolean addUp(JsonNode counters) {
        return counters.path("messages.created").asLong() == counters.path("messages.acknowledged").asLong()
                + counters.path("messages.failed").asLong() + counters.path("messages.in-flight").asLong();
    }

    private void check(String what, boolean holds, String found) {
        out.printf(Locale.ROOT, "  %-6s %s%s%n", holds ? "holds" : "FAILS", what, found.isEmpty() ? "" : ": " + found);
        if (!holds) {
            wrong.add(what);
        }
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        if (succeeded) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
