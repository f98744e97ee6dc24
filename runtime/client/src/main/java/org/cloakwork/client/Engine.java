package org.cloakwork.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.encode.Routes;
import org.cloakwork.client.encode.Sealer;
import org.cloakwork.client.inbox.Inbox;
import org.cloakwork.client.inbox.Mailbox;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.pace.Pacer;
import org.cloakwork.client.pace.Window;
import org.cloakwork.client.reliability.LastMinute;
import org.cloakwork.client.reliability.PendingAcks;
import org.cloakwork.client.reliability.RoundTrips;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.replies.SenderTags;
import org.cloakwork.client.replies.SurbStock;
import org.cloakwork.client.session.Session;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client: owns all state, and leads each message through its stages. Everything but the public methods and the work
 * given to workers runs on the client's own thread.
 *
 * <p>Out: {@code send -> outbox -> encode -> seal -> pace -> session}. In: {@code session -> acknowledgement, or inbox ->
 * mailbox and replies}.
 */
public final class Engine implements MixnetClient {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** Packets sealed before their turn, being sealed included. */
    private static final int SEAL_AHEAD = 32;
    /** Payloads up to this length are acknowledgements or nothing. Source: protocol/3-messages, 7. */
    private static final int LONGEST_ACK = 48;
    /** Most reply blocks granted for one request, and sent in one message. Source: protocol/3-messages, 5.4. */
    private static final int MOST_SURBS_GRANTED = 500;
    private static final int MOST_SURBS_A_MESSAGE = 100;
    /** What a reply block adds to a message. */
    private static final int SURB_BYTES = 460;
    /** What a message has beside its content, its padding marker included. */
    private static final int MESSAGE_HEADER_BYTES = 32;
    /** What a packet carries of a message at least, and about what it holds here. */
    private static final int FRAGMENT_PAYLOAD_BYTES =
            PacketSize.REGULAR.fragmentLength() - Fragment.LINKED_HEADER_LENGTH;
    private static final int FRAGMENT_HELD_BYTES = 2048;
    /** Deadline of messages that carry reply blocks or ask for them. */
    private static final Duration SURBS_DEADLINE = Duration.ofMinutes(5);
    /** What those messages may hold; a request that asks for more is refused. */
    private static final long OWN_LIMIT_BYTES = 4 * 1024 * 1024;
    /** Beyond it deadlines are all the same, and nanoseconds can be added up. */
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(10_000);
    private static final Duration REPLY_CHECK = Duration.ofSeconds(5);
    /** When a packet could not be made, or a part is missing, until the next attempt. */
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** A packet that the policy does not wait for counts as lost so long after its expected round trip. */
    private static final Duration UNATTENDED = Duration.ofSeconds(5);
    /** So many cover packets are kept ready, so that cover leaves as promptly as what it covers. */
    private static final int SPARE_COVERS = 4;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final long LOSS_WINDOW_NANOS = 1_000_000_000;
    private static final String CLOSED = "the client was closed";
    /** Beside the names of {@link Counter} in {@link #counters}: messages handed to send and reply that have not ended. */
    static final String IN_FLIGHT = "messages.in-flight";

    /** A packet on its way to its slot. */
    private record Sealed(OutgoingFragment fragment, PreparedPacket packet) {
    }

    private final ClientConfiguration configuration;
    private final Parts parts;
    private final Environment environment;
    private final Cryptography cryptography;
    private final Counters counters = new Counters();
    private final StateBoard states;
    private final IdentityKeyPair identity;
    private final EncryptionKeyPair encryption;
    private final AckKey ackKey;

