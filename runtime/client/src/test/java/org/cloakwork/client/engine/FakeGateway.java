package org.cloakwork.client.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayHandshake;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.ServerResponse;

/** A gateway as protocol/4-gateway, 12 describes it, with faults a test switches on. */
final class FakeGateway {

    /** A packet a client sent. */
    record Forwarded(long timeNanos, MixPacket packet, int frameLength) {
    }

    /** A payload handed over to a client. */
    record Delivered(long timeNanos, IdentityKey client, int length) {
    }

    private final World world;
    private final IdentityKeyPair identity;
    private final Map<IdentityKey, GatewaySharedKey> keys = new HashMap<>();
    private final Map<IdentityKey, Long> balances = new HashMap<>();
    private final Map<IdentityKey, Long> lastTimestamps = new HashMap<>();
    private final Map<IdentityKey, Session> active = new HashMap<>();
    private final Map<IdentityKey, Deque<byte[]>> inboxes = new HashMap<>();

    /** Connections cannot be opened. */
    boolean unreachable;
    /** Links over TLS cannot be opened. */
    boolean noTls;
    private boolean down;
    /** Pings are not answered, everything else is. */
    boolean losesPings;
    /** Connections are opened, and then nothing is heard any more. */
    boolean silent;
    /** Open connections stay open, and nothing goes through them. */
    boolean hung;
    boolean refusesRegistration;
    /** Someone else has the session of every client. */
    boolean alreadyOpen;
    /** Until a connection is open. */
    Duration distance = FakeTransport.LATENCY;
    boolean refusesAuthentication;
    boolean ignoresClaims;
    boolean refusesClaims;
    long grant = GatewayProtocol.FREE_CLAIM_BYTES;
    int version = GatewayProtocol.CURRENT_VERSION;
    /** What clients sent, in order. */
    final List<Forwarded> forwarded = new ArrayList<>();
    /** What was handed over to clients, in order. */
    final List<Delivered> delivered = new ArrayList<>();
    final List<Long> timestamps = new ArrayList<>();
    int registrations;
    int connections;
    int claims;
    int refusedForLackOfBandwidth;

    FakeGateway(World world, IdentityKeyPair identity) {
        this.world = world;
        this.identity = identity;
    }

    IdentityKey identity() {
        return identity.publicKey();
    }

    Session accept(FakeTransport.Link link) {
        connections++;
        return new Session(link);
    }

    /** As if its machine were off: connections break, and what the mixes bring is lost. */
    void goDown() {
        down = true;
        unreachable = true;
        List.copyOf(active.values()).forEach(session -> session.link.breakOff("the gateway is down"));
    }

    boolean isDown() {
        return down;
    }

    void comeUp() {
        down = false;
        unreachable = false;
    }

    /** Hands over a payload from the mixes, or keeps it while the client is away. */
    void deliver(IdentityKey client, byte[] payload) {
        Session session = active.get(client);
        if (session == null || hung) {
            inboxes.computeIfAbsent(client, c -> new ArrayDeque<>()).add(payload);
        } else {
            session.push(payload);
        }
    }

    void setBalances(long bytes) {
        balances.replaceAll((client, before) -> bytes);
    }

    /** As if the gateway lost its data. */
    void forgetClients() {
        keys.clear();
        balances.clear();
    }

    void say(IdentityKey client, String text) {
        active.get(client).link.toClient(text);
    }

    void say(IdentityKey client, byte[] frame) {
        active.get(client).link.toClient(frame);
    }

    /** {@return what waited for a client that is never there} */
    List<byte[]> take(IdentityKey client) {
        return List.copyOf(Optional.ofNullable(inboxes.remove(client)).orElseGet(ArrayDeque::new));
    }

    int waiting(IdentityKey client) {
        return inboxes.getOrDefault(client, new ArrayDeque<>()).size();
    }

    /** One connection. */
    final class Session {

        private final FakeTransport.Link link;
        private GatewayHandshake handshake;
        private IdentityKey client;
        private GatewaySharedKey key;

        private Session(FakeTransport.Link link) {
            this.link = link;
        }

        void closed() {
            if (client != null) {
                active.remove(client, this);
            }
        }

        private void push(byte[] payload) {
            delivered.add(new Delivered(world.time.nanoTime(), client, payload.length));
            link.toClient(new BinaryResponse(payload).seal(key, world.randomness));
        }

