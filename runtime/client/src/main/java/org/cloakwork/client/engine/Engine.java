package org.cloakwork.client.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.Figure;
import org.cloakwork.api.Insight;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.StreamRequest;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Petnames;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.identity.Identity;
import org.cloakwork.client.identity.KeyFiles;
import org.cloakwork.client.inbox.Inbox;
import org.cloakwork.client.inbox.Mailbox;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.session.Session;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.RowStore;
import org.cloakwork.client.store.Saved;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.streams.OpenStream;
import org.cloakwork.streams.Streams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client as applications see it, put together from its stages: {@link Admission}, {@link Outgoing}, {@link Incoming}.
 * Everything but the public methods and the work given to workers runs on the client's own thread.
 */
public final class Engine implements MixnetClient {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final String LINE_SHARE = "line.share";
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    /** What waits has so long to leave when the client stops: the ends of connections are among it. */
    private static final Duration FAREWELL = Duration.ofMillis(500);
    private static final Duration FAREWELL_STEP = Duration.ofMillis(5);

    private final Ground ground;
    private final StateBoard states;
    private final Warnings warnings = new Warnings();
    private volatile Optional<String> remedy = Optional.empty();
    private volatile Petnames petnames = Petnames.NONE;
    private final Announcements<MixnetAddress> addresses;
    /** What the client goes on from, until it does. */
    private Saved saved;
    private final Ledger ledger;
    private final TopologyKeeper topology;
    private final Session session;
    private final Inbox inbox;
    private final Mailbox mailbox;
    private final Streams streams;
    private final Admission admission;
    private final Outgoing outgoing;
    private final Incoming incoming;
    private final Condition condition;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /**
     * Makes a client that does nothing until {@link #start}, is someone new, and is gone when the process ends.
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
        this(Ground.of(configuration, parts, environment, cryptography, Identity.generate(environment.randomness())),
                Optional.empty(), Saved.NOTHING);
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
        return open(configuration, parts, environment,
                KeyFiles.loadOrCreate(store.directory(), environment.randomness(), store.passphrase()),
                RowStore.of(store, environment.workers()));
    }

    /**
     * Makes a client that does nothing until {@link #start}, and then goes on where the one before it was killed or
     * closed.
     *
     * @param configuration limits and choices
     * @param parts         exchangeable parts, looked up for each decision
     * @param environment   time, threads and randomness
     * @param identity      whose state it is
     * @param store         the client's; to be closed by the caller, after the client
     * @return the client
     * @throws StoreException if the state cannot be read
     */
    public static Engine open(ClientConfiguration configuration, Parts parts, Environment environment,
                              Identity identity, RowStore store) throws StoreException {
        Ground ground = Ground.of(configuration, parts, environment, Cryptography.NYM, identity);
        Saved saved = Saved.load(store, identity.identity().publicKey(), environment.clock().now(), ReplyKeys.MAX_AGE,
                Inbox.STALE_AFTER, ground.counters());
        return new Engine(ground, Optional.of(store), saved);
    }

    private Engine(Ground ground, Optional<RowStore> store, Saved saved) {
        this.ground = ground;
        this.saved = saved;
        var configuration = ground.configuration();
        Environment environment = ground.environment();
        Counters<Counter> counters = ground.counters();
        Identity identity = ground.identity();
        ledger = new Ledger(store, saved, identity.identity().publicKey(), environment, counters, this::updateState);
        ReplyKeys replyKeys = new ReplyKeys(counters, ledger);
        states = new StateBoard(environment.listeners(), counters);
        addresses = new Announcements<>(environment.listeners(), counters);
        inbox = new Inbox(ground.cryptography(), identity.encryption(), replyKeys, counters,
                configuration.inboxLimitBytes(), ledger, this::looped);
        mailbox = new Mailbox(environment.listeners(), counters, configuration.inboxLimitBytes());
        streams = new Streams(this, environment.clock(), environment.scheduler(), environment.randomness(),
                identity.encryption(), configuration.gatewayPolicy().named(), this::endLane);
        topology = new TopologyKeeper(ground.parts(), environment, counters, configuration.topologyRefresh(), ledger,
                this::topologyChanged);
        session = new Session(environment, ground.parts(), ground.cryptography(), counters, identity.identity(),
                identity.encryption().publicKey(), configuration.gateway(), configuration.gatewayPolicy(), saved,
                ledger, new SessionEvents());
        admission = new Admission(ground, ledger, this::isStopped);
        outgoing = new Outgoing(ground, admission, ledger, topology, session, inbox, replyKeys);
        incoming = new Incoming(ground, ledger, inbox, mailbox, outgoing.replies(), session::address,
                outgoing::acknowledged);
        condition = new Condition(ground, ledger, topology, session, outgoing);
        ground.parts().serve(environment, counters, () -> environment.scheduler().execute(this::partsChanged));
    }