    private final Outbox outbox = new Outbox();
    private final AtomicLong outboxBytes = new AtomicLong();
    /** Messages of applications that have not ended. */
    private final Set<OutgoingMessage> inFlight = ConcurrentHashMap.newKeySet();
    /** Messages of our own, about reply blocks, that have not ended, and what they hold. */
    private final Set<OutgoingMessage> own = new HashSet<>();
    private long ownBytes;
    private final LinkedHashMap<OutgoingMessage, Content> unencoded = new LinkedHashMap<>();
    private final Queue<Sealed> sealed = new ArrayDeque<>();
    private final Queue<PreparedPacket> spareCovers = new ArrayDeque<>();
    private final PendingAcks pending = new PendingAcks();
    private final Window window = new Window();
    private final RoundTrips roundTrips = new RoundTrips();
    private final LastMinute newPackets;
    private final LastMinute copies;
    private final Pacer pacer;
    private final Session session;
    private final TopologyKeeper topology;
    private final ReplyKeys replyKeys = new ReplyKeys(counters);
    private final SurbStock surbs = new SurbStock(counters);
    private final SenderTags tags;
    private final Inbox inbox;
    private final Mailbox mailbox;
    private Routes routes;
    private boolean encoding;
    private Cancellable encodeAgain = () -> { };
    private int sealing;
    private boolean sealingPaused;
    private Cancellable sealAgain = () -> { };
    private int underWay;
    private int coversBeingSealed;
    private Cancellable replyCheck = () -> { };

    /**
     * Makes a client that does nothing until {@link #start}.
     *
     * @param configuration limits and choices
     * @param parts         exchangeable parts, looked up for each decision
     * @param environment   time, threads and randomness
     */
    public Engine(ClientConfiguration configuration, Parts parts, Environment environment) {
        this(configuration, parts, environment, Cryptography.NYM);
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
        this.configuration = configuration;
        this.parts = parts;
        this.environment = environment;
        this.cryptography = cryptography;
        identity = IdentityKeyPair.generate(environment.randomness());
        encryption = EncryptionKeyPair.generate(environment.randomness());
        ackKey = AckKey.generate(environment.randomness());
        states = new StateBoard(environment.listeners(), counters);
        tags = new SenderTags(environment.randomness());
        inbox = new Inbox(cryptography, encryption, replyKeys, counters, configuration.inboxLimitBytes());
        mailbox = new Mailbox(environment.listeners(), counters, configuration.inboxLimitBytes());
        topology = new TopologyKeeper(parts, environment.scheduler(), counters, configuration.topologyRefresh(),
                this::topologyChanged);
        session = new Session(environment, parts, cryptography, counters, identity, encryption.publicKey(), configuration.gateway(),
                new SessionEvents());
        newPackets = new LastMinute(environment.clock().nanoTime());
        copies = new LastMinute(environment.clock().nanoTime());
        pacer = new Pacer(environment, parts, counters, new Outgoing());
        parts.onChange(() -> environment.scheduler().execute(this::partsChanged));
    }

    /** Begins to work. */
    public void start() {
        environment.scheduler().execute(() -> {
            if (!isStopped()) {
                checkReplies();
                partsChanged();
            }
        });
    }

    // ------------------------------------------------------------------ what applications see

    @Override
    public MixnetAddress address() {
        return session.address().orElseThrow(
                () -> new IllegalStateException("the address is not known before the client was ready once"));
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
    public Subscription subscribe(Consumer<ReceivedMessage> listener) {
        return mailbox.subscribe(listener);
    }

    @Override
    public int maxMessageBytes() {
        return configuration.maxMessageBytes();
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> snapshot = counters.snapshot();
        snapshot.put(IN_FLIGHT, (long) inFlight.size());
        return snapshot;
    }

    /** {@return what the client holds at this moment; to be asked on its own thread only} */
    public Holdings holdings() {
        return new Holdings(outboxBytes.get(), inbox.bytesHeld(), mailbox.bytes(), pending.size(),
                session.pendingBytes(), surbs.size());
    }

    @Override
    public Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        int replySurbs = options.replySurbs().orElse(0);
        return accept(new Target.ToAddress(recipient), message, options, replySurbs, 0,
                () -> options.replySurbs().isPresent()
                        ? new Content.Anonymous(tags.tagFor(recipient), replySurbs, message)
                        : new Content.Plain(message));
    }

