package org.cloakwork.transport.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts links over {@code ws://}, whatever the path, without extensions. All open listeners share one selector, one
 * thread pool and one scheduler, which exist while any of them is open.
 */
@Component(service = GatewayServer.class, property = "cloakwork.name=websocket")
public final class WebSocketServer implements GatewayServer, AutoCloseable {

    /** Most connections of one listener at a time, as upstream; more are closed at once (protocol/4-gateway, 1). */
    static final int MAX_OPEN_CONNECTIONS = 8192;

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketServer.class);
    private static final int BACKLOG = 1024;
    private static final long ACCEPT_RETRY_MILLIS = 100;

    private final int maxOpenConnections;
    // Guarded by this; connections is null while nothing listens.
    @GuardedBy("this")
    private final Set<Listener> listeners = new HashSet<>();
    @GuardedBy("this")
    private Connections connections;

    /** Listens nowhere yet. */
    @Activate
    public WebSocketServer() {
        this(MAX_OPEN_CONNECTIONS);
    }

    WebSocketServer(int maxOpenConnections) {
        this.maxOpenConnections = maxOpenConnections;
    }

    @Override
    public Listening listen(InetSocketAddress bind, Function<GatewayLink, GatewayLink.Handler> acceptor)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(bind, BACKLOG);
            return start(channel, acceptor);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot listen on " + bind + ": " + Reasons.of(e), e);
        }
    }

    private synchronized Listening start(
            ServerSocketChannel channel, Function<GatewayLink, GatewayLink.Handler> acceptor) throws IOException {
        if (connections == null) {
            connections = Connections.startServer();
        }
        Listener listener = new Listener(channel, acceptor, connections);
        listeners.add(listener);
        listener.thread.start();
        return listener;
    }

    private void stopped(Listener listener) {
        Connections unused = null;
        synchronized (this) {
            if (listeners.remove(listener) && listeners.isEmpty()) {
                unused = connections;
                connections = null;
            }
        }
        if (unused != null) {
            unused.stopServer();
        }
    }

    /** Closes every listener. Idempotent. */
    @Deactivate
    @Override
    public void close() {
        List<Listener> open;
        synchronized (this) {
            open = List.copyOf(listeners);
        }
        open.forEach(Listener::close);
    }

    final class Listener implements Listening {

        private final ServerSocketChannel channel;
        private final InetSocketAddress address;
        private final Function<GatewayLink, GatewayLink.Handler> acceptor;
        private final Connections connections;
        private final Thread thread;
        private final Set<SocketChannel> sockets = ConcurrentHashMap.newKeySet();
        private final Set<WebSocketLink> links = ConcurrentHashMap.newKeySet();

        private Listener(ServerSocketChannel channel, Function<GatewayLink, GatewayLink.Handler> acceptor,
                Connections connections) throws IOException {
            this.channel = channel;
            this.address = (InetSocketAddress) channel.getLocalAddress();
            this.acceptor = acceptor;
            this.connections = connections;
            this.thread = Thread.ofVirtual()
                    .name("cloakwork-websocket-accept-" + address.getPort())
                    .unstarted(this::run);
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        private void run() {
            while (true) {
                try {
                    SocketChannel socket = channel.accept();
                    if (sockets.size() >= maxOpenConnections) {
                        socket.close();
                    } else {
                        sockets.add(socket);
                        connections.add(socket, this);
                    }
                } catch (ClosedChannelException closed) {
                    return;
                } catch (IOException | RuntimeException | Error e) {
                    LOG.warn("Cannot accept a connection on {}: {}", address, Reasons.of(e));
                    try {
                        Thread.sleep(ACCEPT_RETRY_MILLIS);
                    } catch (InterruptedException stop) {
                        return;
                    }
                }
            }
        }

        /** A socket's connection is gone. */
        void gone(SocketChannel socket) {
            sockets.remove(socket);
        }

        /** {@return what Jetty calls for a connection that is finishing its handshake} */
        FrameHandler newFrames() {
            return new WebSocketLink(this::opened, connections.getScheduler()).newFrames();
        }

        private GatewayLink.Handler opened(WebSocketLink link) {
            links.add(link);
            link.onClosing(() -> links.remove(link));
            return acceptor.apply(link);
        }

        @Override
        public void close() {
            try {
                channel.close();
                thread.join();
            } catch (IOException e) {
                LOG.warn("Closing {}: {}", address, Reasons.of(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            links.forEach(link -> link.close(CloseStatus.SHUTDOWN, "the listener is closed"));
            connections.close(sockets);
            stopped(this);
        }
    }
}
