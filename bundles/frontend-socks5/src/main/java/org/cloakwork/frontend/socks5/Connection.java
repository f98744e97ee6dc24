package org.cloakwork.frontend.socks5;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.Reordering;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;

/** An application's connection, from its wish to the end of both halves. */
final class Connection {

    /**
     * Nym's exit does not close half a connection: it ends all of it 3 seconds after our half. So it hears of that only
     * when nothing has come for a while.
     */
    private static final Duration NYM_QUIET = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final SocksServer server;
    private final Socket socket;
    private final Handshake handshake;
    private final ExitConnection exit;

    Connection(SocksServer server, long id, long windowLane, Socket socket, Handshake handshake, String isolation)
            throws StreamException {
        this.server = server;
        this.socket = socket;
        this.handshake = handshake;
        exit = new ExitConnection(server.route(), id, windowLane, isolation, server.limits(), server.budget(),
                System::nanoTime, this::broken, this::counted);
    }

    private void broken() {
        if (exit.isGranted()) {
            SocketPump.reset(socket);
        }
    }

    private void counted(Reordering.Accepted piece) {
        switch (piece) {
            case EARLY -> server.count(Counter.PIECES_EARLY);
            case DUPLICATE -> server.count(Counter.PIECES_DUPLICATE);
            case AFTER_END -> server.count(Counter.PIECES_LATE);
            default -> { }
        }
    }

    ExitConnection exit() {
        return exit;
    }

    /** Blocks until it is over. */
    void run() throws IOException, InterruptedException {
        CompletableFuture<Optional<ConnectFailure>> connected = exit.connect(handshake.target());
        MessageStream stream = exit.stream();
        Optional<ConnectFailure> failure = server.configuration().optimistic() ? Optional.empty()
                : awaitConnected(connected);
        if (failure.isPresent()) {
            server.count(Counter.CONNECTIONS_FAILED);
            socket.getOutputStream().write(handshake.failed(failure.get()));
            return;
        }
        exit.grant();
        server.count(Counter.CONNECTIONS_OPENED);
        try {
            socket.getOutputStream().write(handshake.granted());
        } catch (IOException e) {
            stream.abort("the application left");
            throw e;
        }
        new SocketPump(socket, stream, new SocketPump.Ends() {

            @Override
            public void toStream(int bytes) {
                server.count(Counter.BYTES_OUT, bytes);
            }

            @Override
            public void toSocket(int bytes) {
                server.count(Counter.BYTES_IN, bytes);
            }

            @Override
            public void beforeClose() throws InterruptedException {
                if (!exit.exitHasWindows()) {
                    awaitQuiet();
                }
            }
        }).run("socks5-connection");
        if (stream.isBroken()) {
            server.count(Counter.CONNECTIONS_BROKEN);
        }
    }

    private Optional<ConnectFailure> awaitConnected(CompletableFuture<Optional<ConnectFailure>> connected)
            throws InterruptedException {
        try {
            return connected.get(server.configuration().connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            exit.stream().abort("the exit did not connect in time");
            return Optional.of(ConnectFailure.TIMED_OUT);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitQuiet() throws InterruptedException {
        MessageStream stream = exit.stream();
        while (!stream.isInputEnded() && !stream.isBroken() && stream.idleNanos() < NYM_QUIET.toNanos()) {
            Thread.sleep(POLL);
        }
    }
}
