package org.cloakwork.streams;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.Figure;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamException.Reason;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.StreamRequest;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * The streams of applications: {@link StreamFrame}s over the client's messages. Whoever opens one sends with reply
 * blocks; the other side knows it by its sender tag and the stream's id. Frames that come before the one that opens
 * their stream are kept for a while, within limits.
 */
public final class Streams {

    private static final Duration TICK = Duration.ofMillis(200);
    /** Of all streams of a client together, received and not read. */
    private static final long BUDGET_BYTES = 64L << 20;
    private static final int OPEN_SURBS = 20;
    private static final int ENDED_REMEMBERED = 1024;
    private static final String CLOSED = "the client was closed";

    /** Names a stream that another client opened. */
    private record Key(SenderTag sender, long id) {
    }

    /**
     * Somebody listens.
     *
     * @param allowed keys; empty: everybody
     * @param taker   decides
     * @param ended   told when the client is closed
     */
    private record Port(Optional<Set<EncryptionKey>> allowed, Consumer<? super Asked> taker, Runnable ended) {
    }

    /** A stream of somebody else's that waits for an answer of ours. */
    private final class Asked implements StreamRequest {

        private final Key opener;
        private final int port;
        private final Optional<EncryptionKey> shown;
        private final SendOptions options;
        private final OpenStream stream;
        private final AtomicBoolean answered = new AtomicBoolean();

        Asked(Key opener, int port, Optional<EncryptionKey> shown, SendOptions options, OpenStream stream) {
            this.opener = opener;
            this.port = port;
            this.shown = shown;
            this.options = options;
            this.stream = stream;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public SenderTag caller() {
            return opener.sender();
        }

        @Override
        public Optional<EncryptionKey> key() {
            return shown;
        }

        private void answer() {
            if (answered.getAndSet(true)) {
                throw new IllegalStateException("it was answered before");
            }
        }

        @Override
        public MixnetStream accept() {
            answer();
            counters.count(StreamCounter.ACCEPTED);
            client.reply(opener.sender(), new StreamFrame.Accepted(opener.id(), gateways).toBytes(), options);
            return stream;
        }

        @Override
        public void refuse(Reason why) {
            if (!StreamFrame.WHY.contains(why)) {
                throw new IllegalArgumentException(why + " is no answer to somebody who asks");
            }
            answer();
            Streams.this.forget(opener);
            stream.fail(new StreamException(why, "it was refused"));
            stream.release();
            refused(opener, why, options);
        }
    }

