package org.cloakwork.frontend.exit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.Carrier;
import org.cloakwork.streams.End;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;

/**
 * A connection of a client to a target: first perhaps only pieces that came early, then asked for, then, once the
 * target has answered, a socket and a stream. Until then it holds what has come and nothing more.
 */
final class Connection {

    /** Nym's clients give a connection up so soon after they have closed their half, and do not say so. */
    private static final Duration NYM_LINGER = Duration.ofSeconds(10);
    /** Of one that nobody has asked for. */
    static final int MOST_EARLY_PIECES = 64;
    static final int MOST_EARLY_BYTES = 64 * 1024;
    /** What a client that knows no windows may have sent meanwhile. */
    private static final int MOST_PIECES = 1000;

    private final Exit exit;
    private final Exit.Key key;
    private final long sinceNanos = System.nanoTime();
    @GuardedBy("this")
    private List<StreamData> early = new ArrayList<>();
    @GuardedBy("this")
    private long earlyBytes;
    @GuardedBy("this")
    private Optional<Long> earlyWindow = Optional.empty();
    @GuardedBy("this")
    private boolean released;
    /** Of a connection that was asked for. */
    private volatile ReturnPath path;
    private volatile Openings.Opening opening;
    private volatile long askedNanos;
    /** Of one whose target has answered. */
    private volatile MessageStream stream;
    private volatile Socket socket;
    private volatile boolean used;
    private volatile long closedByNymNanos;
    private volatile boolean over;

    Connection(Exit exit, Exit.Key key) {
        this.exit = exit;
        this.key = key;
    }

    private final class Back implements Carrier {

        @Override
        public Delivery send(long sequence, End end, byte[] data) {
            return path.piece(sequence, end, data);
        }

        @Override
        public Delivery window(long limitBytes, long newBytes) {
            return path.window(limitBytes);
        }

        @Override
        public void broken(StreamException why) {
            over = true;
            // What came before the target's end is still delivered.
            if (why.reason() != StreamException.Reason.ABORTED) {
                path.closeLane();
            }
            Socket connected = socket;
            if (connected != null) {
                SocketPump.reset(connected);
            }
        }
    }

    Exit.Key key() {
        return key;
    }

    boolean isAsked() {
        return path != null;
    }

    boolean isOpen() {
        return stream != null;
    }

    /** {@return whom it is for; of one that was asked for} */
    Object sender() {
        return path.sender();
    }

    boolean isEarlyFor(Duration time) {
        return !isAsked() && System.nanoTime() - sinceNanos > time.toNanos();
    }

    /** {@return whether the client has sent anything over it} */
    boolean isUsed() {
        return used;
    }

    /** {@return for how long nothing went over it, in nanoseconds; of one that is open} */
    long idleNanos() {
        return stream.idleNanos();
    }

    void received(StreamData data) {
        Optional<ConnectFailure> failure = Optional.empty();
        synchronized (this) {
            if (isOpen()) {
                pass(data);
            } else if (!keep(data)) {
                exit.counting().count(Counter.PIECES_NO_ROOM);
                failure = Optional.of(ConnectFailure.EXIT_FULL);
            }
        }
        if (isAsked()) {
            failure.ifPresent(this::giveUp);
        }
    }

    @GuardedBy("this")
    private void pass(StreamData data) {
        switch (stream.received(data.sequence(), End.of(data.end()), data.data())) {
            case EARLY -> exit.counting().count(Counter.PIECES_EARLY);
            case DUPLICATE -> exit.counting().count(Counter.PIECES_DUPLICATE);
            case AFTER_END -> exit.counting().count(Counter.PIECES_LATE);
            default -> { }
        }
    }

    @GuardedBy("this")
    private boolean keep(StreamData data) {
        boolean noWindows = isAsked() && !path.hasWindows();
        int mostPieces = noWindows ? MOST_PIECES : MOST_EARLY_PIECES;
        long mostBytes = noWindows ? exit.limits().receiveBytes() : MOST_EARLY_BYTES;
        int bytes = data.data().length;
        if (released || early.size() == mostPieces || earlyBytes + bytes > mostBytes || !exit.budget().take(bytes)) {
            return false;
        }
        early.add(data);
        earlyBytes += bytes;
        exit.counting().count(Counter.PIECES_EARLY);
        return true;
    }

    synchronized void windowReceived(long limit) {
        if (isOpen()) {
            stream.windowReceived(limit);
        } else {
            earlyWindow = Optional.of(Math.max(limit, earlyWindow.orElse(0L)));
        }
    }

