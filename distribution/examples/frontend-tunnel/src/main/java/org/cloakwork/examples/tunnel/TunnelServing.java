package org.cloakwork.examples.tunnel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.Carrier;
import org.cloakwork.streams.End;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.streams.StreamLimits;

/**
 * Joins connections to a loopback port with streams to another client, and streams of other clients with connections to
 * a loopback port. Whoever opens a stream stays anonymous: the other end answers with the reply blocks that come along.
 */
final class TunnelServing implements FrontEnd.Serving {

    /** Streams at the same time, either way; more are refused. */
    private static final int MAX_STREAMS = 64;
    private static final long BUDGET_BYTES = 16L << 20;
    /** What either end may send before it hears of a window. */
    private static final int FIRST_WINDOW_BYTES = 64 * 1024;
    /** Reply blocks that go with each piece, and one more for so many bytes that a window allows. */
    private static final int SURBS = 10;
    private static final int BYTES_PER_SURB = 1500;
    private static final int ENDED_REMEMBERED = 1000;
    private static final long TICK_MILLIS = 200;

    /**
     * What is configured.
     *
     * @param port       where connections are taken; 0: a free one
     * @param to         where they go; empty: only streams of others are served
     * @param targetPort where streams of others go; 0: nowhere
     */
    record Settings(int port, Optional<MixnetAddress> to, int targetPort) {
    }