        private void say(ServerResponse response) {
            link.toClient(response.toJson());
        }

        private void refuse(String reason) {
            say(new ServerResponse.Error(reason));
            world.host.schedule(FakeTransport.LATENCY.multipliedBy(2), () -> link.breakOff(reason));
        }

        void text(String text) {
            if (silent) {
                return;
            }
            if (handshake != null) {
                perform(handshake.receive(text));
                return;
            }
            ClientRequest request;
            try {
                request = ClientRequest.parse(text);
            } catch (WireException e) {
                refuse("malformed");
                return;
            }
            switch (request) {
                case ClientRequest.SupportedProtocol ignored -> say(new ServerResponse.SupportedProtocol(version));
                case ClientRequest.RegisterHandshake register -> {
                    if (alreadyOpen) {
                        refuse("there is already an open connection for this client");
                        return;
                    }
                    if (refusesRegistration) {
                        refuse("no registrations today");
                        return;
                    }
                    handshake = new GatewayHandshake(identity, version, world.randomness);
                    perform(handshake.start(register));
                }
                case AuthenticateV2 authentication -> authenticate(authentication);
                case ClientRequest.ClaimFreeTestnetBandwidth ignored -> claim();
                default -> say(new ServerResponse.Error("unexpected"));
            }
        }

        private void perform(HandshakeStep step) {
            switch (step) {
                case HandshakeStep.Send(String text) -> link.toClient(text);
                case HandshakeStep.Done(Optional<String> last, GatewaySharedKey agreed, int protocolVersion) -> {
                    last.ifPresent(link::toClient);
                    client = handshake.client().orElseThrow();
                    key = agreed;
                    handshake = null;
                    registrations++;
                    keys.put(client, key);
                    balances.putIfAbsent(client, 0L);
                    active.put(client, this);
                    say(new ServerResponse.Register(protocolVersion, true, false));
                    drain();
                }
                case HandshakeStep.Failed(Optional<String> last, String reason) -> {
                    last.ifPresent(link::toClient);
                    refuse(reason);
                }
                case HandshakeStep.Ignored() -> { }
            }
        }

        private void authenticate(AuthenticateV2 authentication) {
            IdentityKey asking = authentication.clientIdentity();
            timestamps.add(authentication.unixTimestampSeconds());
            Long last = lastTimestamps.get(asking);
            AuthenticateV2.Verdict verdict = authentication.check(world.time.now().getEpochSecond(),
                    Optional.ofNullable(keys.get(asking)),
                    last == null ? OptionalLong.empty() : OptionalLong.of(last));
            if (alreadyOpen) {
                refuse("there is already an open connection for this client");
                return;
            }
            if (refusesAuthentication || verdict != AuthenticateV2.Verdict.ACCEPTED || active.containsKey(asking)) {
                refuse("not authenticated: " + verdict);
                return;
            }
            lastTimestamps.put(asking, authentication.unixTimestampSeconds());
            client = asking;
            key = keys.get(asking);
            active.put(client, this);
            drain();
            say(new ServerResponse.Authenticate(Math.min(version, authentication.protocolVersion()), true,
                    balances.get(client), false));
        }

        private void drain() {
            Deque<byte[]> inbox = inboxes.remove(client);
            if (inbox != null) {
                inbox.forEach(this::push);
            }
        }

        private void claim() {
            claims++;
            if (refusesClaims) {
                say(new ServerResponse.Error("no bandwidth for you"));
            } else if (!ignoresClaims) {
                balances.merge(client, grant, Long::sum);
                say(new ServerResponse.Bandwidth(balances.get(client), false));
            }
        }

        void binary(byte[] frame) {
            if (silent) {
                return;
            }
            MixPacket packet;
            try {
                packet = BinaryRequest.open(frame, key).packet();
            } catch (WireException e) {
                say(new ServerResponse.Error("malformed packet"));
                return;
            }
            long balance = balances.getOrDefault(client, 0L);
            int cost = packet.packet().length;
            if (balance < cost) {
                refusedForLackOfBandwidth++;
                say(new ServerResponse.OutOfBandwidth(cost, balance));
                return;
            }
            balances.put(client, balance - cost);
            forwarded.add(new Forwarded(world.time.nanoTime(), packet, frame.length));
            say(new ServerResponse.Send(balance - cost, false));
            world.mix(packet.firstHop(), packet.packet());
        }
    }

}
