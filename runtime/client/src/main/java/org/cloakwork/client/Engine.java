package org.cloakwork.client;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.encode.Encoding;
import org.cloakwork.client.encode.PacketMaker;
import org.cloakwork.client.encode.Sealing;
import org.cloakwork.client.identity.Identity;
import org.cloakwork.client.identity.KeyFiles;
import org.cloakwork.client.inbox.Inbox;
import org.cloakwork.client.inbox.Mailbox;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.pace.Pacer;
import org.cloakwork.client.reliability.Reliability;
import org.cloakwork.client.replies.Replies;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.session.Session;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client: owns all state, and leads each message through its stages. Everything but the public methods and the work
 * given to workers runs on the client's own thread.
 *
 * <p>Out: {@code send -> encode -> outbox -> seal -> pace -> session}. In:
 * {@code session -> acknowledgement, or inbox -> mailbox and replies}.
 */
public final class Engine implements MixnetClient {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** Payloads up to this length are acknowledgements or nothing. Source: protocol/3-messages, 7. */
    private static final int LONGEST_ACK = 48;
    /** Beyond it deadlines are all the same, and nanoseconds can be added up. */
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(10_000);
    /** Without pacing, packets are made ahead for the window divided by this. */
    private static final int WINDOWS_AHEAD = 4;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final String CLOSED = "the client was closed";
    private static final String NOT_LISTED = "is not in the network";
    /**
     * Beside the names of {@link Counter} in {@link #counters}: messages handed to send and reply that have not ended.
     */
    static final String IN_FLIGHT = "messages.in-flight";
    /** Beside them, too, once there is one: for how long the present topology has been in use. */
    static final String TOPOLOGY_AGE = "topology.age-seconds";
    /** Likewise: how many nodes the present topology has, and how many its source lists and left out. */
    static final String TOPOLOGY_NODES = "topology.nodes";
    static final String TOPOLOGY_REJECTED = "topology.nodes.rejected";
    /** Likewise: what else of its source could not be read, or was no host name. */
    static final String TOPOLOGY_FAULTS = "topology.faults";

    private final ClientConfiguration configuration;
    private final Parts parts;
    private final Environment environment;
    private final Cryptography cryptography;
    private final Counters counters;
    private final StateBoard states;
    private final Warnings warnings = new Warnings();
    private final Announcements<MixnetAddress> addresses;
    private final AckKey ackKey;
    /** What the client goes on from, until it does. */
    private Saved saved;
    private final Ledger ledger;

    /** Messages of applications that have not ended, and what they hold. */
    private final Set<OutgoingMessage> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicLong mostHeldBytes = new AtomicLong();
    /** Timers that will end a message. */
    private int deadlines;
    private final Map<Lane, Long> heldBytesByLane = new ConcurrentHashMap<>();
    private final Outbox outbox = new Outbox();
    private final PacketMaker maker;
    private final Encoding encoding;
    private final Sealing sealing;
    private final Pacer pacer;
    private final Session session;
    private final Reliability reliability;
    private final Replies replies;
    private final ReplyKeys replyKeys;
    private final TopologyKeeper topology;
    private final Inbox inbox;
    private final Mailbox mailbox;
    private final Streams streams;

    /**
     * Makes a client that does nothing until {@link #start}, is someone new, and is gone when the process ends.
     *
     * @param configuration limits and choices
     * @param parts         exchangeable parts, looked up for each decision
     * @param environment   time, threads and randomness
     */
    public Engine(ClientConfiguration configuration, Parts parts, Environment environment) {
        this(configuration, parts, environment, Cryptography.NYM, new Counters(),
                Identity.generate(environment.randomness()), Optional.empty(), Saved.NOTHING);
    }

    /**
     * Makes a client that does nothing until {@link #start}, for simulations.
     *
     * @param configuration limits and choices
     * @param parts         exchangeable parts, looked up for each decision
     * @param environment   time, threads and randomness
     * @param cryptography  seals and opens what travels
     */
    public Engine(ClientConfiguration configuration, Parts parts, Environment environment,
                  Cryptography cryptography) {
        this(configuration, parts, environment, cryptography, new Counters(),
                Identity.generate(environment.randomness()), Optional.empty(), Saved.NOTHING);
    }

