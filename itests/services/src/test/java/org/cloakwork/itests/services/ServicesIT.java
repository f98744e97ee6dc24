package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.Internet;
import org.cloakwork.api.MixnetSocketFactory;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs as they are reach programs as they are, by a name and without an exit. */
class ServicesIT {

    private static final int HTTP = 80;
    private static final int ECHO = 7;
    private static final int UNIX = 9735;
    private static final int DOWN = 81;
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path folder;

    private static HttpServer page;
    private static ServerSocket echo;
    private static BlockingQueue<byte[]> recorded;
    private static World world;

    @BeforeAll
    static void begin() throws Exception {
        page = Programs.page();
        echo = Programs.echo();
        recorded = Programs.recorder(folder.resolve("x.sock"));
        world = new World(settings(""));
    }

    @AfterAll
    static void end() throws Exception {
        world.close();
        page.stop(0);
        echo.close();
    }

    private static Map<String, String> settings(String more) throws IOException {
        int down;
        try (ServerSocket nobody = new ServerSocket(0)) {
            down = nobody.getLocalPort();
        }
        return Map.of("serve", HTTP + " -> 127.0.0.1:" + page.getAddress().getPort() + ", " + ECHO + " -> localhost:"
                + echo.getLocalPort() + ", " + UNIX + " -> unix:" + folder.resolve("x.sock") + ", " + DOWN
                + " -> 127.0.0.1:" + down + more, UNIX + ".proxy-protocol", "v2", "max-connections-per-caller", "4");
    }

    @Test
    void curlFetchesAPageThroughSocksAndTheHttpProxyAndNoExitHearsOfIt() throws Exception {
        long before = world.atTheExit.get();
        String url = "http://" + world.name + "/";
        for (String[] way : new String[][] {{"--socks5-hostname", world.socksProxy()}, {"--socks4a",
            world.socksProxy()}, {"-x", "http://" + world.httpProxy()}, {"-p", "-x", "http://" + world.httpProxy()}}) {
            String[] arguments = Arrays.copyOf(way, way.length + 1);
            arguments[way.length] = url;
            Programs.Said said = Programs.curl(arguments);
            assertEquals(0, said.exitCode(), said.output());
            assertEquals(Programs.PAGE + " " + world.name, said.output());
        }
        Programs.Said below = Programs.curl("--socks5-hostname", world.socksProxy(), "http://www."
                + world.name.toUpperCase() + "/");
        assertTrue(below.output().startsWith(Programs.PAGE), below.output());
        assertEquals(before, world.atTheExit.get());
    }

    @Test
    void programsOnTheJvmReachIt() throws Exception {
        try (Internet internet = world.caller.internet(world.exitClient().address())) {
            HttpResponse<String> answer = internet.httpClient().send(HttpRequest.newBuilder(
                    URI.create("http://" + world.name + "/")).build(), HttpResponse.BodyHandlers.ofString());
            assertTrue(answer.body().startsWith(Programs.PAGE), answer.body());
            try (Socket socket = internet.socketFactory().createSocket(world.name, ECHO)) {
                assertEchoes(socket);
            }
            assertThrows(ConnectException.class, () -> internet.socketFactory().createSocket("nobody.nym", ECHO));
        }
        try (Socket socket = new MixnetSocketFactory(world.caller).createSocket(world.name, ECHO)) {
            assertEchoes(socket);
        }
    }

    private static void assertEchoes(Socket socket) throws IOException {
        socket.getOutputStream().write(HELLO);
        assertArrayEquals(HELLO, socket.getInputStream().readNBytes(HELLO.length));
        // Its half ends, the other one does after it has said all.
        socket.getOutputStream().write(HELLO);
        socket.shutdownOutput();
        assertArrayEquals(HELLO, socket.getInputStream().readAllBytes());
    }

    @Test
    void halvesEndOneByOneAndABreakIsABreak() throws Exception {
        try (Socket socket = world.connect(world.name, ECHO)) {
            assertEchoes(socket);
        }
        try (ServerSocket program = new ServerSocket(0); World own = new World(Map.of("serve", "1 -> 127.0.0.1:"
                + program.getLocalPort()));
             Socket socket = own.connect(own.name, 1); Socket far = program.accept()) {
            far.setSoLinger(true, 0);
            far.close();
            assertThrows(IOException.class, () -> {
                if (socket.getInputStream().read() < 0) {
                    throw new AssertionError("a break looked like an end");
                }
            });
        }
    }

