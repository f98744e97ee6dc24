package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * P3: a termination signal was waited out, 10 seconds each time, because the hook and {@code main} waited for each
 * other.
 */
class P3StopsAtOnceIT {

    private static final int STOPS = Integer.getInteger("cloakwork.stops", 5);
    /** The first limit of all that may run out while a process cleans up: it did not. */
    private static final double SHORTEST_LIMIT_SECONDS = 10;
    private static final int MOST_UNDER_WAY = 50;

    @TempDir
    private Path folder;
    private int next = 1000;

    private static double stop(Command program, String signal) throws Exception {
        long started = System.nanoTime();
        program.signal(signal);
        int code = program.end().exitCode();
        double seconds = (System.nanoTime() - started) / 1e9;
        assertEquals(signal.equals("INT") ? 130 : 143, code);
        String printed = program.text();
        assertFalse(printed.contains("did not"), printed);
        assertTrue(seconds < SHORTEST_LIMIT_SECONDS, () -> "something was waited for in vain: " + seconds + " s");
        return seconds;
    }

    private static String shown(List<Double> seconds) {
        return String.join(", ", seconds.stream().map(one -> String.format(Locale.ROOT, "%.2f", one)).toList()) + " s";
    }

    private Command run(LocalNetwork network, String frontEnds) throws IOException {
        return Command.cloakwork("run", "--directory", network.directory().toString(), "--frontends", frontEnds,
                "--etc", folder.resolve("etc").toString(), "--state", folder.resolve("state").toString());
    }

    @Test
    void runEndsUnderTrafficAndNothingStoredIsLost() throws Exception {
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Files.writeString(etc.resolve("cloakwork.cfg"), String.join("\n", "topology = nym-api", "transport = websocket",
                "sphinx = fast", "retransmission = timeout", "cover = poisson"));
        Files.writeString(etc.resolve("org.cloakwork.frontend.websocket.cfg"), "port = 0\n");
        Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
        Set<String> addresses = new TreeSet<>();
        List<Double> seconds = new ArrayList<>();
        try (LocalNetwork network = LocalNetwork.builder().start();
             MixnetClient sender = MixnetClient.builder().network(network).start()) {
            sender.awaitReady(Command.PATIENCE);
            for (int i = 0; i < STOPS; i++) {
                // Nobody is connected to its front-end, so what arrives is kept for whoever will be.
                try (Command program = run(network, "websocket")) {
                    String address = program.awaitLine(line -> line.startsWith("address "))
                            .substring("address ".length());
                    addresses.add(address);
                    program.awaitLine("ready"::equals);
                    seconds.add(stopUnderTraffic(program, sender, MixnetAddress.parse(address), acknowledged));
                }
            }
            try (Command last = run(network, "")) {
                for (int length : acknowledged) {
                    last.awaitLine(("received " + length + " bytes")::equals);
                }
                List<String> received = last.lines().stream().filter(line -> line.startsWith("received ")).toList();
                System.out.println("P3: run under traffic ended " + STOPS + " times by SIGTERM after " + shown(seconds)
                        + "; of "
                        + acknowledged.size() + " messages that arrived none was lost, "
                        + (received.size() - Set.copyOf(received).size()) + " came twice");
            }
            assertEquals(1, addresses.size());
        }
    }

    /** The length of a message is its number. */
    private double stopUnderTraffic(Command program, MixnetClient sender, MixnetAddress address,
            Set<Integer> acknowledged) throws Exception {
        AtomicBoolean sending = new AtomicBoolean(true);
        Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
        Semaphore arrived = new Semaphore(0);
        Thread traffic = Thread.ofVirtual().start(() -> {
            while (sending.get()) {
                int length = next++;
                underWay.acquireUninterruptibly();
                sender.send(address, new byte[length]).outcome().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Acknowledged) {
                        acknowledged.add(length);
                    }
                    arrived.release();
                    underWay.release();
                });
            }
        });
        arrived.acquire(MOST_UNDER_WAY);
        double seconds = stop(program, "TERM");
        sending.set(false);
        underWay.release(1);
        traffic.join();
        return seconds;
    }

    @ParameterizedTest
    @CsvSource({"localnet, Stop with Ctrl-C., TERM", "localnet, Stop with Ctrl-C., INT",
        "demo --port-base 0, '  curl --socks5-hostname', TERM", "demo --port-base 0, '  curl --socks5-hostname', INT",
        "demo --port-base 0, A Nym mixnet in this process, INT"})
    void whatStaysUpEndsAtOnce(String command, String until, String signal) throws Exception {
        String[] words = Stream.concat(Stream.of(command.split(" ")), command.startsWith("demo")
                ? Stream.of("--state", folder.toString()) : Stream.empty()).toArray(String[]::new);
        try (Command program = Command.cloakwork(words)) {
            program.awaitLine(line -> line.startsWith(until));
            System.out.println("P3: " + command + " ended by SIG" + signal + " after "
                    + shown(List.of(stop(program, signal))));
        }
    }
}
