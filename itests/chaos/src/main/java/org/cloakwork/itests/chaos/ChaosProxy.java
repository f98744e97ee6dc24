package org.cloakwork.itests.chaos;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between two components, on the loopback interface, and does to the pieces that pass what it is told, each way,
 * as its seed says. Each connection has a random sequence of its own for each way, so what happens to the n-th piece of
 * the m-th connection does not depend on the others.
 */
public final class ChaosProxy implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MILLIS = 5000;
    private static final int LONGEST_DELAY_MILLIS = 300;
    private static final int LONGEST_STALL_MILLIS = 2000;
    /** What nothing overtakes arrives nevertheless. */
    private static final int OVERTAKEN_MILLIS = 200;

    /**
     * Faults from now on.
     *
     * @param oneIn of how many pieces one suffers, by fault
     */
    private record Weather(Map<Fault, Integer> oneIn) {

        private static final Weather CALM = new Weather(Map.of());

        /** {@return what happens to the next piece, or null} */
        Fault next(Random random) {
            Fault found = null;
            for (Fault fault : Fault.values()) {
                // All are drawn, so that the sequence does not depend on what was found.
                if (oneIn.containsKey(fault) && random.nextInt(oneIn.get(fault)) == 0 && found == null) {
                    found = fault;
                }
            }
            return found;
        }
    }

    /** Who sees the line and does nothing. */
    public interface Watcher {

        /**
         * @param out   whether it goes to what is behind the proxy
         * @param bytes of the whole piece
         */
        void passes(boolean out, int bytes);
    }

    private final InetSocketAddress target;
    private final Framing framing;
    private final long seed;
    private final ServerSocket server;
    private final Set<Passage> open = ConcurrentHashMap.newKeySet();
    private final Map<Fault, AtomicLong> done = new EnumMap<>(Fault.class);
    private final AtomicLong pieces = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private volatile Weather weather = Weather.CALM;
    private volatile boolean away;
    private volatile Watcher watcher = (out, bytes) -> { };

    /**
     * @param target  what is behind it
     * @param framing the pieces of what is said
     * @param seed    same seed, same faults
     * @throws IOException if there is no port
     */
    public ChaosProxy(InetSocketAddress target, Framing framing, long seed) throws IOException {
        this.target = target;
        this.framing = framing;
        this.seed = seed;
        for (Fault fault : Fault.values()) {
            done.put(fault, new AtomicLong());
        }
        server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("chaos-proxy").start(this::accept);
    }

    /** {@return where to connect instead} */
    public InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /**
     * @param fault that happens from now on, and no other
     * @param oneIn to one piece of so many
     */
    public void begin(Fault fault, int oneIn) {
        weather = new Weather(Map.of(fault, oneIn));
    }

    /** @param next is told of every piece from now on, on the threads that pass them on, before they do */
    public void watch(Watcher next) {
        watcher = next;
    }

    /** From now on everything passes as it is. */
    public void calm() {
        weather = Weather.CALM;
    }

    /** {@return how many pieces a fault has happened to} */
    public long done(Fault fault) {
        return done.get(fault).get();
    }

    /** {@return how many pieces came, both ways} */
    public long pieces() {
        return pieces.get();
    }

    /** {@return how many connections came} */
    public long connections() {
        return connections.get();
    }

    /** {@return how many connections are open} */
    public int open() {
        return open.size();
    }

    /** What is behind it seems to be gone: connections end as those of a process that stops, further ones at once. */
    public void leave() {
        away = true;
        open.forEach(Passage::end);
    }

    /** It is there again. */
    public void comeBack() {
        away = false;
    }

    /** Resets every connection. */
    public void cut() {
        open.forEach(Passage::reset);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                long number = connections.getAndIncrement();
                Thread.ofVirtual().name("chaos-proxy-connection").start(() -> pass(client, number));
            }
        } catch (IOException e) {
            open.forEach(Passage::reset);
        }
    }

    private void pass(Socket client, long number) {
        try (client; Socket behind = new Socket()) {
            if (away) {
                return;
            }
            behind.connect(target, CONNECT_TIMEOUT_MILLIS);
            client.setTcpNoDelay(true);
            behind.setTcpNoDelay(true);
            Passage passage = new Passage(client, behind);
            open.add(passage);
            try {
                if (server.isClosed() || away) {
                    return;
                }
                Thread back = Thread.ofVirtual().name("chaos-proxy-back")
                        .start(() -> passage.pump(behind, client, new Random(seed ^ ~number)));
                passage.pump(client, behind, new Random(seed ^ number));
                back.join();
            } finally {
                open.remove(passage);
            }
        } catch (IOException e) {
            // What is behind is not there, and who asked learns it by the end of the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Passage {

        private final Socket client;
        private final Socket behind;
        private volatile boolean ending;

        Passage(Socket client, Socket behind) {
            this.client = client;
            this.behind = behind;
        }

        /** Passes on in one direction until that ends, or the passage is reset. */
        void pump(Socket from, Socket to, Random random) {
            try {
                DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
                Way way = new Way(to.getOutputStream());
                byte[] piece = framing.next(in, true);
                while (piece != Framing.END) {
                    pieces.incrementAndGet();
                    watcher.passes(from == client, piece.length);
                    Fault fault = weather.next(random);
                    if (ending && from == client) {
                        // Nobody reads it any more.
                    } else if (fault == null) {
                        way.write(piece);
                    } else {
                        done.get(fault).incrementAndGet();
                        way.suffer(fault, piece, random, this);
                    }
                    piece = framing.next(in, false);
                }
                way.settle();
                to.shutdownOutput();
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** As a process does that stops: what it has said arrives, and what is said to it does not matter. */
        void end() {
            ending = true;
            try {
                behind.shutdownOutput();
            } catch (IOException e) {
                reset();
            }
        }

        void reset() {
            reset(client);
            reset(behind);
        }

        private static void reset(Socket socket) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // closed already
            }
        }
    }

    /** One direction of a connection. */
    private static final class Way {

        private final OutputStream out;
        /** To be overtaken. */
        private final AtomicReference<byte[]> held = new AtomicReference<>();

        Way(OutputStream out) {
            this.out = out;
        }

        synchronized void write(byte[] piece) throws IOException {
            out.write(piece);
            settle();
        }

        synchronized void settle() throws IOException {
            byte[] late = held.getAndSet(null);
            if (late != null) {
                out.write(late);
            }
        }

        void suffer(Fault fault, byte[] piece, Random random, Passage passage)
                throws IOException, InterruptedException {
            switch (fault) {
                case DROP -> { }
                case DELAY -> {
                    Thread.sleep(random.nextInt(LONGEST_DELAY_MILLIS) + 1L);
                    write(piece);
                }
                case DUPLICATE -> {
                    write(piece);
                    write(piece);
                }
                case CORRUPT -> {
                    piece[random.nextInt(piece.length)] ^= (byte) (1 << random.nextInt(8));
                    write(piece);
                }
                case REORDER -> {
                    settle();
                    held.set(piece);
                    Thread.ofVirtual().name("chaos-proxy-overtaken").start(this::notOvertaken);
                }
                case CUT -> passage.reset();
                case STALL -> {
                    Thread.sleep(LONGEST_STALL_MILLIS / 4 + random.nextInt(LONGEST_STALL_MILLIS * 3 / 4));
                    write(piece);
                }
            }
        }

        private void notOvertaken() {
            try {
                Thread.sleep(OVERTAKEN_MILLIS);
                settle();
            } catch (IOException e) {
                // The connection has ended.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Passage::reset);
    }
}