    private final MixnetClient client;
    private final Settings settings;
    private final ByteBudget budget = new ByteBudget(BUDGET_BYTES);
    private final SecureRandom randomness = new SecureRandom();
    private final Map<Long, MessageStream> opened = new ConcurrentHashMap<>();
    private final Map<Accepted, MessageStream> accepted = new ConcurrentHashMap<>();
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("frontend-tunnel-tick").daemon().factory());
    /** What comes late must not open a stream again. */
    private final Set<Accepted> ended = Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Accepted, Boolean> eldest) {
            return size() > ENDED_REMEMBERED;
        }
    }));
    private final Optional<ServerSocket> door;
    private final Subscription messages;

    /** Ids are of their opener's choice: two openers may draw the same. */
    private record Accepted(SenderTag sender, long id) {
    }

    TunnelServing(MixnetClient client, Settings settings) throws IOException {
        this.client = client;
        this.settings = settings;
        door = settings.to().isPresent() ? Optional.of(open(settings.port())) : Optional.empty();
        ticks.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        messages = client.intercept(this::received);
        door.ifPresent(listening -> Thread.ofVirtual().name("frontend-tunnel").start(() -> accept(listening)));
    }

    private static ServerSocket open(int port) throws IOException {
        try {
            return new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IOException("port " + port + ": " + e.getMessage(), e);
        }
    }

    // ------------------------------------------------------------------ connections of this machine

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket connection = listening.accept();
                Thread.ofVirtual().name("frontend-tunnel-connection").start(() -> openStream(connection));
            } catch (IOException e) {
                // closed, or one connection less
            }
        }
    }

    private void openStream(Socket connection) {
        long id = randomness.nextLong();
        MixnetAddress to = settings.to().orElseThrow();
        SendOptions options = SendOptions.DEFAULT.withLane(id);
        try {
            MessageStream stream = stream(opened, id, new Carrier() {

                @Override
                public Delivery send(long sequence, End end, byte[] data) {
                    return client.send(to, new Piece.Data(id, end, sequence, data).toBytes(),
                            options.withReplySurbs(SURBS));
                }

                @Override
                public Delivery window(long limitBytes, long newBytes) {
                    return client.send(to, new Piece.Window(id, limitBytes).toBytes(), options.withReplySurbs(
                            (int) Math.min(SURBS + newBytes / BYTES_PER_SURB, SendOptions.MAX_REPLY_SURBS)));
                }

                @Override
                public void broken(StreamException why) {
                    client.closeLane(id);
                }
            });
            stream.greet();
            pump(connection, stream);
            opened.remove(id);
        } catch (StreamException noRoom) {
            SocketPump.reset(connection);
        }
    }

    private <K> MessageStream stream(Map<K, MessageStream> streams, K key, Carrier carrier) throws StreamException {
        if (streams.size() >= MAX_STREAMS) {
            throw new StreamException(StreamException.Reason.REFUSED, "as many streams as there may be");
        }
        MessageStream stream = new MessageStream(carrier, StreamLimits.DEFAULT, budget, System::nanoTime);
        stream.useWindows(FIRST_WINDOW_BYTES);
        streams.put(key, stream);
        return stream;
    }

    private static void pump(Socket connection, MessageStream stream) {
        try {
            new SocketPump(connection, stream, new SocketPump.Ends() { }).run("frontend-tunnel-connection");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stream.release();
        }
    }

    // ------------------------------------------------------------------ messages

    private boolean received(ReceivedMessage message) {
        Optional<Piece> piece = Piece.parse(message.payload());
        piece.ifPresent(said -> {
            switch (message.origin()) {
                case ReceivedMessage.Sender(SenderTag sender) -> ofOpener(new Accepted(sender, said.id()), said);
                case ReceivedMessage.Answer answer when settings.to().filter(to -> answer.isOf(to, Optional.empty()))
                        .isPresent() -> take(opened.get(said.id()), said);
                // Nobody who could be the other end of a stream.
                case ReceivedMessage.Answer ignored -> { }
                case ReceivedMessage.Unknown() -> { }
            }
        });
        return piece.isPresent();
    }

    private void ofOpener(Accepted key, Piece piece) {
        if (!accepted.containsKey(key) && !ended.contains(key) && settings.targetPort() > 0) {
            acceptStream(key);
        }
        take(accepted.get(key), piece);
    }

    private static void take(MessageStream stream, Piece piece) {
        switch (piece) {
            case Piece ignored when stream == null -> { }
            case Piece.Data(long id, End end, long sequence, byte[] bytes) -> stream.received(sequence, end, bytes);
            case Piece.Window(long id, long limitBytes) -> stream.windowReceived(limitBytes);
        }
    }

    private void acceptStream(Accepted key) {
        SendOptions options = SendOptions.DEFAULT.withLane(randomness.nextLong());
        try {
            MessageStream stream = stream(accepted, key, new Carrier() {

                @Override
                public Delivery send(long sequence, End end, byte[] data) {
                    return client.reply(key.sender(), new Piece.Data(key.id(), end, sequence, data).toBytes(), options);
                }

                @Override
                public Delivery window(long limitBytes, long newBytes) {
                    return client.reply(key.sender(), new Piece.Window(key.id(), limitBytes).toBytes(), options);
                }

                @Override
                public void broken(StreamException why) {
                    client.closeLane(options.lane().getAsLong());
                }
            });
            Thread.ofVirtual().name("frontend-tunnel-connection").start(() -> {
                connect(stream);
                ended.add(key);
                accepted.remove(key);
            });
        } catch (StreamException noRoom) {
            // The other end gives up when it hears nothing.
        }
    }

    private void connect(MessageStream stream) {
        try {
            pump(new Socket(InetAddress.getLoopbackAddress(), settings.targetPort()), stream);
        } catch (IOException e) {
            stream.abort("nobody listens at the target");
            stream.release();
        }
    }

    // ------------------------------------------------------------------ time and end

    private void tick() {
        opened.values().forEach(MessageStream::tick);
        accepted.values().forEach(MessageStream::tick);
    }

    @Override
    public List<URI> addresses() {
        return door.map(listening -> URI.create("tcp://127.0.0.1:" + listening.getLocalPort())).stream().toList();
    }

    @Override
    public void close() {
        messages.close();
        ticks.shutdownNow();
        opened.values().forEach(stream -> stream.abort("the front-end was closed"));
        accepted.values().forEach(stream -> stream.abort("the front-end was closed"));
        try {
            if (door.isPresent()) {
                door.get().close();
            }
        } catch (IOException e) {
            // it is of no use any more
        }
    }
}
