package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sockets that say nothing, too little or nonsense harm nobody. */
class HostileIT {

    private static final int MANY = 1000;
    private static final long FLAT_BYTES = 24 << 20;

    private static World world;
    private static WebServer web;

    @BeforeAll
    static void start() throws Exception {
        world = new World(Map.of("max-connections", "1500"));
        web = new WebServer();
    }

    @AfterAll
    static void end() {
        web.close();
        world.close();
    }

    private static void assertServes() throws Exception {
        assertEquals(new Curl(0, ""), Curl.run("--socks5-hostname", world.proxy(), web.url("/10000"), "-o",
                "/dev/null"));
    }

    private static long heap() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void aThousandIdleHalfSpokenAndJunkSocketsAreServedAround() throws Exception {
        assertServes();
        long before = heap();
        Random random = new Random(1);
        List<Socket> sockets = new ArrayList<>();
        byte[][] halves = {{}, {5}, {5, 2, 0}, {5, 1, 0}, {5, 1, 0, 5, 1, 0, 3, 100, 'a'}, {4, 1, 0},
                {4, 1, 0, 80, 0, 0, 0, 1}};
        try {
            for (int i = 0; i < MANY; i++) {
                Socket socket = world.open();
                sockets.add(socket);
                socket.getOutputStream().write(halves[i % halves.length]);
            }
            assertServes();
            long idle = heap();
            for (int i = 0; i < MANY; i++) {
                byte[] junk = new byte[random.nextInt(2000)];
                random.nextBytes(junk);
                try (Socket socket = world.open()) {
                    socket.getOutputStream().write(junk);
                    if (i % 2 == 0) {
                        socket.setSoLinger(true, 0);
                    }
                } catch (IOException e) {
                    // closed while it was talking: as it should be
                }
            }
            assertServes();
            long junk = heap();
            System.out.printf("heap: %d kB, with %d silent sockets %d kB, after %d of junk %d kB%n", before >> 10, MANY,
                    idle >> 10, MANY, junk >> 10);
            assertTrue(idle - before < FLAT_BYTES, (idle - before) + " bytes more for silent sockets");
            assertTrue(junk - idle < FLAT_BYTES, (junk - idle) + " bytes more after junk");
        } finally {
            close(sockets);
        }
        assertServes();
    }

    @Test
    void whoAsksGetsInBeforeWhoSaysNothing() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 1600; i++) {
                sockets.add(world.open());
            }
            assertServes();
            assertTrue(world.socks.counters().get("socks5.sockets.evicted") >= 100);
        } finally {
            close(sockets);
        }
    }
}
