package org.cloakwork.client.session;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The authenticated session with a gateway: chooses it, connects, and connects again whenever the link is lost, for
 * ever, with growing pauses. If no gateway is named it uses the first of its {@link Guards}; while that one stays away
 * for too long another of them, and the first again once that can be reached. Runs on the client's own thread.
 */
public final class Session {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** For each step until the session is live. */
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** Frames received and not yet looked at; above it the link is not read further. */
    private static final int RECEIVE_LIMIT_BYTES = 4 * 1024 * 1024;
    private static final Duration RECEIVE_PATIENCE = Duration.ofSeconds(10);
    private static final int FRAME_COST = 64;
    /** A session that lasted so long was a good one: the next pause is short again. */
    private static final Duration GOOD_SESSION = Duration.ofSeconds(1);
    /** After that many authentications in a row that came to nothing the client tries to register again. */
    private static final int MOST_FRUITLESS_AUTHENTICATIONS = 3;
    /** A live link on which nothing came for so long is asked whether it is alive. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final byte[] PING = new byte[8];
    /** The same line is logged once in so long, however often the link comes and goes. */
    private static final Duration QUIET = Duration.ofMinutes(10);
    /** A link we leave ourselves is read until nothing has come for so long. */
    private static final Duration FAREWELL_SILENCE = Duration.ofSeconds(1);
    /** A link we leave ourselves is read for so long at most, whatever still comes. */
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(10);
    /** With a later guard, so long until the earlier ones are asked again; each time in vain makes it longer. */
    private static final Duration FIRST_RETURN = Duration.ofMinutes(20);
    private static final Duration LATEST_RETURN = Duration.ofDays(1);
    /** Of what a gateway says, or a transport of it. */
    private static final int MAX_REASON_CHARACTERS = 300;

    /** Told what the session does. */
    public interface Listener {

        /** Packets can be sent. */
        void live();

        /** What {@link #isLive} or {@link #status} say has changed. */
        void changed();

        /** @param address ours from now on */
        void addressChanged(MixnetAddress address);

        /** @param bytes that arrived for us */
        void payload(byte[] bytes);

        /** Everything given to {@link #send} has left. */
        void drained();
    }

    private final Environment environment;
    private final Parts parts;
    private final Cryptography cryptography;
    private final Counters<Counter> counters;
    private final IdentityKeyPair identity;
    private final EncryptionKey encryption;
    private final Optional<IdentityKey> named;
    private final GatewayPolicy policy;
    private final Guards guards;
    private final Probes probes;
    private final Ledger ledger;
    private final Listener listener;
    private final Map<IdentityKey, Saved.Registration> registrations;

    private Topology topology;
    /** Names our gateway; null before the first session. */
    private volatile MixnetAddress address;
    /** Of the guards but our own, the one that was tried last. */
    private IdentityKey tried;
    /** Tried next, whatever our own is. */
    private IdentityKey returning;
    private Duration returnPause = FIRST_RETURN;
    private Cancellable nextReturn = () -> { };
    private boolean measured;
    /** Why each gateway could not be reached since there was a session. */
    private final Map<IdentityKey, String> faults = new HashMap<>();
    private String warning;
    private GatewayTransport transport;
    private Connection connection;
    /** Left by us, and still read. */
    private Connection leaving;
    private final List<Runnable> whenLeft = new ArrayList<>();
    private Duration pause = FIRST_PAUSE;
    private Cancellable retry = () -> { };
    private String status = "waiting for a topology";
    private boolean waitsForTopology = true;
    private int fruitlessAuthentications;
    private OptionalLong unreachableSinceNanos = OptionalLong.empty();
    private OptionalLong unlistedSinceNanos = OptionalLong.empty();
    private Cancellable unlistedTooLong = () -> { };
    private boolean wasLive;
    /** That failed since there was a session. */
    private int attempts;
    /** When each line was logged last. */
    private final Map<String, Long> loggedNanos = new HashMap<>();
    private boolean closed;

