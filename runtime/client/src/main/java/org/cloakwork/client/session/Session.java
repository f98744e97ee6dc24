package org.cloakwork.client.session;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.Environment;
import org.cloakwork.client.Parts;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authenticated session with a gateway: chooses it, connects, and connects again whenever the link is lost, for ever,
 * with growing pauses. Runs on the client's own thread.
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
    /** A key with which that many authentications in a row came to nothing is given up: the client registers again. */
    private static final int MOST_FRUITLESS_AUTHENTICATIONS = 3;
    /** A live link on which nothing came for so long is asked whether it is alive. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final byte[] PING = new byte[8];

    /** Told what the session does. */
    public interface Listener {

        /** Packets can be sent. */
        void live();

        /** What {@link #isLive} or {@link #status} say has changed. */
        void changed();

        /** @param bytes that arrived for us */
        void payload(byte[] bytes);

        /** Everything given to {@link #send} has left. */
        void drained();
    }

    private final Environment environment;
    private final Parts parts;
    private final Counters counters;
    private final IdentityKeyPair identity;
    private final EncryptionKey encryption;
    private final Optional<IdentityKey> wanted;
    private final Map<IdentityKey, Saved.Registration> registrations;
    private final Ledger ledger;
    private final Listener listener;

    private Topology topology;
    private IdentityKey gateway;
    private GatewaySharedKey key;
    private volatile MixnetAddress address;
    private long lastTimestamp;
    private GatewayTransport transport;
    private Connection connection;
    private Duration pause = FIRST_PAUSE;
    private Cancellable retry = () -> { };
    private String status = "waiting for a topology";
    private boolean waitsForTopology = true;
    private int fruitlessAuthentications;
    private boolean wasLive;
    private boolean closed;

    /**
     * @param environment of the client
     * @param parts       where the transport is looked up for each connection
     * @param counters    of the client
     * @param identity    who we are
     * @param encryption  part of our address
     * @param wanted      the gateway to use; empty: the one of before, or any
     * @param saved       what was there before the client started
     * @param ledger      told where we are registered
     * @param listener    told what happens
     */
    public Session(Environment environment, Parts parts, Counters counters, IdentityKeyPair identity,
                   EncryptionKey encryption, Optional<IdentityKey> wanted, Saved saved, Ledger ledger,
                   Listener listener) {
        this.environment = environment;
        this.parts = parts;
        this.counters = counters;
        this.identity = identity;
        this.encryption = encryption;
        this.wanted = wanted;
        this.registrations = new HashMap<>(saved.registrations());
        this.ledger = ledger;
        this.listener = listener;
        wanted.or(saved::gateway).ifPresent(this::choose);
    }

    private void choose(IdentityKey chosen) {
        gateway = chosen;
        Saved.Registration registration = registrations.get(chosen);
        if (registration != null) {
            key = registration.key();
            lastTimestamp = registration.lastTimestamp();
            address = new MixnetAddress(identity.publicKey(), encryption, chosen);
        }
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
        if (connection != null) {
            disconnect("the transport was exchanged");
        }
        connect();
    }

    /** Closes the connection for good. */
    public void close() {
        closed = true;
        retry.cancel();
        if (connection != null) {
            disconnect("closed");
        }
    }

    private void connect() {
        transport = parts.transport();
        if (closed || connection != null || topology == null || transport == null) {
            return;
        }
        if (!wasLive && wanted.isEmpty() && address != null && topology.node(gateway).flatMap(Session::endpoint).isEmpty()) {
            LOG.warn("the gateway of before is not in the network, or takes no clients: taking another one");
            address = null;
            key = null;
        }
        if (address == null) {
            wanted.or(this::anyGateway).ifPresentOrElse(this::choose, () -> gateway = null);
        }
        Optional<GatewayEndpoint> endpoint = topology.node(gateway).flatMap(Session::endpoint);
        waitsForTopology = endpoint.isEmpty();
        if (waitsForTopology) {
            failed(gateway == null ? "no node of the network takes clients"
                    : "gateway " + gateway + " is not in the network, or takes no clients");
            return;
        }
        retry.cancel();
        Connection attempt = new Connection(new Conversation(identity, gateway, Optional.ofNullable(key), lastTimestamp,
                counters, environment.randomness()));
        try {
            attempt.link = transport.connect(endpoint.get(), attempt);
        } catch (RuntimeException | LinkageError e) {
            counters.count(Counter.PART_FAILURES);
            LOG.warn("the transport failed", e);
            failed("the transport failed: " + e.getMessage());
            return;
        }
        connection = attempt;
        attempt.expectAnswer();
        changed("connecting to gateway " + gateway);
    }

    /** Another one than the last time, if there is another. */
    private Optional<IdentityKey> anyGateway() {
        List<IdentityKey> gateways = new ArrayList<>(topology.gateways().stream().map(Node::identity).toList());
        if (gateways.size() > 1) {
            gateways.remove(gateway);
        }
        return gateways.isEmpty() ? Optional.empty()
                : Optional.of(gateways.get(environment.randomness().nextInt(gateways.size())));
    }

    private void remember() {
        registrations.put(gateway, new Saved.Registration(key, lastTimestamp));
        ledger.registered(gateway, key, lastTimestamp);
    }

    private void changed(String newStatus) {
        status = newStatus;
        listener.changed();
    }

    private static Optional<GatewayEndpoint> endpoint(Node node) {
        return node.entry().map(entry -> {
            List<URI> uris = new ArrayList<>();
            entry.hostname().ifPresent(name -> entry.securePort().ifPresent(
                    port -> uris.add(URI.create("wss://" + name + ":" + port))));
            Stream<String> hosts = entry.addresses().stream().map(InetAddress::getHostAddress)
                    .map(ip -> ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip);
            Stream.concat(entry.hostname().stream(), hosts)
                    .forEach(host -> uris.add(URI.create("ws://" + host + ":" + entry.websocketPort())));
            return uris;
        }).filter(uris -> !uris.isEmpty()).map(uris -> new GatewayEndpoint(node.identity(), uris));
    }

    private void failed(String reason) {
        if (closed) {
            return;
        }
        long nanos = pause.toNanos();
        Duration jittered = Duration.ofNanos(nanos / 2 + (long) (nanos * (environment.randomness().nextInt(1000) / 1000.0)));
        LOG.warn("no session, trying again in {} ms: {}", jittered.toMillis(), reason);
        retry.cancel();
        retry = environment.scheduler().schedule(jittered, this::connect);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        changed(reason);
    }

    /** Forgets the connection before closing it, so that nothing of it is heard any more. */
    private void disconnect(String reason) {
        Connection old = connection;
        connection = null;
        old.answer.cancel();
        old.silence.cancel();
        old.link.close();
        lastTimestamp = Math.max(lastTimestamp, old.conversation.timestamp());
        if (old.liveSinceNanos.isPresent()) {
            if (environment.clock().nanoTime() - old.liveSinceNanos.getAsLong() >= GOOD_SESSION.toNanos()) {
                pause = FIRST_PAUSE;
            }
            counters.count(Counter.SESSIONS_LOST);
        }
        changed(reason);
    }

    /** One connection; what its link reports is passed on to the client's own thread. */
    private final class Connection implements GatewayLink.Handler {

        private final Semaphore receivable = new Semaphore(RECEIVE_LIMIT_BYTES);
        private final Conversation conversation;
        private GatewayLink link;
        private Cancellable answer = () -> { };
        private Cancellable silence = () -> { };
        private OptionalLong liveSinceNanos = OptionalLong.empty();
        private volatile boolean heard;

        private Connection(Conversation conversation) {
            this.conversation = conversation;
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
                    changed((key == null ? "registering" : "authenticating") + " with gateway " + gateway);
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
            environment.scheduler().execute(() -> lost(reason));
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
                if (connection == this) {
                    task.run();
                }
            });
        }

        private void perform(List<Conversation.Action> actions) {
            for (Conversation.Action action : actions) {
                if (connection != this) {
                    return;
                }
                switch (action) {
                    case Conversation.Action.Send(String text) -> {
                        link.send(text);
                        expectAnswer();
                    }
                    case Conversation.Action.Registered(GatewaySharedKey agreed) -> {
                        key = agreed;
                        remember();
                        address = new MixnetAddress(identity.publicKey(), encryption, gateway);
                    }
                    case Conversation.Action.Live() -> {
                        fruitlessAuthentications = 0;
                        wasLive = true;
                        lastTimestamp = Math.max(lastTimestamp, conversation.timestamp());
                        remember();
                        liveSinceNanos = OptionalLong.of(environment.clock().nanoTime());
                        status = "live";
                        counters.count(Counter.SESSIONS_OPENED);
                        watch(false);
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

        private void lost(String reason) {
            if (connection == this) {
                disconnect(reason);
                if (conversation.isFruitless() && ++fruitlessAuthentications == MOST_FRUITLESS_AUTHENTICATIONS) {
                    LOG.warn("the gateway does not know us any more, registering again");
                    fruitlessAuthentications = 0;
                    key = null;
                    registrations.remove(gateway);
                }
                failed(reason);
            }
        }
    }
}
