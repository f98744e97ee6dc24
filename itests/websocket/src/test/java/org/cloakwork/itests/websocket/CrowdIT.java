package org.cloakwork.itests.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.websocket.WebSocketFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.Test;

/**
 * A thousand connections that do nothing, stop half-way or send junk, again and again; a program is served as before.
 */
class CrowdIT {

    private static final int CONNECTIONS = 1000;
    private static final int ROUNDS = 4;
    private static final int MIB = 1 << 20;
    private static final long MOST_GROWTH_BYTES = 8L * MIB;
    private static final Duration START = Duration.ofSeconds(60);
    private static final long LIMIT_MILLIS = 30_000;
    private static final String UPGRADE =
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    @Test
    void aCrowdHarmsNobody() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (LocalNetwork network = LocalNetwork.builder().gateways(1).start();
             MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.awaitReady(START);
            try (FrontEnd.Serving serving = new WebSocketFrontEnd(Map.of()).serve(client, Map.of("port", "0"))) {
                URI uri = serving.addresses().getFirst();
                List<Long> heaps = new ArrayList<>();
                List<Long> millis = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    List<Socket> crowd = crowd(uri.getPort(), random);
                    millis.add(roundTripMillis(uri, client));
                    long full = heap();
                    for (Socket socket : crowd) {
                        socket.close();
                    }
                    millis.add(roundTripMillis(uri, client));
                    heaps.add(heap());
                    System.out.printf("websocket crowd, round %d: heap %d KiB with %d connections, %d KiB without%n",
                            round, full / 1024, CONNECTIONS, heaps.getLast() / 1024);
                }
                System.out.println("websocket crowd: a message to itself took " + millis + " ms");
                assertTrue(heaps.getLast() - heaps.get(1) < MOST_GROWTH_BYTES, "the heap grows: " + heaps);
            }
        }
    }

    private static List<Socket> crowd(int port, Random random) throws IOException {
        List<Socket> crowd = new ArrayList<>();
        byte[] upgrade = UPGRADE.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            crowd.add(socket);
            try {
                switch (i % 5) {
                    case 0 -> { }
                    case 1 -> socket.getOutputStream().write(upgrade, 0, 1 + random.nextInt(upgrade.length - 2));
                    case 2 -> {
                        byte[] junk = new byte[1 + random.nextInt(2000)];
                        random.nextBytes(junk);
                        socket.getOutputStream().write(junk);
                    }
                    case 3 -> socket.getOutputStream().write(upgrade);
                    default -> {
                        socket.getOutputStream().write(upgrade);
                        // The beginning of a frame of 1 GiB.
                        socket.getOutputStream().write(new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0,
                                1, 2, 3, 4,
                            5, 6, 7});
                    }
                }
            } catch (IOException closed) {
                // Junk may be answered before all of it is there.
            }
        }
        return crowd;
    }

    private static long roundTripMillis(URI uri, MixnetClient client) throws InterruptedException {
        long started = System.nanoTime();
        try (Session session = Session.classic(uri)) {
            session.say("{\"type\":\"send\",\"message\":\"hello\",\"recipient\":\"" + client.address() + "\"}");
            String received = session.next(LIMIT_MILLIS);
            assertNotNull(received, "nothing arrived within " + LIMIT_MILLIS + " ms");
            assertEquals("{\"type\":\"received\",\"message\":\"hello\",\"senderTag\":null}", received);
        }
        return Duration.ofNanos(System.nanoTime() - started).toMillis();
    }

    /** After collecting, a few times: some things are let go of by what others let go. */
    private static long heap() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(200);
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }
}