    private final MixnetClient client;
    private final LongConsumer withdraw;
    private final List<IdentityKey> gateways;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Randomness randomness;
    private final Counters<StreamCounter> counters = new Counters<>(StreamCounter.class);
    private final OpenStream.Shared shared;
    private final Map<Long, OpenStream> opened = new ConcurrentHashMap<>();
    private final Map<Key, OpenStream> accepted = new ConcurrentHashMap<>();
    private final Map<Integer, Port> ports = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Doorkeeper doorkeeper;
    // Touched where messages are handed over only, or guarded by this.
    private final EarlyFrames<Key> early = new EarlyFrames<>();
    @GuardedBy("this")
    private final Map<Key, Boolean> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > ENDED_REMEMBERED;
        }
    };
    @GuardedBy("this")
    private Subscription interception;
    @GuardedBy("this")
    private Subscription moves;
    @GuardedBy("this")
    private boolean ticking;
    @GuardedBy("this")
    private Scheduler.Cancellable next = () -> { };
    @GuardedBy("this")
    private boolean stopped;

    /**
     * Does nothing before its first use.
     *
     * @param client     carries the frames
     * @param clock      time
     * @param scheduler  wakes the streams up
     * @param randomness names streams and lanes
     * @param own        the client's, which proofs of keys are for
     * @param gateways   that the client may be at, if it may be at several: whoever opens a stream to it learns them
     * @param withdraw   ends what was sent on a lane and has not arrived, whether it has left or not
     */
    public Streams(MixnetClient client, Clock clock, Scheduler scheduler, Randomness randomness,
                   EncryptionKeyPair own, List<IdentityKey> gateways, LongConsumer withdraw) {
        doorkeeper = new Doorkeeper(own, clock);
        this.client = client;
        this.gateways = gateways.subList(0, Math.min(gateways.size(), StreamFrame.MOST_GATEWAYS));
        this.withdraw = withdraw;
        this.clock = clock;
        this.scheduler = scheduler;
        this.randomness = randomness;
        shared = new OpenStream.Shared(new ByteBudget(BUDGET_BYTES), clock, counters::count);
    }

    /** {@return what was counted so far, by {@link StreamCounter#key}} */
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    /** {@return what was counted, with what it means} */
    public List<Figure> figures() {
        return counters.figures();
    }

    /** From the first use on: who never uses streams answers to none. */
    private synchronized void begin() throws IOException {
        if (stopped) {
            throw new IOException("the client is closed");
        }
        if (interception == null) {
            interception = client.intercept(this::received);
            moves = client.onAddress(address -> accepted.forEach((key, stream) -> here(key, stream, address)));
        }
        keepTicking();
    }

    private synchronized void keepTicking() {
        if (!ticking && !stopped) {
            ticking = true;
            next = scheduler.schedule(TICK, this::tick);
        }
    }

    // ------------------------------------------------------------------ what applications ask for

    /**
     * As {@link MixnetClient#openStream}.
     *
     * @param recipient another client
     * @param port      that it listens on
     * @param options   how
     * @return the stream, which the other side has accepted
     * @throws IOException as there
     */
    public MixnetStream open(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        OpenStream stream = begin(recipient, port, options);
        if (options.early()) {
            return stream;
        }
        try {
            Optional<StreamException> failure = stream.opened().get(options.deadline().toNanos(), TimeUnit.NANOSECONDS);
            if (failure.isPresent()) {
                throw failure.get();
            }
            return stream;
        } catch (TimeoutException e) {
            throw stream.late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stream.reset("interrupted while it was opened");
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Opens a stream, and does not wait for the answer.
     *
     * @param recipient another client
     * @param port      that it listens on
     * @param options   how
     * @return the stream, which may not be answered yet
     * @throws IOException if there is no room for it
     */
    public OpenStream begin(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        begin();
        int keepAliveMillis = (int) options.keepAlive().toMillis();
        long id = randomLong();
        SendOptions ours = options.isolation().map(SendOptions.DEFAULT::withIsolation).orElse(SendOptions.DEFAULT);
        Outward outward = new Outward(client, withdraw, this::randomLong, clock::nanoTime, id,
                present(recipient, options.isolation()), ours, options.keepAlive());
        Optional<Proof> proof = options.key().map(key -> Proof.of(key, recipient, id, port, clock.now()));
        CompletableFuture<Optional<StreamException>> answered = new CompletableFuture<>();
        OpenStream stream = new OpenStream(shared, Optional.of(new OpenStream.To(recipient, options.isolation(),
                options.deadline(), outward)), answered, keepAliveMillis, new OpenStream.Way() {

            @Override
            public Delivery send(long sequence, End end, byte[] data) {
                return outward.piece(new StreamFrame.Data(id, end, sequence, data));
            }

            @Override
            public int pieceBytes() {
                return client.pieceBytes(outward.at()) - StreamFrame.DATA_HEAD_LENGTH;
            }

            @Override
            public Delivery window(long limitBytes, long newBytes, long next) {
                return outward.window(new StreamFrame.Window(id, limitBytes, next), newBytes);
            }

            @Override
            public void broken(StreamException why) {
                outward.close();
                answered.complete(Optional.of(why));
                counters.count(StreamCounter.BROKEN);
            }
        });
        opened.put(id, stream);
        counters.count(StreamCounter.OPENED);
        outward.open(new StreamFrame.Open(id, port, keepAliveMillis, proof), OPEN_SURBS, options.deadline())
                .outcome().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Failed failed && !stream.isAnswered()) {
                        stream.fail(new StreamException(Reason.UNDELIVERED, failed.reason() + ": "
                                + failed.detail()));
                    }
                });
        return stream;
    }

    /** Where it is, if another stream as the same has found it elsewhere; what others have found is not for it. */
    private MixnetAddress present(MixnetAddress recipient, Optional<String> isolation) {
        return opened.values().stream().flatMap(stream -> stream.foundAt(recipient, isolation).stream()).findFirst()
                .orElse(recipient);
    }

    private long randomLong() {
        return ByteBuffer.wrap(randomness.bytes(Long.BYTES)).getLong();
    }

    /**
     * As {@link MixnetClient#listen}.
     *
     * @param port of this client
     * @return takes the streams that are opened to it
     * @throws IOException as there
     */
    public StreamListener listen(int port) throws IOException {
        Listening listener = new Listening(port, () -> ports.remove(port));
        listen(port, new Port(Optional.empty(), asked -> {
            if (listener.offer(asked.stream)) {
                asked.accept();
            } else {
                asked.refuse(Reason.REFUSED);
            }
        }, listener::close));
        return listener;
    }

    /**
     * As {@link MixnetClient#listen(int, Optional, Consumer)}.
     *
     * @param port    of this client
     * @param allowed keys; empty: everybody
     * @param taker   decides
     * @return ends it when closed
     * @throws IOException as there
     * @since 1.3
     */
    public Subscription listen(int port, Optional<Set<EncryptionKey>> allowed, Consumer<StreamRequest> taker)
            throws IOException {
        Port listening = new Port(allowed.map(Set::copyOf), taker, () -> { });
        listen(port, listening);
        return () -> ports.remove(port, listening);
    }

    private void listen(int port, Port listening) throws IOException {
        if (port < 0 || port > StreamFrame.MAX_PORT) {
            throw new IllegalArgumentException("a port is 0 to " + StreamFrame.MAX_PORT + ", not " + port);
        }
        begin();
        if (ports.putIfAbsent(port, listening) != null) {
            throw new IOException("port " + port + " of this client is listened on already");
        }
    }

    // ------------------------------------------------------------------ what arrives

    private boolean received(ReceivedMessage message) {
        if (!StreamFrame.isOne(message.payload())) {
            return false;
        }
        try {
            StreamFrame frame = StreamFrame.parse(message.payload());
            switch (message.origin()) {
                case ReceivedMessage.Sender(SenderTag sender) ->
                        fromOpener(new Key(sender, frame.id()), frame).run();
                case ReceivedMessage.Answer answer -> fromAcceptor(answer, frame);
                case ReceivedMessage.Unknown() -> counters.count(StreamCounter.FRAMES_OF_OTHERS);
            }
        } catch (WireException e) {
            counters.count(StreamCounter.FRAMES_MALFORMED);
        }
        return true;
    }

    /** What is not an answer of whom the stream was opened to could tell somebody else that the stream is ours. */
    private void fromAcceptor(ReceivedMessage.Answer answer, StreamFrame frame) {
        OpenStream stream = opened.get(frame.id());
        if (stream == null) {
            counters.count(StreamCounter.FRAMES_LATE);
            return;
        }
        if (!stream.isTo(answer)) {
            counters.count(StreamCounter.FRAMES_OF_OTHERS);
            return;
        }
        switch (frame) {
            case StreamFrame.Refused(long ignored, Reason why) -> stream.fail(new StreamException(why, switch (why) {
                case NO_ROOM -> "the other side has no room for another stream";
                case UNREACHABLE -> "what the other side serves there does not answer";
                default -> "nobody listens there, or not for us";
            }));
            case StreamFrame.Open ignored -> counters.count(StreamCounter.FRAMES_MALFORMED);
            case StreamFrame.Where ignored -> counters.count(StreamCounter.FRAMES_MALFORMED);
            default -> {
                // Whatever else comes may have overtaken the answer.
                stream.answered();
                stream.take(frame);
            }
        }
    }

    /** {@return what is to be done without the lock} */
    private synchronized Runnable fromOpener(Key key, StreamFrame frame) {
        OpenStream stream = accepted.get(key);
        if (stream != null) {
            switch (frame) {
                case StreamFrame.Open ignored -> counters.count(StreamCounter.FRAMES_LATE);
                case StreamFrame.Where ignored -> {
                    return () -> here(key, stream, client.address());
                }
                default -> stream.take(frame);
            }
        } else if (ended.containsKey(key) || stopped) {
            counters.count(StreamCounter.FRAMES_LATE);
        } else if (frame instanceof StreamFrame.Open open) {
            return asked(key, open);
        } else {
            keepEarly(key, frame);
        }
        return () -> { };
    }

    /** Tells whoever opened a stream where we are; only those who may know it. */
    private void here(Key key, OpenStream stream, MixnetAddress address) {
        if (gateways.contains(address.gateway())) {
            client.reply(key.sender(), new StreamFrame.Here(key.id(), address.gateway(), stream.messages().expected())
                    .toBytes(), SendOptions.DEFAULT.withLane(randomLong()));
        }
    }

    /** Whoever may not come in is answered as if nobody listened: by the same message, after the same work. */
    @GuardedBy("this")
    private Runnable asked(Key key, StreamFrame.Open asked) {
        Optional<EncryptionKey> shown = doorkeeper.look(asked);
        SendOptions options = SendOptions.DEFAULT.withLane(randomLong());
        Port port = ports.get(asked.port());
        if (port == null || port.allowed().isPresent()
                && !doorkeeper.letIn(port.allowed().get(), shown, asked)) {
            ended.put(key, true);
            early.take(key);
            return () -> refused(key, Reason.REFUSED, options);
        }
        Optional<OpenStream> made = acceptedStream(key, asked, options);
        if (made.isEmpty()) {
            ended.put(key, true);
            early.take(key);
            return () -> refused(key, Reason.NO_ROOM, options);
        }
        accepted.put(key, made.get());
        keepTicking();
        early.take(key).forEach(made.get()::take);
        Asked waiting = new Asked(key, asked.port(), port.allowed().isPresent() ? shown : Optional.empty(), options,
                made.get());
        return () -> port.taker().accept(waiting);
    }

    private void refused(Key key, Reason why, SendOptions options) {
        counters.count(StreamCounter.REFUSED);
        client.reply(key.sender(), new StreamFrame.Refused(key.id(), why).toBytes(), options);
    }

    private synchronized void forget(Key key) {
        accepted.remove(key);
        ended.put(key, true);
    }

    private Optional<OpenStream> acceptedStream(Key key, StreamFrame.Open asked, SendOptions sending) {
        SendOptions telling = SendOptions.DEFAULT.withLane(randomLong());
        try {
            return Optional.of(new OpenStream(shared, Optional.empty(),
                    CompletableFuture.completedFuture(Optional.empty()), asked.keepAliveMillis(),
                    new OpenStream.Way() {

                @Override
                public Delivery send(long sequence, End end, byte[] data) {
                    return client.reply(key.sender(), new StreamFrame.Data(key.id(), end, sequence, data).toBytes(),
                            sending);
                }

                @Override
                public Delivery window(long limitBytes, long newBytes, long next) {
                    return client.reply(key.sender(), new StreamFrame.Window(key.id(), limitBytes, next).toBytes(),
                            telling);
                }

                @Override
                public void broken(StreamException why) {
                    client.closeLane(sending.lane().getAsLong());
                    counters.count(StreamCounter.BROKEN);
                }
            }));
        } catch (StreamException noRoom) {
            return Optional.empty();
        }
    }

    private void keepEarly(Key key, StreamFrame frame) {
        if (!ports.isEmpty() && early.keep(key, frame, clock.nanoTime())) {
            counters.count(StreamCounter.FRAMES_EARLY);
            keepTicking();
        } else {
            counters.count(StreamCounter.FRAMES_DROPPED);
        }
    }

    // ------------------------------------------------------------------ time and end

    private void tick() {
        synchronized (this) {
            ticking = false;
            keepTicking();
        }
        opened.values().forEach(OpenStream::tick);
        accepted.values().forEach(OpenStream::tick);
        opened.values().removeIf(OpenStream::isOver);
        synchronized (this) {
            Iterator<Map.Entry<Key, OpenStream>> entries = accepted.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Key, OpenStream> entry = entries.next();
                if (entry.getValue().isOver()) {
                    entries.remove();
                    ended.put(entry.getKey(), true);
                }
            }
            counters.add(StreamCounter.FRAMES_DROPPED, early.dropStale(clock.nanoTime()));
            if (opened.isEmpty() && accepted.isEmpty() && early.isEmpty()) {
                ticking = false;
                next.cancel();
            }
        }
    }

    /** Breaks everything off that is open and tells the other sides: the client closes. */
    public void leave() {
        opened.values().forEach(stream -> stream.messages().abort(CLOSED));
        accepted.values().forEach(stream -> stream.messages().abort(CLOSED));
    }

    /** The client is closed. */
    public void stop() {
        synchronized (this) {
            stopped = true;
            if (interception != null) {
                interception.close();
                moves.close();
            }
        }
        ports.values().forEach(port -> port.ended().run());
        ports.clear();
        StreamException closed = new StreamException(Reason.ABORTED, CLOSED);
        opened.values().forEach(stream -> stream.fail(closed));
        accepted.values().forEach(stream -> stream.fail(closed));
    }
}
