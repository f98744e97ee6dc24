package org.cloakwork.frontend.web;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.proxy.ExitConnection;
import org.cloakwork.proxy.ExitWatch;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.OpenStream;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderResponse;

/**
 * Connections that exits make for pages, or that lead to a client that has a name. Nothing waits: the host is told when
 * something changed, and asks again.
 */
final class WebStreams {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final long BUDGET_BYTES = 64L << 20;
    private static final int LONGEST_READ = 64 * 1024;
    private static final int ISOLATION_LENGTH = 16;

    private final Host host;
    private final Loop loop;
    private final Engine client;
    private final Randomness randomness;
    private final ByteBudget budget = new ByteBudget(BUDGET_BYTES);
    private final Map<Integer, Entry> entries = new HashMap<>();
    private final Map<Long, Entry> byConnection = new HashMap<>();
    /** Who an exit thinks we are: the same for all of this client's life, and nobody else's. */
    private final String isolation;
    private final Map<MixnetAddress, ExitWatch> exits = new HashMap<>();
    private boolean ticking;

    private static final class Entry {

        private final int number;
        private final long id;
        private ExitConnection connection;
        private MixnetAddress exit;
        /** Of one that takes no exit. */
        private OpenStream toClient;
        /** The name of the reason; empty: it is open. */
        private Optional<String> failure;
        private boolean noted;

        Entry(int number, long id) {
            this.number = number;
            this.id = id;
        }

        private MessageStream stream() {
            return connection == null ? toClient.messages() : connection.stream();
        }
    }

    WebStreams(Host host, Loop loop, Engine client, Randomness randomness) {
        this.host = host;
        this.loop = loop;
        this.client = client;
        this.randomness = randomness;
        isolation = name("web ");
        client.intercept(this::received);
    }

    /** @param exit that connections will go through: the line of the client does not show when they do */
    void use(MixnetAddress exit) {
        exits.computeIfAbsent(exit, added -> {
            client.partner(added);
            return new ExitWatch(client, added, name("web exit "), randomness.nextLong(),
                    ExitWatch.Patience.DEFAULT, loop::nanoTime);
        });
    }

