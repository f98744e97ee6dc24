package org.cloakwork.itests.line;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.itests.chaos.ChaosProxy;
import org.cloakwork.itests.chaos.Framing;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.Randomness;

/**
 * On sockets: a local network, a client with a SOCKS port, one with an exit, a site on this machine, and a relay before
 * the client's gateway where the watcher sits.
 */
final class RealWorld implements World {

    /** As much as a program writes at once. */
    private static final int AT_ONCE = 16 * 1024;

    private static final int CLIENT_GATEWAY = 0;
    private static final int EXIT_GATEWAY = 1;

    private final Sockets sockets = new Sockets();
    private final Trace trace = new Trace(System::nanoTime);
    private final Random random;
    private final ScheduledExecutorService user;
    private final MixnetClient client;
    private final MixnetClient exit;
    private final FrontEnd.Serving exitDoor;
    private final FrontEnd.Serving socksDoor;
    private final InetSocketAddress socks;
    private final Site site;
    private int relays;

    /**
     * @param cover of the client that is watched
     * @param seed  of what its user does
     */
    RealWorld(Cover cover, long seed) throws Exception {
        this(cover, cover.strategy(), seed);
    }

    /**
     * @param cover    of the client that is watched
     * @param strategy its law
     * @param seed     of what its user does
     */
    RealWorld(Cover cover, CoverTrafficStrategy strategy, long seed) throws Exception {
        random = new Random(seed);
        user = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("line-user").factory());
        sockets.opened(user::shutdownNow);
        try {
            LocalNetwork network = sockets.opened(LocalNetwork.builder().announced(port -> port, this::watched)
                    .start());
            exit = sockets.client("line-exit", at(ClientConfiguration.DEFAULT, network, EXIT_GATEWAY),
                    Cover.NONE.strategy(), network.directory());
            exitDoor = sockets.opened(new ExitFrontEnd(Map.of()).serve(exit,
                    Map.of("policy", "accept 127.0.0.0/8:*", "allow-private", "true")));
            client = sockets.client("line-client", at(cover.configuration(), network, CLIENT_GATEWAY), strategy,
                    network.directory());
            socksDoor = sockets.opened(new SocksFrontEnd(Map.of()).serve(client,
                    Map.of("exit", exit.address().toString(), "port", "0")));
            socks = new InetSocketAddress(InetAddress.getLoopbackAddress(), socksDoor.addresses().getFirst().getPort());
            site = sockets.opened(new Site());
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private static ClientConfiguration at(ClientConfiguration configuration, LocalNetwork network, int gateway) {
        return configuration.withGateway(network.topology().gateways().get(gateway).identity());
    }

    /** {@return a connection to the site, which stands} */
    Socket connected() throws IOException {
        Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, socks));
        socket.connect(InetSocketAddress.createUnresolved("127.0.0.1", site.port()));
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** {@return what the connections lead to} */
    Site site() {
        return site;
    }

    /** Ends the exit, in whatever it is. */
    void killExit() throws Exception {
        // First, so that nobody is told.
        exit.close();
        exitDoor.close();
    }

    /** {@return what the SOCKS port has counted} */
    Map<String, Long> door() {
        return socksDoor.counters();
    }

    /** {@return what the client has counted} */
    Map<String, Long> counters() {
        return client.counters();
    }

    /** Gateways have a relay each, and only the client's has anything to see. */
    private InetSocketAddress watched(InetSocketAddress gateway) {
        try {
            ChaosProxy relay = sockets.opened(new ChaosProxy(gateway, Framing.WEBSOCKET, 0));
            if (relays++ == CLIENT_GATEWAY) {
                relay.watch(trace::add);
            }
            return relay.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Trace trace() {
        return trace;
    }

    @Override
    public Randomness randomness() {
        return random::nextBytes;
    }

    @Override
    public void after(Duration delay, Runnable task) {
        user.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Tunnel connect() {
        return sockets.opened(new SocketTunnel());
    }

    private final class SocketTunnel implements Tunnel, AutoCloseable {

        private final ExecutorService program =
                Executors.newSingleThreadExecutor(Thread.ofVirtual().name("line-program").factory());
        private final Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, socks));

        @Override
        public void exchange(long up, long down, Runnable then) {
            program.execute(() -> {
                try {
                    if (!socket.isConnected()) {
                        socket.connect(InetSocketAddress.createUnresolved("127.0.0.1", site.port()));
                        socket.setTcpNoDelay(true);
                    }
                    int first = (int) Math.min(up, AT_ONCE);
                    OutputStream to = socket.getOutputStream();
                    to.write(Arrays.copyOf(new Question(up, down).bytes(), Question.LENGTH + first));
                    Site.write(to, up - first);
                    socket.getInputStream().skipNBytes(down);
                    user.execute(then);
                } catch (IOException | RuntimeException e) {
                    // The world was closed.
                }
            });
        }

        @Override
        public void close() {
            program.execute(() -> {
                try {
                    socket.close();
                } catch (IOException e) {
                    // is closed
                }
            });
            program.shutdown();
        }
    }

    @Override
    public void messageOut(int bytes) {
        client.send(exit.address(), message(bytes));
    }

    @Override
    public void messageIn(int bytes) {
        exit.send(client.address(), message(bytes));
    }

    private static byte[] message(int bytes) {
        byte[] message = new byte[bytes];
        Arrays.fill(message, (byte) 'x');
        return message;
    }

    @Override
    public boolean isVirtual() {
        return false;
    }

    @Override
    public void run(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }

    @Override
    public void close() throws Exception {
        sockets.close();
    }
}
