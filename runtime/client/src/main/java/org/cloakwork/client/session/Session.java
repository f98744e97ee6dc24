package org.cloakwork.client.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Printable;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The authenticated session with a gateway: connects to the one of {@link GatewayChoice}, and connects again whenever
 * the {@link Connection} is lost, for ever, with growing pauses. If no gateway is named it uses the first of its
 * {@link Guards}; while that one stays away for too long another of them, and the first again once that can be reached.
 * Runs on the client's own thread.
 */
public final class Session {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** A gateway that is away is asked so often at first: most come back soon, and knocking costs it nothing. */
    private static final Duration LONGEST_PAUSE_AT_FIRST = Duration.ofSeconds(1);
    private static final Duration AT_FIRST = Duration.ofMinutes(1);
    /** A session that lasted so long was a good one: the next pause is short again. */
    private static final Duration GOOD_SESSION = Duration.ofSeconds(1);
    /** After that many authentications in a row that came to nothing the client tries to register again. */
    private static final int MOST_FRUITLESS_AUTHENTICATIONS = 3;
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
    private final Listener listener;
    private final QuietLog log;
    private final Registrations registrations;
    private final GatewayChoice choice;
    private final Probes probes;
    private final BackOff pauses;
    private final BackOff returns;
    private final Duration latestReturn;
    private final Connection.Owner owner = new Owner();

