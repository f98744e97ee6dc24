package org.cloakwork.itests.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gateway or directory made of plain sockets: what it does with a connection is a script. */
final class RawPeer implements AutoCloseable {

    /** What is done with a connection, which is closed afterwards. */
    @FunctionalInterface
    interface Script {

        void run(Line line) throws IOException;
    }

    private final ServerSocket listening;
    private final BlockingQueue<Line> done = new LinkedBlockingQueue<>();

    RawPeer(Script script) throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("raw-peer").start(() -> {
            try {
                while (true) {
                    Socket socket = listening.accept();
                    Thread.ofVirtual().name("raw-peer-line").start(() -> run(socket, script));
                }
            } catch (IOException closed) {
                // the test is over
            }
        });
    }

    private void run(Socket socket, Script script) {
        try (Line line = new Line(socket)) {
            try {
                script.run(line);
            } finally {
                done.add(line);
            }
        } catch (IOException gone) {
            // the other side left; a test sees it in what it awaits
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    /** {@return a connection whose script has ended} */
    Line nextDone() throws InterruptedException {
        Line line = done.poll(30, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("no connection ended within 30 s");
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