    /** Begins to work. */
    public void start() {
        ground.environment().scheduler().execute(() -> {
            if (!isStopped()) {
                session.address().ifPresent(addresses::announce);
                restore();
                outgoing.start();
                partsChanged();
            }
        });
    }

    private void restore() {
        ledger.change(saved.due());
        outgoing.restore(saved);
        saved.topology().ifPresent(topology::restore);
        incoming.restore(saved);
        saved.messages().forEach(new Restoring(ground, admission, outgoing)::restore);
        saved = Saved.NOTHING;
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
    public Optional<String> remedy() {
        return remedy;
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
        return ground.configuration().maxMessageBytes();
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> snapshot = ground.counters().snapshot();
        snapshot.putAll(streams.counters());
        snapshot.put(Admission.IN_FLIGHT, (long) admission.count());
        snapshot.put(LINE_SHARE, (long) outgoing.line().sharePercent());
        snapshot.putAll(topology.figures());
        return snapshot;
    }

    @Override
    public List<Figure> figures() {
        List<Figure> figures = new ArrayList<>(ground.counters().figures());
        figures.addAll(streams.figures());
        figures.add(Figure.level(Admission.IN_FLIGHT, "messages that have not ended", admission.count()));
        figures.add(Figure.level(LINE_SHARE, "percent of the slots that ask for a packet in return",
                outgoing.line().sharePercent()));
        topology.figures().forEach((name, value) ->
                figures.add(Figure.level(name, TopologyKeeper.meaning(name), value)));
        return figures;
    }

    @Override
    public CompletableFuture<Insight> insight() {
        return CompletableFuture.supplyAsync(() -> new Insight(ground.passages().last(), admission.courses().last(),
                admission.courses().deliveries(), outgoing.roundTrips(), inbox.loops(), admission.lanes(),
                outgoing.replies().inStock(), outgoing.mixes()), ground.environment().scheduler()::execute);
    }

    /** {@return what the client holds at this moment; to be asked on its own thread only} */
    public Holdings holdings() {
        return new Holdings(admission.heldBytes(), inbox.bytesHeld(), mailbox.bytes(), outgoing.reliability().size(),
                session.pendingBytes(), outgoing.replies().surbsHeld(),
                admission.count() + outgoing.replies().messages().size(), admission.deadlines());
    }

    /** {@return the most that the client ever held; to be asked on its own thread only} */
    public Holdings.Peaks peaks() {
        return new Holdings.Peaks(admission.mostHeldBytes(), inbox.mostBytesHeld(), mailbox.mostBytes(),
                outgoing.reliability().mostAwaited(), outgoing.replies().mostSurbsHeld());
    }

    @Override
    public CompletableFuture<List<KnownExit>> exits() {
        return CompletableFuture.supplyAsync(topology::exits, ground.environment().scheduler()::execute)
                .thenCompose(asked -> asked);
    }

    @Override
    public Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        int replySurbs = options.replySurbs().orElse(0);
        return accept(new Target.ToAddress(recipient), message, options, replySurbs, 0,
                bytes -> options.replySurbs().isPresent() ? new Content.Anonymous(
                        outgoing.replies().tagFor(recipient, options.isolation()), replySurbs, bytes)
                        : new Content.Plain(bytes));
    }

    @Override
    public Delivery reply(SenderTag sender, byte[] message, SendOptions options) {
        return accept(new Target.ToSender(sender, false), message, options, 0, 1, Content.Reply::new);
    }

