package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.testing.programs.SocksProgram;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How connections end: the application sees what happened to the target, and the other way round. */
class EndsIT {

    /** A second, and what a route takes on a busy machine. */
    private static final long SOON_MILLIS = 5000;

    private static World world;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeAll
    static void start() throws Exception {
        world = new World();
    }

    @AfterAll
    static void end() {
        world.close();
    }

    private static ServerSocket target() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private record Pair(Socket application, Socket target) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            application.close();
            target.close();
        }
    }

    private Pair pair() throws Exception {
        try (ServerSocket listener = target()) {
            Future<Socket> accepted = threads.submit(listener::accept);
            Socket application = world.connect("127.0.0.1", listener.getLocalPort());
            return new Pair(application, accepted.get());
        }
    }

    private static void soon(String what, long startedNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        System.out.println(what + " after " + millis + " ms");
        assertTrue(millis < SOON_MILLIS, what + " after " + millis + " ms");
    }

    @Test
    void aTargetThatIsKilledResetsTheApplication() throws Exception {
        try (Pair pair = pair()) {
            byte[] sent = WebServer.made(100_000);
            pair.target().getOutputStream().write(sent);
            byte[] received = pair.application().getInputStream().readNBytes(60_000);
            assertArrayEquals(Arrays.copyOf(sent, 60_000), received);
            pair.target().setSoLinger(true, 0);
            long started = System.nanoTime();
            pair.target().close();
            assertThrows(SocketException.class, () -> {
                while (pair.application().getInputStream().read() >= 0) {
                    // what came before the end
                }
            });
            soon("reset seen", started);
        }
    }

    @Test
    void aTargetThatClosesItsHalfIsSeenAtOnceAndTheOtherHalfGoesOn() throws Exception {
        try (Pair pair = pair()) {
            pair.target().getOutputStream().write(new byte[] {1, 2, 3});
            long started = System.nanoTime();
            pair.target().shutdownOutput();
            assertArrayEquals(new byte[] {1, 2, 3}, pair.application().getInputStream().readAllBytes());
            soon("end of the target's half seen", started);
            byte[] sent = WebServer.made(200_000);
            pair.application().getOutputStream().write(sent);
            assertArrayEquals(sent, pair.target().getInputStream().readNBytes(sent.length));
            pair.application().shutdownOutput();
            assertEquals(-1, pair.target().getInputStream().read());
        }
    }

    @Test
    void anApplicationThatClosesItsHalfStillReceives() throws Exception {
        try (Pair pair = pair()) {
            pair.application().getOutputStream().write(new byte[] {7, 8});
            long started = System.nanoTime();
            pair.application().shutdownOutput();
            assertArrayEquals(new byte[] {7, 8}, pair.target().getInputStream().readAllBytes());
            soon("end of the application's half seen", started);
            byte[] sent = WebServer.made(300_000);
            Future<?> writer = threads.submit(() -> {
                TimeUnit.SECONDS.sleep(5);
                pair.target().getOutputStream().write(sent);
                pair.target().close();
                return null;
            });
            assertArrayEquals(sent, pair.application().getInputStream().readAllBytes());
            writer.get();
        }
    }

    @Test
    void anApplicationThatIsKilledResetsTheTarget() throws Exception {
        try (Pair pair = pair()) {
            pair.application().setSoLinger(true, 0);
            long started = System.nanoTime();
            pair.application().close();
            assertThrows(SocketException.class, () -> {
                if (pair.target().getInputStream().read() < 0) {
                    throw new AssertionError("an end in good order");
                }
            });
            soon("reset seen by the target", started);
        }
    }

    /** With cover what it had to send would take a quarter of a minute. */
    @Test
    void anExitThatIsClosedResetsTheApplicationAndTheTarget() throws Exception {
        try (World own = new World(Map.of(), "poisson"); ServerSocket listener = target()) {
            Future<Socket> accepted = threads.submit(listener::accept);
            try (Socket application = own.connect("127.0.0.1", listener.getLocalPort());
                 Socket target = accepted.get()) {
                Future<?> endless = threads.submit(() -> {
                    while (true) {
                        target.getOutputStream().write(new byte[1 << 16]);
                    }
                });
                application.getInputStream().readNBytes(50_000);
                long started = System.nanoTime();
                own.exit.close();
                own.exitClient.close();
                assertThrows(SocketException.class, () -> {
                    while (application.getInputStream().read() >= 0) {
                        // what came before the end
                    }
                });
                soon("reset of a closed exit seen", started);
                assertThrows(ExecutionException.class, endless::get);
            }
        }
    }

    @Test
    void whoDoesNotReadStopsTheTarget() throws Exception {
        try (Pair pair = pair()) {
            long[] written = new long[1];
            Future<?> writer = threads.submit(() -> {
                byte[] bytes = new byte[64 * 1024];
                for (int i = 0; i < 256; i++) {
                    pair.target().getOutputStream().write(bytes);
                    written[0] += bytes.length;
                }
                pair.target().shutdownOutput();
                return null;
            });
            long before = -1;
            while (written[0] != before) {
                before = written[0];
                TimeUnit.SECONDS.sleep(5);
            }
            assertTrue(before < 14 << 20, before + " bytes were taken though nobody read");
            System.out.println("without a reader " + before
                    + " bytes of 16 MiB were taken, buffers of the sockets included");
            byte[] buffer = new byte[1 << 16];
            long read = 0;
            for (int n = pair.application().getInputStream().read(buffer); n >= 0;
                    n = pair.application().getInputStream().read(buffer)) {
                read += n;
            }
            writer.get();
            assertEquals(16 << 20, read);
        }
    }

    @Test
    void repliesSayWhatReallyHappened() throws Exception {
        int free;
        try (ServerSocket listener = target()) {
            free = listener.getLocalPort();
        }
        try (Socket refused = world.open(); Socket forbidden = world.open(); Socket port9 = world.open();
             Socket unknown = world.open()) {
            assertEquals(5, SocksProgram.ask(refused, "127.0.0.1", free));
            assertEquals(2, SocksProgram.ask(forbidden, "10.1.2.3", 80));
            assertEquals(2, SocksProgram.ask(port9, "127.0.0.1", 9));
            assertEquals(4, SocksProgram.ask(unknown, "no-such-host.invalid", 80));
            assertEquals(-1, refused.getInputStream().read());
        }
    }

    @Test
    void theExitKnowsUsersAndDestinationsApartAndNotTheClient() throws Exception {
        try (FakeExit fake = new FakeExit(world); FrontEnd.Serving socks = fake.frontEnd(Map.of())) {
            for (String user : new String[] {"", "work", "home", "work"}) {
                fake.ask(socks, user, "example.com", 80).close();
            }
            fake.ask(socks, "work", "example.org", 80).close();
            fake.ask(socks, "work", "EXAMPLE.org", 443).close();
            Set<SenderTag> tags = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                FakeExit.Asked asked = fake.next();
                tags.add(asked.sender().orElseThrow());
                assertEquals(Optional.empty(), ((ProviderRequest.Connect) asked.request()).returnAddress());
            }
            assertEquals(4, tags.size(), "nobody, work and home, and work at another host");
        }
    }
}
