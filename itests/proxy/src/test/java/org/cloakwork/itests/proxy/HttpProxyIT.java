package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP proxy with programs and with targets of every kind, byte by byte. */
class HttpProxyIT {

    private static final int MIB = 1 << 20;

    private static World world;
    private static WebServer web;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        world = new World();
        web = new WebServer();
    }

    @AfterAll
    static void end() {
        web.close();
        world.close();
    }

    private static Socket open() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", world.http.addresses().getFirst().getPort()), 10_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return lines up to the empty one} */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after: " + bytes.toString(StandardCharsets.ISO_8859_1));
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private static String text(InputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** A target that answers each request with the next of these texts, and keeps what it was asked. */
    private final class Target implements AutoCloseable {

        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<String> asked = new ArrayList<>();
        private final Future<?> answering;

        Target(String... answers) throws IOException {
            answering = threads.submit(() -> {
                Socket socket = listener.accept();
                InputStream in = new BufferedInputStream(socket.getInputStream());
                for (String answer : answers) {
                    String head = head(in);
                    asked.add(head);
                    int length = head.indexOf("Content-Length: ");
                    if (length >= 0) {
                        asked.add(text(in, Integer.parseInt(head.substring(length + 16, head.indexOf('\r', length)))));
                    }
                    say(socket, answer.replace("CLOSE", ""));
                    if (answer.contains("CLOSE")) {
                        socket.close();
                        socket = listener.accept();
                        in = new BufferedInputStream(socket.getInputStream());
                    }
                }
                return null;
            });
        }

        String authority() {
            return "127.0.0.1:" + listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @Test
    void requestsFollowEachOtherAlsoWhenTheyComeAtOnce() throws Exception {
        try (Target target = new Target("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbcd\r\n0\r\nX-After: 1\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Nothing\r\nX-Odd: \u00e9\r\n\r\n"); Socket socket = open()) {
            String url = "http://" + target.authority();
            say(socket, "GET " + url + " HTTP/1.1\r\nHost: lie\r\nProxy-Connection: keep-alive\r\nAccept: */*\r\n"
                    + "Connection: keep-alive, X-Mine\r\nX-Mine: secret\r\n\r\n"
                    + "POST " + url + "/two?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                    + "GET " + url + "/three HTTP/1.1\r\nHost: h\r\n\r\n");
            InputStream in = socket.getInputStream();
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", head(in));
            assertEquals("a", text(in, 1));
            assertEquals("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", head(in));
            assertEquals("3\r\nbcd\r\n0\r\nX-After: 1\r\n\r\n", head(in));
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", head(in));
            assertEquals("HTTP/1.1 204 Nothing\r\nX-Odd: \u00e9\r\n\r\n", head(in));
            target.answering.get();
            assertEquals(List.of("GET / HTTP/1.1\r\nHost: " + target.authority() + "\r\nAccept: */*\r\n\r\n",
                    "POST /two?x=1 HTTP/1.1\r\nHost: " + target.authority() + "\r\nContent-Length: 5\r\n\r\n", "hello",
                    "GET /three HTTP/1.1\r\nHost: " + target.authority() + "\r\n\r\n"), target.asked);
        }
    }

    @Test
    void anAnswerWithoutALengthIsWholeOrBroken() throws Exception {
        try (Target target = new Target("HTTP/1.0 200 OK\r\n\r\nold and whole CLOSE",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut CLOSE"); Socket socket = open();
             Socket cut = open()) {
            String url = "http://" + target.authority() + "/";
            say(socket, "GET " + url + " HTTP/1.1\r\nHost: h\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", head(socket.getInputStream()));
            assertEquals("e\r\nold and whole \r\n0\r\n\r\n", head(socket.getInputStream()));
            say(cut, "GET " + url + " HTTP/1.1\r\nHost: h\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", head(cut.getInputStream()));
            assertThrows(SocketException.class, () -> cut.getInputStream().readAllBytes());
        }
    }

    @Test
    void aProgramOfHttp10GetsWhatItUnderstands() throws Exception {
        try (Target target = new Target("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
             Socket socket = open()) {
            say(socket, "GET http://" + target.authority() + "/ HTTP/1.0\r\n\r\n");
            assertEquals("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc",
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void aConnectionThatTheTargetHasClosedMeanwhileIsMadeAnew() throws Exception {
        try (Target target = new Target("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naCLOSE",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"); Socket socket = open()) {
            for (String expected : new String[] {"a", "b"}) {
                say(socket, "GET http://" + target.authority() + "/ HTTP/1.1\r\nHost: h\r\n\r\n");
                head(socket.getInputStream());
                assertEquals(expected, text(socket.getInputStream(), 1));
            }
        }
    }

    @Test
    void aWebsocketIsLetThrough() throws Exception {
        try (Target target = new Target("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\n\r\nfirst", "second"); Socket socket = open()) {
            say(socket, "GET http://" + target.authority() + "/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n\r\n");
            String head = head(socket.getInputStream());
            assertTrue(head.startsWith("HTTP/1.1 101 ") && head.contains("Upgrade: websocket\r\n"), head);
            assertEquals("first", text(socket.getInputStream(), 5));
            say(socket, "more\r\n\r\n");
            assertEquals("second", text(socket.getInputStream(), 6));
            assertTrue(target.asked.getFirst().contains("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
            assertEquals("more\r\n\r\n", target.asked.get(1));
        }
    }

    @Test
    void connectIsATunnelFromItsFirstByteOn() throws Exception {
        try (Target target = new Target("answer"); Socket socket = open()) {
            say(socket, "CONNECT " + target.authority() + " HTTP/1.1\r\nHost: " + target.authority()
                    + "\r\n\r\nearly bytes\r\n\r\n");
            assertTrue(head(socket.getInputStream()).startsWith("HTTP/1.1 200 "));
            assertEquals("answer", text(socket.getInputStream(), 6));
            assertEquals(List.of("early bytes\r\n\r\n"), target.asked);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'CONNECT 127.0.0.1:FREE HTTP/1.1', 502, connection refused",
        "'CONNECT 10.1.2.3:80 HTTP/1.1', 403, not allowed by the exit policy",
        "'CONNECT no-such-host.invalid:80 HTTP/1.1', 502, unknown host",
        "'GET http://127.0.0.1:FREE/ HTTP/1.1', 502, connection refused",
        "'GET http://10.1.2.3/ HTTP/1.1', 403, not allowed by the exit policy",
        "'GET / HTTP/1.1', 400, This is an HTTP proxy",
        "'GET ftp://a/ HTTP/1.1', 501, only http://",
        "'GET http://a:99999999/ HTTP/1.1', 400, a port is a number from 0 to 65535",
        "'GET http://me@a/ HTTP/1.1', 400, has a user",
        "'GET http:/// HTTP/1.1', 400, a host has 1 to 255 characters",
        "'CONNECT a HTTP/1.1', 400, no port",
        "'CONNECT [::1:80 HTTP/1.1', 400, ''",
        "'NONSENSE', 400, ''",
    })
    void whatCannotBeDoneIsSaidInOneLine(String line, int status, String reason) throws Exception {
        int free;
        try (ServerSocket listener = new ServerSocket(0)) {
            free = listener.getLocalPort();
        }
        try (Socket socket = open()) {
            say(socket, line.replace("FREE", String.valueOf(free)) + "\r\nHost: h\r\nConnection: close\r\n\r\n");
            String head = head(socket.getInputStream());
            String body = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(head.startsWith("HTTP/1.1 " + status + ' '), head + body);
            assertTrue(body.contains(reason) && body.indexOf('\n') == body.length() - 1, body);
        }
    }

    @Test
    void whoSpeaksSocksIsToldSoInSocks() throws Exception {
        long before = world.http.counters().get("http.handshakes.otherwise");
        try (Socket four = open(); Socket five = open()) {
            four.getOutputStream().write(new byte[] {4, 1, 0, 80, 1, 2, 3, 4, 0});
            assertEquals("005b000000000000", HexFormat.of().formatHex(four.getInputStream().readNBytes(8)));
            five.getOutputStream().write(new byte[] {5, 1, 0});
            assertEquals("05ff", HexFormat.of().formatHex(five.getInputStream().readNBytes(2)));
        }
        assertEquals(before + 2, world.http.counters().get("http.handshakes.otherwise"));
        Curl wrong = Curl.run("-x", "http://" + world.proxy(), web.url("/1"));
        assertTrue(wrong.output().contains("This is a SOCKS port"), wrong.output());
    }

    @Test
    void headsHaveAnEnd() throws Exception {
        try (Socket socket = open()) {
            assertTrue(assertHead(socket, "GET http://a/ HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(70_000))
                    .startsWith("HTTP/1.1 400 "));
        }
        try (Target target = new Target("HTTP/1.1 200 OK\r\nX: " + "y".repeat(70_000) + "\r\n\r\n");
             Socket socket = open()) {
            assertTrue(assertHead(socket, "GET http://" + target.authority() + "/ HTTP/1.1\r\nHost: a\r\n\r\n")
                    .startsWith("HTTP/1.1 502 "));
        }
    }

    private static String assertHead(Socket socket, String request) throws IOException {
        say(socket, request);
        return head(socket.getInputStream());
    }

    @Test
    void usersAndDestinationsAreOtherSendersAsWithSocks() throws Exception {
        int before = world.senders.size();
        for (String user : new String[] {"work", "home", "work"}) {
            assertEquals(0, Curl.run("-x", "http://" + user + ":x@" + world.httpProxy(), web.url("/1"), "-o",
                    folder.resolve("u").toString()).exitCode());
        }
        assertEquals(before + 2, world.senders.size());
    }

    @Test
    void sixteenMiBDownAndEightUpAreTheSame() throws Exception {
        Path to = folder.resolve("down");
        long started = System.nanoTime();
        assertEquals(new Curl(0, ""), Curl.run("-x", "http://" + world.httpProxy(), web.url("/" + 16 * MIB), "-o",
                to.toString()));
        assertEquals(Vectors.sha256(WebServer.made(16 * MIB)), Vectors.sha256(Files.readAllBytes(to)));
        report("download of 16 MiB", 16 * MIB, started);
        byte[] bytes = WebServer.made(8 * MIB);
        Path up = Files.write(folder.resolve("up"), bytes);
        for (String length : new String[] {"Expect: 100-continue", "Transfer-Encoding: chunked"}) {
            started = System.nanoTime();
            assertEquals(new Curl(0, Vectors.sha256(bytes)), Curl.run("-x", "http://" + world.httpProxy(), "-H", length,
                    "--data-binary", "@" + up, web.url("/upload")), length);
            report("upload of 8 MiB, " + length, 8 * MIB, started);
        }
        assertEquals(new Curl(0, ""), Curl.run("-x", "http://" + world.httpProxy(), "-p", web.url("/" + MIB), "-o",
                to.toString()));
        assertArrayEquals(WebServer.made(MIB), Files.readAllBytes(to));
    }

    private static void report(String what, long bytes, long startedNanos) {
        double seconds = (System.nanoTime() - startedNanos) / 1e9;
        System.out.printf("http: %s: %.1f s, %.2f MB/s%n", what, seconds, bytes / seconds / 1e6);
    }

    @Test
    void aRequestThatIsRefusedIsAnsweredThoughItsContentIsNotRead() throws Exception {
        byte[] bytes = new byte[600_000];
        Path up = Files.write(folder.resolve("up"), bytes);
        Curl refused = Curl.run("-x", "http://" + world.httpProxy(), "-H", "Expect:", "--data-binary", "@" + up,
                "http://10.1.2.3/upload");
        assertEquals(new Curl(0, "not allowed by the exit policy\n"), refused);
        assertFalse(refused.output().isEmpty());
    }
}
