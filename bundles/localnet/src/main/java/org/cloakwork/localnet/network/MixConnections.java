package org.cloakwork.localnet.network;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.localnet.node.Outgoing;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;

/**
 * The connections one node opens: one to each next hop, opened with the first packet and kept open, for sending only.
 * Frames are written in version 8, which keeps the rotation of the keys a packet is made for, so that a client that
 * tags wrongly is noticed at the first node and not only at the real network; every node of Nym's present release reads
 * it, although they write version 7 by default. Source: protocol/7-network, 4.3.
 */
final class MixConnections implements Outgoing {

    /** Most packets that wait for one connection; more are dropped. */
    static final int MAX_QUEUED_PACKETS = 2000;
    /** Most bytes that wait for one connection, which matters for the largest packets only. */
    static final long MAX_QUEUED_BYTES = 16L << 20;

    private static final boolean WITHOUT_ROTATION = false;
    private static final int CONNECT_TIMEOUT_MILLIS = 1500;
    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(50);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);
    private static final int WRITE_BUFFER = 32 * 1024;
    private static final int MAX_BATCH = 64;

    private final ExecutorService threads;
    private final Counters<Counter> counters;
    private final Map<NodeAddress, Connection> connections = new ConcurrentHashMap<>();

    /**
     * @param threads  runs one task for each connection, until it is shut down
     * @param counters where drops are counted
     */
    MixConnections(ExecutorService threads, Counters<Counter> counters) {
        this.threads = threads;
        this.counters = counters;
    }

    @Override
    public void send(NodeAddress next, MixFrame frame) {
        connections.computeIfAbsent(next, this::open).offer(frame);
    }

    private Connection open(NodeAddress next) {
        Connection connection = new Connection(next);
        try {
            threads.execute(connection);
        } catch (RejectedExecutionException e) {
            // The network is closing: what is offered now waits in vain, like everything else.
        }
        return connection;
    }

    private final class Connection implements Runnable {

        private final NodeAddress next;
        private final BlockingQueue<MixFrame> queue = new LinkedBlockingQueue<>(MAX_QUEUED_PACKETS);
        private final AtomicLong queuedBytes = new AtomicLong();

        Connection(NodeAddress next) {
            this.next = next;
        }

        void offer(MixFrame frame) {
            int length = frame.packet().length;
            if (queuedBytes.addAndGet(length) > MAX_QUEUED_BYTES || !queue.offer(frame)) {
                queuedBytes.addAndGet(-length);
                counters.count(Counter.DROPPED_QUEUE_FULL);
            }
        }

        @Override
        public void run() {
            Duration backOff = FIRST_BACK_OFF;
            try {
                while (true) {
                    MixFrame first = queue.take();
                    try (Socket socket = connect(backOff)) {
                        backOff = FIRST_BACK_OFF;
                        write(first, socket.getOutputStream());
                    } catch (IOException e) {
                        backOff = longer(backOff);
                    }
                }
            } catch (InterruptedException e) {
                // The network closes.
            }
        }

        /** Opens the connection; while the other end does not answer, packets wait within their limits. */
        private Socket connect(Duration firstBackOff) throws InterruptedException {
            Duration backOff = firstBackOff;
            while (true) {
                Socket socket = new Socket();
                try {
                    socket.setTcpNoDelay(true);
                    socket.connect(new InetSocketAddress(next.ip(), next.port()), CONNECT_TIMEOUT_MILLIS);
                    return socket;
                } catch (IOException e) {
                    close(socket);
                    Thread.sleep(backOff);
                    backOff = longer(backOff);
                }
            }
        }

        private void write(MixFrame first, OutputStream socket) throws IOException, InterruptedException {
            OutputStream out = new BufferedOutputStream(socket, WRITE_BUFFER);
            List<MixFrame> batch = new ArrayList<>();
            batch.add(first);
            while (true) {
                for (MixFrame frame : batch) {
                    queuedBytes.addAndGet(-frame.packet().length);
                }
                try {
                    for (MixFrame frame : batch) {
                        out.write(frame.encode(WITHOUT_ROTATION));
                    }
                    out.flush();
                } catch (IOException e) {
                    counters.add(Counter.DROPPED_CONNECTION_LOST, batch.size());
                    throw e;
                }
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch, MAX_BATCH - 1);
            }
        }

        private static Duration longer(Duration backOff) {
            Duration twice = backOff.multipliedBy(2);
            return twice.compareTo(LONGEST_BACK_OFF) < 0 ? twice : LONGEST_BACK_OFF;
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                // It never was open.
            }
        }
    }
}
