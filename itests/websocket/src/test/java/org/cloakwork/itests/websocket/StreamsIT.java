package org.cloakwork.itests.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetSocketFactory;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Streams of applications through a real local network. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamsIT {

    private static final int BYTES = 2 << 20;
    private static final int WINDOW_BYTES = 64 * 1024;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private LocalNetwork network;
    private MixnetClient alice;
    private MixnetClient bob;

    @BeforeAll
    void start() throws Exception {
        network = LocalNetwork.builder().gateways(2).start();
        alice = MixnetClient.builder().network(network).start();
        bob = MixnetClient.builder().network(network).start();
        alice.awaitReady(LIMIT);
        bob.awaitReady(LIMIT);
    }

    @AfterAll
    void stop() {
        alice.close();
        bob.close();
        network.close();
    }

    private interface Service {
        void serve(MixnetStream stream) throws IOException;
    }

    private static Thread serveOne(StreamListener listener, Service service) {
        return Thread.ofPlatform().daemon().name("service").start(() -> {
            try (MixnetStream stream = listener.accept(LIMIT)) {
                service.serve(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void bulkGoesBothWaysAtOnce() throws Exception {
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        long started = System.nanoTime();
        try (StreamListener listener = bob.listen(1)) {
            Thread echo = serveOne(listener, stream -> {
                stream.input().transferTo(stream.output());
                stream.output().close();
                stream.awaitDelivered(LIMIT);
            });
            try (MixnetStream stream = alice.openStream(bob.address(), 1)) {
                Thread writer = Thread.ofPlatform().daemon().name("writer").start(() -> {
                    try {
                        stream.output().write(bytes);
                        stream.output().close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                byte[] back = stream.input().readAllBytes();
                writer.join();
                assertEquals(sha256(bytes), sha256(back));
            }
            echo.join();
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf("stream: %d bytes there and back in %.1f s, %.0f kB/s each way, SHA-256 equal%n", BYTES,
                seconds, BYTES / seconds / 1000);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void whoDoesNotReadHoldsTheWriterUp() throws Exception {
        try (StreamListener listener = bob.listen(2); MixnetStream near = alice.openStream(bob.address(), 2);
             MixnetStream far = listener.accept(LIMIT)) {
            Thread writer = Thread.ofPlatform().daemon().name("writer").start(() -> {
                try {
                    near.output().write(new byte[BYTES]);
                    near.output().close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            long end = System.nanoTime() + LIMIT.toNanos();
            while (far.input().available() < WINDOW_BYTES) {
                assertTrue(System.nanoTime() < end, "only " + far.input().available() + " bytes came");
                Thread.sleep(20);
            }
            near.awaitDelivered(LIMIT);
            assertTrue(writer.isAlive());
            assertEquals(WINDOW_BYTES, far.input().available());
            assertEquals(BYTES, far.input().readAllBytes().length);
            writer.join();
        }
    }

    @Test
    void socketsAreLikeThoseOfTcp() throws Exception {
        try (StreamListener listener = bob.listen(80)) {
            Thread service = serveOne(listener, stream -> {
                BufferedReader in = new BufferedReader(new InputStreamReader(stream.input(), StandardCharsets.UTF_8));
                stream.output().write(("hello " + in.readLine() + "\n").getBytes(StandardCharsets.UTF_8));
                assertEquals(-1, in.read());
                stream.output().write("bye\n".getBytes(StandardCharsets.UTF_8));
                stream.output().close();
                stream.awaitDelivered(LIMIT);
            });
            MixnetSocketFactory sockets = new MixnetSocketFactory(alice);
            try (Socket socket = sockets.createSocket(bob.address().toString(), 80)) {
                assertTrue(socket.isConnected());
                socket.setSoTimeout(300);
                assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
                socket.setSoTimeout((int) LIMIT.toMillis());
                socket.getOutputStream().write("alice\n".getBytes(StandardCharsets.UTF_8));
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                        StandardCharsets.UTF_8));
                assertEquals("hello alice", in.readLine());
                socket.shutdownOutput();
                assertEquals("bye", in.readLine());
                assertEquals(-1, in.read());
            }
            service.join();
            IOException noAddress = assertThrows(IOException.class, () -> sockets.createSocket("example.org", 80));
            assertTrue(noAddress.getMessage().contains("address"), noAddress.getMessage());
            StreamException refused = assertThrows(StreamException.class, () ->
                    sockets.createSocket(bob.address().toString(), 81));
            assertEquals(StreamException.Reason.REFUSED, refused.reason());
        }
    }

    @Test
    void messagesGoOnBesideStreams() throws Exception {
        BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        try (StreamListener listener = bob.listen(3); Subscription subscription = bob.subscribe(message ->
                received.add(message.payload()));
             MixnetStream near = alice.openStream(bob.address(), 3); MixnetStream far = listener.accept(LIMIT)) {
            assertTrue(subscription != null);
            near.output().write(7);
            alice.send(bob.address(), new byte[] {1, 2}).outcome().get();
            assertArrayEquals(new byte[] {1, 2}, received.poll(60, TimeUnit.SECONDS));
            assertEquals(7, far.input().read());
            assertTrue(received.isEmpty());
        }
    }
}
