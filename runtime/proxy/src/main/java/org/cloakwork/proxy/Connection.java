package org.cloakwork.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.Reordering;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderResponse;

/** A connection that an exit makes for a program: asked for, not yet there when it is handed out. */
public final class Connection implements AutoCloseable {

    /**
     * Nym's exit does not close half a connection: it ends all of it 3 seconds after our half. So it hears of that only
     * when nothing has come for a while.
     */
    private static final Duration NYM_QUIET = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final ProxyServer server;
    private final long id;
    private final Target target;
    private final Pseudonyms.Pseudonym pseudonym;
    private final Exits.Use use;
    private final ExitConnection exit;
    private final long askedNanos;
    private volatile CompletableFuture<Optional<ConnectFailure>> connected = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean exitLost;
    private volatile Runnable onBroken = () -> { };

    Connection(ProxyServer server, long id, long windowLane, Target target, Pseudonyms.Pseudonym pseudonym,
               Exits.Use use) throws StreamException {
        this.server = server;
        this.id = id;
        this.target = target;
        this.pseudonym = pseudonym;
        this.use = use;
        exit = new ExitConnection(server.route(use.exit()), id, windowLane, pseudonym.isolation(), server.limits(),
                server.budget(), System::nanoTime, () -> onBroken.run(), this::counted);
        askedNanos = System.nanoTime();
    }

    /** Asks the exit. */
    void ask() {
        connected = exit.connect(target.toString());
        connected.thenAccept(ignored -> {
            if (exit.isHeardOf()) {
                use.answered();
            } else {
                use.failed();
            }
        });
        use.lost().thenAccept(ignored -> {
            exitLost = true;
            if (!giveUp(ConnectFailure.GENERAL, "the exit does not answer")) {
                exit.stream().fail(new StreamException(StreamException.Reason.RESET, "the exit does not answer"));
            }
        });
    }

    /** {@return whether it was not connected yet} */
    private boolean giveUp(ConnectFailure failure, String reason) {
        boolean waited = connected.complete(Optional.of(failure));
        if (waited) {
            exit.stream().abort(reason);
        }
        return waited;
    }

    /** @param response about this connection, come the right way */
    void received(ProviderResponse response) {
        use.answered();
        exit.received(response);
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

    /** To be called several times a second. */
    void tick() {
        exit.tick();
        if (!connected.isDone()
                && System.nanoTime() - askedNanos > server.configuration().connectTimeout().toNanos()) {
            giveUp(ConnectFailure.TIMED_OUT, "the exit did not connect in time");
        }
    }

    /**
     * Blocks until the exit has connected, or for as long as it may take; not at all where programs are told so before:
     * then {@link #failure} may still come.
     *
     * @return why it has not
     * @throws InterruptedException if the server was closed
     */
    Optional<ConnectFailure> awaitConnected() throws InterruptedException {
        Optional<ConnectFailure> failure = server.isAssumed(pseudonym, target) ? Optional.empty() : await(connected);
        if (failure.isPresent()) {
            server.count(Counter.CONNECTIONS_FAILED);
        } else {
            assumeConnected();
        }
        return failure;
    }

    /** From now on a failure to connect breaks the connection. */
    public void assumeConnected() {
        exit.grant();
        server.count(Counter.CONNECTIONS_OPENED);
        connected.thenAccept(failure -> pseudonym.learn(target, failure.isEmpty()));
    }

    private static Optional<ConnectFailure> await(CompletableFuture<Optional<ConnectFailure>> connected)
            throws InterruptedException {
        try {
            return connected.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return whether the exit was given up before it had said anything: another one may do} */
    public boolean isExitLost() {
        return exitLost;
    }

    /** {@return why the exit has not connected, if it has said so by now} */
    public Optional<ConnectFailure> failure() {
        return connected.getNow(Optional.empty());
    }

    /** {@return what comes from the target} */
    public InputStream input() {
        return exit.stream().input();
    }

    /** {@return what goes to it} */
    public OutputStream output() {
        return exit.stream().output();
    }

    /** {@return whether it ended before both sides had closed it} */
    public boolean isBroken() {
        return exit.stream().isBroken();
    }

    /** {@return whether the target has closed its half, or it broke: nothing can be asked over it any more} */
    public boolean isEnded() {
        return exit.stream().isInputEnded() || isBroken();
    }

    /** @param bytes that went to the target */
    public void sent(long bytes) {
        server.count(Counter.BYTES_OUT, bytes);
    }

    /** @param bytes that came from it */
    public void received(long bytes) {
        server.count(Counter.BYTES_IN, bytes);
    }

    /**
     * Gives the program all of the connection, and blocks until both halves are over. An end of one side is an end of
     * the other, a break is a break.
     *
     * @param program to be joined with the target
     * @param input   what it sends
     * @throws IOException          if it left
     * @throws InterruptedException if the server was closed
     */
    public void join(Program program, InputStream input) throws IOException, InterruptedException {
        onBroken = () -> SocketPump.reset(program.socket());
        if (isBroken()) {
            SocketPump.reset(program.socket());
        }
        new SocketPump(program.socket(), input, exit.stream(), new SocketPump.Ends() {

            @Override
            public void toStream(int bytes) {
                sent(bytes);
            }

            @Override
            public void toSocket(int bytes) {
                received(bytes);
            }

            @Override
            public void beforeClose() throws InterruptedException {
                if (!exit.exitHasWindows()) {
                    awaitQuiet();
                }
            }
        }).run(server.configuration().name() + "-connection");
    }

    private void awaitQuiet() throws InterruptedException {
        MessageStream stream = exit.stream();
        while (!stream.isInputEnded() && !stream.isBroken() && stream.idleNanos() < NYM_QUIET.toNanos()) {
            Thread.sleep(POLL);
        }
    }

    /** Breaks off what is not over, and makes room for another one. Idempotent. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        MessageStream stream = exit.stream();
        if (exit.isGranted() && stream.isBroken()) {
            server.count(Counter.CONNECTIONS_BROKEN);
        }
        if (failure().isEmpty()) {
            stream.abort("the program needs it no more");
        }
        use.left();
        server.remove(id);
        stream.release();
        pseudonym.leave();
    }
}
