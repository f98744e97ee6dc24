package org.cloakwork.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.streams.SocketPump;

/**
 * A connection that is made for a program, by an exit or by a client that serves the port: asked for, not yet there
 * when it is handed out.
 */
public abstract sealed class Connection implements AutoCloseable permits ThroughExit, ToClient {

    private final ProxyServer server;
    private final Target target;
    private final Pseudonyms.Pseudonym pseudonym;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Runnable onBroken = () -> { };

    Connection(ProxyServer server, Target target, Pseudonyms.Pseudonym pseudonym) {
        this.server = server;
        this.target = target;
        this.pseudonym = pseudonym;
    }

    ProxyServer server() {
        return server;
    }

    Pseudonyms.Pseudonym pseudonym() {
        return pseudonym;
    }

    /** {@return completes with why it was not made; with nothing if it was} */
    abstract CompletableFuture<Optional<NotConnectedException>> connected();

    /** The program was told that it may go on. */
    abstract void grant();

    /** {@return the bytes} */
    abstract SocketPump.Far far();

    /**
     * The program's half is closed, and the other side is told when this returns.
     *
     * @throws InterruptedException breaks everything
     */
    abstract void beforeClose() throws InterruptedException;

    /** Breaks off what is not over, and makes room for another one. Called once. */
    abstract void end();

    /** To be called when it breaks. */
    final void broke() {
        onBroken.run();
    }

    /**
     * Blocks until it is connected, or for as long as it may take; not at all where programs are told so before: then
     * {@link #failure} may still come.
     *
     * @return why it has not
     * @throws InterruptedException if the server was closed
     */
    final Optional<NotConnectedException> awaitConnected() throws InterruptedException {
        Optional<NotConnectedException> failure = server.isAssumed(pseudonym, target) ? Optional.empty() : await();
        if (failure.isPresent()) {
            server.count(Counter.CONNECTIONS_FAILED);
        } else {
            assumeConnected();
        }
        return failure;
    }

    private Optional<NotConnectedException> await() throws InterruptedException {
        try {
            return connected().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on a failure to connect breaks the connection. */
    public final void assumeConnected() {
        grant();
        server.count(Counter.CONNECTIONS_OPENED);
        connected().thenAccept(failure -> pseudonym.learn(target, failure.isEmpty()));
    }

    /** {@return whether the exit was given up before it had said anything: another one may do} */
    public boolean isExitLost() {
        return false;
    }

    /** {@return why it was not made, if that is known by now} */
    public final Optional<NotConnectedException> failure() {
        return connected().getNow(Optional.empty());
    }

    /** {@return what comes from the target} */
    public final InputStream input() {
        return far().input();
    }

    /** {@return what goes to it} */
    public final OutputStream output() {
        return far().output();
    }

    /** {@return whether it ended before both sides had closed it} */
    public final boolean isBroken() {
        return far().isBroken();
    }

    /** {@return whether the target has closed its half, or it broke: nothing can be asked over it any more} */
    public abstract boolean isEnded();

    /** @param bytes that went to the target */
    public final void sent(long bytes) {
        server.count(Counter.BYTES_OUT, bytes);
    }

    /** @param bytes that came from it */
    public final void received(long bytes) {
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
    public final void join(Program program, InputStream input) throws IOException, InterruptedException {
        onBroken = () -> SocketPump.reset(program.socket());
        if (isBroken()) {
            SocketPump.reset(program.socket());
        }
        new SocketPump(SocketPump.Near.of(program.socket()), input, far(), new SocketPump.Ends() {

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
                Connection.this.beforeClose();
            }
        }).run(server.configuration().name() + "-connection");
    }

    /** Breaks off what is not over, and makes room for another one. Idempotent. */
    @Override
    public final void close() {
        if (!closed.getAndSet(true)) {
            end();
            pseudonym.leave();
        }
    }
}
