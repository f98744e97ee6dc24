package org.cloakwork.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
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
import org.cloakwork.client.reliability.PendingAcks;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.replies.SenderTags;
import org.cloakwork.client.replies.SurbStock;
import org.cloakwork.client.session.Session;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketPreparer;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.ReplySurb;
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
    /** Deadline of messages that carry reply blocks or ask for them. */
    private static final Duration SURBS_DEADLINE = Duration.ofMinutes(5);
    private static final Duration REPLY_CHECK = Duration.ofSeconds(5);
    /** When a packet could not be sealed, or a part is missing, until the next attempt. */
    private static final Duration SEAL_AGAIN = Duration.ofSeconds(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    private static final long LOSS_WINDOW_NANOS = 1_000_000_000;

    /** A packet on its way to its slot. */
    private record Sealed(OutgoingFragment fragment, PreparedPacket packet) {
    }

    /** A message waiting to be encoded. */
    private record Unencoded(OutgoingMessage message, Content content, ReplySurb surb) {
    }

    private final ClientConfiguration configuration;
    private final Parts parts;
    private final Environment environment;
    private final Counters counters = new Counters();
    private final StateBoard states;
    private final IdentityKeyPair identity;
    private final EncryptionKeyPair encryption;
    private final AckKey ackKey;

    private final Outbox outbox = new Outbox();
    private final AtomicLong outboxBytes = new AtomicLong();
    private final Queue<Unencoded> unencoded = new ArrayDeque<>();
    private final Queue<Sealed> sealed = new ArrayDeque<>();
    private final PendingAcks pending = new PendingAcks();
    private final Window window = new Window();
    private final Pacer pacer;
    private final Session session;
    private final TopologyKeeper topology;
    private final ReplyKeys replyKeys = new ReplyKeys(counters);
    private final SurbStock surbs = new SurbStock(counters);
    private final SenderTags tags;
    private final Inbox inbox;
    private final Mailbox mailbox;
    private boolean encoding;
    private int sealing;
    private int underWay;
    private int coverBeingSealed;
    private PreparedPacket spareCover;

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
        tags = new SenderTags(environment.randomness());
        inbox = new Inbox(encryption, replyKeys, counters, configuration.inboxLimitBytes());
        mailbox = new Mailbox(environment.listeners(), counters, configuration.inboxLimitBytes());
        topology = new TopologyKeeper(parts, environment.scheduler(), counters, configuration.topologyRefresh(),
                this::topologyChanged);
        session = new Session(environment, parts, counters, identity, encryption.publicKey(), configuration.gateway(),
                new SessionEvents());
        pacer = new Pacer(environment, parts, new Outgoing());
        parts.onChange(() -> environment.scheduler().execute(this::partsChanged));
    }

    /** Begins to work. */
    public void start() {
        environment.scheduler().execute(() -> {
            pacer.restart();
            topology.refresh();
            checkReplies();
            updateState();
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
        return counters.snapshot();
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
            if (states.current() instanceof ClientState.Stopped) {
                return;
            }
            states.set(new ClientState.Stopped("closed"));
            topology.stop();
            pacer.stop();
            session.close();
            unencoded.forEach(waiting -> fail(waiting.message(), FailureReason.CLOSED, "the client was closed"));
            unencoded.clear();
            pending.messages().forEach(message -> fail(message, FailureReason.CLOSED, "the client was closed"));
        }, environment.scheduler()::execute);
    }

    /** Whatever is wrong with a message becomes its outcome. */
    private OutgoingMessage accept(Target target, byte[] message, SendOptions options, int surbCount, int leastBytes,
                                   Supplier<Content> content) {
        counters.count(Counter.MESSAGES_CREATED);
        long now = environment.clock().nanoTime();
        long bytes = message.length + (long) surbCount * SURB_BYTES;
        OutgoingMessage outgoing = new OutgoingMessage(target, Lane.of(options.lane()), now,
                now + options.deadline().toNanos(), outcome -> {
                    outboxBytes.addAndGet(-bytes);
                    counters.count(outcome instanceof Outcome.Acknowledged
                            ? Counter.MESSAGES_ACKNOWLEDGED : Counter.MESSAGES_FAILED);
                }, environment.listeners());
        boolean fits = outboxBytes.addAndGet(bytes) <= configuration.outboxLimitBytes();
        if (message.length < leastBytes || message.length > configuration.maxMessageBytes()) {
            outgoing.fail(FailureReason.MESSAGE_SIZE, "a message must have " + leastBytes + " to "
                    + configuration.maxMessageBytes() + " bytes, not " + message.length);
        } else if (!fits) {
            outgoing.fail(FailureReason.OUTBOX_FULL, "more than " + configuration.outboxLimitBytes()
                    + " bytes are on their way already");
        } else {
            environment.scheduler().execute(() -> admit(outgoing, content.get()));
        }
        return outgoing;
    }

    // ------------------------------------------------------------------ out: encode

    private void admit(OutgoingMessage message, Content content) {
        if (states.current() instanceof ClientState.Stopped) {
            fail(message, FailureReason.CLOSED, "the client was closed");
            return;
        }
        if (message.target() instanceof Target.ToSender(SenderTag sender, boolean ignored) && !surbs.knows(sender)) {
            fail(message, FailureReason.UNKNOWN_SENDER, "no reply blocks of that sender");
            return;
        }
        enqueue(new Unencoded(message, content, null));
    }

    private void enqueue(Unencoded message) {
        long left = message.message().deadlineNanos() - environment.clock().nanoTime();
        message.message().setDeadline(environment.scheduler().schedule(Duration.ofNanos(left),
                () -> expired(message.message())));
        unencoded.add(message);
        encode();
    }

    /** One message at a time, so that the order of sending is kept. */
    private void encode() {
        Optional<Topology> current = topology.topology();
        Optional<MixnetAddress> own = session.address();
        PacketFormat format = parts.sphinx();
        if (encoding || unencoded.isEmpty() || current.isEmpty() || own.isEmpty() || format == null) {
            return;
        }
        Unencoded next = unencoded.poll();
        if (!next.message().isOpen()) {
            encode();
            return;
        }
        if (next.message().target() instanceof Target.ToAddress(MixnetAddress address)
                && current.get().node(address.gateway()).isEmpty()) {
            fail(next.message(), FailureReason.UNKNOWN_GATEWAY, "the recipient's gateway is not in the network");
            encode();
            return;
        }
        encoding = true;
        Encoder encoder = new Encoder(format, routes(current.get()), own.get(), environment.randomness());
        environment.workers().execute(() -> {
            Encoder.Encoded encoded;
            try {
                encoded = encoder.encode(next.content());
            } catch (RuntimeException e) {
                environment.scheduler().execute(() -> encodeAgain(next));
                throw e;
            }
            environment.scheduler().execute(() -> encoded(next, encoded));
        });
    }

    private void encodeAgain(Unencoded message) {
        environment.scheduler().schedule(SEAL_AGAIN, () -> {
            encoding = false;
            unencoded.add(message);
            encode();
        });
    }

    private void encoded(Unencoded message, Encoder.Encoded encoded) {
        encoding = false;
        long now = environment.clock().nanoTime();
        encoded.replyKeys().forEach(key -> replyKeys.add(key, now));
        counters.add(Counter.SURBS_MADE, encoded.replyKeys().size());
        List<OutgoingFragment> fragments = new ArrayList<>();
        encoded.fragments().forEach(f -> fragments.add(new OutgoingFragment(message.message(), f)));
        if (message.message().isOpen()) {
            message.message().cut(fragments);
            pending.add(fragments);
            switch (message.message().target()) {
                case Target.ToAddress ignored -> fragments.forEach(f -> outbox.add(message.message().lane(), f));
                case Target.ToSender(SenderTag ignored, boolean asksForSurbs) when asksForSurbs -> {
                    fragments.getFirst().setSurb(message.surb());
                    outbox.add(Lane.SURBS, fragments.getFirst());
                }
                case Target.ToSender(SenderTag sender, boolean ignored) -> {
                    fragments.forEach(f -> surbs.enqueue(sender, f));
                    serve(sender);
                }
            }
        }
        encode();
        seal();
    }

    // ------------------------------------------------------------------ out: seal

    private Routes routes(Topology current) {
        return new Routes(current, configuration.meanPacketDelay(), environment.randomness());
    }

    private Optional<Sealer> sealer() {
        PacketFormat format = parts.sphinx();
        return format == null ? Optional.empty() : topology.topology().flatMap(current -> session.address().map(
                own -> new Sealer(new PacketPreparer(format, ackKey, environment.randomness()), routes(current), own,
                        environment.randomness())));
    }

    private void seal() {
        Optional<Sealer> sealer = sealer();
        while (sealer.isPresent() && sealing + sealed.size() < SEAL_AHEAD
                && (pacer.isPaced() || underWay + sealing + sealed.size() < window.size())) {
            Optional<OutgoingFragment> next = outbox.poll();
            if (next.isEmpty()) {
                return;
            }
            OutgoingFragment fragment = next.get();
            ReplySurb surb = fragment.takeSurb();
            sealing++;
            environment.workers().execute(() -> {
                Optional<PreparedPacket> packet = Optional.empty();
                try {
                    packet = switch (fragment.message().target()) {
                        case Target.ToAddress(MixnetAddress address) ->
                                sealer.get().forward(fragment.fragment(), address);
                        case Target.ToSender ignored -> sealer.get().reply(fragment.fragment(), surb);
                    };
                } finally {
                    Optional<PreparedPacket> result = packet;
                    environment.scheduler().execute(() -> sealed(fragment, surb, result));
                }
            });
        }
    }

    private void sealed(OutgoingFragment fragment, ReplySurb surb, Optional<PreparedPacket> packet) {
        sealing--;
        if (packet.isPresent()) {
            sealed.add(new Sealed(fragment, packet.get()));
            pacer.packetReady();
        } else {
            counters.count(Counter.PACKETS_UNROUTABLE);
            fragment.setSurb(surb);
            environment.scheduler().schedule(SEAL_AGAIN, () -> {
                outbox.add(fragment.message().lane(), fragment);
                seal();
            });
        }
        seal();
    }

    // ------------------------------------------------------------------ out: send, and wait for the acknowledgement

    private final class Outgoing implements Pacer.Traffic {

        @Override
        public boolean isOpen() {
            return session.isLive();
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
            if (spareCover != null) {
                session.send(spareCover.mixPacket());
                counters.count(Counter.PACKETS_COVER);
                spareCover = null;
            }
            prepareCover();
        }
    }

    private void send(Sealed next) {
        OutgoingFragment fragment = next.fragment();
        session.send(next.packet().mixPacket());
        long now = environment.clock().nanoTime();
        fragment.sent(now);
        underWay++;
        counters.count(fragment.transmissions() == 1 ? Counter.PACKETS_DATA : Counter.PACKETS_RETRANSMITTED);
        awaitAck(fragment, next.packet().expectedRoundTripNanos());
    }

    private void awaitAck(OutgoingFragment fragment, long expectedRoundTripNanos) {
        RetransmissionPolicy policy = parts.retransmission();
        if (policy == null) {
            fragment.setTimer(environment.scheduler().schedule(SEAL_AGAIN,
                    () -> awaitAck(fragment, expectedRoundTripNanos)));
            return;
        }
        Optional<Duration> wait = policy.waitForAck(new SentFragment(fragment.transmissions(),
                Duration.ofNanos(expectedRoundTripNanos), since(fragment.firstSentNanos()),
                Duration.ofNanos(Math.max(0, fragment.message().deadlineNanos() - environment.clock().nanoTime()))));
        if (wait.isEmpty()) {
            fragment.message().givenUp();
            fragment.setTimer(() -> { });
        } else {
            fragment.setTimer(environment.scheduler().schedule(wait.get(), () -> notAcknowledged(fragment)));
        }
    }

    private record SentFragment(int transmissions, Duration expectedRoundTrip, Duration age, Duration untilDeadline)
            implements RetransmissionPolicy.SentPacket {
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(environment.clock().nanoTime() - nanos);
    }

    private void notAcknowledged(OutgoingFragment fragment) {
        lost(fragment);
        window.lost(environment.clock().nanoTime(), LOSS_WINDOW_NANOS);
        if (!fragment.isWanted()) {
            return;
        }
        switch (fragment.message().target()) {
            case Target.ToAddress ignored -> outbox.add(Lane.RETRANSMISSION, fragment);
            case Target.ToSender(SenderTag sender, boolean asksForSurbs) when asksForSurbs ->
                    surbs.takeForRequest(sender).ifPresentOrElse(surb -> {
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
        fragment.get().acknowledged();
        fragment.get().message().acknowledged(environment.clock().nanoTime());
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
            for (OutgoingFragment fragment : message.fragments()) {
                pending.remove(fragment);
                lost(fragment);
                fragment.end();
            }
        }
    }

    // ------------------------------------------------------------------ cover

    /** One is kept ready, so that cover leaves as promptly as what it covers. */
    private void prepareCover() {
        if (spareCover != null || coverBeingSealed > 0) {
            return;
        }
        sealer().ifPresent(sealer -> {
            coverBeingSealed++;
            environment.workers().execute(() -> {
                Optional<PreparedPacket> cover = Optional.empty();
                try {
                    cover = sealer.cover();
                } finally {
                    PreparedPacket result = cover.orElse(null);
                    environment.scheduler().execute(() -> {
                        coverBeingSealed--;
                        spareCover = result;
                    });
                }
            });
        });
    }

    // ------------------------------------------------------------------ in

    private final class SessionEvents implements Session.Listener {

        @Override
        public void live() {
            updateState();
            encode();
            prepareCover();
            pacer.packetReady();
            seal();
        }

        @Override
        public void lost(String reason) {
            updateState();
        }

        @Override
        public void payload(byte[] bytes) {
            if (bytes.length > LONGEST_ACK) {
                inbox.delivered(bytes, environment.clock().nanoTime()).ifPresent(Engine.this::received);
                return;
            }
            try {
                acknowledged(SurbAck.open(bytes, ackKey));
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
        Optional<MixnetAddress> own = session.address();
        int amount = own.isEmpty() ? 0 : surbs.request(sender, environment.clock().nanoTime());
        if (amount == 0) {
            return;
        }
        surbs.takeForRequest(sender).ifPresent(surb -> {
            counters.count(Counter.SURB_REQUESTS_SENT);
            enqueue(new Unencoded(ownMessage(new Target.ToSender(sender, true)),
                    new Content.SurbRequest(own.get(), amount), surb));
        });
    }

    private void grantSurbs(MixnetAddress asking, long amount) {
        Optional<SenderTag> tag = tags.known(asking);
        if (tag.isEmpty()) {
            counters.count(Counter.SURB_REQUESTS_REFUSED);
            return;
        }
        counters.count(Counter.SURB_REQUESTS_RECEIVED);
        int left = Math.clamp(amount, 0, MOST_SURBS_GRANTED);
        while (left > 0) {
            int now = Math.min(left, MOST_SURBS_A_MESSAGE);
            enqueue(new Unencoded(ownMessage(new Target.ToAddress(asking)), new Content.MoreSurbs(tag.get(), now),
                    null));
            left -= now;
        }
    }

    /** Messages of our own are not counted among those of applications. */
    private OutgoingMessage ownMessage(Target target) {
        long now = environment.clock().nanoTime();
        return new OutgoingMessage(target, Lane.SURBS, now, now + SURBS_DEADLINE.toNanos(), outcome -> { },
                environment.listeners());
    }

    /** Requests get lost: whoever still waits asks again. */
    private void checkReplies() {
        if (states.current() instanceof ClientState.Stopped) {
            return;
        }
        surbs.waiting().forEach(this::serve);
        environment.scheduler().schedule(REPLY_CHECK, this::checkReplies);
    }

    // ------------------------------------------------------------------ state

    private void topologyChanged() {
        topology.topology().ifPresent(session::topologyChanged);
        updateState();
        encode();
        seal();
    }

    private void partsChanged() {
        if (states.current() instanceof ClientState.Stopped) {
            return;
        }
        session.partsChanged();
        pacer.restart();
        if (topology.topology().isEmpty()) {
            topology.refresh();
        }
        updateState();
        encode();
        seal();
    }

    private void updateState() {
        if (states.current() instanceof ClientState.Stopped) {
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
        } else {
            states.set(new ClientState.Ready());
            return;
        }
        states.set(states.wasReady() ? new ClientState.Degraded(reason) : new ClientState.Connecting(reason));
    }
}
