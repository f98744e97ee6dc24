package org.cloakwork.itests.proxy;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many senders the exit sees, and what it costs that they are several. */
class IsolationIT {

    private static final int MIB = 1 << 20;
    /** More of them make better figures. */
    private static final int GETS = Integer.getInteger("gets", 5);
    private static final int SMALL = 1000;
    /** An answer that the reply blocks of a request do not suffice for. */
    private static final int LARGE = 100_000;
    private static final byte[] LINE_ENDS = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static WebServer web;

    @BeforeAll
    static void start() throws IOException {
        web = new WebServer();
    }

    @AfterAll
    static void end() {
        web.close();
    }

    private static int port() {
        return URI.create(web.url("/")).getPort();
    }

    /** {@return the body of the answer; the socket is closed by the server} */
    private static byte[] get(World world, String host, int length) throws IOException {
        try (Socket socket = world.connect(host, port())) {
            socket.getOutputStream().write(("GET /" + length + " HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();
            return Arrays.copyOfRange(answer, endOfHeader(answer), answer.length);
        }
    }

    private static int endOfHeader(byte[] answer) {
        for (int i = 0; i + LINE_ENDS.length <= answer.length; i++) {
            if (Arrays.equals(answer, i, i + LINE_ENDS.length, LINE_ENDS, 0, LINE_ENDS.length)) {
                return i + LINE_ENDS.length;
            }
        }
        throw new AssertionError("no answer of a web server");
    }

    private static void download(World world, String... hosts) throws Exception {
        String expected = Vectors.sha256(WebServer.made(16 * MIB));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<byte[]> download : threads.invokeAll(Arrays.stream(hosts)
                    .<Callable<byte[]>>map(host -> () -> get(world, host, 16 * MIB)).toList())) {
                assertEquals(expected, Vectors.sha256(download.get()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"none, 1", "user+destination, 2"})
    void downloadsOf16MiBFromTwoDestinationsAtOnceAreTwoSendersToTheExit(String isolate, int senders) throws Exception {
        try (World world = new World(Map.of("isolate", isolate))) {
            long started = System.nanoTime();
            long packets = packets(world);
            download(world, "127.0.0.1", "localhost");
            double seconds = (System.nanoTime() - started) / 1e9;
            assertEquals(senders, world.senders.size());
            System.out.printf("isolate = %s: 16 MiB from each of two destinations at once in %.1f s, %.2f MB/s, %d "
                    + "packets; "
                    + "%d senders%n", isolate, seconds, 32 * MIB / seconds / 1e6, packets(world) - packets, senders);
        }
    }

    @ParameterizedTest
    @CsvSource({"none, false", "user, false", "destination, true", "user+destination, true"})
    void aDestinationIsOneSenderToTheExitAndManyAreAsManyIfTheyAreToldApart(String isolate, boolean apart)
            throws Exception {
        try (World world = new World(Map.of("isolate", isolate))) {
            get(world, "127.0.0.1", SMALL);
            String figures = figures(world, SMALL, false);
            assertEquals(1, world.senders.size());
            figures += figures(world, SMALL, true);
            assertEquals(apart ? 1 + GETS : 1, world.senders.size());
            figures += figures(world, LARGE, false);
            figures += figures(world, LARGE, true);
            assertEquals(apart ? 1 + 2 * GETS : 1, world.senders.size());
            System.out.printf("isolate = %s, %d GETs one after another:%s%n", isolate, GETS, figures);
        }
    }

    /** {@return 127.0.0.1, for each number below 1024 written in another way} */
    private static String loopback(int number) {
        return IntStream.iterate(0, shift -> shift < 10, shift -> shift + 2)
                .mapToObj(shift -> "0".repeat(1 + (number >> shift & 3)) + ":")
                .collect(Collectors.joining("", "", "ffff:7f00:1"));
    }

    private static String figures(World world, int length, boolean others) throws IOException {
        byte[] expected = WebServer.made(length);
        long[] nanos = new long[GETS];
        long packets = packets(world);
        for (int i = 0; i < GETS; i++) {
            String host = others ? loopback(length == SMALL ? i : GETS + i) : "127.0.0.1";
            long started = System.nanoTime();
            assertArrayEquals(expected, get(world, host, length));
            nanos[i] = System.nanoTime() - started;
        }
        Arrays.sort(nanos);
        return String.format(" %d bytes from %s p50 %d ms, p95 %d ms, %d packets each;", length,
                others ? "another destination each" : "one destination", NANOSECONDS.toMillis(nanos[GETS / 2]),
                NANOSECONDS.toMillis(nanos[GETS * 95 / 100]), (packets(world) - packets) / GETS);
    }

    /** {@return how many both clients have sent} */
    private static long packets(World world) {
        return Stream.of(world.socksClient, world.exitClient).map(MixnetClient::counters)
                .mapToLong(counters -> counters.get("packets.sent.data") + counters.get("packets.sent.retransmission"))
                .sum();
    }
}
