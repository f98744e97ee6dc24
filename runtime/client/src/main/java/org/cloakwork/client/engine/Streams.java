package org.cloakwork.client.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamException.Reason;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Counters;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.stream.ByteBudget;
import org.cloakwork.client.stream.Carrier;
import org.cloakwork.client.stream.MessageStream;
import org.cloakwork.client.stream.StreamLimits;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.stream.End;
import org.cloakwork.wire.stream.Reordering;
import org.cloakwork.wire.stream.StreamFrame;

/**
 * The streams of applications: {@link StreamFrame}s over the client's messages. Whoever opens one sends with reply
 * blocks; the other side knows it by its sender tag and the stream's id. Frames that come before the one that opens
 * their stream are kept for a while, within limits.
 */
final class Streams {

    private static final Duration TICK = Duration.ofMillis(200);
    /** Of all streams of a client together, received and not read. */
    private static final long BUDGET_BYTES = 64L << 20;
    private static final int OPEN_SURBS = 20;
    private static final int PIECE_SURBS = 3;
    private static final int BYTES_PER_SURB = 1500;
    private static final int MOST_WINDOW_SURBS = 200;
    /** Of a stream that was closed on this side, how long the other one may take to close its half. */
    private static final Duration LINGER = Duration.ofMinutes(2);
    private static final Duration EARLY_PATIENCE = Duration.ofMinutes(1);
    private static final long EARLY_LIMIT_BYTES = 4L << 20;
    private static final int EARLY_COST_BYTES = 256;
    private static final int ENDED_REMEMBERED = 1024;

    /** Names a stream that another client opened. */
    private record Key(SenderTag sender, long id) {
    }

    private record Early(long sinceNanos, List<StreamFrame> frames, long bytes) {
    }

    private final Engine client;
    private final Environment environment;
    private final Counters counters;
    private final ByteBudget budget = new ByteBudget(BUDGET_BYTES);
    private final Map<Long, Open> opened = new ConcurrentHashMap<>();
    private final Map<Key, Open> accepted = new ConcurrentHashMap<>();
    private final Map<Integer, Listener> listeners = new ConcurrentHashMap<>();

