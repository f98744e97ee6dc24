package org.cloakwork.itests.line;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.cloakwork.api.StreamException;
import org.cloakwork.proxy.ExitConnection;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.wire.socks5.ProviderResponse;

/** A connection through the exit, in virtual time. */
final class VirtualTunnel implements Tunnel {

    private static final byte[] FILL = new byte[32 * 1024];
    private static final int AT_ONCE = 16 * 1024;

    /** Makes the connection, which tells when it broke. */
    interface Maker {

        ExitConnection make(Runnable onBroken) throws StreamException;
    }

    /** What was asked and is not answered yet. */
    private static final class Exchange {

        private final Runnable then;
        /** The question, and with it as much of what follows as a program writes at once. */
        private byte[] rest;
        private long up;
        private long down;

        Exchange(long up, long down, Runnable then) {
            this.then = then;
            int first = (int) Math.min(up, AT_ONCE);
            this.rest = Arrays.copyOf(new Question(up, down).bytes(), Question.LENGTH + first);
            this.up = up - first;
            this.down = down;
        }

        boolean isAsked() {
            return rest.length == 0 && up == 0;
        }
    }

    private final Scheduler scheduler;
    private final ExitConnection connection;
    private final MessageStream stream;
    private final Deque<Exchange> exchanges = new ArrayDeque<>();
    private boolean connected;
    private boolean closing;
    private boolean closed;
    private boolean ended;
    private boolean noted;
    private Optional<String> reason = Optional.empty();

    VirtualTunnel(Scheduler scheduler, Maker maker) throws StreamException {
        this.scheduler = scheduler;
        connection = maker.make(() -> { });
        stream = connection.stream();
        stream.onChange(this::note);
        connection.connect("site:80").thenAccept(failure -> {
            failure.ifPresent(why -> {
                throw new IllegalStateException("the exit did not connect: " + why);
            });
            connection.grant();
            connected = true;
            note();
        });
    }

    /** {@return whether it relies on an exit that answers questions} */
    boolean relies() {
        return connection.exitHasWindows() && !stream.isDone();
    }

    /** @param why it does not go on */
    void fail(StreamException why) {
        if (stream.fail(why)) {
            reason = Optional.of(why.getMessage());
        }
    }

    /** {@return why it broke, if it did} */
    Optional<String> reason() {
        return reason;
    }

    void received(ProviderResponse response) {
        connection.received(response);
    }

    /** {@return whether it is over} */
    boolean tick() {
        connection.tick();
        if (stream.isDone()) {
            stream.release();
            return true;
        }
        return false;
    }

    @Override
    public void exchange(long up, long down, Runnable then) {
        exchanges.add(new Exchange(up, down, then));
        note();
    }

    @Override
    public void close() {
        closing = true;
        note();
    }

    private void note() {
        if (!noted) {
            noted = true;
            scheduler.execute(this::pump);
        }
    }

    private void pump() {
        noted = false;
        if (!connected || stream.isBroken()) {
            return;
        }
        try {
            Exchange exchange = exchanges.peek();
            if (exchange != null) {
                ask(exchange);
                if (read(exchange)) {
                    exchanges.remove();
                    exchange.then.run();
                    note();
                }
            } else if (closing && !ended) {
                // Once each: to be told of it would have it done again, for ever at one moment of virtual time.
                if (!closed) {
                    closed = true;
                    stream.output().close();
                }
                ended = stream.isReadable() && stream.input().read(new byte[1]) < 0;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void ask(Exchange exchange) throws IOException {
        int room = stream.room();
        while (room > 0 && !exchange.isAsked()) {
            if (exchange.rest.length > 0) {
                int length = Math.min(room, exchange.rest.length);
                stream.output().write(exchange.rest, 0, length);
                exchange.rest = Arrays.copyOfRange(exchange.rest, length, exchange.rest.length);
            } else {
                int length = (int) Math.min(Math.min(room, FILL.length), exchange.up);
                stream.output().write(FILL, 0, length);
                exchange.up -= length;
            }
            room = stream.room();
        }
    }

    private boolean read(Exchange exchange) throws IOException {
        byte[] into = new byte[FILL.length];
        while (exchange.down > 0 && stream.isReadable()) {
            int count = stream.input().read(into, 0, (int) Math.min(into.length, exchange.down));
            if (count < 0) {
                throw new IOException("the site has closed the connection");
            }
            exchange.down -= count;
        }
        return exchange.isAsked() && exchange.down == 0;
    }
}
