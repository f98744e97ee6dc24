package org.cloakwork.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.frontend.LocalPeer;
import org.cloakwork.streams.SocketPump;

/** A program of this machine that has connected to a {@link ProxyServer}. */
public final class Program {

    private static final int BUFFER_BYTES = 1024;

    private final ProxyServer server;
    private final Socket socket;
    private final InputStream input;

    Program(ProxyServer server, Socket socket) throws IOException {
        this.server = server;
        this.socket = socket;
        input = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    }

    /** {@return what it sends} */
    public InputStream input() {
        return input;
    }

    /** {@return what it is sent} */
    public OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    /** {@return its connection} */
    Socket socket() {
        return socket;
    }

    /** {@return whether it is this process itself, as far as the system tells} */
    public boolean isOwnProcess() {
        return LocalPeer.isThisProcess((InetSocketAddress) socket.getRemoteSocketAddress(),
                (InetSocketAddress) socket.getLocalSocketAddress());
    }

    /**
     * It has said what it wants: from now on it does not give way to others, and has no deadline.
     *
     * @return whether it is still there
     */
    public boolean asked() {
        return server.asked(this);
    }

    /**
     * It may say what it wants next, or nothing: others may take its place.
     *
     * @param limit after which it is closed
     */
    public void idle(Duration limit) {
        server.idle(this, limit);
    }

    /** Sends it nothing more, and goes on reading. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes its connection so that it sees that it broke. */
    public void breakOff() {
        SocketPump.reset(socket);
    }

    /** {@return whether it has not been closed on this side} */
    public boolean isOpen() {
        return !socket.isClosed();
    }

    /**
     * Has an exit connect, without waiting for it: {@link Connection#failure} may still come.
     *
     * @param target where to
     * @param user   whom it is for, if the program said so
     * @return to be closed by the caller
     * @throws NotConnectedException if there is no exit, or no room
     * @throws InterruptedException  if the server was closed
     */
    public Connection open(Target target, Optional<String> user) throws NotConnectedException, InterruptedException {
        return server.open(target, user);
    }

    /**
     * Has an exit connect, and waits until it has; not at all where programs are told so before. If an exit turns out
     * to be gone meanwhile, another one does it.
     *
     * @param target where to
     * @param user   whom it is for, if the program said so
     * @return to be closed by the caller
     * @throws NotConnectedException if it was not connected
     * @throws InterruptedException  if the server was closed
     */
    public Connection connect(Target target, Optional<String> user)
            throws NotConnectedException, InterruptedException {
        return server.connect(target, user);
    }

    /** Counts that it said what is not understood. */
    public void malformed() {
        server.count(Counter.HANDSHAKES_MALFORMED);
    }

    /**
     * Counts that it speaks what another port of this kind serves, and says so where the process writes its log.
     *
     * @param what it speaks, for people
     */
    public void speaksOtherwise(String what) {
        server.speaksOtherwise(what);
    }

    /** Counts that it wants what is not done. */
    public void unsupported() {
        server.count(Counter.COMMANDS_UNSUPPORTED);
    }

}