    @Override
    public Delivery reply(SenderTag sender, byte[] message, SendOptions options) {
        return accept(new Target.ToSender(sender, false), message, options, 0, 1, () -> new Content.Reply(message));
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
        return CompletableFuture.runAsync(() -> {
            if (isStopped()) {
                return;
            }
            // First, so that from here on nothing is accepted that would not be ended below.
            states.set(new ClientState.Stopped("closed"));
            topology.stop();
            pacer.stop();
            session.close();
            encodeAgain.cancel();
            sealAgain.cancel();
            replyCheck.cancel();
            inFlight.forEach(message -> fail(message, FailureReason.CLOSED, CLOSED));
            List.copyOf(own).forEach(message -> fail(message, FailureReason.CLOSED, CLOSED));
        }, environment.scheduler()::execute);
    }

    private boolean isStopped() {
        return states.current() instanceof ClientState.Stopped;
    }

    /** Whatever is wrong with a message becomes its outcome. */
    private OutgoingMessage accept(Target target, byte[] message, SendOptions options, int surbCount, int leastBytes,
                                   Supplier<Content> content) {
        counters.count(Counter.MESSAGES_CREATED);
        boolean sizeAllowed = message.length >= leastBytes && message.length <= configuration.maxMessageBytes();
        long bytes = sizeAllowed ? bytesHeld(message.length, surbCount) : 0;
        long now = environment.clock().nanoTime();
        OutgoingMessage outgoing = new OutgoingMessage(target, Lane.of(options.lane()), now,
                now + Math.min(LONGEST_DEADLINE.toNanos(), TimeUnit.NANOSECONDS.convert(options.deadline())),
                (ended, outcome) -> {
                    inFlight.remove(ended);
                    outboxBytes.addAndGet(-bytes);
                    counters.count(outcome instanceof Outcome.Acknowledged
                            ? Counter.MESSAGES_ACKNOWLEDGED : Counter.MESSAGES_FAILED);
                }, environment.listeners());
        inFlight.add(outgoing);
        boolean fits = outboxBytes.addAndGet(bytes) <= configuration.outboxLimitBytes();
        if (!sizeAllowed) {
            outgoing.refuse(FailureReason.MESSAGE_SIZE, "a message must have " + leastBytes + " to "
                    + configuration.maxMessageBytes() + " bytes, not " + message.length);
        } else if (!fits) {
            outgoing.refuse(FailureReason.OUTBOX_FULL, "more than " + configuration.outboxLimitBytes()
                    + " bytes are on their way already");
        } else if (isStopped()) {
            outgoing.refuse(FailureReason.CLOSED, CLOSED);
        } else {
            environment.scheduler().execute(() -> admit(outgoing, content.get()));
        }
        return outgoing;
    }

    /** What a message holds until it ends: its packets are counted whole, an empty one is a packet too. */
    private static long bytesHeld(int length, int surbCount) {
        return Math.ceilDiv(length + (long) surbCount * SURB_BYTES + MESSAGE_HEADER_BYTES, FRAGMENT_PAYLOAD_BYTES)
                * FRAGMENT_HELD_BYTES;
    }

    /** {@return fragments held on their way out, wanted or not} */
    int fragmentsHeld() {
        return outbox.size() + sealing + sealed.size() + pending.size() + unencoded.size();
    }

    /** {@return reply blocks of others that are held and not taken for a fragment} */
    int surbsHeld() {
        return surbs.size();
    }

    // ------------------------------------------------------------------ out: encode

    private void admit(OutgoingMessage message, Content content) {
        if (message.target() instanceof Target.ToSender(SenderTag sender, boolean ignored)
                && !surbs.canAnswer(sender, environment.clock().nanoTime())) {
            fail(message, FailureReason.UNKNOWN_SENDER, "no reply blocks of that sender, and none are on their way");
        } else {
            enqueue(message, content);
        }
    }