    /**
     * @param environment of the client
     * @param parts       where the transport is looked up for each connection
     * @param cryptography of frames
     * @param counters    of the client
     * @param identity    who we are
     * @param encryption  part of our address
     * @param named       the gateway to use; empty: the one of before, or as the policy says
     * @param policy      for choosing a gateway and for giving it up
     * @param saved       what was there before the client started
     * @param ledger      told where we are registered, and who the guards are
     * @param listener    told what happens
     */
    public Session(Environment environment, Parts parts, Cryptography cryptography, Counters<Counter> counters,
                   IdentityKeyPair identity, EncryptionKey encryption, Optional<IdentityKey> named,
                   GatewayPolicy policy, Saved saved,
                   Ledger ledger, Listener listener) {
        this.environment = environment;
        this.parts = parts;
        this.cryptography = cryptography;
        this.counters = counters;
        this.identity = identity;
        this.encryption = encryption;
        this.named = named;
        this.policy = policy;
        this.ledger = ledger;
        this.listener = listener;
        guards = new Guards(environment, policy, saved, ledger);
        probes = new Probes(environment);
        registrations = new HashMap<>(saved.registrations());
        named.or(saved::gateway).filter(registrations::containsKey).ifPresent(gateway ->
                address = new MixnetAddress(identity.publicKey(), encryption, gateway));
    }

    /** {@return our address, once a gateway took us in; may be asked from any thread} */
    public Optional<MixnetAddress> address() {
        return Optional.ofNullable(address);
    }

    /** {@return whether packets can be sent} */
    public boolean isLive() {
        return connection != null && connection.conversation.isLive();
    }

    /** {@return what the session is doing, or what it failed at last; for people} */
    public String status() {
        return status;
    }

    /** {@return what is wrong with a session that works, for people} */
    public Optional<String> warning() {
        return Optional.ofNullable(warning);
    }

    /** {@return bytes given to {@link #send} that have not left} */
    public long pendingBytes() {
        return connection == null ? 0 : connection.link.pendingBytes();
    }

    /** @param packet sent while the session is live; otherwise counted as unsent */
    public void send(MixPacket packet) {
        if (isLive()) {
            connection.link.send(connection.conversation.seal(packet));
        } else {
            counters.count(Counter.PACKETS_UNSENT);
        }
    }

    /** @param newTopology where gateways are looked up from now on */
    public void topologyChanged(Topology newTopology) {
        topology = newTopology;
        if (named.isEmpty()) {
            guards.update(topology);
        }
        if (address != null && topology.node(address.gateway()).isPresent()) {
            unlistedSinceNanos = OptionalLong.empty();
            unlistedTooLong.cancel();
        } else if (address != null && unlistedSinceNanos.isEmpty()) {
            unlistedSinceNanos = OptionalLong.of(environment.clock().nanoTime());
            unlistedTooLong = environment.scheduler().schedule(policy.unlistedLimit(), this::moveIfDue);
        }
        moveIfDue();
        if (waitsForTopology) {
            connect();
        }
    }

    /** The transport may be another one: moves over to it. */
    public void partsChanged() {
        if (parts.transport() == transport) {
            return;
        }
        retry.cancel();
        probes.cancel();
        if (connection != null) {
            leave("the transport was exchanged");
        } else {
            connect();
        }
    }

    /** @param task run when no connection is left but one through the present transport */
    public void whenLeft(Runnable task) {
        if (leaving == null) {
            task.run();
        } else {
            whenLeft.add(task);
        }
    }

    /** Closes the connection for good. */
    public void close() {
        closed = true;
        retry.cancel();
        unlistedTooLong.cancel();
        nextReturn.cancel();
        probes.cancel();
        if (leaving != null) {
            left();
        }
        if (connection != null) {
            disconnect("closed");
        }
    }

    private void connect() {
        if (leaving != null || probes.isBusy()) {
            return;
        }
        transport = parts.transport();
        if (closed || connection != null || topology == null || transport == null) {
            return;
        }
        if (named.isPresent()) {
            connect(named.get());
        } else if (returning != null) {
            IdentityKey earlier = returning;
            returning = null;
            connect(earlier);
        } else if (address == null) {
            if (policy.preference() == GatewayPolicy.Preference.FASTEST && !measured && usableGuards().size() > 1) {
                measure();
            } else {
                connectToGuard();
            }
        } else if (!guards.contains(address.gateway()) || isUnlistedTooLong()
                || !wasLive && !isUsable(address.gateway())) {
            // After a start nobody knows for how long it has been gone.
            connectToGuard();
        } else {
            connect(address.gateway());
        }
    }

