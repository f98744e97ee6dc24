package org.cloakwork.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.Carrier;
import org.cloakwork.streams.End;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.Reordering;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;

/**
 * A connection that an exit makes for us, without sockets and threads: what is said to the exit, and what its answers
 * mean. Nothing waits here. Source: protocol/6-frontends.
 */
public final class ExitConnection {

    /** Reply blocks that go with a request and with every piece, as in Nym's client. */
    private static final int CONNECT_SURBS = 20;
    private static final int PIECE_SURBS = 3;
    /** What a window brings besides is what its bytes took: about so many bytes come with each reply block. */
    private static final long BYTES_PER_SURB = 1500;
    private static final int MOST_WINDOW_SURBS = 200;
    /** After a close that comes first: the reason may be on its way. */
    private static final Duration REASON_PATIENCE = Duration.ofSeconds(2);

    /**
     * Through whom.
     *
     * @param client    sends
     * @param exit      its address
     * @param anonymous whether the exit answers over reply blocks and does not learn our address
     * @param windows   whether the exit is told that we have windows
     */
    public record Route(MixnetClient client, MixnetAddress exit, boolean anonymous, boolean windows) {

        private Versions versions() {
            return windows ? Versions.WINDOWS : Versions.CURRENT;
        }
    }

    private final Route route;
    private final long id;
    private final MessageStream stream;
    private final LongSupplier nanoTime;
    private final Runnable onBroken;
    private final Consumer<Reordering.Accepted> onPiece;
    private final SendOptions pieceOptions;
    /** Windows do not queue behind pieces. */
    private final SendOptions windowOptions;
    /** Empty: the exit has connected. */
    private final CompletableFuture<Optional<ConnectFailure>> connected = new CompletableFuture<>();
    private volatile boolean heard;
    private volatile boolean answered;
    private volatile boolean exitHasWindows;
    private volatile boolean granted;
    private volatile long closedUnconnectedNanos;

    /**
     * @param route      through whom
     * @param id         nobody else knows it
     * @param windowLane of what must not queue behind the bytes
     * @param isolation  who the exit thinks it is from
     * @param limits     of the stream
     * @param budget     of all streams
     * @param nanoTime   monotonic time
     * @param onBroken   called once if the stream breaks
     * @param onPiece    told what became of each piece
     * @throws StreamException if there is no room
     */
    public ExitConnection(Route route, long id, long windowLane, String isolation, StreamLimits limits,
                          ByteBudget budget, LongSupplier nanoTime, Runnable onBroken,
                          Consumer<Reordering.Accepted> onPiece) throws StreamException {
        this.route = route;
        this.id = id;
        this.nanoTime = nanoTime;
        this.onBroken = onBroken;
        this.onPiece = onPiece;
        SendOptions isolated = SendOptions.DEFAULT.withIsolation(isolation);
        pieceOptions = isolated.withLane(id);
        windowOptions = isolated.withLane(windowLane);
        stream = new MessageStream(new Out(), limits, budget, nanoTime);
        if (route.windows()) {
            stream.useWindows(Versions.FIRST_WINDOW_BYTES);
        }
    }

    private final class Out implements Carrier {

        @Override
        public Delivery send(long sequence, End end, byte[] data) {
            return ExitConnection.this.send(new ProviderRequest.Send(route.versions(),
                    new StreamData(id, end.code(), sequence, data)), pieceOptions, PIECE_SURBS);
        }

        @Override
        public int pieceBytes() {
            return route.client().pieceBytes(route.exit()) - ProviderRequest.Send.HEAD_LENGTH;
        }

        @Override
        public Delivery window(long limitBytes, long newBytes) {
            return ExitConnection.this.send(new ProviderRequest.Window(route.versions(), id, limitBytes), windowOptions,
                    (int) Math.min(Math.max(newBytes / BYTES_PER_SURB + 1, PIECE_SURBS), MOST_WINDOW_SURBS));
        }

        @Override
        public void broken(StreamException why) {
            route.client().closeLane(id);
            connected.complete(Optional.of(ConnectFailure.GENERAL));
            onBroken.run();
        }
    }

    private Delivery send(ProviderRequest request, SendOptions options, int surbs) {
        return route.client().send(route.exit(), request.bytes(),
                route.anonymous() ? options.withReplySurbs(surbs) : options);
    }

    /** {@return the bytes} */
    public MessageStream stream() {
        return stream;
    }

    /** {@return whether the exit has told that it has windows} */
    public boolean exitHasWindows() {
        return exitHasWindows;
    }

    /** {@return whether the exit has said anything about it} */
    public boolean isHeardOf() {
        return heard;
    }

    /** The application was told that it may go on: from now on a failure to connect breaks the stream. */
    public void grant() {
        granted = true;
    }

    /** {@return whether {@link #grant} was called} */
    public boolean isGranted() {
        return granted;
    }

    /**
     * Asks the exit to connect.
     *
     * @param target as the exit takes it, {@code host:port}
     * @return completes when the exit has, with nothing, or with why it has not
     */
    public CompletableFuture<Optional<ConnectFailure>> connect(String target) {
        Optional<MixnetAddress> back = route.anonymous() ? Optional.empty() : Optional.of(route.client().address());
        send(new ProviderRequest.Connect(route.versions(), id, target, back), pieceOptions, CONNECT_SURBS)
                .outcome().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Failed) {
                        connected.complete(Optional.of(ConnectFailure.GENERAL));
                    }
                });
        return connected;
    }

    /**
     * Which connection a message is about.
     *
     * @param response what the exit says
     * @return its number; empty: it is about none
     */
    public static Optional<Long> idOf(ProviderResponse response) {
        return switch (response) {
            case ProviderResponse.NetworkData(var ignored, StreamData data) -> Optional.of(data.connectionId());
            case ProviderResponse.ConnectionError error -> Optional.of(error.connectionId());
            case ProviderResponse.Window window -> Optional.of(window.connectionId());
            case ProviderResponse.Answer ignored -> Optional.empty();
            case ProviderResponse.Control ignored -> Optional.empty();
        };
    }

    /**
     * Who else has its number could otherwise learn whether it is ours: at our address, or as another of our
     * pseudonyms.
     *
     * @param origin of a message that names this connection
     * @return whether it is of the exit, the way the exit answers this connection
     */
    public boolean isAnsweredBy(ReceivedMessage.Origin origin) {
        return route.anonymous()
                ? origin instanceof ReceivedMessage.Answer answer
                && answer.isOf(route.exit(), pieceOptions.isolation())
                : origin instanceof ReceivedMessage.Unknown;
    }

    /** @param response about this connection, come the right way */
    public void received(ProviderResponse response) {
        heard = true;
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
            closedUnconnectedNanos = nanoTime.getAsLong();
            return;
        }
        connected.complete(Optional.empty());
        onPiece.accept(stream.received(data.sequence(), End.of(data.end()), data.data()));
    }

    /** To be called several times a second. */
    public void tick() {
        stream.tick();
        if (closedUnconnectedNanos != 0
                && nanoTime.getAsLong() - closedUnconnectedNanos > REASON_PATIENCE.toNanos()
                && connected.complete(Optional.of(ConnectFailure.REFUSED)) && granted) {
            stream.fail(new StreamException(StreamException.Reason.RESET, "the exit did not connect"));
        }
    }
}
