package org.cloakwork.client;

import java.time.Duration;
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
import java.util.function.Supplier;
import java.util.stream.Stream;
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
import org.cloakwork.client.encode.Encoding;
import org.cloakwork.client.encode.PacketMaker;
import org.cloakwork.client.encode.Sealing;
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
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.SurbAck;
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
 * <p>Out: {@code send -> encode -> outbox -> seal -> pace -> session}. In: {@code session -> acknowledgement, or inbox ->
 * mailbox and replies}.
 */
public final class Engine implements MixnetClient {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** Payloads up to this length are acknowledgements or nothing. Source: protocol/3-messages, 7. */
    private static final int LONGEST_ACK = 48;
    /** Beyond it deadlines are all the same, and nanoseconds can be added up. */
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(10_000);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final String CLOSED = "the client was closed";
    /** Beside the names of {@link Counter} in {@link #counters}: messages handed to send and reply that have not ended. */
    static final String IN_FLIGHT = "messages.in-flight";

    private final ClientConfiguration configuration;
    private final Parts parts;
    private final Environment environment;
    private final Counters counters = new Counters();
    private final StateBoard states;
    private final IdentityKeyPair identity;
    private final EncryptionKeyPair encryption;
    private final AckKey ackKey;

    /** Messages of applications that have not ended, and what they hold. */
    private final Set<OutgoingMessage> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicLong heldBytes = new AtomicLong();
    private final Map<Lane, Long> heldBytesByLane = new ConcurrentHashMap<>();
    private final Outbox outbox = new Outbox();
    private final PacketMaker maker;
    private final Encoding encoding;
    private final Sealing sealing;
    private final Pacer pacer;
    private final Session session;
    private final Reliability reliability;
    private final Replies replies;
    private final ReplyKeys replyKeys = new ReplyKeys(counters);
    private final TopologyKeeper topology;
    private final Inbox inbox;
    private final Mailbox mailbox;

    /**
     * Makes a client that does nothing until {@link #start}.
     *
     * @param configuration limits and choices
     * @param parts         exchangeable parts, looked up for each decision
     * @param environment   time, threads and randomness
     */
    public Engine(ClientConfiguration configuration, Parts parts, Environment environment) {
        this.configuration = configuration;
        this.parts = parts;
        this.environment = environment;
        identity = IdentityKeyPair.generate(environment.randomness());
        encryption = EncryptionKeyPair.generate(environment.randomness());
        ackKey = AckKey.generate(environment.randomness());
        states = new StateBoard(environment.listeners(), counters);
        inbox = new Inbox(encryption, replyKeys, counters, configuration.inboxLimitBytes());
        mailbox = new Mailbox(environment.listeners(), counters, configuration.inboxLimitBytes());
        topology = new TopologyKeeper(parts, environment.scheduler(), counters, configuration.topologyRefresh(),
                this::topologyChanged);
        session = new Session(environment, parts, counters, identity, encryption.publicKey(), configuration.gateway(),
                new SessionEvents());
        maker = new PacketMaker(environment, parts, counters, ackKey, configuration.meanPacketDelay(),
                configuration.packetSizes(), topology::topology, session::address);
        encoding = new Encoding(maker, environment.scheduler(), new AfterEncoding());
        sealing = new Sealing(maker, environment.scheduler(), counters, outbox, new AfterSealing());
        pacer = new Pacer(environment, parts, counters, new Outgoing());
        reliability = new Reliability(environment, parts, counters, new AfterSending());
        replies = new Replies(environment, counters, configuration.packetSizes(),
                () -> session.address().filter(own -> session.isLive()),
                new AfterReplies());
        parts.onChange(() -> environment.scheduler().execute(this::partsChanged));
    }

