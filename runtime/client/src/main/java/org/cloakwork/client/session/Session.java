package org.cloakwork.client.session;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    /** Told what the session does. */
    public interface Listener {

        /** Packets can be sent. */
        void live();

        /** @param reason why no packets can be sent any more */
        void lost(String reason);

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
    private boolean closed;

    /**
     * @param environment of the client
     * @param parts       where the transport is looked up for each connection
     * @param counters    of the client
     * @param identity    who we are
     * @param encryption  part of our address
     * @param wanted      the gateway to use; empty: any
     * @param listener    told what happens
     */
    public Session(Environment environment, Parts parts, Counters counters, IdentityKeyPair identity,
                   EncryptionKey encryption, Optional<IdentityKey> wanted, Listener listener) {
        this.environment = environment;
        this.parts = parts;
        this.counters = counters;
        this.identity = identity;
        this.encryption = encryption;
        this.wanted = wanted;
        this.listener = listener;
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
        connectIfIdle();
    }

    /** The transport may be another one: moves over to it. */
    public void partsChanged() {
        if (parts.transport() == transport) {
            return;
        }
        if (connection != null) {
            disconnect("the transport was exchanged");
        }
        retry.cancel();
        retry = () -> { };
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

    private void connectIfIdle() {
        if (connection == null && gateway == null) {
            connect();
        }
    }

    private void connect() {
        transport = parts.transport();
        if (closed || connection != null || topology == null || transport == null) {
            return;
        }
        if (key == null) {
            gateway = wanted.orElseGet(this::anyGateway);
        }
        Optional<GatewayEndpoint> endpoint = topology.node(gateway).flatMap(Session::endpoint);
        if (endpoint.isEmpty()) {
            failed(gateway == null ? "no node of the network takes clients"
                    : "gateway " + gateway + " is not in the network, or takes no clients");
            return;
        }
        status = "connecting to gateway " + gateway;
        Connection attempt = new Connection();
        connection = attempt;
        attempt.conversation = new Conversation(identity, gateway, Optional.ofNullable(key), lastTimestamp, counters,
                environment.randomness());
        attempt.link = transport.connect(endpoint.get(), attempt);
        attempt.expectStep();
    }

    private IdentityKey anyGateway() {
        List<Node> gateways = topology.gateways();
        return gateways.isEmpty() ? null
                : gateways.get(environment.randomness().nextInt(gateways.size())).identity();
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
        status = reason;
        if (closed) {
            return;
        }
        long nanos = pause.toNanos();
        Duration jittered = Duration.ofNanos(nanos / 2 + (long) (nanos * (environment.randomness().nextInt(1000) / 1000.0)));
        LOG.warn("no session, trying again in {} ms: {}", jittered.toMillis(), reason);
        retry = environment.scheduler().schedule(jittered, this::connect);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }

    /** Forgets the connection before closing it, so that nothing of it is heard any more. */
    private void disconnect(String reason) {
        Connection old = connection;
        boolean wasLive = old.conversation.isLive();
        connection = null;
        old.step.cancel();
        old.link.close();
        if (wasLive) {
            counters.count(Counter.SESSIONS_LOST);
            listener.lost(reason);
        }
    }

    /** One connection; what its link reports is passed on to the client's own thread. */
    private final class Connection implements GatewayLink.Handler {

        private final Semaphore receivable = new Semaphore(RECEIVE_LIMIT_BYTES);
        private Conversation conversation;
        private GatewayLink link;
        private Cancellable step = () -> { };

        private void expectStep() {
            step.cancel();
            step = environment.scheduler().schedule(STEP_TIMEOUT, () -> lost("no answer within "
                    + STEP_TIMEOUT.toSeconds() + " s while " + status));
        }

        @Override
        public void opened() {
            environment.scheduler().execute(() -> {
                status = "registering or authenticating with gateway " + gateway;
                perform(conversation.opened());
            });
        }

        @Override
        public void text(String text) {
            receive(text.length(), () -> perform(conversation.text(text, environment.clock().now())));
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
            int cost = Math.min(length + FRAME_COST, RECEIVE_LIMIT_BYTES);
            try {
                if (!receivable.tryAcquire(cost, RECEIVE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    link.close();
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
                        if (!conversation.isLive()) {
                            expectStep();
                        }
                    }
                    case Conversation.Action.Registered(GatewaySharedKey agreed) -> {
                        key = agreed;
                        address = new MixnetAddress(identity.publicKey(), encryption, gateway);
                    }
                    case Conversation.Action.Live() -> {
                        step.cancel();
                        pause = FIRST_PAUSE;
                        lastTimestamp = conversation.timestamp();
                        status = "live";
                        counters.count(Counter.SESSIONS_OPENED);
                        listener.live();
                    }
                    case Conversation.Action.Payload(byte[] bytes) -> listener.payload(bytes);
                    case Conversation.Action.Close(String reason) -> lost(reason);
                }
            }
        }

        private void lost(String reason) {
            if (connection == this) {
                lastTimestamp = Math.max(lastTimestamp, conversation.timestamp());
                disconnect(reason);
                failed(reason);
            }
        }
    }
}
