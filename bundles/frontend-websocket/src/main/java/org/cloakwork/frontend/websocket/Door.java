package org.cloakwork.frontend.websocket;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.api.Figure;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.doors.Connections;
import org.cloakwork.doors.Guard;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketUpgradeHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening port for one client, and its sessions. */
final class Door implements FrontEnd.Serving {

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final String THREADS = "cloakwork-frontend-websocket";
    private static final int MAX_THREADS = 16;
    private static final int IDLE_THREAD_MILLIS = 10_000;
    private static final int BUFFER_BYTES = 16 * Settings.KIB;
    /** As long as frames may be for clients of nym-client; longer messages are several. */
    private static final int MAX_FRAME_BYTES = 16 * Settings.MIB;
    private static final Duration CHECK = Duration.ofSeconds(5);

    private final MixnetClient client;
    private final Settings settings;
    private final Mail mail;
    private final Server server;
    private final Connections connector;
    private final QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS);
    private final Scheduler scheduler = new ScheduledExecutorScheduler(THREADS + "-scheduler", true, 1);
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final AtomicLong incomingBytes = new AtomicLong();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private URI uri;
    private volatile MixnetAddress address;
    private Subscription addresses = () -> { };

    private Door(MixnetClient client, Settings settings) {
        this.client = client;
        this.settings = settings;
        mail = new Mail(client, settings.maximumBacklogBytes());
        threads.setName(THREADS);
        threads.setDaemon(true);
        ArrayByteBufferPool buffers = new ArrayByteBufferPool();
        server = new Server(threads, scheduler, buffers);
        connector = new Connections(server, scheduler, settings.entrance(), settings.maximumConnections(),
                settings.handshakeTimeout(), endPoint -> endPoint.getConnection() instanceof WebSocketConnection);
        server.addConnector(connector);
        WebSocketUpgradeHandler upgrade =
                new WebSocketUpgradeHandler(new WebSocketComponents(null, null, buffers, null, null, threads));
        upgrade.addMapping("/*", new Negotiator());
        upgrade.setHandler(new NoWebSocket());
        Guard guard = new Guard(settings.entrance(), connector::getLocalPort,
                request -> settings.entrance().access(), false,
                () -> counters.count(Counter.REFUSED_ORIGINS));
        guard.setHandler(upgrade);
        server.setHandler(guard);
        server.setErrorHandler((request, response, callback) -> {
            callback.succeeded();
            return true;
        });
    }

    static Door open(MixnetClient client, Settings settings) throws IOException {
        Door door = new Door(client, settings);
        try {
            door.connector.open();
            door.server.start();
        } catch (Exception e) {
            door.close();
            throw new IOException(settings.entrance().cannotListen(e), e);
        }
        door.uri = settings.entrance().uri("ws", door.connector.getLocalPort());
        door.addresses = client.onAddress(door::addressChanged);
        door.schedule(door::check, CHECK.toMillis());
        return door;
    }

    private void addressChanged(MixnetAddress now) {
        address = now;
        sessions.forEach(session -> session.addressKnown(now));
    }

    private void check() {
        schedule(this::check, CHECK.toMillis());
        long now = System.nanoTime();
        sessions.forEach(session -> session.check(now));
    }

    // ------------------------------------------------------------------ for sessions

    MixnetClient client() {
        return client;
    }

    Settings settings() {
        return settings;
    }

    Mail mail() {
        return mail;
    }

    Optional<MixnetAddress> address() {
        return Optional.ofNullable(address);
    }

    boolean isOpen() {
        return open.get();
    }

    Counters<Counter> counting() {
        return counters;
    }

    void opened(Session session) {
        counters.count(Counter.OPENED);
        sessions.add(session);
        if (!isOpen()) {
            session.close(CloseStatus.SHUTDOWN, "closed here");
        }
    }

    void closed(Session session) {
        sessions.remove(session);
    }

    /** {@return whether there is room for so much of requests} */
    boolean reserve(int bytes) {
        if (incomingBytes.addAndGet(bytes) > settings.maximumIncomingBytes()) {
            incomingBytes.addAndGet(-bytes);
            LOG.warn("a connection is closed: requests of {} bytes are being received already",
                    settings.maximumIncomingBytes());
            return false;
        }
        return true;
    }

    /** For what is here already: others have less room. */
    void reserveAnyway(int bytes) {
        incomingBytes.addAndGet(bytes);
    }

    void release(int bytes) {
        incomingBytes.addAndGet(-bytes);
    }

    long incomingBytes() {
        return incomingBytes.get();
    }

    int sessionCount() {
        return sessions.size();
    }

    void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("closed already");
        }
    }

    Scheduler.Task schedule(Runnable task, long delayMillis) {
        try {
            return scheduler.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("closed already");
            return () -> false;
        }
    }

    // ------------------------------------------------------------------ serving

    @Override
    public List<URI> addresses() {
        return List.of(uri);
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(counters.figures());
        figures.add(Figure.level("websocket.sessions", "connections at this moment", sessions.size()));
        return figures;
    }

    @Override
    public List<String> warnings() {
        return settings.entrance().warnings();
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        addresses.close();
        connector.close();
        mail.close();
        sessions.forEach(session -> session.close(CloseStatus.SHUTDOWN, "closed here"));
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the websocket server does not stop", e);
        }
        connector.closeSockets();
    }

    private static final class NoWebSocket extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
            Guard.refuse(response, HttpStatus.UPGRADE_REQUIRED_426, "only websockets are served here", callback);
            return true;
        }
    }

    private final class Negotiator extends WebSocketNegotiator.AbstractNegotiator {

        Negotiator() {
            // A frame is handed on piece by piece, so that one that is announced takes no memory before it comes.
            setAutoFragment(true);
            setMaxFrameSize(MAX_FRAME_BYTES);
            setInputBufferSize(BUFFER_BYTES);
            setIdleTimeout(Duration.ZERO);
        }

        @Override
        public FrameHandler negotiate(ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
            response.setExtensions(List.of());
            if (request.hasSubProtocol(ExtensionRequest.SUBPROTOCOL)) {
                response.setAcceptedSubProtocol(ExtensionRequest.SUBPROTOCOL);
                return new Session(Door.this, Extended::new);
            }
            return new Session(Door.this, Classic::new);
        }
    }
}