    private Reach reach(IdentityKey gateway) {
        return topology.node(gateway).map(node -> Reach.of(node, policy.tls()))
                .orElseGet(() -> new Reach(List.of(), topology.rejection(gateway, Node.Role.ENTRY)
                        .or(() -> Optional.of("not in the network"))));
    }

    private boolean isUsable(IdentityKey gateway) {
        return reach(gateway).isPossible();
    }

    private List<IdentityKey> usableGuards() {
        return guards.order().stream().filter(this::isUsable).toList();
    }

    private void measure() {
        changed("looking for the fastest guard");
        ask(usableGuards(), answered -> {
            measured = true;
            guards.prefer(answered);
        });
    }

    /** @param then told who answered, before the client connects if it is not connected */
    private void ask(List<IdentityKey> gateways, Consumer<List<IdentityKey>> then) {
        probes.ask(gateways.stream().map(gateway -> reach(gateway).ways().getFirst().endpoint()).toList(), transport,
                answered -> {
                    then.accept(answered);
                    if (connection == null) {
                        connect();
                    }
                });
    }

    private void connect(IdentityKey gateway) {
        if (address == null || !gateway.equals(address.gateway())) {
            tried = gateway;
        }
        Reach reach = reach(gateway);
        waitsForTopology = !reach.isPossible();
        if (waitsForTopology) {
            failed(gateway, "gateway " + gateway + " cannot be used: " + reach.fault().orElseThrow());
        } else {
            connect(gateway, reach.ways());
        }
    }

    private void connect(IdentityKey gateway, List<Reach.Way> ways) {
        retry.cancel();
        Optional<Saved.Registration> registration = Optional.ofNullable(registrations.get(gateway));
        boolean again = fruitlessAuthentications >= MOST_FRUITLESS_AUTHENTICATIONS;
        if (again) {
            // The old key is kept: the gateway may have had another reason.
            log(Level.WARN, "the gateway seems not to know us any more, trying to register again");
            fruitlessAuthentications = 0;
        }
        Connection attempt = new Connection(gateway, ways, new Conversation(cryptography, identity, gateway,
                registration.filter(known -> !again).map(Saved.Registration::key),
                registration.map(Saved.Registration::lastTimestamp).orElse(0L), counters, environment.randomness()));
        try {
            attempt.link = transport.connect(attempt.way().endpoint(), attempt);
        } catch (RuntimeException | LinkageError e) {
            counters.count(Counter.PART_FAILURES);
            log(Level.WARN, "the transport failed", e);
            failed(gateway, printable("the transport failed: " + e.getMessage()));
            return;
        }
        connection = attempt;
        attempt.expectAnswer();
        changed("connecting to gateway " + gateway + (attempt.way().exposed() ? " in the clear" : ""));
    }

    /**
     * {@return the guards beside our own, if that is one, that can be tried; the next after the one tried last first}
     */
    private List<IdentityKey> otherGuards() {
        List<IdentityKey> others = new ArrayList<>(usableGuards());
        if (address != null) {
            others.remove(address.gateway());
        }
        Collections.rotate(others, -(others.indexOf(tried) + 1));
        return others;
    }

    /** Connects to a guard that is not our own gateway. */
    private void connectToGuard() {
        List<IdentityKey> others = otherGuards();
        waitsForTopology = others.isEmpty();
        if (waitsForTopology) {
            pauseAfter(guards.order().isEmpty() ? guards.rejections() : withGuards("no other gateway can be used"));
        } else {
            connect(others.getFirst());
        }
    }

    /** A guard that comes before ours was left because it stayed away. */
    private void returnLater() {
        int place = named.isPresent() ? 0 : guards.order().indexOf(address.gateway());
        if (place == 0) {
            returnPause = FIRST_RETURN;
        } else if (place > 0) {
            nextReturn = environment.scheduler().schedule(jittered(returnPause), () -> returnIfPossible(place));
            returnPause = doubled(returnPause, LATEST_RETURN);
        }
    }

