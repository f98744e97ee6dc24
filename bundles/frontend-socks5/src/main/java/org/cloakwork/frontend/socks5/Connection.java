package org.cloakwork.frontend.socks5;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.Carrier;
import org.cloakwork.streams.End;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;

/** An application's connection, from its wish to the end of both halves. */
final class Connection {

    /** Reply blocks that go with a request and with every piece, as in Nym's client. */
    private static final int CONNECT_SURBS = 20;
    private static final int PIECE_SURBS = 3;
    /** What a window brings besides is what its bytes took: about so many bytes come with each reply block. */
    private static final long BYTES_PER_SURB = 1500;
    private static final int MOST_WINDOW_SURBS = 200;
    /** After a close that comes first: the reason may be on its way. */
    private static final Duration REASON_PATIENCE = Duration.ofSeconds(2);
    /**
     * Nym's exit does not close half a connection: it ends all of it 3 seconds after our half. So it hears of that only
     * when nothing has come for a while.
     */
    private static final Duration NYM_QUIET = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final SocksServer server;
    private final long id;
    private final Socket socket;
    private final Handshake handshake;
    private final MessageStream stream;
    private final Versions versions;
    private final SendOptions pieceOptions;
    /** Windows do not queue behind pieces. */
    private final SendOptions windowOptions;
    /** Empty: the exit has connected. */
    private final CompletableFuture<Optional<ConnectFailure>> connected = new CompletableFuture<>();
    private volatile boolean answered;
    private volatile boolean exitHasWindows;
    private volatile boolean granted;
    private volatile long closedUnconnectedNanos;

    Connection(SocksServer server, long id, long windowLane, Socket socket, Handshake handshake, String isolation)
            throws StreamException {
        this.server = server;
        this.id = id;
        this.socket = socket;
        this.handshake = handshake;
        SocksConfiguration configuration = server.configuration();
        versions = configuration.windows() ? Versions.WINDOWS : Versions.CURRENT;
        SendOptions isolated = SendOptions.DEFAULT.withIsolation(isolation);
        pieceOptions = isolated.withLane(id);
        windowOptions = isolated.withLane(windowLane);
        stream = new MessageStream(new Out(), server.limits(), server.budget(), System::nanoTime);
        if (configuration.windows()) {
            stream.useWindows(Versions.FIRST_WINDOW_BYTES);
        }
    }

    private final class Out implements Carrier {

        @Override
        public Delivery send(long sequence, End end, byte[] data) {
            return Connection.this.send(new ProviderRequest.Send(versions,
                    new StreamData(id, end.code(), sequence, data)), pieceOptions, PIECE_SURBS);
        }

        @Override
        public Delivery window(long limitBytes, long newBytes) {
            return Connection.this.send(new ProviderRequest.Window(versions, id, limitBytes), windowOptions,
                    Math.clamp(newBytes / BYTES_PER_SURB + 1, PIECE_SURBS, MOST_WINDOW_SURBS));
        }

        @Override
        public void broken(StreamException why) {
            server.client().closeLane(id);
            connected.complete(Optional.of(ConnectFailure.GENERAL));
            if (granted) {
                SocketPump.reset(socket);
            }
        }
    }

    private Delivery send(ProviderRequest request, SendOptions options, int surbs) {
        return server.client().send(server.configuration().exit(), request.bytes(),
                server.configuration().anonymous() ? options.withReplySurbs(surbs) : options);
    }

    /**
     * Who else has its number could otherwise learn whether it is ours: at our address, or as another of our
     * pseudonyms.
     *
     * @param origin of a message that names this connection
     * @return whether it is of the exit, the way the exit answers this connection
     */
    boolean isAnsweredBy(ReceivedMessage.Origin origin) {
        return server.configuration().anonymous()
                ? origin instanceof ReceivedMessage.Answer answer
                && answer.isOf(server.configuration().exit(), pieceOptions.isolation())
                : origin instanceof ReceivedMessage.Unknown;
    }

    /** Blocks until it is over. */
    void run() throws IOException, InterruptedException {
        Optional<MixnetAddress> back = server.configuration().anonymous()
                ? Optional.empty() : Optional.of(server.client().address());
        send(new ProviderRequest.Connect(versions, id, handshake.target(), back), pieceOptions, CONNECT_SURBS)
                .outcome().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Failed) {
                        connected.complete(Optional.of(ConnectFailure.GENERAL));
                    }
                });
        Optional<ConnectFailure> failure = server.configuration().optimistic() ? Optional.empty() : awaitConnected();
        if (failure.isPresent()) {
            server.count(Counter.CONNECTIONS_FAILED);
            socket.getOutputStream().write(handshake.failed(failure.get()));
            return;
        }
        granted = true;
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
                if (!exitHasWindows) {
                    awaitQuiet();
                }
            }
        }).run("socks5-connection");
        if (stream.isBroken()) {
            server.count(Counter.CONNECTIONS_BROKEN);
        }
    }

    private Optional<ConnectFailure> awaitConnected() throws InterruptedException {
        try {
            return connected.get(server.configuration().connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            stream.abort("the exit did not connect in time");
            return Optional.of(ConnectFailure.TIMED_OUT);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitQuiet() throws InterruptedException {
        while (!stream.isInputEnded() && !stream.isBroken() && stream.idleNanos() < NYM_QUIET.toNanos()) {
            Thread.sleep(POLL);
        }
    }

    void received(ProviderResponse response) {
        switch (response) {
            case ProviderResponse.NetworkData(Versions answer, StreamData data) -> received(answer, data);
            case ProviderResponse.ConnectionError(Versions ignored, long connectionId, String message) -> {
                if (!connected.complete(Optional.of(ConnectFailure.of(message)))) {
                    stream.fail(new StreamException(StreamException.Reason.RESET, "the exit ended it"));
                } else if (granted) {
                    stream.fail(new StreamException(StreamException.Reason.RESET, "the exit did not connect"));
                }
            }
            case ProviderResponse.Window window -> stream.windowReceived(window.limit());
            case ProviderResponse.Answer ignored -> { }
            case ProviderResponse.Control ignored -> { }
        }
    }

    private void received(Versions answer, StreamData data) {
        if (!answered) {
            answered = true;
            exitHasWindows = answer.answersWithWindows();
            if (!exitHasWindows) {
                stream.useNoWindows();
            }
        }
        boolean failed = data.isLast() && data.sequence() == 0 && data.data().length == 0;
        if (failed && !connected.isDone()) {
            closedUnconnectedNanos = System.nanoTime();
            return;
        }
        connected.complete(Optional.empty());
        switch (stream.received(data.sequence(), End.of(data.end()), data.data())) {
            case EARLY -> server.count(Counter.PIECES_EARLY);
            case DUPLICATE -> server.count(Counter.PIECES_DUPLICATE);
            case AFTER_END -> server.count(Counter.PIECES_LATE);
            default -> { }
        }
    }

    void tick() {
        stream.tick();
        if (closedUnconnectedNanos != 0
                && System.nanoTime() - closedUnconnectedNanos > REASON_PATIENCE.toNanos()
                && connected.complete(Optional.of(ConnectFailure.REFUSED)) && granted) {
            stream.fail(new StreamException(StreamException.Reason.RESET, "the exit did not connect"));
        }
    }

    void abort(String why) {
        stream.abort(why);
    }

    void release() {
        stream.release();
    }
}