    private String name(String begin) {
        byte[] bytes = new byte[ISOLATION_LENGTH];
        randomness.fill(bytes);
        return begin + Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * @param number the host's for it
     * @param exit   whose; empty: none, only clients that have a name can be reached
     * @param target {@code host:port}
     * @throws IOException if there is no room, or no way
     */
    void open(int number, String exit, String target) throws IOException {
        int colon = target.lastIndexOf(':');
        if (MixnetAddress.isHostName(target.substring(0, colon))) {
            openToClient(number, target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
        } else if (exit.isEmpty()) {
            throw new StreamException(StreamException.Reason.REFUSED, "fetch needs the option exit");
        } else {
            openThroughExit(number, MixnetAddress.parse(exit), target);
        }
    }

    private void openToClient(int number, String host, int port) throws IOException {
        Entry entry = new Entry(number, randomness.nextLong());
        MixnetAddress address;
        try {
            address = MixnetAddress.parse(host);
        } catch (IllegalArgumentException e) {
            throw new StreamException(StreamException.Reason.MISTYPED_NAME, e.getMessage());
        }
        entry.toClient = client.beginStream(address, port, StreamOptions.DEFAULT.withIsolation(isolation));
        entry.toClient.messages().onChange(() -> note(entry));
        entries.put(number, entry);
        entry.toClient.opened().thenAccept(failure -> {
            entry.failure = failure.map(why -> why.reason().name());
            note(entry);
        });
    }

    private void openThroughExit(int number, MixnetAddress exit, String target) throws StreamException {
        use(exit);
        Entry entry = new Entry(number, randomness.nextLong());
        entry.exit = exit;
        entry.connection = new ExitConnection(new ExitConnection.Route(client, exit, true, true), entry.id,
                randomness.nextLong(), isolation, StreamLimits.DEFAULT, budget, loop::nanoTime, () -> note(entry),
                piece -> { });
        entry.connection.stream().onChange(() -> note(entry));
        entries.put(number, entry);
        byConnection.put(entry.id, entry);
        entry.connection.connect(target).thenAccept(failure -> {
            entry.failure = failure.map(ConnectFailure::name);
            if (failure.isEmpty()) {
                entry.connection.grant();
            }
            note(entry);
        });
        tick();
    }

    private void tick() {
        if (!ticking && !byConnection.isEmpty()) {
            ticking = true;
            loop.schedule(TICK, () -> {
                ticking = false;
                byConnection.values().forEach(entry -> entry.connection.tick());
                exits.forEach(this::tick);
                tick();
            });
        }
    }

    private void tick(MixnetAddress exit, ExitWatch watch) {
        List<MessageStream> relying = byConnection.values().stream().filter(entry -> entry.exit.equals(exit)
                && entry.connection.exitHasWindows()).map(Entry::stream).filter(stream -> !stream.isDone()).toList();
        if (watch.tick(!relying.isEmpty())) {
            relying.forEach(stream -> stream.fail(new StreamException(StreamException.Reason.SILENT,
                    "the exit does not answer: " + watch.reason())));
        }
    }

    private void note(Entry entry) {
        if (!entry.noted) {
            entry.noted = true;
            loop.execute(() -> {
                entry.noted = false;
                if (entries.get(entry.number) == entry) {
                    host.streamChanged(entry.number);
                }
            });
        }
    }

    private boolean received(ReceivedMessage message) {
        if (exits.values().stream().anyMatch(watch -> watch.received(message))) {
            return true;
        }
        ProviderResponse response;
        try {
            response = ProviderResponse.parse(message.payload());
        } catch (WireException e) {
            return false;
        }
        Entry entry = ExitConnection.idOf(response).map(byConnection::get).orElse(null);
        if (entry == null || !entry.connection.isAnsweredBy(message.origin())) {
            // What is late, of a connection that was left, is no message for anybody.
            return response.versions().providerInterface() != 0
                    && message.origin() instanceof ReceivedMessage.Answer answer && answer.isolation()
                    .filter(isolation::equals).isPresent();
        }
        entry.connection.received(response);
        exits.get(entry.exit).heard();
        return true;
    }

    /** {@return "connecting", "open", "broken" or such as "refused"} */
    String state(int number) {
        Entry entry = entries.get(number);
        if (entry == null) {
            return "broken";
        }
        if (entry.failure != null && entry.failure.isPresent()) {
            return entry.failure.get();
        }
        return entry.stream().isBroken() ? "broken" : entry.failure == null ? "connecting" : "open";
    }

    /** {@return bytes; none: there are none yet; null: no more will come} */
    byte[] read(int number) throws IOException {
        MessageStream stream = stream(number);
        if (!stream.isReadable()) {
            return new byte[0];
        }
        byte[] bytes = new byte[Math.min(LONGEST_READ, Math.max(1, stream.input().available()))];
        int at = 0;
        do {
            int count = stream.input().read(bytes, at, bytes.length - at);
            if (count < 0) {
                return at == 0 ? null : copy(bytes, at);
            }
            at += count;
        } while (at < bytes.length && stream.isReadable());
        return copy(bytes, at);
    }

    private static byte[] copy(byte[] bytes, int length) {
        byte[] part = new byte[length];
        System.arraycopy(bytes, 0, part, 0, length);
        return part;
    }

    /** {@return how many bytes were taken} */
    int write(int number, byte[] bytes) throws IOException {
        MessageStream stream = stream(number);
        int room = Math.min(stream.room(), bytes.length);
        if (room > 0) {
            stream.output().write(bytes, 0, room);
        }
        return room;
    }

    void closeOutput(int number) throws IOException {
        stream(number).output().close();
    }

    /** Ends it, whatever is under way. */
    void leave(int number, String why) {
        Entry entry = entries.remove(number);
        if (entry != null) {
            byConnection.remove(entry.id);
            if (!entry.stream().isDone()) {
                entry.stream().abort(why);
            }
            entry.stream().release();
        }
    }

    private MessageStream stream(int number) throws StreamException {
        Entry entry = entries.get(number);
        if (entry == null) {
            throw new StreamException(StreamException.Reason.ABORTED, "the stream was left");
        }
        return entry.stream();
    }
}