    /** Begins to work. */
    public void start() {
        environment.scheduler().execute(() -> {
            if (!isStopped()) {
                replies.start();
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
        return new Holdings(heldBytes.get(), inbox.bytesHeld(), mailbox.bytes(), reliability.size(),
                session.pendingBytes(), replies.surbsHeld());
    }

    @Override
    public Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        int replySurbs = options.replySurbs().orElse(0);
        return accept(new Target.ToAddress(recipient), message, options, replySurbs, 0,
                () -> options.replySurbs().isPresent()
                        ? new Content.Anonymous(replies.tagFor(recipient), replySurbs, message)
                        : new Content.Plain(message));
    }

    @Override
    public Delivery reply(SenderTag sender, byte[] message, SendOptions options) {
        return accept(new Target.ToSender(sender, false), message, options, 0, 1, () -> new Content.Reply(message));
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
        return CompletableFuture.runAsync(() -> {
            if (isStopped()) {
                return;
            }
            // First, so that from here on nothing is accepted that would not be ended below.
            states.set(new ClientState.Stopped("closed"));
            topology.stop();
            pacer.stop();
            session.close();
            encoding.stop();
            sealing.stop();
            replies.stop();
            inFlight.forEach(message -> fail(message, FailureReason.CLOSED, CLOSED));
            replies.messages().forEach(message -> fail(message, FailureReason.CLOSED, CLOSED));
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
        long bytes = sizeAllowed ? OutgoingMessage.bytesHeld(message.length, surbCount, configuration.packetSizes()) : 0;
        long now = environment.clock().nanoTime();
        Lane lane = Lane.of(options.lane());
        OutgoingMessage outgoing = new OutgoingMessage(target, lane, message.length, now,
                now + Math.min(LONGEST_DEADLINE.toNanos(), TimeUnit.NANOSECONDS.convert(options.deadline())),
                (ended, outcome) -> {
                    inFlight.remove(ended);
                    heldBytes.addAndGet(-bytes);
                    heldBytesByLane.computeIfPresent(lane, (l, held) -> held > bytes ? held - bytes : null);
                    counters.count(outcome instanceof Outcome.Acknowledged
                            ? Counter.MESSAGES_ACKNOWLEDGED : Counter.MESSAGES_FAILED);
                }, environment.listeners());
        inFlight.add(outgoing);
        // A lane that has more than what is free waits, so that there is room for others whatever one does.
        long laneBytes = heldBytesByLane.merge(lane, bytes, Long::sum) - bytes;
        long free = configuration.outboxLimitBytes() - heldBytes.addAndGet(bytes);
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
            environment.scheduler().execute(() -> admit(outgoing, content.get()));
        }
        return outgoing;
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
            enqueue(message, content);
        }
    }

    private void enqueue(OutgoingMessage message, Content content) {
        if (message.isOpen()) {
            message.setDeadline(environment.scheduler().schedule(
                    Duration.ofNanos(message.deadlineNanos() - environment.clock().nanoTime()), () -> expired(message)));
            encoding.add(message, content);
        }
    }

    private final class AfterEncoding implements Encoding.Next {

        @Override
        public void unroutable(OutgoingMessage message) {
            fail(message, FailureReason.UNKNOWN_GATEWAY, "the recipient's gateway is not in the network");
        }

        @Override
        public boolean encoded(OutgoingMessage message, Encoder.Encoded encoded) {
            List<OutgoingFragment> fragments = encoded.fragments().stream()
                    .map(fragment -> new OutgoingFragment(message, fragment)).toList();
            if (!reliability.add(fragments)) {
                return false;
            }
            message.cut(fragments);
            long now = environment.clock().nanoTime();
            encoded.replyKeys().forEach(key -> replyKeys.add(key, now));
            counters.add(Counter.SURBS_MADE, encoded.replyKeys().size());
            switch (message.target()) {
                case Target.ToAddress ignored -> fragments.forEach(outbox::add);
                case Target.ToSender sender -> {
                    if (!replies.add(sender, fragments)) {
                        fail(message, FailureReason.UNKNOWN_SENDER, "no reply block left to ask with");
                    }
                }
            }
            sealing.run();
            return true;
        }
    }

    private final class AfterReplies implements Replies.Next {

        @Override
        public void release(OutgoingFragment fragment) {
            outbox.add(fragment);
            sealing.run();
        }

        @Override
        public void send(OutgoingMessage message, Content content) {
            enqueue(message, content);
        }
    }

    private final class AfterSealing implements Sealing.Next {

        @Override
        public int room() {
            return pacer.isPaced() ? Integer.MAX_VALUE : reliability.room();
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
            sealing.run();
        }
    }

    private void expired(OutgoingMessage message) {
        Delivery.Progress progress = message.progress();
        fail(message, message.isGivenUp() ? FailureReason.RETRANSMISSIONS : FailureReason.DEADLINE,
                progress.acknowledged() + " of " + progress.packets() + " packets were acknowledged by the deadline");
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
        public void payload(byte[] bytes) {
            if (bytes.length > LONGEST_ACK) {
                inbox.delivered(bytes, environment.clock().nanoTime()).ifPresent(Engine.this::received);
                return;
            }
            try {
                reliability.acknowledged(SurbAck.open(bytes, ackKey));
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
                        replies.received(sender, data.surbs(), false);
                        mailbox.deliver(new ReceivedMessage(data.data(), Optional.of(sender)));
                    }
                    case RepliableContent.AdditionalSurbs more -> replies.received(sender, more.surbs(), true);
                    case RepliableContent.Heartbeat heartbeat -> replies.received(sender, heartbeat.surbs(), false);
                }
            }
            case NymMessage.Reply(ReplyContent.Data(byte[] data)) ->
                    mailbox.deliver(new ReceivedMessage(data, Optional.empty()));
            case NymMessage.Reply(ReplyContent.SurbRequest(MixnetAddress asking, long amount)) ->
                    replies.grant(asking, amount);
        }
    }

    // ------------------------------------------------------------------ state

    private void topologyChanged() {
        topology.topology().ifPresent(current -> {
            session.topologyChanged(current);
            replies.rotate(current.keyRotation());
        });
        sealing.topologyChanged();
        goOn();
    }

    private void partsChanged() {
        if (!isStopped()) {
            session.partsChanged();
            pacer.restart();
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
        Optional<String> missing = parts.missing();
        String reason;
        if (missing.isPresent()) {
            reason = "no " + missing.get() + " part";
        } else if (topology.topology().isEmpty()) {
            reason = topology.problem();
        } else if (!session.isLive()) {
            reason = session.status();
        } else if (!maker.hasRoutes()) {
            reason = "our own gateway is not in the network any more";
        } else {
            states.set(new ClientState.Ready());
            return;
        }
        states.set(states.wasReady() ? new ClientState.Degraded(reason) : new ClientState.Connecting(reason));
    }
}
