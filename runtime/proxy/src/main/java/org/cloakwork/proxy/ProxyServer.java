package org.cloakwork.proxy;

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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.frontend.LocalPeer;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.streams.Ticker;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket, the programs that came to it, and the connections that an exit makes for them. */
public final class ProxyServer implements FrontEnd.Serving {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final int BACKLOG = 1024;
    private static final int ISOLATION_LENGTH = 16;
    private static final int MOST_OVER = 4096;
    /** Tried one after the other for a connection. */
    private static final int MOST_EXITS = 3;

    private final MixnetClient client;
    private final ProxyConfiguration configuration;
    private final Dialect dialect;
    private final StreamLimits limits;
    private final ByteBudget budget;
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    /** Whoever knows a connection's id and writes to us could speak on it. */
    private final SecureRandom random = new SecureRandom();
    private final Pseudonyms pseudonyms;
    private final Exits exits;
    private final ServerSocket listener;
    private final Map<Long, ThroughExit> connections = new ConcurrentHashMap<>();
    private final Set<ToClient> toClients = ConcurrentHashMap.newKeySet();
    /** Programs that have not asked for anything, oldest first, with their deadlines. */
    @GuardedBy("programs")
    private final Map<Program, Thread> asking = new LinkedHashMap<>();
    /** All that are there; guards itself and the above. */
    @GuardedBy("programs")
    private final Set<Program> programs = new HashSet<>();
    /** The last connections that have ended. */
    @GuardedBy("over")
    private final LinkedHashSet<Long> over = new LinkedHashSet<>();
    private final String ownIsolation;
    private final AtomicBoolean toldOtherwise = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread acceptor;
    private final Ticker ticker;
    private Subscription interception = () -> { };

    private ProxyServer(MixnetClient client, ProxyConfiguration configuration, Dialect dialect,
                        ServerSocket listener) {
        this.client = client;
        this.configuration = configuration;
        this.dialect = dialect;
        ownIsolation = configuration.name() + ' ' + randomText() + ' ';
        acceptor = Thread.ofVirtual().name(configuration.name() + "-acceptor").unstarted(this::accept);
        ticker = new Ticker(configuration.name() + "-ticker", TICK,
                () -> connections.values().forEach(ThroughExit::tick),
                failure -> warn("what time brings to connections failed", failure));
        this.listener = listener;
        limits = StreamLimits.DEFAULT.withSilence(configuration.silenceLimit());
        budget = new ByteBudget(configuration.bufferLimitBytes());
        pseudonyms = new Pseudonyms(configuration.isolation(), configuration.maxPseudonyms(), this::freshIsolation,
                System::nanoTime);
        exits = Exits.of(client, configuration.exits());
    }

