package org.cloakwork.localnet.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PacketType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends of the connections between nodes. */
@Timeout(60)
class MixConnectionsTest {

    private static final InetAddress LOOPBACK = NodeAddress.parseIp("127.0.0.1");

    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final MixConnections connections = new MixConnections(threads, counters);
    private final BlockingQueue<MixFrame> received = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS), "every thread ends");
    }

    private static MixFrame frame(PacketSize size, int content) {
        byte[] packet = new byte[size.packetLength()];
        packet[0] = (byte) content;
        packet[packet.length - 1] = (byte) (content >> 8);
        return new MixFrame(size, PacketType.MIX, KeyRotation.EVEN, packet);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, LOOPBACK)) {
            return probe.getLocalPort();
        }
    }

    private MixFrame next() throws InterruptedException {
        MixFrame next = received.poll(20, TimeUnit.SECONDS);
        assertNotNull(next, "nothing came");
        return next;
    }

    private static void assertSame(MixFrame expected, MixFrame actual) {
        assertEquals(expected.size(), actual.size());
        assertEquals(expected.rotation(), actual.rotation());
        assertArrayEquals(expected.packet(), actual.packet());
    }

    @Test
    void framesOfEverySizeArriveInOrderWithTheirRotation() throws Exception {
        try (MixListener listener = new MixListener(LOOPBACK, 0, threads, counters)) {
            listener.start(received::add);
            List<MixFrame> frames = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                frames.add(frame(PacketSize.values()[i % PacketSize.values().length], i));
            }
            frames.forEach(frame -> connections.send(listener.address(), frame));
            for (MixFrame frame : frames) {
                assertSame(frame, next());
            }
            assertEquals(300, counters.get(Counter.FRAMES_RECEIVED));
        }
    }

    @Test
    void aNodeThatIsNotThereYetGetsWhatFitsTheQueue() throws Exception {
        int port = freePort();
        NodeAddress next = new NodeAddress(LOOPBACK, port);
        int sent = MixConnections.MAX_QUEUED_PACKETS + 10;
        for (int i = 0; i < sent; i++) {
            connections.send(next, frame(PacketSize.ACK, i));
        }
        long dropped = counters.get(Counter.DROPPED_QUEUE_FULL);
        // One may be in the hands of the connection already.
        assertTrue(dropped == 10 || dropped == 9, () -> "dropped " + dropped);
        try (MixListener listener = new MixListener(LOOPBACK, port, threads, counters)) {
            listener.start(received::add);
            for (int i = 0; i < sent - dropped; i++) {
                next();
            }
            connections.send(next, frame(PacketSize.REGULAR, 7));
            assertSame(frame(PacketSize.REGULAR, 7), next());
        }
    }

    @Test
    void theQueueIsLimitedInBytes() throws Exception {
        NodeAddress nobody = new NodeAddress(LOOPBACK, freePort());
        int fitting = (int) (MixConnections.MAX_QUEUED_BYTES / PacketSize.EXTENDED_32.packetLength());
        for (int i = 0; i < fitting + 5; i++) {
            connections.send(nobody, frame(PacketSize.EXTENDED_32, i));
        }
        assertEquals(5, counters.get(Counter.DROPPED_QUEUE_FULL));
    }

    @Test
    void connectsAgainWhenTheConnectionBreaks() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            NodeAddress next = new NodeAddress(LOOPBACK, server.getLocalPort());
            connections.send(next, frame(PacketSize.ACK, 1));
            try (Socket first = server.accept()) {
                assertEquals(8, first.getInputStream().read());
                first.setSoLinger(true, 0);
            }
            // The connection breaks at some later write; what is written until then is lost, and everything after it
            // arrives on a new one.
            Thread writer = Thread.ofVirtual().start(() -> {
                for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                    connections.send(next, frame(PacketSize.ACK, i));
                    try {
                        Thread.sleep(5);
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            try (Socket second = server.accept()) {
                assertEquals(8, second.getInputStream().read());
            } finally {
                writer.interrupt();
                writer.join();
            }
            assertTrue(counters.get(Counter.DROPPED_CONNECTION_LOST) >= 1);
        }
    }

    @Test
    void aNodeThatFailsLosesThatPacketOnly() throws Exception {
        try (MixListener listener = new MixListener(LOOPBACK, 0, threads, counters)) {
            listener.start(frame -> {
                if (frame.packet()[0] == 1) {
                    throw new IllegalStateException("a bug");
                }
                received.add(frame);
            });
            connections.send(listener.address(), frame(PacketSize.ACK, 1));
            connections.send(listener.address(), frame(PacketSize.ACK, 2));
            assertSame(frame(PacketSize.ACK, 2), next());
            assertEquals(1, counters.get(Counter.INTERNAL_ERRORS));
        }
    }

    @Test
    void refusesMoreConnectionsThanItsLimit() throws Exception {
        List<Socket> open = new ArrayList<>();
        try (MixListener listener = new MixListener(LOOPBACK, 0, threads, counters)) {
            listener.start(received::add);
            InetSocketAddress address = new InetSocketAddress(LOOPBACK, listener.address().port());
            for (int i = 0; i < MixListener.MAX_CONNECTIONS; i++) {
                Socket socket = new Socket();
                open.add(socket);
                socket.connect(address);
                // So that it is accepted before the next one.
                socket.getOutputStream().write(frame(PacketSize.ACK, i).encode(i % 2 == 0));
                next();
            }
            try (Socket tooMany = new Socket()) {
                tooMany.connect(address);
                tooMany.setSoTimeout(20_000);
                assertEquals(-1, tooMany.getInputStream().read());
            }
            assertEquals(1, counters.get(Counter.CONNECTIONS_REFUSED));
            open.getFirst().getOutputStream().write(frame(PacketSize.ACK, 1).encode(false));
            assertSame(frame(PacketSize.ACK, 1), next());
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
