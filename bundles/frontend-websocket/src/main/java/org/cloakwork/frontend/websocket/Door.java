package org.cloakwork.frontend.websocket;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IO;
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
    private static final int BACKLOG = 1024;
    private static final int BUFFER_BYTES = 16 * Settings.KIB;
    /** As long as frames may be for clients of nym-client; longer messages are several. */
    private static final int MAX_FRAME_BYTES = 16 * Settings.MIB;
    private static final Duration CHECK = Duration.ofSeconds(5);

    private final MixnetClient client;
    private final Settings settings;
    private final Mail mail;
    private final Server server;
    private final Connector connector;
    private final QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS);
    private final Scheduler scheduler = new ScheduledExecutorScheduler(THREADS + "-scheduler", true, 1);
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
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
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        connector = new Connector(server, new HttpConnectionFactory(http));
        server.addConnector(connector);
        WebSocketUpgradeHandler upgrade =
                new WebSocketUpgradeHandler(new WebSocketComponents(null, null, buffers, null, null, threads));
        upgrade.addMapping("/*", new Negotiator());
        upgrade.setHandler(new NoWebSocket());
        Guard guard = new Guard();
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
            throw new IOException("cannot listen on " + settings.host().getHostAddress() + " port " + settings.port()
                    + ": "
                    + rootMessage(e), e);
        }
        String host = settings.host().getHostAddress();
        door.uri = URI.create("ws://" + (host.contains(":") ? '[' + host + ']' : host) + ':'
                + door.connector.getLocalPort());
        door.addresses = client.onAddress(door::addressChanged);
        door.schedule(door::check, CHECK.toMillis());
        return door;
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    private void addressChanged(MixnetAddress now) {
        address = now;
        sessions.forEach(session -> session.addressKnown(now));
    }

    private void check() {
        long now = System.nanoTime();
        sessions.forEach(session -> session.check(now));
        schedule(this::check, CHECK.toMillis());
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

    void opened(Session session) {
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
            LOG.warn("the websocket server does not stop: {}", rootMessage(e));
        }
        connector.closeSockets();
    }

    /** Closes connections that are too many, or not a websocket in time. */
    private final class Connector extends ServerConnector {

        private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
        private final Map<EndPoint, Scheduler.Task> handshakes = new ConcurrentHashMap<>();

        Connector(Server server, HttpConnectionFactory protocol) {
            // No thread of its own accepts: Jetty would interrupt it at the end, and then the JDK forgets to close what
            // was accepted in the same instant.
            super(server, null, null, null, 0, 1, protocol);
            setHost(settings.host().getHostAddress());
            setPort(settings.port());
            setAcceptQueueSize(BACKLOG);
            setIdleTimeout(0);
        }

        /** Called for each that is accepted. */
        @Override
        protected void configure(Socket socket) {
            super.configure(socket);
            sockets.add(socket);
        }

        /** While Jetty stops, it forgets some of those that it has just accepted. */
        void closeSockets() {
            sockets.forEach(IO::close);
        }

        @Override
        protected void onEndPointOpened(EndPoint endPoint) {
            super.onEndPointOpened(endPoint);
            if (getConnectedEndPoints().size() > settings.maximumConnections()) {
                LOG.warn("a connection is closed: there are {} already", settings.maximumConnections());
                endPoint.close();
                return;
            }
            handshakes.put(endPoint, schedule(() -> {
                handshakes.remove(endPoint);
                if (!(endPoint.getConnection() instanceof WebSocketConnection)) {
                    endPoint.close();
                }
            }, settings.handshakeTimeout().toMillis()));
        }

        /** What is gone need not be remembered until its time is up. */
        @Override
        protected void onEndPointClosed(EndPoint endPoint) {
            super.onEndPointClosed(endPoint);
            sockets.remove(((SocketChannelEndPoint) endPoint).getChannel().socket());
            Scheduler.Task timeout = handshakes.remove(endPoint);
            if (timeout != null) {
                timeout.cancel();
            }
        }
    }

    /**
     * Turns away pages of the web and programs without the token. Pages cannot come from our own address, because
     * nothing is served there; libraries that give it as origin mean no harm.
     */
    private final class Guard extends Handler.Wrapper {

        private static final String BEARER = "Bearer ";

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String origin = request.getHeaders().get(HttpHeader.ORIGIN);
            if (origin != null && !isOurs(origin) && !settings.allowedOrigins().contains(origin)) {
                LOG.info("a web page was turned away: its origin is not among allowed-origins");
                refuse(response, HttpStatus.FORBIDDEN_403, "this origin is not among allowed-origins", callback);
                return true;
            }
            if (settings.token().isPresent() && !shown(request).map(settings.token().get()::matches).orElse(false)) {
                LOG.info("a program was turned away: it did not show the token");
                refuse(response, HttpStatus.UNAUTHORIZED_401, "the token is missing or wrong", callback);
                return true;
            }
            return super.handle(request, response, callback);
        }

        private boolean isOurs(String origin) {
            String port = ":" + connector.getLocalPort();
            return List.of("http://127.0.0.1" + port, "http://localhost" + port, "http://[::1]" + port)
                    .contains(origin);
        }

        private static Optional<String> shown(Request request) {
            String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
            if (header != null && header.startsWith(BEARER)) {
                return Optional.of(header.substring(BEARER.length()));
            }
            return Optional.ofNullable(Request.extractQueryParameters(request).getValue("token"));
        }
    }

    private static final class NoWebSocket extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
            refuse(response, HttpStatus.UPGRADE_REQUIRED_426, "only websockets are served here", callback);
            return true;
        }
    }

    private static void refuse(Response response, int status, String why, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        Content.Sink.write(response, true, why + "\n", callback);
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