    /**
     * Makes a client that does nothing until {@link #start}, and then goes on where the one before it was killed or
     * closed. Blocks while it reads.
     *
     * @param configuration limits and choices
     * @param parts         exchangeable parts, looked up for each decision
     * @param environment   time, threads and randomness
     * @param store         the client's, with its key files beside it; to be closed by the caller, after the client
     * @return the client
     * @throws StoreException if keys or state cannot be read or written; the message names the file
     */
    public static Engine open(ClientConfiguration configuration, Parts parts, Environment environment,
                              ClientStore store) throws StoreException {
        Identity identity = KeyFiles.loadOrCreate(store.directory(), environment.randomness());
        Counters counters = new Counters();
        Saved saved = Saved.load(store, identity.identity().publicKey(), environment.clock().now(), ReplyKeys.MAX_AGE,
                Inbox.STALE_AFTER, counters);
        return new Engine(configuration, parts, environment, Cryptography.NYM, counters, identity, Optional.of(store),
                saved);
    }

    private Engine(ClientConfiguration configuration, Parts parts, Environment environment, Cryptography cryptography,
                   Counters counters, Identity identity, Optional<ClientStore> store, Saved saved) {
        this.configuration = configuration;
        this.parts = parts;
        this.environment = environment;
        this.cryptography = cryptography;
        this.counters = counters;
        this.saved = saved;
        ackKey = identity.ackKey();
        ledger = new Ledger(store, saved, identity.identity().publicKey(), environment, counters, this::updateState);
        replyKeys = new ReplyKeys(counters, ledger);
        states = new StateBoard(environment.listeners(), counters);
        addresses = new Announcements<>(environment.listeners(), counters);
        inbox = new Inbox(cryptography, identity.encryption(), replyKeys, counters, configuration.inboxLimitBytes(),
                ledger);
        mailbox = new Mailbox(environment.listeners(), counters, configuration.inboxLimitBytes());
        streams = new Streams(this, environment, counters);
        topology = new TopologyKeeper(parts, environment, counters, configuration.topologyRefresh(), ledger,
                this::topologyChanged);
        session = new Session(environment, parts, cryptography, counters, identity.identity(),
                identity.encryption().publicKey(), configuration.gateway(), configuration.gatewayPolicy(), saved,
                ledger, new SessionEvents());
        maker = new PacketMaker(environment, parts, cryptography, counters, ackKey, configuration.meanPacketDelay(),
                configuration.packetSizes(), topology::topology, session::address);
        encoding = new Encoding(maker, environment.scheduler(), new AfterEncoding());
        sealing = new Sealing(maker, environment.scheduler(), counters, outbox, new AfterSealing());
        pacer = new Pacer(environment, parts, counters, new Outgoing());
        reliability = new Reliability(environment, parts, counters, new AfterSending());
        replies = new Replies(environment, counters, configuration.packetSizes(), ledger, configuration.tagLifetime(),
                () -> session.address().filter(own -> session.isLive()),
                new AfterReplies());
        parts.onChange(() -> environment.scheduler().execute(this::partsChanged));
    }

    /** Begins to work. */
    public void start() {
        environment.scheduler().execute(() -> {
            if (!isStopped()) {
                session.address().ifPresent(addresses::announce);
                restore();
                replies.start();
                partsChanged();
            }
        });
    }

    private void restore() {
        saved.replyKeys().forEach(key -> replyKeys.restore(key.key(), key.ownTag(), nanosOf(key.made())));
        replies.restore(saved, this::nanosOf);
        saved.topology().ifPresent(topology::restore);
        inbox.restore(saved.fragments(), saved.completed(), this::nanosOf, environment.clock().nanoTime());
        saved.received().forEach(message -> mailbox.deliver(message.message(), ledger.gone(message.id())));
        saved.messages().forEach(this::restore);
        saved = Saved.NOTHING;
    }

    private void restore(Saved.Message message) {
        counters.count(Counter.MESSAGES_CREATED);
        counters.count(Counter.MESSAGES_RESTORED);
        long bytes = message.content().map(this::bytesHeld)
                .orElse(OutgoingMessage.bytesHeld(message.fragments()));
        int length = message.content().map(Engine::length).orElse(
                message.fragments().stream().mapToInt(fragment -> fragment.payload().length).sum());
        OutgoingMessage outgoing = message(message.target(), message.lane(), length, nanosOf(message.created()),
                nanosOf(message.deadline()), bytes);
        outgoing.setId(message.id());
        outgoing.durable();
        if (message.content().isPresent()) {
            enqueue(outgoing, message.content().get());
        } else {
            startDeadline(outgoing);
            if (!cut(outgoing, message.fragments(), () -> { })) {
                fail(outgoing, FailureReason.RETRANSMISSIONS, "its fragments are on their way already");
            }
        }
    }

