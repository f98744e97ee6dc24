package org.cloakwork.frontend.exit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.streams.Ticker;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ExitPolicy;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An exit behind one client: a table of connections, each known by who asked for it and the id it chose. Source:
 * protocol/6-frontends, 3.
 */
final class Exit implements FrontEnd.Serving {

    private static final Logger LOG = LoggerFactory.getLogger(Exit.class);
    private static final Duration TICK = Duration.ofMillis(100);
    /** Connections of which pieces came and no request yet. */
    static final int MOST_EARLY = 256;
    static final Duration EARLY_LIMIT = Duration.ofSeconds(60);
    /** Connections that are over and still known, so that what comes late does not look early. */
    private static final int MOST_OVER = 10_000;
    private static final int MOST_INSISTED = 10_000;
    private static final Duration INSISTENCE = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofMinutes(1);

    /**
     * A connection's name; two senders may choose the same id.
     *
     * @param sender empty for plain messages, of which nobody knows the sender
     * @param id     chosen by it
     */
    record Key(Optional<SenderTag> sender, long id) {
    }

    private record Insisted(Supplier<Delivery> message, long untilNanos) {
    }

    private final MixnetClient client;
    private final ExitConfiguration configuration;
    private final StreamLimits limits;
    private final ByteBudget budget;
    private final Openings openings;
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    @GuardedBy("connections")
    private final Map<Key, Connection> connections = new LinkedHashMap<>();
    @GuardedBy("connections")
    private final Set<Key> over = Collections.newSetFromMap(new LinkedHashMap<>() {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > MOST_OVER;
        }
    });
    private final Queue<Insisted> insisted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Ticker ticker = new Ticker("exit-ticker", TICK, this::tick,
            failure -> LOG.warn("what time brings to connections failed: {}", failure.toString()));
    private Subscription interception = () -> { };

    private Exit(MixnetClient client, ExitConfiguration configuration) {
        this.client = client;
        this.configuration = configuration;
        limits = StreamLimits.DEFAULT.withSilence(configuration.silenceLimit());
        budget = new ByteBudget(configuration.bufferLimitBytes());
        openings = new Openings(Openings.Limits.DEFAULT);
    }

    static Exit start(MixnetClient client, ExitConfiguration configuration) {
        Exit exit = new Exit(client, configuration);
        exit.ticker.start();
        exit.interception = client.intercept(exit::received);
        client.returnPackets(true);
        return exit;
    }

    ExitConfiguration configuration() {
        return configuration;
    }

    StreamLimits limits() {
        return limits;
    }

    ByteBudget budget() {
        return budget;
    }

    Openings openings() {
        return openings;
    }

    Counters<Counter> counting() {
        return counters;
    }

    MixnetClient client() {
        return client;
    }

    @Override
    public List<URI> addresses() {
        return List.of();
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(counters.figures());
        synchronized (connections) {
            figures.add(Figure.level("exit.connections", "connections at this moment", connections.size()));
        }
        figures.add(Figure.level("exit.openings", "connections asked for that are not made yet", openings.size()));
        figures.add(Figure.level("exit.lookups", "look-ups of names under way, those included that took too long",
                openings.lookUps()));
        return figures;
    }

    // ------------------------------------------------------------------ what clients ask

    /** Requests come to our address; whoever answers us must not learn by one that we are an exit, too. */
    private boolean received(ReceivedMessage message) {
        if (message.origin() instanceof ReceivedMessage.Answer) {
            return false;
        }
        ProviderRequest request;
        try {
            request = ProviderRequest.parse(message.payload());
        } catch (WireException e) {
            return false;
        }
        switch (request) {
            case ProviderRequest.Connect connect -> connect(connect, message.sender());
            case ProviderRequest.Send(Versions ignored, StreamData data) -> {
                Key key = new Key(message.sender(), data.connectionId());
                Optional<Connection> connection = connectionFor(key);
                // Without a version it may just as well be a message of somebody else.
                if (connection.isEmpty() && request.versions().providerInterface() == 0) {
                    return false;
                }
                connection.ifPresent(known -> known.received(data, request.versions()));
            }
            case ProviderRequest.Window window -> {
                Key key = new Key(message.sender(), window.connectionId());
                find(key).ifPresentOrElse(connection -> connection.windowReceived(window.limit()), () -> {
                    counters.count(Counter.PIECES_LATE);
                    if (!isOver(key)) {
                        tellUnknown(key, window.versions());
                    }
                });
            }
            case ProviderRequest.Query query -> answer(message.sender(),
                    new ProviderResponse.Answer(answerable(query.versions()), answer(query.question())));
            case ProviderRequest.Control control -> answer(message.sender(),
                    new ProviderResponse.Control(control.versions().answer(), answer(control.question())));
        }
        return true;
    }

    private void connect(ProviderRequest.Connect connect, Optional<SenderTag> sender) {
        if (connect.returnAddress().isEmpty() && sender.isEmpty()) {
            counters.count(Counter.REQUESTS_MALFORMED);
            return;
        }
        Key key = new Key(sender, connect.connectionId());
        ReturnPath path = new ReturnPath(this, connect, sender);
        Connection connection;
        synchronized (connections) {
            connection = connections.get(key);
            if (connection != null && connection.isAsked() || over.contains(key)) {
                counters.count(Counter.CONNECTS_DUPLICATE);
                return;
            }
            if (connection == null) {
                connection = new Connection(this, key);
                connections.put(key, connection);
            }
        }
        connection.ask(connect.target(), path);
    }

    /**
     * Whoever has as many as it may have gets no more. If all together do, one gives way over which its client has sent
     * nothing, else one over which nothing went for a minute; of those the one that is idle for longest.
     *
     * @return whether there was room, and it is open
     */
    boolean open(Connection added) {
        synchronized (connections) {
            List<Connection> open = connections.values().stream().filter(Connection::isOpen).toList();
            if (open.stream().filter(other -> other.sender().equals(added.sender())).count()
                    >= configuration.maxConnectionsPerSender()) {
                return false;
            }
            if (open.size() >= configuration.maxConnections()) {
                Optional<Connection> idlest = open.stream()
                        .filter(other -> !other.isUsed() || other.idleNanos() > IDLE.toNanos())
                        .max(Comparator.comparing((Connection other) -> !other.isUsed())
                                .thenComparingLong(Connection::idleNanos));
                if (idlest.isEmpty()) {
                    return false;
                }
                counters.count(Counter.CONNECTIONS_GAVE_WAY);
                idlest.get().abort("the exit needed the room");
                remove(idlest.get());
            }
            return added.open();
        }
    }

    /** {@return the connection, made if it is not known yet and there is room: pieces may overtake their request} */
    private Optional<Connection> connectionFor(Key key) {
        synchronized (connections) {
            Connection connection = connections.get(key);
            if (connection == null && over.contains(key)) {
                counters.count(Counter.PIECES_LATE);
            } else if (connection == null) {
                long early = connections.values().stream().filter(other -> !other.isAsked()).count();
                if (early < MOST_EARLY) {
                    connection = new Connection(this, key);
                    connections.put(key, connection);
                } else {
                    counters.count(Counter.PIECES_NO_ROOM);
                }
            }
            return Optional.ofNullable(connection);
        }
    }

    private boolean isOver(Key key) {
        synchronized (connections) {
            return over.contains(key);
        }
    }

    /** Of a connection from before this exit was started: its client would wait for ever. */
    private void tellUnknown(Key key, Versions versions) {
        if (key.sender().isPresent() && versions.hasWindows()) {
            counters.count(Counter.CONNECTIONS_UNKNOWN);
            byte[] bytes = new ProviderResponse.ConnectionError(versions.answer(), key.id(),
                    ConnectFailure.GENERAL.text()).bytes();
            insist(() -> client.reply(key.sender().get(), bytes, SendOptions.DEFAULT));
        }
    }

    private Optional<Connection> find(Key key) {
        synchronized (connections) {
            return Optional.ofNullable(connections.get(key));
        }
    }

    /** @param connection is over */
    void remove(Connection connection) {
        synchronized (connections) {
            if (connections.remove(connection.key(), connection)) {
                over.add(connection.key());
            }
        }
        connection.release();
    }

    // ------------------------------------------------------------------ answers

    private static Versions answerable(Versions versions) {
        return new Versions(versions.answer().providerInterface() == 0 ? Versions.CURRENT.providerInterface()
                : versions.answer().providerInterface(), Versions.CURRENT.protocol());
    }

    private ProviderResponse.QueryAnswer answer(ProviderRequest.Query.Question question) {
        return switch (question) {
            case OPEN_PROXY ->
                    new ProviderResponse.OpenProxy(configuration.policy().equals(ExitPolicy.ACCEPT_ALL));
            case DESCRIPTION -> new ProviderResponse.Description("Cloakwork exit");
            case EXIT_POLICY -> new ProviderResponse.Policy(true, "", Optional.of(configuration.policy()));
        };
    }

    private static ProviderResponse.ControlAnswer answer(ProviderRequest.Control.Question question) {
        return switch (question) {
            case HEALTH -> new ProviderResponse.Health();
            case BINARY_INFO -> {
                Map<String, String> build = new LinkedHashMap<>();
                ProviderResponse.BinaryInfo.BUILD_KEYS.forEach(key -> build.put(key, ""));
                build.put("binary_name", "cloakwork-exit");
                yield new ProviderResponse.BinaryInfo("cloakwork-exit", build);
            }
            case SUPPORTED_VERSIONS -> new ProviderResponse.SupportedVersions(
                    Versions.CURRENT.providerInterface(), Versions.CURRENT.protocol());
        };
    }

    private void answer(Optional<SenderTag> sender, ProviderResponse response) {
        if (sender.isEmpty()) {
            counters.count(Counter.QUERIES_UNANSWERABLE);
            return;
        }
        counters.count(Counter.QUERIES);
        byte[] bytes = response.bytes();
        insist(() -> client.reply(sender.get(), bytes, SendOptions.DEFAULT));
    }

    /** Sends a message, again and again for a minute if the client has no room for it. */
    void insist(Supplier<Delivery> message) {
        insist(new Insisted(message, System.nanoTime() + INSISTENCE.toNanos()));
    }

    private void insist(Insisted insisting) {
        insisting.message().get().outcome().thenAccept(outcome -> {
            if (outcome instanceof Outcome.Failed(FailureReason reason, String ignored)) {
                if (reason == FailureReason.OUTBOX_FULL && insisted.size() < MOST_INSISTED
                        && System.nanoTime() - insisting.untilNanos() < 0) {
                    insisted.add(insisting);
                } else {
                    counters.count(Counter.ERRORS_UNDELIVERED);
                }
            }
        });
    }

    // ------------------------------------------------------------------ time

    private void tick() {
        List<Connection> all;
        synchronized (connections) {
            all = List.copyOf(connections.values());
        }
        for (Connection connection : all) {
            connection.tick();
            if (connection.isEarlyFor(EARLY_LIMIT)) {
                counters.count(Counter.EARLY_EXPIRED);
                remove(connection);
                connection.versions().ifPresent(versions -> tellUnknown(connection.key(), versions));
            }
        }
        List<Insisted> again = new ArrayList<>();
        for (Insisted next = insisted.poll(); next != null; next = insisted.poll()) {
            again.add(next);
        }
        again.forEach(this::insist);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            interception.close();
            client.returnPackets(false);
            ticker.close();
            openings.close();
            List<Connection> all;
            synchronized (connections) {
                all = List.copyOf(connections.values());
            }
            all.forEach(connection -> {
                connection.abort("the exit was closed");
                remove(connection);
            });
        }
    }
}