    private void returnIfPossible(int place) {
        List<IdentityKey> earlier = guards.order().stream().limit(place).filter(this::isUsable).toList();
        if (!isLive() || probes.isBusy() || earlier.isEmpty()) {
            returnLater();
            return;
        }
        ask(earlier, answered -> {
            Optional<IdentityKey> first = earlier.stream().filter(answered::contains).findFirst();
            if (isLive() && first.isPresent()) {
                returning = first.get();
                leave("guard " + first.get() + " answers again, going back to it");
            } else if (isLive()) {
                returnLater();
            }
        });
    }

    private boolean isOver(OptionalLong sinceNanos, Duration limit) {
        return sinceNanos.isPresent()
                && environment.clock().nanoTime() - sinceNanos.getAsLong() >= limit.toNanos();
    }

    private boolean isUnlistedTooLong() {
        return isOver(unlistedSinceNanos, policy.unlistedLimit());
    }

    /**
     * Nobody can reach us at a gateway that is gone from the network, and a guard that was replaced has had its time.
     */
    private void moveIfDue() {
        if (named.isPresent() || closed || address == null) {
            return;
        }
        boolean replaced = !guards.contains(address.gateway());
        if (!replaced && !isUnlistedTooLong()) {
            return;
        }
        if (connection == null) {
            connect();
        } else if (connection.gateway.equals(address.gateway()) && !otherGuards().isEmpty()) {
            leave("gateway " + address.gateway() + (replaced ? " was guard for long enough"
                    : " is gone from the network") + ", taking the next guard");
        }
    }

    /** Now and then, not once an attempt. */
    private void log(Level level, String message, Object... arguments) {
        long now = environment.clock().nanoTime();
        Long last = loggedNanos.get(message);
        boolean due = last == null || now - last >= QUIET.toNanos();
        if (due) {
            loggedNanos.put(message, now);
        }
        LOG.atLevel(due ? level : Level.DEBUG).log(message, arguments);
    }

    private void changed(String newStatus) {
        status = newStatus;
        listener.changed();
    }

    private void failed(IdentityKey gateway, String reason) {
        faults.put(gateway, reason);
        if (address != null && gateway.equals(address.gateway())) {
            if (unreachableSinceNanos.isEmpty()) {
                unreachableSinceNanos = OptionalLong.of(environment.clock().nanoTime());
            }
            if (named.isEmpty() && isOver(unreachableSinceNanos, policy.unreachableLimit()) && transport != null
                    && !otherGuards().isEmpty()) {
                // At once after the old one was tried: if it is us who were away, the old one comes first.
                log(Level.WARN, "gateway {} cannot be reached any more, trying the next guard: {}", gateway, reason);
                connectToGuard();
                return;
            }
        }
        pauseAfter(named.isPresent() ? reason : withGuards(reason));
    }

    /** {@return the reason, or that of each guard if none of several can be reached} */
    private String withGuards(String reason) {
        List<IdentityKey> order = guards.order();
        if (order.isEmpty() || order.stream().anyMatch(guard ->
                isUsable(guard) && (order.size() == 1 || !faults.containsKey(guard)))) {
            return reason;
        }
        String each = order.stream().map(guard -> guard + ": "
                + reach(guard).fault().orElseGet(() -> faults.get(guard)))
                .collect(Collectors.joining("; "));
        String until = guards.nextReplacement().map(at -> " before " + at.truncatedTo(ChronoUnit.MINUTES)).orElse("");
        return (order.size() == 1 ? "our guard cannot" : "none of our " + order.size() + " guards can")
                + " be reached, and no other gateway is taken" + until + " (" + each + ")";
    }

    private void pauseAfter(String reason) {
        if (closed) {
            return;
        }
        Duration jittered = jittered(pause);
        attempts++;
        log(Level.WARN, "no session, trying again in {} ms and then less often: {}", jittered.toMillis(), reason);
        retry.cancel();
        retry = environment.scheduler().schedule(jittered, this::connect);
        pause = doubled(pause, LONGEST_PAUSE);
        changed(reason + "; next attempt in " + Math.ceilDiv(jittered.toMillis(), 1000) + " s");
    }

