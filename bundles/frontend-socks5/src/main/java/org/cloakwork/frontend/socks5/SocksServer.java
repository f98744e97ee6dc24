package org.cloakwork.frontend.socks5;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.frontend.LocalPeer;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket, the sockets that came from it, and the connections they became. */
final class SocksServer implements FrontEnd.Serving {

    private static final Logger LOG = LoggerFactory.getLogger(SocksServer.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final int BACKLOG = 1024;
    private static final int ISOLATION_LENGTH = 16;

    private final MixnetClient client;
    private final SocksConfiguration configuration;
    private final StreamLimits limits;
    private final ByteBudget budget;
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    /** Whoever knows a connection's id and writes to us could speak on it. */
    private final SecureRandom random = new SecureRandom();
    private final Pseudonyms pseudonyms;
    private final ServerSocket listener;
    private final Map<Long, Connection> connections = new ConcurrentHashMap<>();
    /** Sockets that have not asked for anything, oldest first, and all that are open; guarded by the latter. */
    @GuardedBy("sockets")
    private final Set<Socket> asking = new LinkedHashSet<>();
    @GuardedBy("sockets")
    private final Set<Socket> sockets = new HashSet<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread acceptor = Thread.ofVirtual().name("socks5-acceptor").unstarted(this::accept);
    private final Thread ticker = Thread.ofVirtual().name("socks5-ticker").unstarted(this::tick);
    private Subscription interception = () -> { };

    private SocksServer(MixnetClient client, SocksConfiguration configuration, ServerSocket listener) {
        this.client = client;
        this.configuration = configuration;
        this.listener = listener;
        limits = StreamLimits.DEFAULT.withSilence(configuration.silenceLimit());
        budget = new ByteBudget(configuration.bufferLimitBytes());
        pseudonyms = new Pseudonyms(configuration.isolation(), configuration.maxPseudonyms(), this::freshIsolation,
                System::nanoTime);
    }

    static SocksServer start(MixnetClient client, SocksConfiguration configuration) throws IOException {
        ServerSocket listener = new ServerSocket();
        InetSocketAddress address = new InetSocketAddress(configuration.host(), configuration.port());
        try {
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("port " + configuration.port() + " of " + configuration.host().getHostAddress()
                    + " cannot be had: " + e.getMessage(), e);
        }
        SocksServer server = new SocksServer(client, configuration, listener);
        server.interception = client.intercept(server::received);
        server.ticker.start();
        server.acceptor.start();
        return server;
    }

    /** Nothing that another front-end of the client, or this one before it was made anew, may have used. */
    private String freshIsolation() {
        counters.count(Counter.PSEUDONYMS_MADE);
        byte[] bytes = new byte[ISOLATION_LENGTH];
        random.nextBytes(bytes);
        return "socks5 " + HexFormat.of().formatHex(bytes);
    }

    SocksConfiguration configuration() {
        return configuration;
    }

    StreamLimits limits() {
        return limits;
    }

    ByteBudget budget() {
        return budget;
    }

    ExitConnection.Route route() {
        return new ExitConnection.Route(client, configuration.exit(), configuration.anonymous(),
                configuration.windows());
    }

    void count(Counter counter) {
        counters.count(counter);
    }

    void count(Counter counter, long amount) {
        counters.add(counter, amount);
    }

    @Override
    public List<URI> addresses() {
        InetAddress host = configuration.host();
        String text = host.getAddress().length == 4 ? host.getHostAddress() : "[" + host.getHostAddress() + "]";
        return List.of(URI.create("socks5h://" + text + ":" + listener.getLocalPort()));
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(counters.figures());
        figures.add(Figure.level("socks5.connections", "connections at this moment", connections.size()));
        return figures;
    }

    @Override
    public List<String> warnings() {
        return configuration.access() == Access.SAME_USER && !LocalPeer.isTold()
                ? List.of("every user of this machine may come in: whose a program is cannot be told on this system")
                : List.of();
    }

    // ------------------------------------------------------------------ sockets

    private void accept() {
        while (!closed.get()) {
            try {
                Socket socket = listener.accept();
                counters.count(Counter.ACCEPTED);
                if (!isServed(socket)) {
                    counters.count(Counter.REFUSED_USER);
                    socket.close();
                } else if (admit(socket)) {
                    Thread.ofVirtual().name("socks5-connection").start(() -> serve(socket));
                } else {
                    counters.count(Counter.REFUSED_FULL);
                    socket.close();
                }
            } catch (IOException | RuntimeException | Error e) {
                if (!closed.get()) {
                    // Out of file descriptors or memory, most likely: what is there may end in the meantime.
                    warn("a connection could not be accepted", e);
                    pause(TICK);
                }
            }
        }
    }

    private boolean isServed(Socket socket) {
        boolean served = configuration.access() != Access.SAME_USER
                || LocalPeer.isSameUser((InetSocketAddress) socket.getRemoteSocketAddress(),
                        (InetSocketAddress) socket.getLocalSocketAddress());
        if (!served) {
            LOG.warn("a program of another user of this machine was turned away (access = {})",
                    configuration.access());
        }
        return served;
    }

    /** Who asks for nothing gives way to those who may. */
    private boolean admit(Socket socket) {
        Socket evicted = null;
        synchronized (sockets) {
            if (sockets.size() >= configuration.maxConnections()) {
                Iterator<Socket> oldest = asking.iterator();
                if (!oldest.hasNext()) {
                    return false;
                }
                evicted = oldest.next();
                oldest.remove();
                sockets.remove(evicted);
            }
            sockets.add(socket);
            asking.add(socket);
        }
        if (evicted != null) {
            counters.count(Counter.EVICTED);
            close(evicted);
        }
        return true;
    }

    private void serve(Socket socket) {
        try {
            socket.setTcpNoDelay(true);
            SocketPump.keepAlive(socket);
            Optional<Handshake> handshake = handshake(socket);
            boolean admitted;
            synchronized (sockets) {
                // Unless it was evicted just now.
                admitted = asking.remove(socket);
            }
            if (handshake.isPresent() && admitted) {
                connect(socket, handshake.get());
            }
        } catch (IOException e) {
            // the application left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(socket);
            synchronized (sockets) {
                asking.remove(socket);
                sockets.remove(socket);
            }
        }
    }

    private Optional<Handshake> handshake(Socket socket) throws IOException {
        Thread deadline = Thread.ofVirtual().name("socks5-handshake-deadline").start(() -> {
            if (pause(configuration.handshakeTimeout())) {
                counters.count(Counter.HANDSHAKES_TIMED_OUT);
                close(socket);
            }
        });
        try {
            return Optional.of(Handshake.read(socket.getInputStream(), socket.getOutputStream()));
        } catch (Handshake.MalformedException e) {
            counters.count(e.isUnsupported() ? Counter.COMMANDS_UNSUPPORTED : Counter.HANDSHAKES_MALFORMED);
            return Optional.empty();
        } finally {
            deadline.interrupt();
        }
    }

    private void connect(Socket socket, Handshake handshake) throws IOException, InterruptedException {
        Optional<Pseudonyms.Pseudonym> pseudonym = pseudonyms.take(handshake);
        if (pseudonym.isEmpty()) {
            counters.count(Counter.PSEUDONYMS_FULL);
            socket.getOutputStream().write(handshake.failed(ConnectFailure.GENERAL));
            return;
        }
        try {
            connect(socket, handshake, pseudonym.get().isolation());
        } finally {
            pseudonym.get().leave();
        }
    }

    private void connect(Socket socket, Handshake handshake, String isolation)
            throws IOException, InterruptedException {
        long id = random.nextLong();
        Connection connection;
        try {
            connection = new Connection(this, id, random.nextLong(), socket, handshake, isolation);
        } catch (StreamException e) {
            counters.count(Counter.REFUSED_FULL);
            socket.getOutputStream().write(handshake.failed(ConnectFailure.GENERAL));
            return;
        }
        connections.put(id, connection);
        try {
            connection.run();
        } finally {
            connections.remove(id);
            connection.exit().stream().release();
        }
    }

    // ------------------------------------------------------------------ messages

    private boolean received(ReceivedMessage message) {
        ProviderResponse response;
        try {
            response = ProviderResponse.parse(message.payload());
        } catch (WireException e) {
            return false;
        }
        Optional<Long> id = ExitConnection.idOf(response);
        if (id.isEmpty()) {
            return false;
        }
        Connection connection = connections.get(id.get());
        if (connection == null) {
            // Without a version it may just as well be a message of somebody else.
            boolean ours = response.versions().providerInterface() != 0
                    && (configuration.anonymous() ? message.origin() instanceof ReceivedMessage.Answer
                    : message.origin() instanceof ReceivedMessage.Unknown);
            if (ours) {
                counters.count(Counter.PIECES_LATE);
            }
            return ours;
        }
        if (!connection.exit().isAnsweredBy(message.origin())) {
            counters.count(Counter.OTHER_WAY);
            return false;
        }
        connection.exit().received(response);
        return true;
    }

    // ------------------------------------------------------------------ time and end

    private void tick() {
        do {
            try {
                connections.values().forEach(connection -> connection.exit().tick());
            } catch (RuntimeException | Error e) {
                warn("what time brings to connections failed", e);
            }
        } while (pause(TICK));
    }

    private static void warn(String what, Throwable why) {
        try {
            LOG.warn("{}: {}", what, why.toString());
        } catch (RuntimeException | Error again) {
            // not even a line can be written
        }
    }

    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was closed
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            listener.close();
        } catch (IOException e) {
            LOG.warn("closing the SOCKS port failed: {}", e.getMessage());
        }
        interception.close();
        connections.values().forEach(connection -> connection.exit().stream().abort("the front-end was closed"));
        List<Socket> left;
        synchronized (sockets) {
            left = List.copyOf(sockets);
        }
        left.forEach(SocksServer::close);
        ticker.interrupt();
    }
}
