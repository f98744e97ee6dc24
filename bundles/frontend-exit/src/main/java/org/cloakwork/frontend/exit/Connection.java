package org.cloakwork.frontend.exit;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.StreamException;
import org.cloakwork.streams.Carrier;
import org.cloakwork.streams.End;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;

/**
 * A connection of a client to a target: first perhaps only pieces that came early, then a request and a stream, then a
 * socket.
 */
final class Connection {

    /** Nym's clients give a connection up so soon after they have closed their half, and do not say so. */
    private static final Duration NYM_LINGER = Duration.ofSeconds(10);
    private static final int MOST_EARLY_PIECES = 64;
    private static final int MOST_EARLY_BYTES = 64 * 1024;

    private final Exit exit;
    private final Exit.Key key;
    private final long sinceNanos = System.nanoTime();
    /** Used by the listener only. */
    private List<StreamData> early = new ArrayList<>();
    private int earlyBytes;
    private ReturnPath path;
    /** Of a connection that was asked for; its path is there then. */
    private volatile MessageStream stream;
    private volatile Socket socket;
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
        return stream != null;
    }

    boolean isEarlyFor(Duration time) {
        return !isAsked() && System.nanoTime() - sinceNanos > time.toNanos();
    }

    void received(StreamData data) {
        if (isAsked()) {
            switch (stream.received(data.sequence(), End.of(data.end()), data.data())) {
                case EARLY -> exit.counting().count(Counter.PIECES_EARLY);
                case DUPLICATE -> exit.counting().count(Counter.PIECES_DUPLICATE);
                case AFTER_END -> exit.counting().count(Counter.PIECES_LATE);
                default -> { }
            }
        } else if (early.size() < MOST_EARLY_PIECES && earlyBytes + data.data().length <= MOST_EARLY_BYTES) {
            early.add(data);
            earlyBytes += data.data().length;
            exit.counting().count(Counter.PIECES_EARLY);
        } else {
            exit.counting().count(Counter.PIECES_NO_ROOM);
        }
    }

    void windowReceived(long limit) {
        if (isAsked()) {
            stream.windowReceived(limit);
        }
    }

    /** @throws StreamException if there is no room for it */
    void connect(String target, ReturnPath back) throws StreamException {
        path = back;
        MessageStream made = new MessageStream(new Back(), exit.limits(), exit.budget(), System::nanoTime);
        if (back.hasWindows()) {
            made.useWindows(Versions.FIRST_WINDOW_BYTES);
        } else {
            made.useNoWindows();
        }
        stream = made;
        early.forEach(this::received);
        early = List.of();
        Thread.ofVirtual().name("exit-connection").start(() -> run(target));
    }

    private void run(String target) {
        try {
            Socket connected = Target.parse(target).connect(exit.configuration());
            socket = connected;
            if (over) {
                SocketPump.reset(connected);
                return;
            }
            exit.counting().count(Counter.CONNECTIONS_OPENED);
            stream.greet();
            new SocketPump(connected, stream, new SocketPump.Ends() {

                @Override
                public void toStream(int bytes) {
                    exit.counting().add(Counter.BYTES_IN, bytes);
                }

                @Override
                public void toSocket(int bytes) {
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
        } catch (Target.UnreachableException e) {
            exit.counting().count(switch (e.failure()) {
                case NOT_ALLOWED, MALFORMED_TARGET -> Counter.CONNECTIONS_REFUSED;
                default -> Counter.CONNECTIONS_FAILED;
            });
            path.refuse(e.failure());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exit.remove(this);
        }
    }

    void tick() {
        if (!isAsked()) {
            return;
        }
        stream.tick();
        if (closedByNymNanos != 0 && System.nanoTime() - closedByNymNanos > NYM_LINGER.toNanos()) {
            closedByNymNanos = 0;
            SocketPump.endInput(socket);
        }
    }

    void abort(String why) {
        if (isAsked()) {
            stream.abort(why);
        }
    }

    void release() {
        if (isAsked()) {
            stream.release();
        }
    }
}