    /** Names our gateway; null before the first session. */
    private volatile MixnetAddress address;
    private String warning;
    private GatewayTransport transport;
    private Connection connection;
    /** Left by us, and still read. */
    private Connection leaving;
    private final List<Runnable> whenLeft = new ArrayList<>();
    private Cancellable retry = () -> { };
    private Cancellable nextReturn = () -> { };
    private String status = "waiting for a topology";
    private boolean waitsForTopology = true;
    private boolean measured;
    private int fruitlessAuthentications;
    /** That failed since there was a session. */
    private int attempts;
    private long firstFailureNanos;
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
        this.listener = listener;
        log = new QuietLog(LoggerFactory.getLogger(Session.class), environment.clock());
        registrations = new Registrations(saved.registrations(), ledger);
        Optional<IdentityKey> own = named.or(() -> policy.named().stream().findFirst()).or(saved::gateway)
                .filter(saved.registrations()::containsKey);
        own.ifPresent(gateway -> address = new MixnetAddress(identity.publicKey(), encryption, gateway));
        choice = new GatewayChoice(environment, named, policy, new Guards(environment, policy, saved, ledger), own,
                this::moveIfDue);
        probes = new Probes(environment);
        pauses = new BackOff(FIRST_PAUSE, environment.randomness());
        returns = new BackOff(policy.firstReturn(), environment.randomness());
        latestReturn = policy.latestReturn();
    }

    /** {@return our address, once a gateway took us in; may be asked from any thread} */
    public Optional<MixnetAddress> address() {
        return Optional.ofNullable(address);
    }

    /** {@return whether packets can be sent} */
    public boolean isLive() {
        return connection != null && connection.isLive();
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
        return connection == null ? 0 : connection.pendingBytes();
    }

    /** @param packet sent while the session is live; otherwise counted as unsent */
    public void send(MixPacket packet) {
        if (isLive()) {
            connection.send(packet);
        } else {
            counters.count(Counter.PACKETS_UNSENT);
        }
    }

    /** @param newTopology where gateways are looked up from now on */
    public void topologyChanged(Topology newTopology) {
        choice.update(newTopology);
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

    /** Connects no more; what was sent arrives. See {@link #whenLeft}. */
    public void finish() {
        closed = true;
        if (isLive()) {
            leave("closed");
        }
    }

    /** Closes the connection for good. */
    public void close() {
        closed = true;
        retry.cancel();
        choice.close();
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
        if (closed || connection != null || !choice.isPossible() || transport == null) {
            return;
        }
        List<IdentityKey> unknown = measured ? List.of() : choice.toMeasure();
        if (!unknown.isEmpty()) {
            changed("looking for the fastest guard");
            ask(unknown, answered -> {
                measured = true;
                choice.measured(answered);
            });
        } else {
            connectTo(choice.next());
        }
    }

    /** @param then told who answered, before the client connects if it is not connected */
    private void ask(List<IdentityKey> gateways, Consumer<List<IdentityKey>> then) {
        probes.ask(gateways.stream().map(gateway -> choice.reach(gateway).ways().getFirst().endpoint()).toList(),
                transport, answered -> {
                    then.accept(answered);
                    if (connection == null) {
                        connect();
                    }
                });
    }

    private void connectTo(Optional<IdentityKey> chosen) {
        if (chosen.isEmpty()) {
            waitsForTopology = true;
            pauseAfter(choice.fault(), LONGEST_PAUSE);
            return;
        }
        IdentityKey gateway = chosen.get();
        choice.tries(gateway);
        Reach reach = choice.reach(gateway);
        waitsForTopology = !reach.isPossible();
        if (waitsForTopology) {
            failed(gateway, "gateway " + gateway + " cannot be used: " + reach.fault().orElseThrow(), false);
        } else {
            connect(gateway, reach.ways());
        }
    }

    private void connect(IdentityKey gateway, List<Reach.Way> ways) {
        retry.cancel();
        Optional<Saved.Registration> registration = registrations.at(gateway);
        boolean again = fruitlessAuthentications >= MOST_FRUITLESS_AUTHENTICATIONS;
        if (again) {
            // The old key is kept: the gateway may have had another reason.
            log.log(Level.WARN, "the gateway seems not to know us any more, trying to register again");
            fruitlessAuthentications = 0;
        }
        Connection attempt = new Connection(environment, counters, log, owner, gateway, ways, new Conversation(
                cryptography, identity, gateway,
                registration.filter(known -> !again).map(Saved.Registration::key),
                registration.map(Saved.Registration::lastTimestamp).orElse(0L), counters, environment.randomness()));
        try {
            attempt.open(transport);
        } catch (PartFailure e) {
            pauseAfter(e.getMessage(), LONGEST_PAUSE);
            return;
        }
        connection = attempt;
        changed("connecting to gateway " + gateway + (attempt.way().exposed() ? " in the clear" : ""));
    }

    /** @param away whether it did not even answer */
    private void failed(IdentityKey gateway, String reason, boolean away) {
        if (choice.failed(gateway, reason) && transport != null) {
            log.log(Level.WARN, "gateway {} cannot be reached any more, trying the next guard: {}", gateway, reason);
            connectTo(choice.other());
        } else {
            pauseAfter(choice.reason(reason), away ? longestPauseWhileAway() : LONGEST_PAUSE);
        }
    }

    private Duration longestPauseWhileAway() {
        return attempts == 0 || environment.clock().nanoTime() - firstFailureNanos < AT_FIRST.toNanos()
                ? LONGEST_PAUSE_AT_FIRST : LONGEST_PAUSE;
    }

    private void pauseAfter(String reason, Duration longestPause) {
        if (closed) {
            return;
        }
        if (attempts++ == 0) {
            firstFailureNanos = environment.clock().nanoTime();
        }
        Duration pause = pauses.next(longestPause);
        log.log(Level.WARN, "no session, trying again in {} ms and then less often: {}", pause.toMillis(), reason);
        retry.cancel();
        retry = environment.scheduler().schedule(pause, this::connect);
        changed(reason + "; next attempt in " + Math.ceilDiv(pause.toMillis(), 1000) + " s");
    }

    private void moveIfDue() {
        Optional<String> reason = closed ? Optional.empty() : choice.reasonToMove();
        if (reason.isEmpty()) {
            return;
        }
        if (connection == null) {
            connect();
        } else if (connection.gateway().equals(address.gateway()) && choice.other().isPresent()) {
            leave(reason.get() + ", taking the next guard");
        }
    }

    /** A guard that comes before ours was left because it stayed away. */
    private void returnLater() {
        choice.earlierGuards().ifPresent(count -> {
            if (count == 0) {
                returns.reset();
            } else {
                nextReturn = environment.scheduler().schedule(returns.next(latestReturn),
                        () -> returnIfPossible(count));
            }
        });
    }

    private void returnIfPossible(int count) {
        List<IdentityKey> earlier = choice.usableAmongFirst(count);
        if (!isLive() || probes.isBusy() || earlier.isEmpty()) {
            returnLater();
            return;
        }
        ask(earlier, answered -> {
            Optional<IdentityKey> first = earlier.stream().filter(answered::contains).findFirst();
            if (isLive() && first.isPresent()) {
                choice.returnTo(first.get());
                leave("guard " + first.get() + " answers again, going back to it");
            } else if (isLive()) {
                returnLater();
            }
        });
    }

    private void changed(String newStatus) {
        status = newStatus;
        listener.changed();
    }

    private void disconnect(String reason) {
        Connection old = forget();
        old.close();
        if (old.wasLive()) {
            counters.count(Counter.SESSIONS_LOST);
        }
        changed(reason);
    }

    /** Goes away from a link that works. */
    private void leave(String reason) {
        leaving = forget();
        leaving.leave();
        changed(reason);
    }

    private void left() {
        leaving.close();
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
        registrations.used(old.gateway(), old.conversation().usedTimestamp());
        if (old.wasLiveFor(GOOD_SESSION)) {
            pauses.reset();
        }
        return old;
    }

    /** What becomes of connections. */
    private final class Owner implements Connection.Owner {

        @Override
        public String status() {
            return status;
        }

        @Override
        public void opened(Connection opened) {
            changed((opened.conversation().registers() ? "registering" : "authenticating") + " with gateway "
                    + opened.gateway());
        }

        @Override
        public void registered(Connection with, GatewaySharedKey agreed) {
            registrations.agreed(with.gateway(), agreed, with.conversation().timestamp());
        }

        @Override
        public void live(Connection live) {
            fruitlessAuthentications = 0;
            if (attempts > 0) {
                log.log(Level.INFO, "there is a session again, after {} attempts", attempts);
            }
            attempts = 0;
            choice.live(live.gateway());
            settle(live);
            status = "live";
            counters.count(Counter.SESSIONS_OPENED);
            if (live.way().exposed()) {
                counters.count(Counter.SESSIONS_PLAIN);
                warning = "the link to gateway " + live.gateway() + " is in the clear: who watches it reads the"
                        + " client's identity key";
            }
            returnLater();
            listener.live();
        }

        /** From now on others reach us here. */
        private void settle(Connection live) {
            registrations.used(live.gateway(), live.conversation().usedTimestamp());
            registrations.remember(live.gateway());
            if (address == null || !address.gateway().equals(live.gateway())) {
                address = new MixnetAddress(identity.publicKey(), encryption, live.gateway());
                listener.addressChanged(address);
            }
        }

        @Override
        public void payload(byte[] bytes) {
            listener.payload(bytes);
        }

        @Override
        public void drained() {
            listener.drained();
        }

        @Override
        public void lost(Connection lost, String told) {
            String reason = Printable.of(told) + (lost.way().only() && !lost.wasOpened()
                    ? "; it announces TLS and is not used in the clear (tls = required)" : "");
            disconnect(reason);
            if (lost.conversation().isFruitless()) {
                fruitlessAuthentications++;
            }
            if (lost.otherWays().isEmpty()) {
                failed(lost.gateway(), reason, !lost.wasOpened());
            } else {
                connect(lost.gateway(), lost.otherWays());
            }
        }

        @Override
        public void left(Connection old) {
            Session.this.left();
        }
    }
}