    /** Begins to reach the target; returns at once. */
    void ask(String text, ReturnPath back) {
        path = back;
        askedNanos = System.nanoTime();
        try {
            Target target = Target.parse(text);
            opening = new Openings.Opening(back.sender(), target.domain(), target.domain().isPresent()
                    ? () -> lookUp(target) : () -> start(() -> lookUp(target)),
                    () -> giveUp(ConnectFailure.EXIT_FULL));
            exit.openings().add(opening);
        } catch (Target.UnreachableException e) {
            giveUp(e.failure());
        }
    }

    private static void start(Runnable blocking) {
        Thread.ofVirtual().name("exit-connection").start(blocking);
    }

    private void lookUp(Target target) {
        if (over) {
            return;
        }
        try {
            List<InetAddress> addresses = target.lookUp(exit.configuration());
            start(() -> run(target, addresses));
        } catch (Target.UnreachableException e) {
            giveUp(e.failure());
        }
    }

    private void run(Target target, List<InetAddress> addresses) {
        try {
            Socket connected = target.connect(addresses, exit.configuration().connectTimeout(), this::trying);
            exit.openings().done(opening);
            if (!exit.open(this)) {
                SocketPump.reset(connected);
                giveUp(ConnectFailure.EXIT_FULL);
                return;
            }
            pump(connected);
        } catch (Target.UnreachableException e) {
            giveUp(e.failure());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exit.remove(this);
        }
    }

    private void trying(Socket next) {
        socket = next;
        if (over) {
            SocketPump.reset(next);
        }
    }

    /** {@return whether there is room for its stream, and it was not given up} */
    synchronized boolean open() {
        if (over || released) {
            return false;
        }
        MessageStream made;
        try {
            made = new MessageStream(new Back(), exit.limits(), exit.budget(), System::nanoTime);
        } catch (StreamException e) {
            return false;
        }
        if (path.hasWindows()) {
            made.useWindows(Versions.FIRST_WINDOW_BYTES);
        } else {
            made.useNoWindows();
        }
        earlyWindow.ifPresent(made::windowReceived);
        exit.budget().giveBack(earlyBytes);
        earlyBytes = 0;
        stream = made;
        for (StreamData data : early) {
            pass(data);
        }
        early = List.of();
        return true;
    }

    private void pump(Socket connected) throws InterruptedException {
        exit.counting().count(Counter.CONNECTIONS_OPENED);
        stream.greet();
        new SocketPump(connected, stream, new SocketPump.Ends() {

            @Override
            public void toStream(int bytes) {
                exit.counting().add(Counter.BYTES_IN, bytes);
            }

            @Override
            public void toSocket(int bytes) {
                used = true;
                exit.counting().add(Counter.BYTES_OUT, bytes);
            }

            @Override
            public void farClosed() {
                if (!path.hasWindows()) {
                    closedByNymNanos = System.nanoTime();
                }
            }
        }).run("exit-connection");
        if (over) {
            exit.counting().count(Counter.CONNECTIONS_BROKEN);
        }
    }

    /** Ends it before it is open, and tells the client why. Nothing happens if it has ended. */
    void giveUp(ConnectFailure failure) {
        synchronized (this) {
            if (over || isOpen()) {
                return;
            }
            over = true;
        }
        exit.counting().count(switch (failure) {
            case NOT_ALLOWED, MALFORMED_TARGET, EXIT_FULL -> Counter.CONNECTIONS_REFUSED;
            default -> Counter.CONNECTIONS_FAILED;
        });
        Socket trying = socket;
        if (trying != null) {
            SocketPump.reset(trying);
        }
        path.refuse(failure);
        exit.remove(this);
    }

    void tick() {
        if (!isOpen()) {
            // Its look-up, or its turn at one, takes as long as no connection may.
            if (isAsked() && socket == null
                    && System.nanoTime() - askedNanos > exit.configuration().connectTimeout().toNanos()) {
                giveUp(ConnectFailure.TIMED_OUT);
            }
            return;
        }
        stream.tick();
        if (closedByNymNanos != 0 && System.nanoTime() - closedByNymNanos > NYM_LINGER.toNanos()) {
            closedByNymNanos = 0;
            SocketPump.endInput(socket);
        }
    }

    /** What waits to leave is dropped, or the end of it would wait, too. */
    void abort(String why) {
        if (isOpen()) {
            path.closeLane();
            stream.abort(why);
            return;
        }
        over = true;
        Socket trying = socket;
        if (trying != null) {
            SocketPump.reset(trying);
        }
    }

    /** Holds nothing from now on. */
    void release() {
        Openings.Opening asked = opening;
        if (asked != null) {
            exit.openings().done(asked);
        }
        synchronized (this) {
            released = true;
            exit.budget().giveBack(earlyBytes);
            earlyBytes = 0;
            early = List.of();
            if (isOpen()) {
                stream.release();
            }
        }
    }
}
