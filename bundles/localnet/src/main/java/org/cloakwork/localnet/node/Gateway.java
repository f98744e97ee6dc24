package org.cloakwork.localnet.node;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.GatewayProtocol;

/**
 * A gateway: takes packets of its clients into the mixnet, and what comes out of the mixnet to its clients. Knows
 * neither sockets nor the clock. Safe for use by many threads. Source: protocol/4-gateway and protocol/7-network, 5.
 */
public final class Gateway {

    /** Bytes on a link from which on messages wait in the inbox until the link is drained. */
    static final long MAX_PUSHED_BYTES = 1L << 20;
    /** Bytes on a link from which on it is closed, because its client sends but does not read. */
    public static final long MAX_PENDING_BYTES = 8L << 20;
    /** How often what waited too long is thrown away. */
    static final Duration EXPIRY_PERIOD = Duration.ofHours(1);

    /** How long a refused client may take to read why. */
    private static final Duration CLOSING_TIMEOUT = Duration.ofSeconds(1);

    private final IdentityKeyPair identity;
    private final Unwrapper unwrapper;
    private final Frames frames;
    private final Set<NodeAddress> network;
    private final Outgoing outgoing;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Randomness randomness;
    private final Counters<Counter> counters;
    private final Clients clients;
    private final Map<GatewaySession, Connection> connections = new ConcurrentHashMap<>();

    /**
     * @param identity   proves to clients who it is
     * @param unwrapper  with the node's key
     * @param frames     of clients
     * @param network    the nodes packets may go to
     * @param outgoing   how they get there
     * @param clock      tells the time
     * @param scheduler  ends time-outs
     * @param randomness for handshakes and frames
     * @param counters   where packets are counted
     */
    public Gateway(IdentityKeyPair identity, Unwrapper unwrapper, Frames frames, Set<NodeAddress> network,
            Outgoing outgoing, Clock clock, Scheduler scheduler, Randomness randomness, Counters<Counter> counters) {
        this.identity = identity;
        this.unwrapper = unwrapper;
        this.frames = frames;
        this.network = Set.copyOf(network);
        this.outgoing = outgoing;
        this.clock = clock;
        this.scheduler = scheduler;
        this.randomness = randomness;
        this.counters = counters;
        this.clients = new Clients(counters);
        scheduler.schedule(EXPIRY_PERIOD, this::expire);
    }

    /** {@return what clients know it by} */
    public IdentityKey identity() {
        return identity.publicKey();
    }

    /** @param frame from another node; a bad one is dropped and counted */
    public void receive(MixFrame frame) {
        unwrapper.unwrap(frame).ifPresent(processed -> {
            switch (processed) {
                case Processed.Forward onward -> counters.count(Counter.DROPPED_FORWARD_AT_GATEWAY);
                case Processed.Final arrived -> arrived(frame, arrived);
            }
        });
    }

    private void arrived(MixFrame frame, Processed.Final arrived) {
        ClientAddress client = new ClientAddress(arrived.destination().address());
        if (frame.size() == PacketSize.ACK || frame.size() == PacketSize.OUTFOX_ACK) {
            deliver(client, arrived.message());
            return;
        }
        SurbAck.FinalHop parts;
        try {
            parts = SurbAck.split(arrived.message());
        } catch (WireException e) {
            counters.count(Counter.DROPPED_BAD_ACK);
            return;
        }
        deliver(client, parts.message());
        // Nothing tells the rotation of the acknowledgement, so it travels under that of the packet that brought it.
        send(Counter.ACKS_FORWARDED, parts.ackFirstHop(),
                new MixFrame(PacketSize.ACK, frame.type(), frame.rotation(), parts.ackPacket()));
    }

    private void deliver(ClientAddress client, byte[] message) {
        clients.store(client, message, clock.now()).map(connections::get).ifPresent(Connection::fetch);
    }

    private void send(Counter sent, NodeAddress next, MixFrame frame) {
        if (!network.contains(next)) {
            counters.count(Counter.DROPPED_UNKNOWN_NEXT_HOP);
            return;
        }
        counters.count(sent);
        outgoing.send(next, frame);
    }

    /** {@return bytes that wait for clients} */
    long inboxBytes() {
        return clients.inboxBytes();
    }

