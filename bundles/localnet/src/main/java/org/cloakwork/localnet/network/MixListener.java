package org.cloakwork.localnet.network;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.MixFrameDecoder;
import org.cloakwork.wire.WireException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's port for mix packets. Reads frames of version 7 and 8, answers nothing. Each connection has its own
 * (virtual) thread, in which its packets are processed one after the other.
 */
final class MixListener implements AutoCloseable {

    /** Most open connections; further ones are closed at once. */
    static final int MAX_CONNECTIONS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(MixListener.class);
    private static final int BACKLOG = 512;
    private static final int READ_BUFFER = 16 * 1024;
    private static final long PAUSE_AFTER_FAILED_ACCEPT_MILLIS = 100;

    private final ServerSocket server;
    private final ExecutorService threads;
    private final Counters<Counter> counters;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Binds the port; connections are accepted from {@link #start} on.
     *
     * @param host     where to listen
     * @param port     0 for any free one
     * @param threads  runs one task for the port and one for each connection
     * @param counters where frames are counted
     * @throws IOException if the port cannot be had, naming it
     */
    MixListener(InetAddress host, int port, ExecutorService threads, Counters<Counter> counters) throws IOException {
        this.threads = threads;
        this.counters = counters;
        this.server = new ServerSocket();
        try {
            server.bind(new InetSocketAddress(host, port), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw new IOException("mix port " + port + " on " + host.getHostAddress() + " cannot be opened: "
                    + e.getMessage(), e);
        }
    }

    NodeAddress address() {
        return new NodeAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** @param node gets every frame, from many threads */
    void start(Consumer<MixFrame> node) {
        threads.execute(() -> accept(node));
    }

    private void accept(Consumer<MixFrame> node) {
        while (!server.isClosed()) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (IOException e) {
                pause();
                continue;
            }
            if (open.size() >= MAX_CONNECTIONS) {
                counters.count(Counter.CONNECTIONS_REFUSED);
                close(socket);
                continue;
            }
            open.add(socket);
            try {
                threads.execute(() -> read(socket, node));
            } catch (RejectedExecutionException e) {
                close(socket);
            }
        }
        open.forEach(MixListener::close);
    }

    /** Keeps a shortage, of file descriptors say, from becoming a busy loop. */
    private void pause() {
        if (!server.isClosed()) {
            try {
                Thread.sleep(PAUSE_AFTER_FAILED_ACCEPT_MILLIS);
            } catch (InterruptedException e) {
                close();
            }
        }
    }

    private void read(Socket socket, Consumer<MixFrame> node) {
        MixFrameDecoder decoder = new MixFrameDecoder();
        byte[] chunk = new byte[READ_BUFFER];
        try (socket) {
            InputStream in = socket.getInputStream();
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                decoder.feed(chunk, 0, length);
                for (Optional<MixFrame> frame = decoder.next(); frame.isPresent(); frame = decoder.next()) {
                    counters.count(Counter.FRAMES_RECEIVED);
                    process(frame.get(), node);
                }
                // A virtual thread that always finds something to read would keep its core to itself.
                Thread.yield();
            }
        } catch (WireException e) {
            counters.count(Counter.CONNECTIONS_MALFORMED);
        } catch (IOException e) {
            // The peer is gone, or this port is being closed.
        } finally {
            open.remove(socket);
        }
    }

    private void process(MixFrame frame, Consumer<MixFrame> node) {
        try {
            node.accept(frame);
        } catch (RuntimeException e) {
            counters.count(Counter.INTERNAL_ERRORS);
            LOG.error("A packet could not be processed", e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("Closing a mix port", e);
        }
        open.forEach(MixListener::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("Closing a mix connection", e);
        }
    }
}
