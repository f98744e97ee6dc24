package org.cloakwork.transport.websocket;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketUpgradeHandler;

/**
 * A Jetty connector that accepts nothing itself: sockets are handed to it, so that many listening ports share one
 * selector and one small thread pool.
 */
final class Connections extends AbstractConnector {

    /** A connection that has not finished the HTTP upgrade by then is closed, as upstream (protocol/4-gateway, 1). */
    static final long HANDSHAKE_TIMEOUT_MILLIS = 1_500;
    static final String THREAD_NAME = "cloakwork-websocket-server";

    /** Pages that may connect; programs name no origin. */
    private static final Pattern OF_THIS_MACHINE = Pattern.compile(
            "https?://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?|(chrome|moz)-extension://[0-9a-z-]+");
    private static final int MAX_THREADS = 16;
    private static final int IDLE_THREAD_MILLIS = 10_000;

    private final Map<SelectableChannel, WebSocketServer.Listener> owners = new ConcurrentHashMap<>();
    private final Sockets sockets;

    private Connections(Server server, HttpConnectionFactory protocol) {
        super(server, null, null, null, 0, protocol);
        sockets = new Sockets(getExecutor(), getScheduler());
        installBean(sockets, true);
        setIdleTimeout(0);
    }

    static Connections startServer() throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS);
        threads.setName(THREAD_NAME);
        threads.setDaemon(true);
        ArrayByteBufferPool buffers = new ArrayByteBufferPool();
        Scheduler scheduler = new ScheduledExecutorScheduler(THREAD_NAME + "-scheduler", true, 1);
        Server server = new Server(threads, scheduler, buffers);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        HttpConnectionFactory protocol = new HttpConnectionFactory(http);
        Connections connections = new Connections(server, protocol);
        useFirst(protocol, connections);
        server.addConnector(connections);
        WebSocketUpgradeHandler upgrade =
                new WebSocketUpgradeHandler(new WebSocketComponents(null, null, buffers, null, null, threads));
        upgrade.addMapping("/*", connections.new Negotiator());
        server.setHandler(upgrade);
        server.setErrorHandler((request, response, callback) -> {
            callback.succeeded();
            return true;
        });
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the websocket server does not start", e);
        }
        return connections;
    }

    /**
     * Jetty has an exception in a constant, and with it, for as long as Jetty is there, every class that is on the
     * stack when its first connection is made: here, none of ours.
     */
    private static void useFirst(HttpConnectionFactory protocol, Connections connections) {
        CompletableFuture.completedFuture(connections).thenCombineAsync(
                CompletableFuture.completedFuture(new ByteArrayEndPoint()), protocol::newConnection,
                Thread::startVirtualThread).join();
    }

    void stopServer() {
        try {
            getServer().stop();
        } catch (Exception e) {
            throw new IllegalStateException("the websocket server does not stop", e);
        }
    }

    void add(SocketChannel socket, WebSocketServer.Listener owner) throws IOException {
        owners.put(socket, owner);
        try {
            socket.configureBlocking(false);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            sockets.accept(socket);
        } catch (IOException | RuntimeException e) {
            gone(socket);
            socket.close();
            throw e;
        }
    }

    private void gone(SelectableChannel socket) {
        WebSocketServer.Listener owner = owners.remove(socket);
        if (owner != null) {
            owner.gone((SocketChannel) socket);
        }
    }

    void close(Set<SocketChannel> ended) {
        getConnectedEndPoints().forEach(endPoint -> {
            if (ended.contains(endPoint.getTransport())) {
                endPoint.close();
            }
        });
        // Those that have no end point yet would stay.
        ended.forEach(IO::close);
    }

    @Override
    protected void accept(int acceptor) {
        throw new UnsupportedOperationException("sockets are accepted elsewhere");
    }

    @Override
    public Object getTransport() {
        return null;
    }

    private final class Sockets extends SelectorManager {

        Sockets(Executor executor, Scheduler scheduler) {
            super(executor, scheduler, 1);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            return new SocketChannelEndPoint((SocketChannel) channel, selector, key, getScheduler());
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment) {
            return getDefaultConnectionFactory().newConnection(Connections.this, endPoint);
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            onEndPointOpened(endPoint);
            getScheduler().schedule(() -> {
                if (!(endPoint.getConnection() instanceof WebSocketConnection)) {
                    endPoint.close();
                }
            }, HANDSHAKE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            onEndPointClosed(endPoint);
            gone((SelectableChannel) endPoint.getTransport());
            super.endPointClosed(endPoint);
        }

        @Override
        protected void onAcceptFailed(SelectableChannel channel, Throwable cause, Object attachment) {
            gone(channel);
            super.onAcceptFailed(channel, cause, attachment);
        }
    }

    private final class Negotiator extends WebSocketNegotiator.AbstractNegotiator {

        Negotiator() {
            WebSocketLink.limit(this);
            setIdleTimeout(Duration.ZERO);
        }

        @Override
        public FrameHandler negotiate(ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
            EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
            WebSocketServer.Listener owner = owners.get((SelectableChannel) endPoint.getTransport());
            if (owner == null) {
                // The connection ended, or its port, before the request was read: no fault, and nobody to be told.
                Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
                return null;
            }
            String origin = request.getHeaders().get(HttpHeader.ORIGIN);
            if (origin != null && !OF_THIS_MACHINE.matcher(origin).matches()) {
                Response.writeError(request, response, callback, HttpStatus.FORBIDDEN_403);
                return null;
            }
            response.setExtensions(List.of());
            return owner.newFrames();
        }
    }
}
