package org.cloakwork.itests.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody on the way to one gateway: passes connections on, counts them, and lets none through while it blocks. */
final class Blocker implements AutoCloseable {

    private final ServerSocket server;
    private final int gatewayPort;
    private final Phaser attempts;
    private final AtomicInteger seen = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean blocks;

    /**
     * @param address     where to listen
     * @param gatewayPort on the loopback interface
     * @param attempts    goes on with each attempt to connect
     */
    Blocker(InetAddress address, int gatewayPort, Phaser attempts) throws IOException {
        this.gatewayPort = gatewayPort;
        this.attempts = attempts;
        server = new ServerSocket(0, 50, address);
        Thread.ofVirtual().name("blocker").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** {@return how many connections came} */
    int seen() {
        return seen.get();
    }

    /** From now on nothing gets through, and what is open ends. */
    void block() {
        blocks = true;
        open.forEach(Blocker::end);
    }

    void unblock() {
        blocks = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                seen.incrementAndGet();
                if (blocks) {
                    end(client);
                } else {
                    pass(client);
                }
                attempts.arrive();
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pass(Socket client) throws IOException {
        Socket gateway = new Socket(InetAddress.getLoopbackAddress(), gatewayPort);
        open.add(client);
        open.add(gateway);
        copy(client, gateway);
        copy(gateway, client);
        if (blocks) {
            end(client);
            end(gateway);
        }
    }

    private void copy(Socket from, Socket to) {
        Thread.ofVirtual().name("blocker-copy").start(() -> {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // either side ended
            }
            end(from);
            end(to);
            open.remove(from);
        });
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // closed anyhow
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Blocker::end);
    }
}