    @Override
    public MixnetStream openStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        Optional<AccessKey> key = options.key().isPresent() ? Optional.empty() : petnames.keyFor(recipient);
        return streams.open(recipient, port, key.map(options::withKey).orElse(options));
    }

    /**
     * For whoever cannot wait.
     *
     * @param recipient where to
     * @param port      0 to 65535, of the recipient's choice
     * @param options   deadline, keep-alive, isolation, key
     * @return a stream that may not be answered yet
     * @throws IOException if there is no room for it
     */
    public OpenStream beginStream(MixnetAddress recipient, int port, StreamOptions options) throws IOException {
        return streams.begin(recipient, port, options);
    }

    @Override
    public MixnetStream openStream(String host, int port, StreamOptions options) throws IOException {
        Petnames own = petnames;
        Optional<String> name = MixnetAddress.isHostName(host) ? MixnetAddress.shortName(host) : Optional.empty();
        Optional<MixnetAddress> named = name.isPresent() ? own.find(name.get()) : Optional.empty();
        return named.isPresent() ? openStream(named.get(), port, options)
                : MixnetClient.super.openStream(host, port, options);
    }

    /** @param own names and keys of whoever runs this client, asked where a stream is opened by a name */
    public void usePetnames(Petnames own) {
        petnames = own;
    }

    @Override
    public Subscription listen(int port, Optional<Set<EncryptionKey>> allowed, Consumer<StreamRequest> taker)
            throws IOException {
        return streams.listen(port, allowed, taker);
    }

    @Override
    public StreamListener listen(int port) throws IOException {
        return streams.listen(port);
    }

    @Override
    public int pieceBytes(MixnetAddress recipient) {
        return outgoing.line().wantsSmall(recipient) ? Encoder.longestEven(ground.configuration().packetSizes())
                : Integer.MAX_VALUE;
    }

    @Override
    public Optional<String> line() {
        return Optional.of(outgoing.line().sentence());
    }

    @Override
    public void returnPackets(boolean does) {
        outgoing.returnsPackets(does);
    }

    @Override
    public Subscription partner(MixnetAddress partner) {
        AtomicBoolean closed = new AtomicBoolean();
        ground.environment().scheduler().execute(() -> outgoing.line().stand(partner));
        return () -> {
            if (closed.compareAndSet(false, true)) {
                ground.environment().scheduler().execute(() -> outgoing.line().leave(partner));
            }
        };
    }

    @Override
    public void closeLane(long lane) {
        outgoing.closeLane(lane);
    }

    private void endLane(long lane) {
        outgoing.endLane(lane);
    }

    @Override
    public long laneBytes(long lane) {
        return admission.onLane(lane).mapToLong(OutgoingMessage::unsentBytes).sum();
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

    /**
     * What was accepted may still leave, for half a second at most: who is at the other end of a connection learns that
     * it is closed. The gateway is heard out, too, for as long.
     *
     * @return completes when everything has ended
     */
    public CompletableFuture<Void> stop() {
        if (!stopping.getAndSet(true)) {
            streams.leave();
            // From here on nothing is accepted.
            states.set(new ClientState.Stopped("closed"));
            ground.environment().scheduler().execute(() -> bidFarewell(ground.nowNanos() + FAREWELL.toNanos()));
        }
        return ended;
    }

    private void bidFarewell(long untilNanos) {
        boolean waits = session.pendingBytes() > 0
                || admission.inFlight().anyMatch(message -> message.unsentBytes() > 0);
        if (waits && session.isLive() && untilNanos - ground.nowNanos() > 0) {
            ground.environment().scheduler().schedule(FAREWELL_STEP, () -> bidFarewell(untilNanos));
        } else {
            Cancellable late = ground.environment().scheduler().schedule(
                    Duration.ofNanos(Math.max(0, untilNanos - ground.nowNanos())), session::close);
            session.finish();
            session.whenLeft(() -> {
                late.cancel();
                end();
            });
        }
    }

    private void end() {
        streams.stop();
        topology.stop();
        session.close();
        outgoing.stop();
        ground.parts().stop();
        ledger.closing();
        ledger.whenDurable(() -> ended.complete(null));
    }

    /** {@return completes when nothing uses any more the transport that {@link Parts} had before} */
    public CompletableFuture<Void> transportLeft() {
        CompletableFuture<Void> left = new CompletableFuture<>();
        ground.environment().scheduler().execute(() -> session.whenLeft(() -> left.complete(null)));
        return left;
    }

    private boolean isStopped() {
        return states.current() instanceof ClientState.Stopped;
    }

    private OutgoingMessage accept(Target target, byte[] message, SendOptions options, int surbCount, int leastBytes,
                                   Function<byte[], Content> content) {
        OutgoingMessage asked = admission.ask(target, message.length, options, surbCount, leastBytes);
        if (asked.isOpen()) {
            // The caller may go on to write into its array.
            byte[] copy = message.clone();
            ground.environment().scheduler().execute(() -> outgoing.admit(asked, content.apply(copy)));
        }
        return asked;
    }

    /** {@return fragments held on their way out, wanted or not} */
    int fragmentsHeld() {
        return outgoing.fragmentsHeld();
    }

    // ------------------------------------------------------------------ what stages tell

    private final class SessionEvents implements Session.Listener {

        @Override
        public void live() {
            outgoing.live();
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
            outgoing.replaceCover();
        }

        @Override
        public void payload(byte[] bytes) {
            incoming.payload(bytes);
        }

        @Override
        public void drained() {
            outgoing.drained();
        }
    }

    private void topologyChanged() {
        topology.topology().ifPresent(current -> {
            session.topologyChanged(current);
            outgoing.replies().topologyChanged(current);
        });
        outgoing.replaceCover();
        goOn();
    }

    private void looped(Leg leg, Optional<Duration> excess) {
        outgoing.looped(leg, excess);
    }

    private void partsChanged() {
        if (!isStopped()) {
            session.partsChanged();
            outgoing.partsChanged();
            topology.partsChanged();
            goOn();
        }
    }

    /** What was missing may be there now. */
    private void goOn() {
        updateState();
        outgoing.goOn();
    }

    private void updateState() {
        if (isStopped()) {
            return;
        }
        warnings.set(condition.warnings());
        remedy = condition.remedy();
        states.set(condition.state(states.wasReady()));
    }
}