    /** {@return the most that {@link #inboxBytes} ever was} */
    public long mostInboxBytes() {
        return clients.mostInboxBytes();
    }

    /** {@return messages and acknowledgements that wait for clients} */
    public long inboxMessages() {
        return clients.inboxMessages();
    }

    private void expire() {
        scheduler.schedule(EXPIRY_PERIOD, this::expire);
        clients.expire(clock.now());
    }

    /**
     * @param link of a client
     * @return what to tell of it
     */
    public GatewayLink.Handler accept(GatewayLink link) {
        return new Connection(link);
    }

    /** Performs what the session of one link decides, in its order. */
    private final class Connection implements GatewayLink.Handler {

        private final GatewayLink link;
        private final GatewaySession session = new GatewaySession(identity, clients, frames, randomness, counters);
        @GuardedBy("this")
        private Scheduler.Cancellable timer = () -> { };
        @GuardedBy("this")
        private boolean closing;

        Connection(GatewayLink link) {
            this.link = link;
        }

        @Override
        public void opened() {
            if (connections.size() >= GatewayProtocol.MAX_CONNECTIONS) {
                counters.count(Counter.CONNECTIONS_REFUSED);
                link.close();
                return;
            }
            connections.put(session, this);
            step(new SessionEvent.Opened());
        }

        @Override
        public void text(String text) {
            step(new SessionEvent.Text(text));
        }

        @Override
        public void binary(byte[] binary) {
            step(new SessionEvent.Binary(binary));
        }

        @Override
        public void pong(byte[] payload) {
            step(new SessionEvent.Pong(payload));
        }

        @Override
        public synchronized void drained() {
            if (closing) {
                link.close();
            } else {
                fetch();
            }
        }

        @Override
        public void closed(String reason) {
            step(new SessionEvent.Closed());
            connections.remove(session, this);
        }

        private synchronized void step(SessionEvent event) {
            for (SessionAction action : session.on(event, clock.now())) {
                perform(action);
            }
        }

        @GuardedBy("this")
        private void perform(SessionAction action) {
            switch (action) {
                case SessionAction.Send(String text) -> {
                    link.send(text);
                    if (link.pendingBytes() > MAX_PENDING_BYTES) {
                        counters.count(Counter.CLIENTS_TOO_SLOW);
                        link.close();
                    }
                }
                case SessionAction.Forward(MixPacket packet) ->
                        Gateway.this.send(Counter.PACKETS_FROM_CLIENTS, packet.firstHop(),
                                new MixFrame(packet.size(), packet.type(), packet.rotation(), packet.packet()));
                case SessionAction.Fetch() -> fetch();
                case SessionAction.Ping(byte[] payload) -> link.ping(payload);
                case SessionAction.SetTimer(Duration duration, int id) -> {
                    timer.cancel();
                    timer = scheduler.schedule(duration, () -> step(new SessionEvent.TimerEnded(id)));
                }
                case SessionAction.ClearTimer() -> timer.cancel();
                // Through the scheduler, so that no thread ever holds the locks of two connections.
                case SessionAction.Tell(GatewaySession other, SessionEvent event) ->
                        scheduler.execute(() -> tell(other, event));
                case SessionAction.End() -> end();
            }
        }

        private void tell(GatewaySession other, SessionEvent event) {
            Connection connection = connections.get(other);
            if (connection != null) {
                connection.step(event);
            } else if (event instanceof SessionEvent.Probe) {
                step(new SessionEvent.Verdict(false));
            }
        }

        /** Hands over what waits, as far as the client reads. */
        private synchronized void fetch() {
            // On a link that has ended and does not know it yet they would be lost, and are acknowledged already.
            while (!closing && session.client().isPresent() && link.isOpen()
                    && link.pendingBytes() < MAX_PUSHED_BYTES) {
                Optional<byte[]> message = clients.poll(session.client().get());
                if (message.isEmpty()) {
                    return;
                }
                counters.count(Counter.MESSAGES_DELIVERED);
                link.send(session.seal(message.get()));
            }
        }

        @GuardedBy("this")
        private void end() {
            closing = true;
            timer.cancel();
            if (link.pendingBytes() == 0) {
                link.close();
            } else {
                timer = scheduler.schedule(CLOSING_TIMEOUT, link::close);
            }
        }
    }
}
