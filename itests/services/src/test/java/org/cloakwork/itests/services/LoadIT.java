package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.IdentityKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Many connections at once, each way at the same time, while the gateway of the service restarts. In verify a few and
 * little; {@code -Dcloakwork.connections=200 -Dcloakwork.mebibytes=64} is the long form: MiB of all connections
 * together, each way.
 */
class LoadIT {

    private static final int CONNECTIONS = Integer.getInteger("cloakwork.connections", 20);
    private static final int BYTES_EACH = Integer.getInteger("cloakwork.mebibytes", 1) * (1 << 20) / CONNECTIONS;
    private static final Duration DOWN = Duration.ofSeconds(2);
    private static final int LIMIT_MINUTES = 30;

    @Test
    void whatGoesInComesOutWhileTheGatewayOfTheServiceRestarts() throws Exception {
        try (ServerSocket echo = Programs.echo(); World world = new World(Map.of("serve", "7 -> localhost:"
                + echo.getLocalPort())); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch open = new CountDownLatch(CONNECTIONS);
            List<Future<?>> all = new ArrayList<>();
            long begun = System.nanoTime();
            for (int i = 0; i < CONNECTIONS; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    try (Socket socket = world.connect(world.name, 7)) {
                        socket.setSoTimeout(0);
                        open.countDown();
                        open.await();
                        exchange(socket, number, BYTES_EACH, new CountDownLatch(1), threads);
                    }
                    return null;
                }));
            }
            assertTrue(open.await(LIMIT_MINUTES, TimeUnit.MINUTES), "not all were there at once");
            world.network.restartGateway(world.service.address().gateway(), DOWN);
            for (Future<?> one : all) {
                one.get(LIMIT_MINUTES, TimeUnit.MINUTES);
            }
            System.out.printf("[load] %d connections at once, %d bytes each way on each, SHA-256 equal, gateway of the "
                    + "service away for %d s: %.0f s%n", CONNECTIONS, BYTES_EACH, DOWN.toSeconds(),
                    (System.nanoTime() - begun) / 1e9);
            assertEquals(CONNECTIONS, world.counted("serve.connections.opened"));
            assertEquals(0, world.counted("serve.connections.broken"));
        }
    }

    /** The service may be at two gateways, and the first does not come back; in verify StreamsMoveTest does it. */
    @Test
    @EnabledIfSystemProperty(named = "cloakwork.dies", matches = "true")
    void whatGoesInComesOutWhenTheGatewayOfTheServiceDies() throws Exception {
        Duration beyond = Duration.ofDays(1);
        int connections = 4;
        int bytesEach = 400_000;
        CountDownLatch middle = new CountDownLatch(1);
        try (ServerSocket echo = Programs.echo(); World world = new World(Map.of("serve", "7 -> localhost:"
                + echo.getLocalPort()), 0, 2); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                sockets.add(world.connect(world.name, 7));
            }
            IdentityKey first = world.service.address().gateway();
            long begun = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int number = i;
                Socket socket = sockets.get(i);
                socket.setSoTimeout(0);
                all.add(threads.submit(() -> {
                    exchange(socket, number, bytesEach, middle, threads);
                    return null;
                }));
            }
            assertTrue(middle.await(LIMIT_MINUTES, TimeUnit.MINUTES));
            Future<?> dead = threads.submit(() -> {
                world.network.restartGateway(first, beyond);
                return null;
            });
            for (Future<?> one : all) {
                one.get(LIMIT_MINUTES, TimeUnit.MINUTES);
            }
            System.out.printf("[load] %d connections, %d bytes each way on each, SHA-256 equal, gateway of the service "
                    + "dead from the middle on: %.0f s%n", connections, bytesEach, (System.nanoTime() - begun) / 1e9);
            assertNotEquals(first, world.service.address().gateway());
            assertEquals(0, world.counted("serve.connections.broken"));
            assertTrue(world.caller.counters().get("streams.moved") > 0);
            dead.cancel(true);
        }
    }

    /** @param middle told when half of what goes has come back */
    private static void exchange(Socket socket, int number, int length, CountDownLatch middle,
                                 ExecutorService threads) throws Exception {
        byte[] bytes = new byte[length];
        new Random(number).nextBytes(bytes);
        Future<?> sent = threads.submit(() -> {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            return null;
        });
        assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(bytes),
                digest(socket.getInputStream(), length / 2, middle));
        sent.get();
    }

    private static byte[] digest(InputStream in, int half, CountDownLatch middle) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[16 * 1024];
        int come = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
            come += count;
            if (come >= half) {
                middle.countDown();
            }
        }
        return digest.digest();
    }
}
