package org.cloakwork.itests.line;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.itests.chaos.ChaosProxy;
import org.cloakwork.itests.chaos.Framing;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;

/**
 * On sockets: a local network, a client with a SOCKS port, one with an exit, a site on this machine, and a relay before
 * the client's gateway where the watcher sits.
 */
final class RealWorld implements World {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final byte[] FILL = new byte[32 * 1024];

    private static final int CLIENT_GATEWAY = 0;
    private static final int EXIT_GATEWAY = 1;

    private final Deque<AutoCloseable> opened = new ConcurrentLinkedDeque<>();
    private final Trace trace = new Trace(System::nanoTime);
    private final Random random;
    private final ScheduledExecutorService user;
    private final MixnetClient client;
    private final MixnetClient exit;
    private final InetSocketAddress socks;
    private final Site site;
    private int relays;

    /**
     * @param cover of the client that is watched
     * @param seed  of what its user does
     */
    RealWorld(Cover cover, long seed) throws Exception {
        random = new Random(seed);
        user = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("line-user").factory());
        opened.push(user::shutdownNow);
        try {
            LocalNetwork network = opened(LocalNetwork.builder().announced(port -> port, this::watched).start());
            exit = started(ClientConfiguration.DEFAULT, Cover.NONE, network, EXIT_GATEWAY);
            opened(new ExitFrontEnd(Map.of()).serve(exit,
                    Map.of("policy", "accept 127.0.0.0/8:*", "allow-private", "true")));
            client = started(cover.configuration(), cover, network, CLIENT_GATEWAY);
            FrontEnd.Serving door = opened(new SocksFrontEnd(Map.of()).serve(client,
                    Map.of("exit", exit.address().toString(), "port", "0")));
            socks = new InetSocketAddress(InetAddress.getLoopbackAddress(), door.addresses().getFirst().getPort());
            site = opened(new Site());
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Gateways have a relay each, and only the client's has anything to see. */
    private InetSocketAddress watched(InetSocketAddress gateway) {
        try {
            ChaosProxy relay = opened(new ChaosProxy(gateway, Framing.WEBSOCKET, 0));
            if (relays++ == CLIENT_GATEWAY) {
                relay.watch(trace::add);
            }
            return relay.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MixnetClient started(ClientConfiguration configuration, Cover cover, LocalNetwork network, int gateway)
            throws Exception {
        Parts parts = new Parts();
        parts.set(PartKind.TOPOLOGY, part(PartKind.TOPOLOGY, "nym-api",
                Map.of("urls", network.directory().toString())));
        parts.set(PartKind.TRANSPORT, part(PartKind.TRANSPORT, "websocket", Map.of()));
        parts.set(PartKind.SPHINX, part(PartKind.SPHINX, "fast", Map.of()));
        parts.set(PartKind.ROUTES, part(PartKind.ROUTES, "uniform", Map.of()));
        parts.set(PartKind.RETRANSMISSION, part(PartKind.RETRANSMISSION, "timeout", Map.of()));
        parts.set(PartKind.COVER, cover.strategy());
        ThreadedEnvironment environment = opened(new ThreadedEnvironment("line-" + gateway));
        Engine engine = opened(new Engine(configuration.withGateway(network.topology().gateways().get(gateway)
                .identity()), parts, environment.environment()));
        engine.start();
        engine.awaitReady(READY);
        return engine;
    }

    private <T> T part(PartKind<T> kind, String name, Map<String, String> configuration) {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).stream().map(ServiceLoader.Provider::get)
                .filter(one -> one.type() == kind.service() && one.name().equals(name)).findFirst().orElseThrow();
        T part = kind.service().cast(factory.create(configuration));
        if (part instanceof AutoCloseable closeable) {
            opened(closeable);
        }
        return part;
    }

    @Override
    public Trace trace() {
        return trace;
    }

    @Override
    public Randomness randomness() {
        return new Randomness() {

            @Override
            public void fill(byte[] target) {
                random.nextBytes(target);
            }

            @Override
            public int nextInt(int bound) {
                return random.nextInt(bound);
            }
        };
    }

    @Override
    public void after(Duration delay, Runnable task) {
        user.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Tunnel connect() {
        return opened(new SocketTunnel());
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
                    int first = (int) Math.min(up, FILL.length / 2);
                    OutputStream to = socket.getOutputStream();
                    to.write(Arrays.copyOf(new Question(up, down).bytes(), Question.LENGTH + first));
                    write(to, up - first);
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

    private static void write(OutputStream to, long bytes) throws IOException {
        for (long left = bytes; left > 0; left -= FILL.length) {
            to.write(FILL, 0, (int) Math.min(FILL.length, left));
        }
    }

    /** Answers with as many bytes as it is asked for. */
    private static final class Site implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());

        Site() throws IOException {
            Thread.ofVirtual().name("line-site").start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    Thread.ofVirtual().name("line-site-connection").start(() -> answer(socket));
                }
            } catch (IOException e) {
                // The site was closed.
            }
        }

        private static void answer(Socket socket) {
            try (socket) {
                socket.setTcpNoDelay(true);
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (true) {
                    Question question = new Question(in.readLong(), in.readLong());
                    in.skipNBytes(question.up());
                    write(socket.getOutputStream(), question.down());
                }
            } catch (IOException e) {
                // The program has left.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
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
        List<AutoCloseable> all = List.copyOf(opened);
        opened.clear();
        for (AutoCloseable one : all) {
            one.close();
        }
    }
}