    @Test
    void whatIsDownNotServedMistypedOrUnknownIsToldAtOnceAndTypedly() throws Exception {
        assertEquals("SOCKS reply 5", assertThrows(IOException.class, () -> world.connect(world.name, DOWN))
                .getMessage());
        assertEquals("SOCKS reply 2", assertThrows(IOException.class, () -> world.connect(world.name, 4))
                .getMessage());
        assertEquals("SOCKS reply 4", assertThrows(IOException.class, () -> world.connect("nobody.nym", HTTP))
                .getMessage());
        String mistyped = 'x' + world.name.substring(1);
        String other = mistyped.equals(world.name) ? 'y' + world.name.substring(1) : mistyped;
        assertEquals("SOCKS reply 1", assertThrows(IOException.class, () -> world.connect(other, HTTP)).getMessage());
        for (Map.Entry<String, String> told : Map.of("http://" + other + "/", "400 the name is mistyped",
                "http://nobody.nym/", "502 no client is known by this name", "http://" + world.name + ":81/",
                "502 what the other side serves there does not answer", "http://" + world.name + ":4/",
                "403 nobody listens there, or not for us").entrySet()) {
            Programs.Said said = Programs.curl("-w", "%{http_code}", "-x", "http://" + world.httpProxy(),
                    told.getKey());
            assertTrue(said.output().endsWith(told.getValue().substring(0, 3)) && said.output().contains(
                    told.getValue().substring(4)), told.getKey() + ": " + said.output());
        }
        StreamException refused = assertThrows(StreamException.class, () -> world.caller.openStream(world.name, DOWN,
                StreamOptions.DEFAULT));
        assertEquals(StreamException.Reason.UNREACHABLE, refused.reason());
    }

    @Test
    void aProgramIsToldAPseudonymOfTheCallerWhereItWantsTo() throws Exception {
        String first = source(StreamOptions.DEFAULT.withIsolation("a"));
        assertEquals(first, source(StreamOptions.DEFAULT.withIsolation("a")));
        assertNotEquals(first, source(StreamOptions.DEFAULT.withIsolation("b")));
        assertTrue(first.startsWith("fd"), first);
    }

    private static String source(StreamOptions options) throws Exception {
        try (MixnetStream stream = world.caller.openStream(world.name, UNIX, options)) {
            stream.output().write(HELLO);
            stream.output().close();
            int length = 28 + 24 + HELLO.length;
            assertEquals(String.valueOf(length), new String(stream.input().readAllBytes(), StandardCharsets.UTF_8));
            byte[] heard = recorded.poll(10, TimeUnit.SECONDS);
            while (heard.length != length) {
                // of another test
                heard = recorded.poll(10, TimeUnit.SECONDS);
            }
            String hex = HexFormat.of().formatHex(heard);
            assertTrue(hex.startsWith("0d0a0d0a000d0a515549540a21210024"), hex);
            assertEquals(UNIX, Integer.parseInt(hex.substring(100, 104), 16));
            assertTrue(hex.endsWith(HexFormat.of().formatHex(HELLO)), hex);
            return hex.substring(32, 64);
        }
    }

    @Test
    void whoeverHasAsManyAsItMayHaveGetsNoMoreAndOthersDo() throws Exception {
        StreamOptions greedy = StreamOptions.DEFAULT.withIsolation("greedy");
        MixnetStream[] held = new MixnetStream[4];
        for (int i = 0; i < held.length; i++) {
            held[i] = world.caller.openStream(world.name, ECHO, greedy);
        }
        assertEquals(StreamException.Reason.NO_ROOM, assertThrows(StreamException.class, () ->
                world.caller.openStream(world.name, ECHO, greedy)).reason());
        world.caller.openStream(world.name, ECHO, StreamOptions.DEFAULT.withIsolation("another")).close();
        for (MixnetStream stream : held) {
            stream.close();
        }
        assertEquals(1, world.counted("serve.connections.refused"));
    }

    @Test
    void whatIsServedChangesWhileItRunsAndWhatStaysGoesOn() throws Exception {
        try (World own = new World(settings("")); Socket stays = own.connect(own.name, ECHO);
             MixnetStream goes = own.caller.openStream(own.name, UNIX, StreamOptions.DEFAULT)) {
            assertTrue(own.served.change(Map.of("serve", ECHO + " -> localhost:" + echo.getLocalPort()
                    + ", 5 -> localhost:" + echo.getLocalPort())));
            assertEchoes(stays);
            goes.setReadTimeout(Duration.ofSeconds(30));
            assertThrows(StreamException.class, () -> goes.input().read());
            try (Socket added = own.connect(own.name, 5)) {
                assertEchoes(added);
            }
            assertThrows(IOException.class, () -> own.connect(own.name, HTTP));
            assertThrows(IllegalArgumentException.class, () -> own.served.change(Map.of("serve", "5 -> x.nym:80")));
            try (Socket again = own.connect(own.name, 5)) {
                assertEchoes(again);
            }
        }
    }
}