    private void enqueue(OutgoingMessage message, Content content) {
        if (message.isOpen()) {
            message.setDeadline(environment.scheduler().schedule(
                    Duration.ofNanos(message.deadlineNanos() - environment.clock().nanoTime()), () -> expired(message)));
            unencoded.put(message, content);
            encode();
        }
    }

    /** One message at a time, so that the order of sending is kept. */
    private void encode() {
        Optional<Encoder> encoder = encoder();
        while (encoder.isPresent() && !encoding && !unencoded.isEmpty()) {
            Map.Entry<OutgoingMessage, Content> next = unencoded.pollFirstEntry();
            OutgoingMessage message = next.getKey();
            if (message.target() instanceof Target.ToAddress(MixnetAddress address)
                    && !encoder.get().routes().lead(address.gateway())) {
                fail(message, FailureReason.UNKNOWN_GATEWAY, "the recipient's gateway is not in the network");
            } else {
                encoding = true;
                work(() -> encoder.get().encode(next.getValue()),
                        encoded -> encoded(message, next.getValue(), encoded));
            }
        }
    }

    private void encoded(OutgoingMessage message, Content content, Optional<Encoder.Encoded> encoded) {
        encoding = false;
        if (message.isOpen()) {
            if (encoded.isEmpty()) {
                unencoded.putFirst(message, content);
                encoding = true;
                encodeAgain = environment.scheduler().schedule(AGAIN, () -> {
                    encoding = false;
                    encode();
                });
                return;
            }
            List<OutgoingFragment> fragments = encoded.get().fragments().stream()
                    .map(fragment -> new OutgoingFragment(message, fragment)).toList();
            if (pending.add(fragments)) {
                message.cut(fragments);
                long now = environment.clock().nanoTime();
                encoded.get().replyKeys().forEach(key -> replyKeys.add(key, now));
                counters.add(Counter.SURBS_MADE, encoded.get().replyKeys().size());
                queue(message, fragments);
            } else {
                unencoded.putFirst(message, content);
            }
        }
        encode();
        seal();
    }

    private void queue(OutgoingMessage message, List<OutgoingFragment> fragments) {
        switch (message.target()) {
            case Target.ToAddress ignored -> fragments.forEach(fragment -> outbox.add(message.lane(), fragment));
            case Target.ToSender(SenderTag sender, boolean asksForSurbs) when asksForSurbs ->
                    surbs.takeForRequest(sender).ifPresentOrElse(surb -> {
                        counters.count(Counter.SURB_REQUESTS_SENT);
                        fragments.getFirst().setSurb(surb);
                        outbox.add(message.lane(), fragments.getFirst());
                    }, () -> fail(message, FailureReason.UNKNOWN_SENDER, "no reply block left to ask with"));
            case Target.ToSender(SenderTag sender, boolean ignored) -> {
                fragments.forEach(fragment -> surbs.enqueue(sender, fragment));
                serve(sender);
            }
        }
    }

    // ------------------------------------------------------------------ out: seal

    /** Empty as long as no packet can be made: its acknowledgement, too, needs a way to us. */
    private Optional<Routes> routes() {
        Topology current = topology.topology().orElse(null);
        if (current != null && (routes == null || routes.topology() != current)) {
            routes = new Routes(current, configuration.meanPacketDelay(), environment.randomness());
        }
        return session.address().filter(own -> routes != null && routes.lead(own.gateway())).map(own -> routes);
    }

    private Optional<Encoder> encoder() {
        return Optional.ofNullable(parts.sphinx()).flatMap(format -> routes().map(routes ->
                new Encoder(format, routes, session.address().orElseThrow(), environment.randomness())));
    }

    private Optional<Sealer> sealer() {
        return Optional.ofNullable(parts.sphinx()).flatMap(format -> routes().map(routes ->
                new Sealer(cryptography.packets(format, ackKey, environment.randomness()), routes,
                        session.address().orElseThrow())));
    }

