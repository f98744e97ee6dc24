package org.cloakwork.itests.line;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamException;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.Carrier;
import org.cloakwork.streams.End;
import org.cloakwork.streams.MessageStream;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;

/** An exit in virtual time, with a site behind it that takes as long to answer as sites do. */
final class VirtualExit {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration CONNECT = Duration.ofMillis(40);
    private static final long LEAST_THINKING_NANOS = 20_000_000;
    private static final long MEAN_THINKING_NANOS = 30_000_000;
    private static final long BUDGET_BYTES = 256L << 20;
    private static final byte[] FILL = new byte[32 * 1024];

    private final MixnetClient client;
    private final Scheduler scheduler;
    private final Clock clock;
    private final Randomness randomness;
    private final ByteBudget budget = new ByteBudget(BUDGET_BYTES);
    private final Map<Long, Connection> connections = new HashMap<>();

    VirtualExit(MixnetClient client, Scheduler scheduler, Clock clock, Randomness randomness) {
        this.client = client;
        this.scheduler = scheduler;
        this.clock = clock;
        this.randomness = randomness;
        client.intercept(this::received);
        tick();
    }

    private void tick() {
        connections.values().removeIf(Connection::tick);
        scheduler.schedule(TICK, this::tick);
    }

    private boolean received(ReceivedMessage message) {
        ProviderRequest request;
        try {
            request = ProviderRequest.parse(message.payload());
        } catch (WireException e) {
            return false;
        }
        if (request.versions().providerInterface() == 0) {
            return false;
        }
        switch (request) {
            case ProviderRequest.Connect connect -> connection(connect.connectionId())
                    .connect(message.sender().orElseThrow(), connect.versions().answer());
            case ProviderRequest.Send(Versions ignored, StreamData data) ->
                    connection(data.connectionId()).received(data);
            case ProviderRequest.Window window -> connection(window.connectionId()).window(window.limit());
            case ProviderRequest.Query query when message.sender().isPresent() -> client.reply(message.sender().get(),
                    new ProviderResponse.Answer(query.versions(), new ProviderResponse.OpenProxy(true)).bytes(),
                    SendOptions.DEFAULT);
            default -> {
                return false;
            }
        }
        return true;
    }

    private Connection connection(long id) {
        return connections.computeIfAbsent(id, Connection::new);
    }

    private final class Connection implements Carrier {

        private final long id;
        private final SendOptions options = SendOptions.DEFAULT.withLane(randomness.nextLong());
        private final List<StreamData> early = new ArrayList<>();
        private final ByteBuffer question = ByteBuffer.allocate(Question.LENGTH);
        private SenderTag sender;
        private Versions versions;
        private MessageStream stream;
        private long window;
        /** Of the question that is read. */
        private long up;
        private long down;
        private boolean thinking;
        private boolean ended;
        private long answering;
        private boolean noted;

        Connection(long id) {
            this.id = id;
        }

        void connect(SenderTag asker, Versions answer) {
            if (sender == null) {
                sender = asker;
                versions = answer;
                scheduler.schedule(CONNECT, this::open);
            }
        }

        private void open() {
            try {
                stream = new MessageStream(this, StreamLimits.DEFAULT, budget, clock::nanoTime);
            } catch (StreamException e) {
                throw new IllegalStateException("no room at the exit", e);
            }
            stream.useWindows(Versions.FIRST_WINDOW_BYTES);
            stream.windowReceived(window);
            stream.onChange(this::note);
            stream.greet();
            early.forEach(this::received);
            early.clear();
            note();
        }

        void received(StreamData data) {
            if (stream == null) {
                early.add(data);
            } else {
                stream.received(data.sequence(), End.of(data.end()), data.data());
            }
        }

        void window(long limit) {
            window = Math.max(window, limit);
            if (stream != null) {
                stream.windowReceived(limit);
            }
        }

        boolean tick() {
            if (stream == null) {
                return false;
            }
            stream.tick();
            if (stream.isDone()) {
                stream.release();
                return true;
            }
            return false;
        }

        private void note() {
            if (!noted) {
                noted = true;
                scheduler.execute(this::pump);
            }
        }

        private void pump() {
            noted = false;
            if (stream.isBroken()) {
                return;
            }
            try {
                answer();
                read();
            } catch (StreamException e) {
                // It broke meanwhile: its client is gone.
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void answer() throws IOException {
            int room = stream.room();
            while (answering > 0 && room > 0) {
                int length = (int) Math.min(Math.min(room, FILL.length), answering);
                stream.output().write(FILL, 0, length);
                answering -= length;
                room = stream.room();
            }
        }

        private void read() throws IOException {
            byte[] into = new byte[FILL.length];
            while (!ended && !thinking && answering == 0 && stream.isReadable()) {
                int wanted = question.hasRemaining() ? question.remaining() : (int) Math.min(into.length, up);
                int count = stream.input().read(into, 0, wanted);
                if (count < 0) {
                    // To be told of its own end would have it read again, for ever at one moment of virtual time.
                    ended = true;
                    stream.output().close();
                    return;
                }
                if (question.hasRemaining()) {
                    question.put(into, 0, count);
                    if (!question.hasRemaining()) {
                        Question asked = Question.of(question.array());
                        up = asked.up();
                        down = asked.down();
                    }
                } else {
                    up -= count;
                }
                if (!question.hasRemaining() && up == 0) {
                    question.clear();
                    thinking = true;
                    scheduler.schedule(Duration.ofNanos(LEAST_THINKING_NANOS
                            + randomness.exponentialNanos(MEAN_THINKING_NANOS)), () -> {
                                thinking = false;
                                answering = down;
                                note();
                            });
                }
            }
        }

        @Override
        public Delivery send(long sequence, End end, byte[] data) {
            return client.reply(sender, new ProviderResponse.NetworkData(versions,
                    new StreamData(id, end.code(), sequence, data)).bytes(), options);
        }

        @Override
        public Delivery window(long limitBytes, long newBytes) {
            return client.reply(sender, new ProviderResponse.Window(versions, id, limitBytes).bytes(), options);
        }

        @Override
        public void broken(StreamException why) {
            client.closeLane(options.lane().orElseThrow());
        }
    }
}
