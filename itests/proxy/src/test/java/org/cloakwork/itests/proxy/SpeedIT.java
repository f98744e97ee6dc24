package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long small pages take through each door, and how much goes through it. Small in a build: -Dgets and -Dmib. */
class SpeedIT {

    private static final int GETS = Integer.getInteger("gets", 5);
    private static final int DOWN_MIB = Integer.getInteger("down-mib", 2);
    private static final int UP_MIB = Integer.getInteger("up-mib", 1);
    private static final int MIB = 1 << 20;
    private static final int SMALL = 1000;

    private static WebServer web;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        web = new WebServer();
    }

    @AfterAll
    static void end() {
        web.close();
    }

    private enum Door {
        ABSOLUTE, CONNECT, SOCKS
    }

    /** Each on a connection of its own, as curl does. */
    private static void get(World world, Door door) throws IOException {
        int port = URI.create(web.url("/")).getPort();
        String target = door == Door.ABSOLUTE ? web.url("/" + SMALL) : "/" + SMALL;
        try (Socket socket = door == Door.SOCKS ? world.connect("127.0.0.1", port) : http(world)) {
            InputStream in = socket.getInputStream();
            if (door == Door.CONNECT) {
                say(socket, "CONNECT 127.0.0.1:" + port + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n");
                assertTrue(new String(in.readNBytes("HTTP/1.1 200 Connection established\r\n\r\n".length()),
                        StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 200 "));
            }
            say(socket, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n");
            byte[] answer = in.readAllBytes();
            assertEquals(Vectors.sha256(WebServer.made(SMALL)),
                    Vectors.sha256(Arrays.copyOfRange(answer, answer.length - SMALL, answer.length)));
        }
    }

    private static Socket http(World world) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", world.http.addresses().getFirst().getPort()), 10_000);
        socket.setSoTimeout(120_000);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "known", "true"})
    void smallPages(String optimistic) throws Exception {
        try (World world = new World(Map.of("optimistic", optimistic))) {
            for (Door door : Door.values()) {
                long[] micros = new long[GETS];
                for (int i = -3; i < GETS; i++) {
                    long started = System.nanoTime();
                    get(world, door);
                    if (i >= 0) {
                        micros[i] = (System.nanoTime() - started) / 1000;
                    }
                }
                Arrays.sort(micros);
                System.out.printf("[speed] | %s | %s | %d | %d ms | %d ms |%n", door, optimistic, GETS,
                        micros[GETS / 2] / 1000, micros[Math.min(GETS - 1, GETS * 95 / 100)] / 1000);
            }
        }
    }

    @Test
    void largeOnes() throws Exception {
        try (World world = new World()) {
            for (String proxy : new String[] {"socks5h://" + world.proxy(), "http://" + world.httpProxy()}) {
                String door = proxy.replaceFirst(":.*", "");
                Path to = folder.resolve("down");
                long started = System.nanoTime();
                assertEquals(new Curl(0, ""), Curl.run("-x", proxy, web.url("/" + DOWN_MIB * MIB), "-o",
                        to.toString()));
                double seconds = (System.nanoTime() - started) / 1e9;
                assertEquals(Vectors.sha256(WebServer.made(DOWN_MIB * MIB)), Vectors.sha256(Files.readAllBytes(to)));
                report(door, "down", DOWN_MIB, seconds);
                byte[] bytes = WebServer.made(UP_MIB * MIB);
                Path up = Files.write(folder.resolve("up"), bytes);
                started = System.nanoTime();
                assertEquals(new Curl(0, Vectors.sha256(bytes)), Curl.run("-x", proxy, "-H", "Expect:",
                        "--data-binary", "@" + up, web.url("/upload")));
                report(door, "up", UP_MIB, (System.nanoTime() - started) / 1e9);
            }
        }
    }

    private static void report(String door, String way, int mib, double seconds) {
        System.out.printf("[speed] | %s | %d MiB %s | SHA-256 equal | %.1f s | %.2f MB/s |%n", door, mib, way, seconds,
                mib * MIB / seconds / 1e6);
    }
}