    /**
     * Has a worker do something.
     *
     * @param result told on the client's own thread; empty if a part failed
     */
    private <T> void work(Supplier<T> task, Consumer<Optional<T>> result) {
        environment.workers().execute(() -> {
            Optional<T> done = Optional.empty();
            try {
                done = Optional.of(task.get());
            } catch (RuntimeException | LinkageError e) {
                counters.count(Counter.PART_FAILURES);
                LOG.warn("the sphinx part failed", e);
            }
            Optional<T> told = done;
            environment.scheduler().execute(() -> result.accept(told));
        });
    }

    private void seal() {
        Optional<Sealer> sealer = sealer();
        while (sealer.isPresent() && !sealingPaused && sealing + sealed.size() < SEAL_AHEAD
                && (pacer.isPaced() || underWay + sealing + sealed.size() < window.size())) {
            Optional<OutgoingFragment> next = outbox.poll();
            if (next.isEmpty()) {
                return;
            }
            OutgoingFragment fragment = next.get();
            ReplySurb surb = fragment.takeSurb();
            sealing++;
            work(() -> switch (fragment.message().target()) {
                case Target.ToAddress(MixnetAddress address) -> sealer.get().forward(fragment.fragment(), address);
                case Target.ToSender ignored -> sealer.get().reply(fragment.fragment(), surb);
            }, packet -> sealed(fragment, surb, packet));
        }
    }

    /** @param result empty if a part failed; in it nothing if there is no route */
    private void sealed(OutgoingFragment fragment, ReplySurb surb, Optional<Optional<PreparedPacket>> result) {
        sealing--;
        Optional<PreparedPacket> packet = result.flatMap(Function.identity());
        if (packet.isPresent()) {
            if (surb != null) {
                counters.count(Counter.SURBS_USED);
            }
            sealed.add(new Sealed(fragment, packet.get()));
            pacer.packetReady();
        } else {
            fragment.setSurb(surb);
            if (!fragment.isWanted()) {
                reclaimSurb(fragment);
            } else if (result.isPresent()) {
                counters.count(Counter.PACKETS_UNROUTABLE);
                fragment.setTimer(environment.scheduler().schedule(AGAIN, () -> {
                    outbox.add(fragment.message().lane(), fragment);
                    seal();
                }));
            } else {
                counters.count(Counter.PACKETS_UNSEALED);
                outbox.add(fragment.message().lane(), fragment);
                pauseSealing();
            }
        }
        seal();
    }

    /** What failed for one packet will fail for the next. */
    private void pauseSealing() {
        if (!sealingPaused) {
            sealingPaused = true;
            sealAgain = environment.scheduler().schedule(AGAIN, this::resumeSealing);
        }
    }

    private void resumeSealing() {
        sealAgain.cancel();
        sealingPaused = false;
        seal();
    }