    private long bytesHeld(Content content) {
        int surbs = switch (content) {
            case Content.Anonymous anonymous -> anonymous.surbs();
            case Content.MoreSurbs more -> more.surbs();
            case Content.Plain ignored -> 0;
            case Content.Reply ignored -> 0;
            case Content.SurbRequest ignored -> 0;
        };
        return OutgoingMessage.bytesHeld(length(content), surbs, configuration.packetSizes());
    }

    private static int length(Content content) {
        return switch (content) {
            case Content.Plain(byte[] data) -> data.length;
            case Content.Anonymous(SenderTag tag, int surbCount, byte[] data) -> data.length;
            case Content.Reply(byte[] data) -> data.length;
            case Content.SurbRequest ignored -> 0;
            case Content.MoreSurbs ignored -> 0;
        };
    }

    /** Dates survive a restart, monotonic time does not. */
    private long nanosOf(Instant date) {
        return environment.clock().nanoTime() + TimeUnit.NANOSECONDS.convert(
                Duration.between(environment.clock().now(), date));
    }

    private Instant dateOf(long nanos) {
        return environment.clock().now().plusNanos(nanos - environment.clock().nanoTime());
    }

    // ------------------------------------------------------------------ what applications see

    @Override
    public MixnetAddress address() {
        return session.address().orElseThrow(
                () -> new IllegalStateException("the address is not known before the client was ready once"));
    }

    @Override
    public Subscription onAddress(Consumer<MixnetAddress> listener) {
        return addresses.subscribe(listener);
    }

    @Override
    public ClientState state() {
        return states.current();
    }

    @Override
    public Subscription onState(Consumer<ClientState> listener) {
        return states.subscribe(listener);
    }

    @Override
    public void awaitReady(Duration deadline) throws TimeoutException, InterruptedException {
        states.awaitReady(deadline);
    }

    @Override
    public List<String> warnings() {
        return warnings.present();
    }

    @Override
    public Subscription subscribe(Consumer<ReceivedMessage> listener) {
        return mailbox.subscribe(listener);
    }

    @Override
    public Subscription intercept(Predicate<ReceivedMessage> taker) {
        return mailbox.intercept(taker);
    }

    @Override
    public int maxMessageBytes() {
        return configuration.maxMessageBytes();
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> snapshot = counters.snapshot();
        snapshot.put(IN_FLIGHT, (long) inFlight.size());
        topology.age().ifPresent(age -> snapshot.put(TOPOLOGY_AGE, age.toSeconds()));
        topology.topology().ifPresent(present -> {
            snapshot.put(TOPOLOGY_NODES, (long) present.nodes().size());
            snapshot.put(TOPOLOGY_REJECTED, (long) present.rejected().size());
            snapshot.put(TOPOLOGY_FAULTS, (long) present.faults().size());
        });
        return snapshot;
    }

    /** {@return what the client holds at this moment; to be asked on its own thread only} */
    public Holdings holdings() {
        return new Holdings(heldBytes.get(), inbox.bytesHeld(), mailbox.bytes(), reliability.size(),
                session.pendingBytes(), replies.surbsHeld(), inFlight.size() + replies.messages().size(), deadlines);
    }

    /** {@return the most that the client ever held; to be asked on its own thread only} */
    public Holdings.Peaks peaks() {
        return new Holdings.Peaks(mostHeldBytes.get(), inbox.mostBytesHeld(), mailbox.mostBytes(),
                reliability.mostAwaited(), replies.mostSurbsHeld());
    }