    /**
     * Begins to listen.
     *
     * @param client        connections go through it
     * @param configuration of the port and the connections
     * @param dialect       spoken there
     * @return to be closed by the caller
     * @throws IOException if the port cannot be had, naming it
     */
    public static ProxyServer start(MixnetClient client, ProxyConfiguration configuration, Dialect dialect)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        InetSocketAddress address = new InetSocketAddress(configuration.host(), configuration.port());
        try {
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("port " + configuration.port() + " of " + configuration.host().getHostAddress()
                    + " cannot be had: " + e.getMessage(), e);
        }
        ProxyServer server = new ProxyServer(client, configuration, dialect, listener);
        server.interception = client.intercept(server::received);
        server.ticker.start();
        server.acceptor.start();
        return server;
    }

    /** Nothing that another front-end of the client, or this one before it was made anew, may have used. */
    private String freshIsolation() {
        counters.count(Counter.PSEUDONYMS_MADE);
        return ownIsolation + randomText();
    }

    private String randomText() {
        byte[] bytes = new byte[ISOLATION_LENGTH];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    ProxyConfiguration configuration() {
        return configuration;
    }

    StreamLimits limits() {
        return limits;
    }

    ByteBudget budget() {
        return budget;
    }

    MixnetClient client() {
        return client;
    }

    ExitConnection.Route route(MixnetAddress exit) {
        return new ExitConnection.Route(client, exit, configuration.anonymous(), configuration.windows());
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
        return List.of(URI.create(dialect.scheme() + "://" + text + ":" + listener.getLocalPort()));
    }

    @Override
    public Map<String, Long> counters() {
        return figures().stream().filter(figure -> !figure.level())
                .collect(Collectors.toMap(Figure::name, Figure::value));
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        counters.figures().forEach(figure -> figures.add(Figure.counter(configuration.name() + '.' + figure.name(),
                figure.meaning(), figure.value())));
        figures.add(Figure.level(configuration.name() + ".connections", "connections at this moment",
                connections.size() + toClients.size()));
        return figures;
    }

    @Override
    public List<ExitStanding> exits() {
        return exits.known();
    }

    @Override
    public List<String> warnings() {
        return configuration.access() == Access.SAME_USER && !LocalPeer.isTold()
                ? List.of("every user of this machine may come in: whose a program is cannot be told on this system")
                : List.of();
    }

    // ------------------------------------------------------------------ programs

    private void accept() {
        while (!closed.get()) {
            try {
                Socket socket = listener.accept();
                counters.count(Counter.ACCEPTED);
                if (!isServed(socket)) {
                    counters.count(Counter.REFUSED_USER);
                    socket.close();
                } else {
                    admit(socket);
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
    private void admit(Socket socket) throws IOException {
        Program program = new Program(this, socket);
        Program evicted = null;
        synchronized (programs) {
            if (programs.size() >= configuration.maxConnections()) {
                Iterator<Program> oldest = asking.keySet().iterator();
                if (!oldest.hasNext()) {
                    counters.count(Counter.REFUSED_FULL);
                    socket.close();
                    return;
                }
                evicted = oldest.next();
                asking.remove(evicted).interrupt();
                programs.remove(evicted);
            }
            programs.add(program);
        }
        if (evicted != null) {
            counters.count(Counter.EVICTED);
            close(evicted.socket());
        }
        idle(program, configuration.handshakeTimeout());
        Thread.ofVirtual().name(configuration.name() + "-connection").start(() -> serve(program));
    }

    void idle(Program program, Duration limit) {
        Thread deadline = Thread.ofVirtual().name(configuration.name() + "-deadline").unstarted(() -> {
            if (pause(limit)) {
                counters.count(Counter.HANDSHAKES_TIMED_OUT);
                close(program.socket());
            }
        });
        synchronized (programs) {
            if (programs.contains(program)) {
                asking.put(program, deadline);
                deadline.start();
            }
        }
    }

    boolean asked(Program program) {
        Thread deadline;
        synchronized (programs) {
            // Unless it was evicted just now.
            deadline = asking.remove(program);
        }
        if (deadline != null) {
            deadline.interrupt();
        }
        return deadline != null && program.isOpen();
    }

    private void serve(Program program) {
        try {
            program.socket().setTcpNoDelay(true);
            SocketPump.keepAlive(program.socket());
            dialect.serve(program);
        } catch (IOException e) {
            // the program left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            warn("serving a program failed", e);
        } finally {
            asked(program);
            close(program.socket());
            synchronized (programs) {
                programs.remove(program);
            }
        }
    }

    void speaksOtherwise(String what) {
        counters.count(Counter.HANDSHAKES_OTHERWISE);
        if (!toldOtherwise.getAndSet(true)) {
            LOG.warn("a program speaks {} to the {} port {}", what, configuration.name(), listener.getLocalPort());
        }
    }

    // ------------------------------------------------------------------ connections

    Connection open(Target target, Optional<String> user) throws NotConnectedException, InterruptedException {
        if (MixnetAddress.isHostName(target.host())) {
            return openToClient(target, user);
        }
        Exits.Use use;
        try {
            use = exits.choose(target.port(), configuration.connectTimeout());
        } catch (NoExitException e) {
            counters.count(Counter.CONNECTIONS_FAILED);
            throw new NotConnectedException(e.getMessage(), ConnectFailure.GENERAL);
        }
        Optional<Pseudonyms.Pseudonym> pseudonym = pseudonyms.take(target, user);
        if (pseudonym.isEmpty()) {
            use.left();
            throw tooManySenders();
        }
        try {
            long id = random.nextLong();
            ThroughExit connection = new ThroughExit(this, id, random.nextLong(), target, pseudonym.get(), use);
            // The exit may answer before it returns.
            connections.put(id, connection);
            ask(connection);
            return connection;
        } catch (StreamException e) {
            use.left();
            counters.count(Counter.REFUSED_FULL);
            pseudonym.get().leave();
            throw new NotConnectedException("too many connections at once", ConnectFailure.EXIT_FULL);
        }
    }

    private void ask(ThroughExit connection) throws NotConnectedException {
        try {
            connection.ask();
        } catch (IllegalStateException e) {
            // Nobody who was never ready has an address to tell the exit.
            counters.count(Counter.CONNECTIONS_FAILED);
            connection.close();
            throw new NotConnectedException(e.getMessage(), ConnectFailure.GENERAL);
        }
    }

    private NotConnectedException tooManySenders() {
        counters.count(Counter.PSEUDONYMS_FULL);
        return new NotConnectedException("too many senders at once", ConnectFailure.EXIT_FULL);
    }

    private Connection openToClient(Target target, Optional<String> user) throws NotConnectedException {
        Pseudonyms.Pseudonym pseudonym = pseudonyms.take(target, user).orElseThrow(this::tooManySenders);
        try {
            return new ToClient(this, target, pseudonym);
        } catch (NotConnectedException e) {
            counters.count(Counter.CONNECTIONS_FAILED);
            pseudonym.leave();
            throw e;
        }
    }

    void add(ToClient connection) {
        toClients.add(connection);
    }

    void remove(ToClient connection) {
        toClients.remove(connection);
    }

    Connection connect(Target target, Optional<String> user) throws NotConnectedException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Connection connection = open(target, user);
            Optional<NotConnectedException> failure = Optional.of(new NotConnectedException(ConnectFailure.GENERAL));
            try {
                failure = connection.awaitConnected();
            } finally {
                if (failure.isPresent()) {
                    connection.close();
                }
            }
            if (failure.isEmpty()) {
                return connection;
            }
            if (!connection.isExitLost() || attempt == MOST_EXITS) {
                throw failure.get();
            }
        }
    }

    void remove(long id) {
        connections.remove(id);
        synchronized (over) {
            over.add(id);
            if (over.size() > MOST_OVER) {
                over.removeFirst();
            }
        }
    }

    private boolean isOver(long id) {
        synchronized (over) {
            return over.contains(id);
        }
    }

    boolean isAssumed(Pseudonyms.Pseudonym pseudonym, Target target) {
        return switch (configuration.early()) {
            case NEVER -> false;
            case KNOWN -> pseudonym.hasReached(target);
            case ALWAYS -> true;
        };
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
        ThroughExit connection = connections.get(id.get());
        if (connection == null) {
            // Another front-end of the client may have connections, too.
            boolean ours = message.origin() instanceof ReceivedMessage.Answer answer
                    ? answer.isolation().filter(isolation -> isolation.startsWith(ownIsolation)).isPresent()
                    : isOver(id.get());
            if (ours) {
                counters.count(Counter.PIECES_LATE);
            }
            return ours;
        }
        if (!connection.exit().isAnsweredBy(message.origin())) {
            counters.count(Counter.OTHER_WAY);
            return false;
        }
        connection.received(response);
        return true;
    }

    // ------------------------------------------------------------------ time and end

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
            LOG.warn("closing the {} port failed: {}", configuration.name(), e.getMessage());
        }
        interception.close();
        exits.close();
        connections.values().forEach(connection -> connection.exit().stream().abort("the front-end was closed"));
        toClients.forEach(connection -> connection.abort("the front-end was closed"));
        List<Program> left;
        synchronized (programs) {
            left = List.copyOf(programs);
            asking.values().forEach(Thread::interrupt);
        }
        left.forEach(program -> close(program.socket()));
        ticker.close();
    }
}
