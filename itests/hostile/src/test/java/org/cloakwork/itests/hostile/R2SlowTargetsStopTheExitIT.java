package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.Versions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One packet each, under a tag each, asks an exit for names and targets that do not answer, or that say nothing. */
@Timeout(300)
class R2SlowTargetsStopTheExitIT {

    private static final int SLOW_NAMES = 400;
    private static final int ONE_PACKET_CONNECTS = 900;
    private static final int GRANTED = 0;

    /** An exit, an honest program's door to it, and somebody hostile. */
    private static final class World implements AutoCloseable {

        private final LocalNetwork network = LocalNetwork.builder().start();
        private final MixnetClient exitClient = MixnetClient.builder().network(network).start();
        private final MixnetClient honestClient = MixnetClient.builder().network(network).start();
        private final FrontEnd.Serving exit;
        private final FrontEnd.Serving door;
        private final HostilePeer hostile;
        private final Target target = new Target();

        World(Map<String, String> settings) throws Exception {
            exitClient.awaitReady(Duration.ofMinutes(1));
            honestClient.awaitReady(Duration.ofMinutes(1));
            Map<String, String> all = new HashMap<>(Map.of("policy", "accept *:*", "allow-private", "true"));
            all.putAll(settings);
            exit = new ExitFrontEnd(Map.of()).serve(exitClient, all);
            door = new SocksFrontEnd(Map.of()).serve(honestClient,
                    Map.of("exit", exitClient.address().toString(), "port", "0"));
            hostile = new HostilePeer(network.topology(), 0);
        }

        /** Asks the exit for a connection, as somebody new, and says nothing more. */
        void attack(String what) throws Exception {
            hostile.to(exitClient.address(), HostilePeer.repliable(HostilePeer.freshTag(), List.of(),
                    new ProviderRequest.Connect(Versions.CURRENT, 1, what, Optional.empty()).bytes()));
        }

        void awaitFragments(long least) throws InterruptedException {
            Waiting.awaitCounter(exitClient, "fragments.received", least);
        }

        long fragments() {
            return exitClient.counters().get("fragments.received");
        }

        long level(String key) {
            return exit.figures().stream().filter(figure -> figure.name().equals(key)).mapToLong(Figure::value).sum();
        }

        /** {@return how long an honest program waits for its connection, the middle of five} */
        Duration honest() throws IOException {
            List<Duration> times = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(),
                        door.addresses().getFirst().getPort())) {
                    socket.setSoTimeout((int) Duration.ofMinutes(1).toMillis());
                    assertEquals(GRANTED, ask(socket, "localhost", target.port()));
                    times.add(Duration.ofNanos(System.nanoTime() - start));
                    socket.getOutputStream().write(1);
                    assertEquals(1, socket.getInputStream().read());
                }
            }
            return times.stream().sorted().toList().get(2);
        }

        private static int ask(Socket socket, String host, int port) throws IOException {
            byte[] name = host.getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(new byte[] {5, 1, 0, 5, 1, 0, 3, (byte) name.length});
            socket.getOutputStream().write(name);
            socket.getOutputStream().write(new byte[] {(byte) (port >> 8), (byte) port});
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readNBytes(2);
            return in.readNBytes(10)[1];
        }

        @Override
        public void close() throws Exception {
            hostile.close();
            door.close();
            exit.close();
            honestClient.close();
            exitClient.close();
            network.close();
            target.close();
        }
    }

    /** Answers with what it gets. */
    private static final class Target implements Closeable {

        private final ServerSocket listening = new ServerSocket(0, 2000, InetAddress.getLoopbackAddress());
        private final ConcurrentLinkedQueue<Socket> connected = new ConcurrentLinkedQueue<>();

        Target() throws IOException {
            Thread.ofPlatform().name("target").start(() -> {
                try {
                    while (true) {
                        Socket socket = listening.accept();
                        connected.add(socket);
                        Thread.ofVirtual().start(() -> echo(socket));
                    }
                } catch (IOException closed) {
                    // the test is over
                }
            });
        }

        private static void echo(Socket socket) {
            try {
                socket.getInputStream().transferTo(socket.getOutputStream());
                socket.close();
            } catch (IOException gone) {
                // the test is over
            }
        }

        int port() {
            return listening.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket socket : connected) {
                socket.close();
            }
        }
    }

    /** A port at which nobody answers: its queue is full, so the system drops what comes. */
    private static final class Silent implements Closeable {

        private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<Socket> queued = new ArrayList<>();

        Silent() throws IOException {
            boolean full = false;
            while (!full) {
                Socket socket = new Socket();
                queued.add(socket);
                try {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 500);
                } catch (IOException e) {
                    full = true;
                }
            }
        }

        int port() {
            return listening.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : queued) {
                socket.close();
            }
            listening.close();
        }
    }

    @Test
    void honestProgramsGetConnectionsWhileNamesAndTargetsDoNotAnswer() throws Exception {
        SlowNames.hold();
        try (Silent silent = new Silent(); World world = new World(Map.of("connect-timeout-millis", "600000"))) {
            Duration before = world.honest();
            long fragments = world.fragments();
            for (int i = 0; i < SLOW_NAMES; i++) {
                world.attack("www.slow" + i + ".test:80");
            }
            world.awaitFragments(fragments + SLOW_NAMES);
            Duration names = world.honest();
            int waiting = SlowNames.waiting();
            fragments = world.fragments();
            for (int i = 0; i < ONE_PACKET_CONNECTS; i++) {
                world.attack("127.0.0.1:" + silent.port());
            }
            world.awaitFragments(fragments + ONE_PACKET_CONNECTS);
            Duration both = world.honest();
            System.out.printf("R2 honest connect: %d ms before, %d ms with %d look-ups that hang, %d ms with %d "
                    + "connects besides; %s%n", before.toMillis(), names.toMillis(), waiting, both.toMillis(),
                    ONE_PACKET_CONNECTS, world.exit.counters());
            assertEquals(SLOW_NAMES, waiting);
            assertEquals(SLOW_NAMES, world.level("exit.lookups"));
            // An honest one is among them for a moment.
            assertTrue(world.level("exit.openings") >= 1023, world.exit.figures()::toString);
            assertEquals(SLOW_NAMES + ONE_PACKET_CONNECTS - world.level("exit.openings"),
                    world.exit.counters().get("exit.connections.refused"));
            SlowNames.answer();
            assertTrue(world.honest().isPositive());
        }
    }

    @Test
    void connectionsThatCarryNothingGiveWay() throws Exception {
        try (World world = new World(Map.of("max-connections", "200", "buffer-limit-mib", "16"))) {
            long fragments = world.fragments();
            for (int i = 0; i < 300; i++) {
                world.attack("127.0.0.1:" + world.target.port());
            }
            world.awaitFragments(fragments + 300);
            Waiting.await(() -> world.exit.counters().get("exit.connections.opened") == 300, "300 connections");
            Duration honest = world.honest();
            System.out.printf("R2 honest connect: %d ms after 300 connects that carry nothing; %s%n",
                    honest.toMillis(), world.exit.counters());
            assertTrue(world.level("exit.connections") <= 200);
            assertTrue(world.exit.counters().get("exit.connections.gave-way") >= 100);
        }
    }
}