    /** {@return half of it to all of it} */
    private Duration jittered(Duration whole) {
        long nanos = whole.toNanos();
        return Duration.ofNanos(nanos / 2 + (long) (nanos / 2 * (environment.randomness().nextInt(1000) / 1000.0)));
    }

    private static Duration doubled(Duration duration, Duration most) {
        Duration twice = duration.multipliedBy(2);
        return twice.compareTo(most) < 0 ? twice : most;
    }

    /** What others say goes into the state and the log, so on terminals. */
    private static String printable(String reason) {
        String text = reason.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
        return text.length() <= MAX_REASON_CHARACTERS ? text : text.substring(0, MAX_REASON_CHARACTERS) + "...";
    }

    /** Forgets the connection before closing it, so that nothing of it is heard any more. */
    private void disconnect(String reason) {
        Connection old = forget();
        old.link.close();
        if (old.liveSinceNanos.isPresent()) {
            counters.count(Counter.SESSIONS_LOST);
        }
        changed(reason);
    }

    /** Goes away from a link that works: what the gateway has sent on it is for us, and it will not send it again. */
    private void leave(String reason) {
        Connection old = forget();
        leaving = old;
        old.link.finish();
        long end = environment.clock().nanoTime() + LONGEST_FAREWELL.toNanos();
        read(old, end);
        changed(reason);
    }

    private void read(Connection old, long endNanos) {
        old.heard = false;
        old.answer = environment.scheduler().schedule(FAREWELL_SILENCE, () -> {
            if (leaving != old) {
                return;
            }
            if (old.heard && environment.clock().nanoTime() < endNanos) {
                read(old, endNanos);
            } else {
                log(Level.WARN, "the gateway did not close its side of the link in time;"
                        + " messages it was still sending are lost");
                left();
            }
        });
    }

    private void left() {
        leaving.answer.cancel();
        leaving.link.close();
        leaving = null;
        whenLeft.forEach(Runnable::run);
        whenLeft.clear();
        connect();
    }

    private Connection forget() {
        Connection old = connection;
        connection = null;
        warning = null;
        nextReturn.cancel();
        old.answer.cancel();
        old.silence.cancel();
        used(old);
        if (old.liveSinceNanos.isPresent()
                && environment.clock().nanoTime() - old.liveSinceNanos.getAsLong() >= GOOD_SESSION.toNanos()) {
            pause = FIRST_PAUSE;
        }
        return old;
    }

    private void used(Connection user) {
        registrations.computeIfPresent(user.gateway, (gateway, registration) -> new Saved.Registration(
                registration.key(), Math.max(registration.lastTimestamp(), user.conversation.usedTimestamp())));
    }

    /** One connection; what its link reports is passed on to the client's own thread. */
    private final class Connection implements GatewayLink.Handler {

        private final Semaphore receivable = new Semaphore(RECEIVE_LIMIT_BYTES);
        private final IdentityKey gateway;
        /** The one it takes, and those to be tried after it. */
        private final List<Reach.Way> ways;
        private final Conversation conversation;
        private boolean opened;
        private GatewayLink link;
        private Cancellable answer = () -> { };
        private Cancellable silence = () -> { };
        private OptionalLong liveSinceNanos = OptionalLong.empty();
        private volatile boolean heard;

        private Connection(IdentityKey gateway, List<Reach.Way> ways, Conversation conversation) {
            this.gateway = gateway;
            this.ways = ways;
            this.conversation = conversation;
        }

        private Reach.Way way() {
            return ways.getFirst();
        }

        private void expectAnswer() {
            answer.cancel();
            answer = environment.scheduler().schedule(STEP_TIMEOUT, () -> lost("no answer within "
                    + STEP_TIMEOUT.toSeconds() + " s while " + status));
        }

        /** A link may be dead without anyone telling: then no message would arrive any more. */
        private void watch(boolean pinged) {
            silence = environment.scheduler().schedule(pinged ? STEP_TIMEOUT : SILENCE, () -> {
                if (heard) {
                    heard = false;
                    watch(false);
                } else if (pinged) {
                    lost("nothing heard any more");
                } else {
                    link.ping(PING);
                    watch(true);
                }
            });
        }