    // ------------------------------------------------------------------ out: send, and wait for the acknowledgement

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
            for (Sealed next = sealed.poll(); next != null; next = sealed.poll()) {
                if (next.fragment().isWanted()) {
                    send(next);
                    seal();
                    return true;
                }
            }
            seal();
            return false;
        }

        @Override
        public void sendCover() {
            PreparedPacket cover = spareCovers.poll();
            if (cover == null) {
                counters.count(Counter.COVER_MISSED);
            } else {
                session.send(cover.mixPacket());
                counters.count(Counter.PACKETS_COVER);
            }
            prepareCover();
        }
    }

    private void send(Sealed next) {
        OutgoingFragment fragment = next.fragment();
        session.send(next.packet().mixPacket());
        long now = environment.clock().nanoTime();
        fragment.sent(now, next.packet().expectedRoundTripNanos());
        underWay++;
        if (fragment.transmissions() == 1) {
            counters.count(Counter.PACKETS_DATA);
            newPackets.count(now);
        } else {
            counters.count(Counter.PACKETS_RETRANSMITTED);
        }
        awaitAck(fragment);
    }

    private void awaitAck(OutgoingFragment fragment) {
        decide(fragment, RetransmissionPolicy::waitForAck,
                wait -> later(fragment, wait, () -> notAcknowledged(fragment)));
    }

    /** Asks the retransmission part about a further copy. Without an answer it is asked again. */
    private void decide(OutgoingFragment fragment,
                        BiFunction<RetransmissionPolicy, RetransmissionPolicy.SentPacket, Optional<Duration>> question,
                        Consumer<Duration> then) {
        RetransmissionPolicy policy = parts.retransmission();
        if (policy == null) {
            later(fragment, AGAIN, () -> decide(fragment, question, then));
            return;
        }
        Optional<Duration> answer;
        try {
            answer = question.apply(policy, sentPacket(fragment));
        } catch (RuntimeException | LinkageError e) {
            counters.count(Counter.PART_FAILURES);
            LOG.warn("the retransmission part failed", e);
            later(fragment, AGAIN, () -> decide(fragment, question, then));
            return;
        }
        answer.ifPresentOrElse(then, () -> noFurtherCopy(fragment));
    }

    private record SentFragment(int transmissions, Duration expectedRoundTrip, Duration age, Duration untilDeadline,
                                RetransmissionPolicy.Measured measured) implements RetransmissionPolicy.SentPacket {
    }

    private RetransmissionPolicy.SentPacket sentPacket(OutgoingFragment fragment) {
        long now = environment.clock().nanoTime();
        return new SentFragment(fragment.transmissions(), Duration.ofNanos(fragment.expectedRoundTripNanos()),
                Duration.ofNanos(now - fragment.firstSentNanos()),
                Duration.ofNanos(Math.max(0, fragment.message().deadlineNanos() - now)),
                new RetransmissionPolicy.Measured(roundTrips.samples(), Duration.ofNanos(roundTrips.excessNanos()),
                        Duration.ofNanos(roundTrips.variationNanos()), newPackets.total(now), copies.total(now)));
    }

    private void later(OutgoingFragment fragment, Duration delay, Runnable task) {
        fragment.setTimer(environment.scheduler().schedule(delay, task));
    }

    private void noFurtherCopy(OutgoingFragment fragment) {
        fragment.message().givenUp();
        later(fragment, UNATTENDED.plusNanos(fragment.expectedRoundTripNanos()), () -> {
            lost(fragment);
            seal();
        });
    }

    private void notAcknowledged(OutgoingFragment fragment) {
        lost(fragment);
        window.lost(environment.clock().nanoTime(), LOSS_WINDOW_NANOS);
        if (fragment.isWanted()) {
            sendAgain(fragment);
        }
    }

    private void sendAgain(OutgoingFragment fragment) {
        decide(fragment, RetransmissionPolicy::untilCopy, putOff -> {
            if (putOff.isPositive()) {
                counters.count(Counter.COPIES_PUT_OFF);
                later(fragment, putOff, () -> sendAgain(fragment));
            } else {
                enqueueCopy(fragment);
            }
        });
    }

    private void enqueueCopy(OutgoingFragment fragment) {
        copies.count(environment.clock().nanoTime());
        switch (fragment.message().target()) {
            case Target.ToAddress ignored -> outbox.add(Lane.RETRANSMISSION, fragment);
            case Target.ToSender(SenderTag sender, boolean asksForSurbs) when asksForSurbs ->
                    surbs.takeForRequestAgain(sender).ifPresentOrElse(surb -> {
                        fragment.setSurb(surb);
                        outbox.add(Lane.RETRANSMISSION, fragment);
                    }, () -> fragment.message().givenUp());
            case Target.ToSender(SenderTag sender, boolean ignored) -> {
                surbs.enqueueFirst(sender, fragment);
                serve(sender);
            }
        }
        seal();
    }

    private void lost(OutgoingFragment fragment) {
        if (fragment.isUnderWay()) {
            fragment.lost();
            underWay--;
        }
    }

    private void acknowledged(FragmentId id) {
        if (id.equals(FragmentId.COVER)) {
            counters.count(Counter.ACKS_COVER);
            return;
        }
        Optional<OutgoingFragment> fragment = pending.acknowledged(id);
        if (fragment.isEmpty()) {
            counters.count(Counter.ACKS_UNKNOWN);
            return;
        }
        counters.count(Counter.ACKS_RECEIVED);
        window.acknowledged();
        lost(fragment.get());
        long now = environment.clock().nanoTime();
        roundTrips.acknowledged(fragment.get().transmissions(), fragment.get().firstSentNanos(),
                fragment.get().expectedRoundTripNanos(), now);
        fragment.get().acknowledged();
        OutgoingMessage message = fragment.get().message();
        reclaimSurb(fragment.get());
        if (message.acknowledged(now)) {
            outbox.ended(message.takeFragments().size());
        }
        seal();
    }

    private void expired(OutgoingMessage message) {
        Delivery.Progress progress = message.progress();
        fail(message, message.isGivenUp() ? FailureReason.RETRANSMISSIONS : FailureReason.DEADLINE,
                progress.acknowledged() + " of " + progress.packets() + " packets were acknowledged by the deadline");
        seal();
    }

    private void fail(OutgoingMessage message, FailureReason reason, String detail) {
        if (message.fail(reason, detail)) {
            unencoded.remove(message);
            List<OutgoingFragment> fragments = message.takeFragments();
            for (OutgoingFragment fragment : fragments) {
                pending.remove(fragment);
                lost(fragment);
                fragment.end();
                reclaimSurb(fragment);
            }
            outbox.ended(fragments.size());
        }
    }

    private void reclaimSurb(OutgoingFragment fragment) {
        ReplySurb surb = fragment.takeSurb();
        if (surb != null && fragment.message().target() instanceof Target.ToSender(SenderTag sender, boolean ignored)) {
            surbs.putBack(sender, surb);
        }
    }

    // ------------------------------------------------------------------ cover

    private void prepareCover() {
        Optional<Sealer> sealer = sealer();
        while (sealer.isPresent() && pacer.needsCover() && spareCovers.size() + coversBeingSealed < SPARE_COVERS) {
            coversBeingSealed++;
            work(sealer.get()::cover, cover -> {
                coversBeingSealed--;
                cover.flatMap(Function.identity()).ifPresent(spareCovers::add);
            });
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
        public void payload(byte[] bytes) {
            if (bytes.length > LONGEST_ACK) {
                inbox.delivered(bytes, environment.clock().nanoTime()).ifPresent(Engine.this::received);
                return;
            }
            try {
                acknowledged(cryptography.openAck(bytes, ackKey));
            } catch (WireException e) {
                counters.count(Counter.ACKS_MALFORMED);
            }
        }

        @Override
        public void drained() {
            pacer.packetReady();
        }
    }

    private void received(NymMessage message) {
        switch (message) {
            case NymMessage.Plain(byte[] data) -> mailbox.deliver(new ReceivedMessage(data, Optional.empty()));
            case NymMessage.Repliable(SenderTag sender, RepliableContent content) -> {
                switch (content) {
                    case RepliableContent.Data data -> {
                        surbs.received(sender, data.surbs(), false);
                        mailbox.deliver(new ReceivedMessage(data.data(), Optional.of(sender)));
                    }
                    case RepliableContent.AdditionalSurbs more -> surbs.received(sender, more.surbs(), true);
                    case RepliableContent.Heartbeat heartbeat -> surbs.received(sender, heartbeat.surbs(), false);
                }
                serve(sender);
            }
            case NymMessage.Reply(ReplyContent.Data(byte[] data)) ->
                    mailbox.deliver(new ReceivedMessage(data, Optional.empty()));
            case NymMessage.Reply(ReplyContent.SurbRequest(MixnetAddress asking, long amount)) ->
                    grantSurbs(asking, amount);
        }
    }

    // ------------------------------------------------------------------ reply blocks

    /** Sends what waits for reply blocks as far as they suffice, and asks for more if they do not. */
    private void serve(SenderTag sender) {
        List<OutgoingFragment> released = surbs.release(sender);
        released.forEach(fragment -> outbox.add(fragment.message().lane(), fragment));
        if (surbs.isWaiting(sender) || !released.isEmpty()) {
            askForSurbs(sender);
        }
        seal();
    }

    private void askForSurbs(SenderTag sender) {
        Optional<MixnetAddress> address = session.address();
        int amount = address.isEmpty() || !session.isLive() ? 0 : surbs.request(sender, environment.clock().nanoTime());
        if (amount == 0) {
            return;
        }
        enqueue(ownMessage(new Target.ToSender(sender, true), 0), new Content.SurbRequest(address.get(), amount));
    }

    private void grantSurbs(MixnetAddress asking, long amount) {
        Optional<SenderTag> tag = tags.known(asking);
        int left = Math.clamp(amount, 0, MOST_SURBS_GRANTED);
        if (tag.isEmpty() || ownBytes + bytesHeld(0, left) > OWN_LIMIT_BYTES) {
            counters.count(Counter.SURB_REQUESTS_REFUSED);
            return;
        }
        counters.count(Counter.SURB_REQUESTS_RECEIVED);
        while (left > 0) {
            int now = Math.min(left, MOST_SURBS_A_MESSAGE);
            enqueue(ownMessage(new Target.ToAddress(asking), now), new Content.MoreSurbs(tag.get(), now));
            left -= now;
        }
    }

    /** Messages of our own are not counted among those of applications. */
    private OutgoingMessage ownMessage(Target target, int surbCount) {
        long now = environment.clock().nanoTime();
        long bytes = bytesHeld(0, surbCount);
        OutgoingMessage message = new OutgoingMessage(target, Lane.SURBS, now, now + SURBS_DEADLINE.toNanos(),
                (ended, outcome) -> {
                    own.remove(ended);
                    ownBytes -= bytes;
                }, environment.listeners());
        own.add(message);
        ownBytes += bytes;
        return message;
    }

    /** Requests get lost: whoever still waits asks again. */
    private void checkReplies() {
        expireSurbs();
        surbs.waiting().forEach(this::serve);
        replyCheck = environment.scheduler().schedule(REPLY_CHECK, this::checkReplies);
    }

    private void expireSurbs() {
        topology.topology().ifPresent(current -> surbs.rotate(current.keyRotation(), environment.clock().nanoTime()));
    }

    // ------------------------------------------------------------------ state

    private void topologyChanged() {
        topology.topology().ifPresent(session::topologyChanged);
        // Made for the topology before.
        spareCovers.clear();
        goOn();
    }

    private void partsChanged() {
        if (!isStopped()) {
            session.partsChanged();
            pacer.restart();
            topology.partsChanged();
            resumeSealing();
            goOn();
        }
    }

    /** What was missing may be there now. */
    private void goOn() {
        updateState();
        encode();
        prepareCover();
        pacer.packetReady();
        seal();
    }

    private void updateState() {
        if (isStopped()) {
            return;
        }
        Optional<String> missing = parts.missing();
        String reason;
        if (missing.isPresent()) {
            reason = "no " + missing.get() + " part";
        } else if (topology.topology().isEmpty()) {
            reason = topology.problem();
        } else if (!session.isLive()) {
            reason = session.status();
        } else if (routes().isEmpty()) {
            reason = "our own gateway is not in the network any more";
        } else {
            states.set(new ClientState.Ready());
            return;
        }
        states.set(states.wasReady() ? new ClientState.Degraded(reason) : new ClientState.Connecting(reason));
    }
}