    @Override
    public Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        int replySurbs = options.replySurbs().orElse(0);
        return accept(new Target.ToAddress(recipient), message, options, replySurbs, 0,
                bytes -> options.replySurbs().isPresent()
                        ? new Content.Anonymous(replies.tagFor(recipient, options.isolation()), replySurbs, bytes)
                        : new Content.Plain(bytes));
    }

    @Override
    public Delivery reply(SenderTag sender, byte[] message, SendOptions options) {
        return accept(new Target.ToSender(sender, false), message, options, 0, 1, Content.Reply::new);
    }

    @Override
    public MixnetStream openStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        return streams.open(recipient, port, options);
    }

    /** {@return a stream that may not be answered yet, for whoever cannot wait} */
    Streams.Open beginStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        return streams.begin(recipient, port, options);
    }

    @Override
    public StreamListener listen(int port) throws IOException {
        return streams.listen(port);
    }

    @Override
    public void closeLane(long lane) {
        List<OutgoingMessage> unsent = onLane(lane).filter(OutgoingMessage::isUnsent).toList();
        unsent.forEach(OutgoingMessage::withdraw);
        if (!unsent.isEmpty()) {
            environment.scheduler().execute(() -> unsent.stream().filter(OutgoingMessage::isUnsent)
                    .forEach(message -> fail(message, FailureReason.LANE_CLOSED, "its lane was closed")));
        }
    }

    @Override
    public long laneBytes(long lane) {
        return onLane(lane).mapToLong(OutgoingMessage::unsentBytes).sum();
    }

    private Stream<OutgoingMessage> onLane(long lane) {
        return inFlight.stream().filter(message -> message.lane().equals(Lane.of(lane)));
    }

    /** Waits until everything has ended; called from a task of the client's own thread it would wait in vain. */
    @Override
    public void close() {
        try {
            stop().get(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the client did not stop in time", e);
        }
    }

    /** {@return completes when everything has ended} */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> durable = new CompletableFuture<>();
        return CompletableFuture.runAsync(() -> {
            if (isStopped()) {
                durable.complete(null);
                return;
            }
            // First, so that from here on nothing is accepted that would not be ended below.
            states.set(new ClientState.Stopped("closed"));
            streams.stop();
            topology.stop();
            pacer.stop();
            session.close();
            encoding.stop();
            sealing.stop();
            replies.stop();
            inFlight.forEach(message -> fail(message, FailureReason.CLOSED, CLOSED));
            replies.messages().forEach(message -> fail(message, FailureReason.CLOSED, CLOSED));
            ledger.closing();
            ledger.whenDurable(() -> durable.complete(null));
        }, environment.scheduler()::execute).thenCompose(ended -> durable);
    }

    /** {@return completes when nothing uses any more the transport that {@link Parts} had before} */
    public CompletableFuture<Void> transportLeft() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        environment.scheduler().execute(() -> session.whenLeft(() -> left.complete(null)));
        return left;
    }

    private boolean isStopped() {
        return states.current() instanceof ClientState.Stopped;
    }

    /** Whatever is wrong with a message becomes its outcome. */
    private OutgoingMessage accept(Target target, byte[] message, SendOptions options, int surbCount, int leastBytes,
                                   Function<byte[], Content> content) {
        counters.count(Counter.MESSAGES_CREATED);
        boolean sizeAllowed = message.length >= leastBytes && message.length <= configuration.maxMessageBytes();
        long bytes = sizeAllowed ? OutgoingMessage.bytesHeld(message.length, surbCount, configuration.packetSizes())
                : 0;
        long now = environment.clock().nanoTime();
        Lane lane = Lane.of(options.lane());
        OutgoingMessage outgoing = message(target, lane, message.length, now,
                now + Math.min(LONGEST_DEADLINE.toNanos(), TimeUnit.NANOSECONDS.convert(options.deadline())), bytes);
        // A lane that has more than what is free waits, so that there is room for others whatever one does.
        long laneBytes = heldBytesByLane.getOrDefault(lane, bytes) - bytes;
        long free = configuration.outboxLimitBytes() - heldBytes.get();
        boolean fits = free >= 0 && laneBytes <= free + bytes;
        if (!sizeAllowed) {
            outgoing.refuse(FailureReason.MESSAGE_SIZE, "a message must have " + leastBytes + " to "
                    + configuration.maxMessageBytes() + " bytes, not " + message.length);
        } else if (!fits) {
            outgoing.refuse(FailureReason.OUTBOX_FULL, laneBytes + " bytes are on this lane already, "
                    + (free + bytes) + " are free");
        } else if (isStopped()) {
            outgoing.refuse(FailureReason.CLOSED, CLOSED);
        } else {
            mostHeldBytes.accumulateAndGet(configuration.outboxLimitBytes() - free, Math::max);
            if (!ledger.isOn()) {
                outgoing.notStored();
            }
            // The caller may go on to write into its array.
            byte[] copy = message.clone();
            environment.scheduler().execute(() -> admit(outgoing, content.apply(copy)));
        }
        return outgoing;
    }

    /** @param bytes counted in {@link #heldBytes} by the caller */
    private OutgoingMessage message(Target target, Lane lane, int length, long createdNanos, long deadlineNanos,
                                    long bytes) {
        heldBytes.addAndGet(bytes);
        heldBytesByLane.merge(lane, bytes, Long::sum);
        OutgoingMessage message = new OutgoingMessage(target, lane, length, createdNanos, deadlineNanos,
                (ended, outcome) -> {
            inFlight.remove(ended);
            heldBytes.addAndGet(-bytes);
            heldBytesByLane.computeIfPresent(lane, (l, held) -> held > bytes ? held - bytes : null);
            ended.id().ifPresent(ledger::ended);
            counters.add(outcome instanceof Outcome.Acknowledged ? Counter.SURBS_ARRIVED : Counter.SURBS_UNSURE,
                    ended.surbs());
            counters.count(outcome instanceof Outcome.Acknowledged
                    ? Counter.MESSAGES_ACKNOWLEDGED : Counter.MESSAGES_FAILED);
        }, environment.outcomes());
        inFlight.add(message);
        return message;
    }

    private Saved.Message saved(OutgoingMessage message, Optional<Content> content, List<Fragment> fragments) {
        return new Saved.Message(message.id().orElseThrow(), message.target(), message.lane(),
                dateOf(message.createdNanos()), dateOf(message.deadlineNanos()), content, fragments);
    }

    /** {@return fragments held on their way out, wanted or not} */
    int fragmentsHeld() {
        return outbox.size() + sealing.size() + reliability.size() + encoding.size();
    }

    /** {@return reply blocks of others that are held and not taken for a fragment} */
    int surbsHeld() {
        return replies.surbsHeld();
    }

    // ------------------------------------------------------------------ out

    private void admit(OutgoingMessage message, Content content) {
        if (message.target() instanceof Target.ToSender(SenderTag sender, boolean ignored)
                && !replies.canAnswer(sender)) {
            fail(message, FailureReason.UNKNOWN_SENDER, "no reply blocks of that sender, and none are on their way");
        } else {
            if (ledger.isOn() && message.isOpen()) {
                message.setId(ledger.newId());
                ledger.accepted(saved(message, Optional.of(content), List.of()));
                ledger.whenDurable(message::durable);
            }
            enqueue(message, content);
        }
    }

    private void enqueue(OutgoingMessage message, Content content) {
        if (message.isOpen()) {
            startDeadline(message);
            encoding.add(message, content);
        }
    }

    private void startDeadline(OutgoingMessage message) {
        Cancellable timer = environment.scheduler().schedule(
                Duration.ofNanos(message.deadlineNanos() - environment.clock().nanoTime()), () -> expired(message));
        deadlines++;
        message.setDeadline(() -> {
            timer.cancel();
            deadlines--;
        });
    }

    /**
     * @param toKnow of them before they leave
     * @return whether the fragments go on; false if one of their ids is taken
     */
    private boolean cut(OutgoingMessage message, List<Fragment> cut, Runnable toKnow) {
        List<OutgoingFragment> fragments = cut.stream()
                .map(fragment -> new OutgoingFragment(message, fragment)).toList();
        if (!reliability.add(fragments)) {
            return false;
        }
        message.cut(fragments);
        toKnow.run();
        ledger.whenDurable(() -> leave(message, fragments));
        return true;
    }

    private void leave(OutgoingMessage message, List<OutgoingFragment> fragments) {
        if (!message.isOpen()) {
            return;
        }
        switch (message.target()) {
            case Target.ToAddress ignored -> fragments.forEach(outbox::add);
            case Target.ToSender sender -> {
                if (!replies.add(sender, fragments)) {
                    fail(message, FailureReason.UNKNOWN_SENDER, "no reply block left to ask with");
                }
            }
        }
        sealing.run();
    }

    private final class AfterEncoding implements Encoding.Next {

        @Override
        public void unroutable(OutgoingMessage message) {
            fail(message, FailureReason.UNKNOWN_GATEWAY, "the recipient's gateway " + whyUnroutable(message));
        }

        private String whyUnroutable(OutgoingMessage message) {
            return message.target() instanceof Target.ToAddress(MixnetAddress recipient)
                    ? topology.topology().flatMap(known -> known.rejection(recipient.gateway(), Node.Role.ENTRY))
                            .map(reason -> "is left out: " + reason).orElse(NOT_LISTED)
                    : NOT_LISTED;
        }

        @Override
        public boolean encoded(OutgoingMessage message, Encoder.Encoded encoded) {
            return cut(message, encoded.fragments(), () -> {
                long now = environment.clock().nanoTime();
                encoded.replyKeys().forEach(key -> replyKeys.add(key, encoded.ownTag(), now));
                counters.add(Counter.SURBS_MADE, encoded.replyKeys().size());
                message.carries(encoded.replyKeys().size());
                if (message.id().isPresent()) {
                    ledger.cut(saved(message, Optional.empty(), encoded.fragments()));
                }
            });
        }
    }

    private final class AfterReplies implements Replies.Next {

        @Override
        public void release(OutgoingFragment fragment) {
            // A reply block must be known to be used before it is.
            ledger.whenDurable(() -> {
                if (fragment.isWanted()) {
                    outbox.add(fragment);
                    sealing.run();
                }
            });
        }

        @Override
        public void send(OutgoingMessage message, Content content) {
            enqueue(message, content);
        }
    }

    private final class AfterSealing implements Sealing.Next {

        /** A copy that is needed waits behind what is made already, so of a small window only a part is. */
        @Override
        public int ahead() {
            return pacer.isPaced() ? Sealing.MOST_AHEAD
                    : Math.min(Sealing.MOST_AHEAD, reliability.window() / WINDOWS_AHEAD);
        }

        @Override
        public boolean needsCover() {
            return pacer.needsCover();
        }

        @Override
        public void ready() {
            pacer.packetReady();
        }

        @Override
        public void unused(OutgoingFragment fragment) {
            replies.ended(fragment);
        }
    }

    private final class Outgoing implements Pacer.Traffic {

        @Override
        public boolean isOpen() {
            return session.isLive() && parts.missing().isEmpty();
        }

        @Override
        public long pendingBytes() {
            return session.pendingBytes();
        }

        @Override
        public boolean sendWaiting() {
            if (!pacer.isPaced() && reliability.room() == 0) {
                return false;
            }
            Optional<Sealing.Sealed> next = sealing.poll();
            next.ifPresent(sealed -> {
                session.send(sealed.packet().mixPacket());
                reliability.sent(sealed.fragment(), sealed.packet().expectedRoundTripNanos());
            });
            sealing.run();
            return next.isPresent();
        }

        @Override
        public void sendCover() {
            sealing.pollCover().ifPresentOrElse(cover -> {
                inbox.coverSent(cover);
                session.send(cover.mixPacket());
                counters.count(Counter.PACKETS_COVER);
            }, () -> counters.count(Counter.COVER_MISSED));
        }
    }

    private final class AfterSending implements Reliability.Next {

        @Override
        public void copy(OutgoingFragment fragment) {
            switch (fragment.message().target()) {
                case Target.ToAddress ignored -> outbox.add(fragment);
                case Target.ToSender sender -> replies.addCopy(sender, fragment);
            }
            sealing.run();
        }

        @Override
        public void acknowledged(OutgoingFragment fragment) {
            replies.ended(fragment);
            if (fragment.message().acknowledged(environment.clock().nanoTime())) {
                outbox.ended(fragment.message().takeFragments().size());
            }
        }

        @Override
        public void room() {
            pacer.packetReady();
        }
    }

    private void expired(OutgoingMessage message) {
        Delivery.Progress progress = message.progress();
        fail(message, message.isGivenUp() ? FailureReason.RETRANSMISSIONS : FailureReason.DEADLINE,
                progress.acknowledged() + " of " + progress.packets() + " packets were acknowledged by the deadline");
        pacer.packetReady();
        sealing.run();
    }

    private void fail(OutgoingMessage message, FailureReason reason, String detail) {
        if (message.fail(reason, detail)) {
            encoding.remove(message);
            List<OutgoingFragment> fragments = message.takeFragments();
            for (OutgoingFragment fragment : fragments) {
                reliability.ended(fragment);
                replies.ended(fragment);
            }
            outbox.ended(fragments.size());
        }
    }

    // ------------------------------------------------------------------ in

    private final class SessionEvents implements Session.Listener {

        @Override
        public void live() {
            goOn();
        }

        @Override
        public void changed() {
            updateState();
        }

        @Override
        public void addressChanged(MixnetAddress address) {
            addresses.announce(address);
            // Cover would come back to the old one.
            sealing.replaceCover();
        }

        @Override
        public void payload(byte[] bytes) {
            if (bytes.length > LONGEST_ACK) {
                inbox.delivered(bytes, environment.clock().nanoTime()).ifPresent(Engine.this::received);
                return;
            }
            try {
                reliability.acknowledged(cryptography.openAck(bytes, ackKey));
            } catch (WireException e) {
                counters.count(Counter.ACKS_MALFORMED);
            }
        }

        @Override
        public void drained() {
            pacer.packetReady();
        }
    }

    private void received(Inbox.Delivered delivered) {
        switch (delivered) {
            case Inbox.ToAddress(NymMessage.Plain(byte[] data)) ->
                    deliver(new ReceivedMessage(data, new ReceivedMessage.Unknown()));
            case Inbox.ToAddress(NymMessage.Repliable(SenderTag sender, RepliableContent content)) -> {
                switch (content) {
                    case RepliableContent.Data data -> {
                        replies.received(sender, data.surbs(), false, session.address());
                        deliver(new ReceivedMessage(data.data(), new ReceivedMessage.Sender(sender)));
                    }
                    case RepliableContent.AdditionalSurbs more ->
                            replies.received(sender, more.surbs(), true, session.address());
                    case RepliableContent.Heartbeat heartbeat ->
                            replies.received(sender, heartbeat.surbs(), false, session.address());
                }
            }
            case Inbox.OverReplyBlock(ReplyContent.Data(byte[] data), Optional<SenderTag> ownTag) ->
                    deliver(new ReceivedMessage(data, replies.answer(ownTag)));
            case Inbox.OverReplyBlock(ReplyContent.SurbRequest request, Optional<SenderTag> ownTag) ->
                    replies.grant(request, ownTag);
        }
    }

    private void deliver(ReceivedMessage message) {
        mailbox.deliver(message, ledger.received(message));
    }

    // ------------------------------------------------------------------ state

    private void topologyChanged() {
        topology.topology().ifPresent(current -> {
            session.topologyChanged(current);
            replies.topologyChanged(current);
        });
        sealing.replaceCover();
        goOn();
    }

    private void partsChanged() {
        if (!isStopped()) {
            session.partsChanged();
            pacer.partsChanged();
            topology.partsChanged();
            sealing.resume();
            goOn();
        }
    }

    /** What was missing may be there now. */
    private void goOn() {
        updateState();
        encoding.run();
        sealing.prepareCover();
        pacer.packetReady();
        sealing.run();
    }

    private void updateState() {
        if (isStopped()) {
            return;
        }
        warnings.set(Stream.of(session.warning(), uncovered()).flatMap(Optional::stream).toList());
        Optional<String> missing = parts.problem();
        String reason;
        if (missing.isPresent()) {
            reason = missing.get();
        } else if (topology.topology().isEmpty()) {
            reason = topology.problem();
        } else if (!session.isLive()) {
            reason = session.status();
        } else if (!maker.hasRoutes()) {
            reason = "our own gateway is not in the network any more";
        } else if (ledger.problem().isPresent()) {
            reason = "the state cannot be written: " + ledger.problem().get();
        } else if (topology.isOutOfDate()) {
            // It works as long as the nodes are what they were.
            states.set(new ClientState.Degraded("the topology of " + topology.since() + " is out of date: "
                    + topology.problem()));
            return;
        } else {
            states.set(new ClientState.Ready());
            return;
        }
        states.set(states.wasReady() ? new ClientState.Degraded(reason) : new ClientState.Connecting(reason));
    }

    private Optional<String> uncovered() {
        return pacer.isUncovered() && session.address()
                .flatMap(own -> topology.topology().flatMap(known -> known.node(own.gateway())))
                .filter(Warnings::isElsewhere).isPresent() ? Optional.of(Warnings.UNCOVERED) : Optional.empty();
    }
}