        @Override
        public void opened() {
            environment.scheduler().execute(() -> {
                if (connection == this) {
                    opened = true;
                    changed((conversation.registers() ? "registering" : "authenticating") + " with gateway " + gateway);
                    perform(conversation.opened());
                }
            });
        }

        @Override
        public void text(String text) {
            receive(text.length(), () -> perform(conversation.text(text, environment.clock().now())));
        }

        @Override
        public void pong(byte[] payload) {
            heard = true;
        }

        @Override
        public void binary(byte[] frame) {
            receive(frame.length, () -> perform(conversation.binary(frame)));
        }

        @Override
        public void drained() {
            environment.scheduler().execute(() -> {
                if (connection == this) {
                    listener.drained();
                }
            });
        }

        @Override
        public void closed(String reason) {
            environment.scheduler().execute(() -> {
                if (leaving == this) {
                    left();
                } else {
                    lost(reason);
                }
            });
        }

        /** Holds the link's reader up while too much waits, which in turn holds the gateway up. */
        private void receive(int length, Runnable task) {
            heard = true;
            int cost = Math.min(length + FRAME_COST, RECEIVE_LIMIT_BYTES);
            try {
                if (!receivable.tryAcquire(cost, RECEIVE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    environment.scheduler().execute(() -> lost("frames came faster than they could be read"));
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            environment.scheduler().execute(() -> {
                receivable.release(cost);
                if (connection == this || leaving == this) {
                    task.run();
                } else {
                    counters.count(Counter.GATEWAY_LATE);
                }
            });
        }

        private void perform(List<Conversation.Action> actions) {
            for (Conversation.Action action : actions) {
                if (leaving == this && action instanceof Conversation.Action.Payload(byte[] bytes)) {
                    listener.payload(bytes);
                }
                if (connection != this) {
                    return;
                }
                switch (action) {
                    case Conversation.Action.Send(String text) -> {
                        link.send(text);
                        expectAnswer();
                    }
                    case Conversation.Action.Registered(GatewaySharedKey agreed) -> {
                        registrations.put(gateway, new Saved.Registration(agreed, conversation.timestamp()));
                        remember();
                    }
                    case Conversation.Action.Live() -> {
                        fruitlessAuthentications = 0;
                        unreachableSinceNanos = OptionalLong.empty();
                        faults.clear();
                        wasLive = true;
                        if (attempts > 0) {
                            log(Level.INFO, "there is a session again, after {} attempts", attempts);
                        }
                        attempts = 0;
                        settle();
                        liveSinceNanos = OptionalLong.of(environment.clock().nanoTime());
                        status = "live";
                        counters.count(Counter.SESSIONS_OPENED);
                        if (way().exposed()) {
                            counters.count(Counter.SESSIONS_PLAIN);
                            warning = "the link to gateway " + gateway + " is in the clear: who watches it reads the"
                                    + " client's identity key";
                        }
                        watch(false);
                        returnLater();
                        listener.live();
                    }
                    case Conversation.Action.Payload(byte[] bytes) -> listener.payload(bytes);
                    case Conversation.Action.Close(String reason) -> lost(reason);
                }
            }
            if (!conversation.awaitsAnswer()) {
                answer.cancel();
            }
        }

        private void remember() {
            Saved.Registration registration = registrations.get(gateway);
            ledger.registered(gateway, registration.key(), registration.lastTimestamp());
        }

        /** From now on others reach us here. */
        private void settle() {
            used(this);
            remember();
            if (address != null && address.gateway().equals(gateway)) {
                return;
            }
            address = new MixnetAddress(identity.publicKey(), encryption, gateway);
            unlistedSinceNanos = OptionalLong.empty();
            unlistedTooLong.cancel();
            listener.addressChanged(address);
        }

        private void lost(String told) {
            if (connection != this) {
                return;
            }
            String reason = printable(told) + (way().only() && !opened
                    ? "; it announces TLS and is not used in the clear (tls = required)" : "");
            disconnect(reason);
            if (conversation.isFruitless()) {
                fruitlessAuthentications++;
            }
            if (!opened && ways.size() > 1) {
                connect(gateway, ways.subList(1, ways.size()));
            } else {
                failed(gateway, reason);
            }
        }
    }
}