    // Touched where messages are handed over only, or guarded by this.
    private final Map<Key, Early> early = new LinkedHashMap<>();
    private long earlyBytes;
    private final Map<Key, Boolean> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > ENDED_REMEMBERED;
        }
    };
    private Subscription interception;
    private boolean ticking;
    private boolean stopped;

    Streams(Engine client, Environment environment, Counters counters) {
        this.client = client;
        this.environment = environment;
        this.counters = counters;
    }

    /** From the first use on: who never uses streams answers to none. */
    private synchronized void begin() throws IOException {
        if (stopped) {
            throw new IOException("the client is closed");
        }
        if (interception == null) {
            interception = client.intercept(this::received);
        }
        keepTicking();
    }

    private synchronized void keepTicking() {
        if (!ticking && !stopped) {
            ticking = true;
            environment.scheduler().schedule(TICK, this::tick);
        }
    }

    // ------------------------------------------------------------------ what applications ask for

    MixnetStream open(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        Open stream = begin(recipient, port, options);
        try {
            Optional<StreamException> failure = stream.answered.get(options.deadline().toNanos(), TimeUnit.NANOSECONDS);
            if (failure.isPresent()) {
                throw failure.get();
            }
            return stream;
        } catch (TimeoutException e) {
            StreamException late = new StreamException(Reason.TIMED_OUT,
                    "the other side did not answer within " + options.deadline().toMillis() + " ms");
            stream.stream.abort(late.getMessage());
            throw late;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stream.stream.abort("interrupted while it was opened");
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a stream, and does not wait for the answer. */
    Open begin(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        begin();
        int keepAliveMillis = (int) options.keepAlive().toMillis();
        long id = randomLong();
        SendOptions sending = SendOptions.DEFAULT.withLane(randomLong());
        SendOptions telling = SendOptions.DEFAULT.withLane(randomLong());
        CompletableFuture<Optional<StreamException>> answered = new CompletableFuture<>();
        Open stream = new Open(Optional.of(recipient), answered, keepAliveMillis, new Carrier() {

            @Override
            public Delivery send(long sequence, End end, byte[] data) {
                return client.send(recipient, new StreamFrame.Data(id, end, sequence, data).toBytes(),
                        sending.withReplySurbs(PIECE_SURBS));
            }

            @Override
            public Delivery window(long limitBytes, long newBytes) {
                return client.send(recipient, new StreamFrame.Window(id, limitBytes).toBytes(), telling.withReplySurbs(
                        Math.clamp(newBytes / BYTES_PER_SURB + 1, PIECE_SURBS, MOST_WINDOW_SURBS)));
            }

            @Override
            public void broken(StreamException why) {
                client.closeLane(sending.lane().getAsLong());
                answered.complete(Optional.of(why));
                counters.count(Counter.STREAMS_BROKEN);
            }
        });
        opened.put(id, stream);
        counters.count(Counter.STREAMS_OPENED);
        client.send(recipient, new StreamFrame.Open(id, port, keepAliveMillis).toBytes(),
                        sending.withReplySurbs(OPEN_SURBS).withDeadline(options.deadline()))
                .outcome().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Failed failed) {
                        stream.stream.fail(new StreamException(Reason.UNDELIVERED, failed.reason() + ": "
                                + failed.detail()));
                    }
                });
        return stream;
    }

    private long randomLong() {
        return ByteBuffer.wrap(environment.randomness().bytes(Long.BYTES)).getLong();
    }

    StreamListener listen(int port) throws IOException {
        if (port < 0 || port > StreamFrame.MAX_PORT) {
            throw new IllegalArgumentException("a port is 0 to " + StreamFrame.MAX_PORT + ", not " + port);
        }
        begin();
        Listener listener = new Listener(port);
        if (listeners.putIfAbsent(port, listener) != null) {
            throw new IOException("port " + port + " of this client is listened on already");
        }
        return listener;
    }

    // ------------------------------------------------------------------ what arrives

    private boolean received(ReceivedMessage message) {
        if (!StreamFrame.isOne(message.payload())) {
            return false;
        }
        try {
            StreamFrame frame = StreamFrame.parse(message.payload());
            switch (message.origin()) {
                case ReceivedMessage.Sender(SenderTag sender) -> fromOpener(new Key(sender, frame.id()), frame);
                case ReceivedMessage.Answer answer -> fromAcceptor(answer, frame);
                case ReceivedMessage.Unknown() -> counters.count(Counter.STREAM_FRAMES_OF_OTHERS);
            }
        } catch (WireException e) {
            counters.count(Counter.STREAM_FRAMES_MALFORMED);
        }
        return true;
    }

    /** What is not an answer of whom the stream was opened to could tell somebody else that the stream is ours. */
    private void fromAcceptor(ReceivedMessage.Answer answer, StreamFrame frame) {
        Open stream = opened.get(frame.id());
        if (stream == null) {
            counters.count(Counter.STREAM_FRAMES_LATE);
            return;
        }
        if (!stream.recipient.filter(recipient -> answer.isOf(recipient, Optional.empty())).isPresent()) {
            counters.count(Counter.STREAM_FRAMES_OF_OTHERS);
            return;
        }
        switch (frame) {
            case StreamFrame.Refused ignored -> stream.stream.fail(
                    new StreamException(Reason.REFUSED, "nobody listens there, or there is no room"));
            case StreamFrame.Open ignored -> counters.count(Counter.STREAM_FRAMES_MALFORMED);
            default -> {
                // Whatever else comes may have overtaken the answer.
                stream.answered.complete(Optional.empty());
                stream.take(frame);
            }
        }
    }

    private synchronized void fromOpener(Key key, StreamFrame frame) {
        Open stream = accepted.get(key);
        if (stream != null) {
            if (frame instanceof StreamFrame.Open) {
                counters.count(Counter.STREAM_FRAMES_LATE);
            } else {
                stream.take(frame);
            }
        } else if (ended.containsKey(key) || stopped) {
            counters.count(Counter.STREAM_FRAMES_LATE);
        } else if (frame instanceof StreamFrame.Open open) {
            accept(key, open);
        } else {
            keepEarly(key, frame);
        }
    }

    private void accept(Key key, StreamFrame.Open asked) {
        SendOptions options = SendOptions.DEFAULT.withLane(randomLong());
        Listener listener = listeners.get(asked.port());
        Optional<Open> made = listener == null ? Optional.empty() : acceptedStream(key, asked, options);
        if (made.isEmpty() || !listener.offer(made.get())) {
            counters.count(Counter.STREAMS_REFUSED);
            made.ifPresent(stream -> stream.stream.release());
            ended.put(key, true);
            forgetEarly(key);
            client.reply(key.sender(), new StreamFrame.Refused(key.id()).toBytes(), options);
            return;
        }
        accepted.put(key, made.get());
        counters.count(Counter.STREAMS_ACCEPTED);
        keepTicking();
        client.reply(key.sender(), new StreamFrame.Accepted(key.id()).toBytes(), options);
        Early waiting = early.get(key);
        if (waiting != null) {
            forgetEarly(key);
            waiting.frames().forEach(made.get()::take);
        }
    }

    private Optional<Open> acceptedStream(Key key, StreamFrame.Open asked, SendOptions sending) {
        SendOptions telling = SendOptions.DEFAULT.withLane(randomLong());
        try {
            return Optional.of(new Open(Optional.empty(), CompletableFuture.completedFuture(Optional.empty()),
                    asked.keepAliveMillis(), new Carrier() {

                @Override
                public Delivery send(long sequence, End end, byte[] data) {
                    return client.reply(key.sender(), new StreamFrame.Data(key.id(), end, sequence, data).toBytes(),
                            sending);
                }

                @Override
                public Delivery window(long limitBytes, long newBytes) {
                    return client.reply(key.sender(), new StreamFrame.Window(key.id(), limitBytes).toBytes(), telling);
                }

                @Override
                public void broken(StreamException why) {
                    client.closeLane(sending.lane().getAsLong());
                    counters.count(Counter.STREAMS_BROKEN);
                }
            }));
        } catch (StreamException noRoom) {
            return Optional.empty();
        }
    }

    private void keepEarly(Key key, StreamFrame frame) {
        int bytes = EARLY_COST_BYTES + (frame instanceof StreamFrame.Data data ? data.data().length : 0);
        if (listeners.isEmpty() || earlyBytes + bytes > EARLY_LIMIT_BYTES) {
            counters.count(Counter.STREAM_FRAMES_DROPPED);
            return;
        }
        counters.count(Counter.STREAM_FRAMES_EARLY);
        Early before = early.getOrDefault(key, new Early(environment.clock().nanoTime(), List.of(), 0));
        List<StreamFrame> frames = new ArrayList<>(before.frames());
        frames.add(frame);
        early.put(key, new Early(before.sinceNanos(), frames, before.bytes() + bytes));
        earlyBytes += bytes;
        keepTicking();
    }

    private void forgetEarly(Key key) {
        Early forgotten = early.remove(key);
        if (forgotten != null) {
            earlyBytes -= forgotten.bytes();
        }
    }

    // ------------------------------------------------------------------ time and end

    private void tick() {
        opened.values().forEach(Open::tick);
        accepted.values().forEach(Open::tick);
        opened.values().removeIf(Open::isOver);
        synchronized (this) {
            Iterator<Map.Entry<Key, Open>> entries = accepted.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Key, Open> entry = entries.next();
                if (entry.getValue().isOver()) {
                    entries.remove();
                    ended.put(entry.getKey(), true);
                }
            }
            long now = environment.clock().nanoTime();
            List<Map.Entry<Key, Early>> stale = early.entrySet().stream()
                    .filter(entry -> now - entry.getValue().sinceNanos() > EARLY_PATIENCE.toNanos()).toList();
            for (Map.Entry<Key, Early> entry : stale) {
                counters.add(Counter.STREAM_FRAMES_DROPPED, entry.getValue().frames().size());
                forgetEarly(entry.getKey());
            }
            ticking = false;
            if (!opened.isEmpty() || !accepted.isEmpty() || !early.isEmpty()) {
                keepTicking();
            }
        }
    }

    /** Breaks everything off that is open: the client is closed. */
    void stop() {
        synchronized (this) {
            stopped = true;
            if (interception != null) {
                interception.close();
            }
        }
        listeners.values().forEach(Listener::close);
        StreamException closed = new StreamException(Reason.ABORTED, "the client was closed");
        opened.values().forEach(stream -> stream.stream.fail(closed));
        accepted.values().forEach(stream -> stream.stream.fail(closed));
    }

    /** One side of one stream. */
    final class Open implements MixnetStream {

        /** Whom it was opened to; empty: somebody else opened it to us. */
        private final Optional<MixnetAddress> recipient;
        private final MessageStream stream;
        /** Empty: it is open. */
        private final CompletableFuture<Optional<StreamException>> answered;
        private volatile boolean closed;
        private volatile long closedNanos;

        private Open(Optional<MixnetAddress> recipient, CompletableFuture<Optional<StreamException>> answered,
                     int keepAliveMillis, Carrier carrier) throws StreamException {
            this.recipient = recipient;
            this.answered = answered;
            Duration keepAlive = Duration.ofMillis(keepAliveMillis);
            StreamLimits usual = StreamLimits.DEFAULT;
            stream = new MessageStream(carrier, new StreamLimits(StreamFrame.FIRST_WINDOW_BYTES, usual.receiveBytes(),
                    usual.sendBytes(), usual.maxAhead(), usual.pieceBytes(), keepAlive,
                    keepAlive.multipliedBy(StreamOptions.SILENCE_FACTOR), usual.gap(), usual.resetPatience()),
                    budget, environment.clock()::nanoTime);
            stream.useWindows(StreamFrame.FIRST_WINDOW_BYTES);
        }

        private void take(StreamFrame frame) {
            switch (frame) {
                case StreamFrame.Data(long id, End end, long sequence, byte[] data) ->
                        count(stream.received(sequence, end, data));
                case StreamFrame.Window window -> stream.windowReceived(window.limitBytes());
                case StreamFrame.Accepted ignored -> { }
                case StreamFrame.Open ignored -> counters.count(Counter.STREAM_FRAMES_MALFORMED);
                case StreamFrame.Refused ignored -> counters.count(Counter.STREAM_FRAMES_MALFORMED);
            }
        }

        private void count(Reordering.Accepted what) {
            switch (what) {
                case EARLY -> counters.count(Counter.STREAM_FRAMES_REORDERED);
                case DUPLICATE, AFTER_END -> counters.count(Counter.STREAM_FRAMES_LATE);
                case TOO_FAR, TOO_MUCH -> counters.count(Counter.STREAM_FRAMES_DROPPED);
                case NEXT -> { }
            }
        }

        private void tick() {
            stream.tick();
            if (closed && environment.clock().nanoTime() - closedNanos > LINGER.toNanos()) {
                stream.abort("the other side did not close its half");
            }
        }

        private boolean isOver() {
            boolean over = stream.isDone();
            if (over) {
                stream.release();
            }
            return over;
        }

        /** {@return whether the other side has answered} */
        boolean isAnswered() {
            return answered.isDone();
        }

        @Override
        public InputStream input() {
            return stream.input();
        }

        @Override
        public OutputStream output() {
            return stream.output();
        }

        @Override
        public void setReadTimeout(Duration limit) {
            stream.setReadTimeout(limit);
        }

        @Override
        public void awaitDelivered(Duration limit) throws IOException {
            stream.awaitDelivered(limit);
        }

        @Override
        public void reset(String detail) {
            stream.abort(detail);
        }

        @Override
        public void close() {
            if (!closed) {
                closedNanos = environment.clock().nanoTime();
                closed = true;
                try {
                    stream.output().close();
                } catch (IOException e) {
                    throw new IllegalStateException("closing a half does not fail", e);
                }
                stream.closeInput();
            }
        }
    }

    private final class Listener implements StreamListener {

        private final int port;
        /** Empty: the listener is closed. */
        private final BlockingQueue<Optional<Open>> waiting = new LinkedBlockingQueue<>(BACKLOG + 1);
        private boolean open = true;

        private Listener(int port) {
            this.port = port;
        }

        private synchronized boolean offer(Open stream) {
            return open && waiting.size() < BACKLOG && waiting.offer(Optional.of(stream));
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public MixnetStream accept() throws IOException {
            return accept(BlockingQueue::take);
        }

        @Override
        public MixnetStream accept(Duration limit) throws IOException {
            return accept(queue -> queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS));
        }

        private interface Taking {
            Optional<Open> from(BlockingQueue<Optional<Open>> queue) throws InterruptedException;
        }

        private MixnetStream accept(Taking taking) throws IOException {
            try {
                Optional<Open> next = taking.from(waiting);
                if (next == null) {
                    throw new SocketTimeoutException("no stream was opened in time");
                }
                if (next.isEmpty()) {
                    // For others who wait.
                    waiting.offer(Optional.empty());
                    throw new IOException("the listener is closed");
                }
                return next.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }

        @Override
        public synchronized void close() {
            if (open) {
                open = false;
                listeners.remove(port, this);
                List<Optional<Open>> left = new ArrayList<>();
                waiting.drainTo(left);
                left.forEach(stream -> stream.ifPresent(one -> one.reset("nobody listens any more")));
                waiting.offer(Optional.empty());
            }
        }
    }
}
