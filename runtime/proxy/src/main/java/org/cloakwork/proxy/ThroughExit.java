package org.cloakwork.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.Reordering;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderResponse;

/** A connection that an exit makes. */
final class ThroughExit extends Connection {

    /**
     * Nym's exit does not close half a connection: it ends all of it 3 seconds after our half. So it hears of that only
     * when nothing has come for a while.
     */
    private static final Duration NYM_QUIET = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final long id;
    private final Target target;
    private final Exits.Use use;
    private final ExitConnection exit;
    private final long askedNanos;
    private volatile CompletableFuture<Optional<ConnectFailure>> connected = new CompletableFuture<>();
    private volatile boolean exitLost;

    ThroughExit(ProxyServer server, long id, long windowLane, Target target, Pseudonyms.Pseudonym pseudonym,
                Exits.Use use) throws StreamException {
        super(server, target, pseudonym);
        this.id = id;
        this.target = target;
        this.use = use;
        exit = new ExitConnection(server.route(use.exit()), id, windowLane, pseudonym.isolation(), server.limits(),
                server.budget(), System::nanoTime, this::broke, this::counted);
        askedNanos = System.nanoTime();
    }

    /** Asks the exit. */
    void ask() {
        connected = exit.connect(target.toString());
        connected.thenAccept(ignored -> {
            if (exit.isHeardOf()) {
                use.answered(exit.exitHasWindows());
            } else {
                use.failed();
            }
        });
        use.lost().thenAccept(reason -> {
            exitLost = true;
            if (!giveUp(ConnectFailure.GENERAL, "the exit does not answer")
                    && exit.stream().fail(new StreamException(StreamException.Reason.SILENT,
                            "the exit does not answer: " + reason))) {
                server().count(Counter.EXIT_LOST);
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
        exit.received(response);
        use.answered(exit.exitHasWindows());
    }

    private void counted(Reordering.Accepted piece) {
        switch (piece) {
            case EARLY -> server().count(Counter.PIECES_EARLY);
            case DUPLICATE -> server().count(Counter.PIECES_DUPLICATE);
            case AFTER_END -> server().count(Counter.PIECES_LATE);
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
                && System.nanoTime() - askedNanos > server().configuration().connectTimeout().toNanos()) {
            giveUp(ConnectFailure.TIMED_OUT, "the exit did not connect in time");
        }
    }

    @Override
    CompletableFuture<Optional<NotConnectedException>> connected() {
        return connected.thenApply(failure -> failure.map(NotConnectedException::new));
    }

    @Override
    void grant() {
        exit.grant();
    }

    @Override
    public boolean isExitLost() {
        return exitLost;
    }

    @Override
    SocketPump.Far far() {
        return exit.stream();
    }

    @Override
    public boolean isEnded() {
        return exit.stream().isInputEnded() || isBroken();
    }

    @Override
    void beforeClose() throws InterruptedException {
        if (exit.exitHasWindows()) {
            return;
        }
        MessageStream stream = exit.stream();
        while (!stream.isInputEnded() && !stream.isBroken() && stream.idleNanos() < NYM_QUIET.toNanos()) {
            Thread.sleep(POLL);
        }
    }

    @Override
    void end() {
        MessageStream stream = exit.stream();
        if (exit.isGranted() && stream.isBroken()) {
            server().count(Counter.CONNECTIONS_BROKEN);
        }
        if (failure().isEmpty()) {
            stream.abort("the program needs it no more");
        }
        use.left();
        server().remove(id);
        stream.release();
    }
}
