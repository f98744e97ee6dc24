package org.cloakwork.client.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.ClientHandshake;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.ServerResponse;

/**
 * What is said on one connection to a gateway: frames in, actions out, no time and no I/O of its own. Registers if
 * there is no key yet, else authenticates; then claims bandwidth whenever it runs low. Source: protocol/4-gateway, 11.
 */
final class Conversation {

    private static final int NONCE_LENGTH = 12;
    private static final int REGULAR_PACKET_LENGTH = 2413;

    /** What the connection's owner has to do. */
    sealed interface Action {

        /** @param text to send */
        record Send(String text) implements Action {
        }

        /** @param key that was agreed on, to be kept for later connections */
        record Registered(GatewaySharedKey key) implements Action {
        }

        /** Packets may be sent from now on. */
        record Live() implements Action {
        }

        /** @param bytes that arrived for us */
        record Payload(byte[] bytes) implements Action {
        }

        /** @param reason why the connection is of no use */
        record Close(String reason) implements Action {
        }
    }

    private enum State { ASKING_VERSION, HANDSHAKE, REGISTERING, ASKING_AGAIN, AUTHENTICATING, CLAIMING, LIVE, OVER }

    private final Cryptography cryptography;
    private final IdentityKeyPair client;
    private final IdentityKey gateway;
    private final Counters<Counter> counters;
    private final Randomness randomness;
    private final long lastTimestamp;
    private GatewaySharedKey key;
    private ClientHandshake handshake;
    private State state = State.ASKING_VERSION;
    private int version = GatewayProtocol.CURRENT_VERSION;
    private long balance;
    private boolean authenticated;
    private boolean refused;
    private boolean claiming;
    private boolean claimRefused;
    private long timestamp;

    /**
     * @param cryptography  of frames
     * @param key           from an earlier registration, if there was one
     * @param lastTimestamp of the latest authentication, seconds
     */
    Conversation(Cryptography cryptography, IdentityKeyPair client, IdentityKey gateway,
                 Optional<GatewaySharedKey> key, long lastTimestamp, Counters<Counter> counters,
                 Randomness randomness) {
        this.cryptography = cryptography;
        this.client = client;
        this.gateway = gateway;
        this.key = key.orElse(null);
        this.lastTimestamp = lastTimestamp;
        this.timestamp = lastTimestamp;
        this.counters = counters;
        this.randomness = randomness;
    }

    List<Action> opened() {
        return List.of(new Action.Send(new ClientRequest.SupportedProtocol().toJson()));
    }

    boolean isLive() {
        return state == State.LIVE;
    }

    /** Whether it begins with a registration. */
    boolean registers() {
        return key == null;
    }

    /** Whether it tried to authenticate and did not get through. */
    boolean isFruitless() {
        return timestamp > lastTimestamp && !authenticated;
    }

    /** Whether the gateway owes an answer. */
    boolean awaitsAnswer() {
        return state != State.LIVE || claiming;
    }

    /** The timestamp of this connection's authentication, or the latest before it; seconds. */
    long timestamp() {
        return timestamp;
    }

    /** The latest timestamp that the gateway may have taken: one that it refused it did not take. */
    long usedTimestamp() {
        return refused ? lastTimestamp : timestamp;
    }

    byte[] seal(MixPacket packet) {
        return cryptography.sealFrame(packet, version, key, randomness);
    }

    List<Action> binary(byte[] frame) {
        if (key == null || state == State.OVER) {
            counters.count(Counter.GATEWAY_MALFORMED);
            return List.of();
        }
        try {
            return List.of(new Action.Payload(cryptography.openFrame(frame, key)));
        } catch (WireException e) {
            counters.count(Counter.GATEWAY_MALFORMED);
            return List.of();
        }
    }

    List<Action> text(String text, Instant now) {
        if (state == State.HANDSHAKE) {
            return handshake(text);
        }
        ServerResponse response;
        try {
            response = ServerResponse.parse(text);
        } catch (WireException e) {
            counters.count(Counter.GATEWAY_MALFORMED);
            return state == State.LIVE || state == State.OVER ? List.of()
                    : over("unreadable answer: " + e.getMessage());
        }
        return switch (response) {
            case ServerResponse.SupportedProtocol(int supported) -> supported(supported, now);
            case ServerResponse.Register register -> registered(register);
            case ServerResponse.Authenticate authenticate -> authenticated(authenticate);
            case ServerResponse.Bandwidth bandwidth -> claimed(bandwidth.availableTotal());
            case ServerResponse.Send send -> spent(send.remainingBandwidth());
            case ServerResponse.OutOfBandwidth(long required, long available) -> {
                counters.count(Counter.OUT_OF_BANDWIDTH);
                yield state == State.LIVE && claimRefused ? over("out of bandwidth, and the gateway gives no more")
                        : spent(available);
            }
            case ServerResponse.Error(String message) -> error(message);
            case ServerResponse.TicketReplay() -> error("ticket replay");
            case ServerResponse.EncryptedResponse ignored -> List.of();
        };
    }

    private List<Action> supported(int supported, Instant now) {
        if (state == State.ASKING_AGAIN) {
            return claimOrGoLive();
        }
        if (state != State.ASKING_VERSION) {
            return List.of();
        }
        OptionalInt proposal = GatewayProtocol.proposal(supported);
        if (proposal.isEmpty()) {
            return over("speaks only version " + supported + " of the gateway protocol");
        }
        version = proposal.getAsInt();
        if (key == null) {
            state = State.HANDSHAKE;
            handshake = new ClientHandshake(client, gateway, version, randomness);
            return List.of(new Action.Send(handshake.start()));
        }
        state = State.AUTHENTICATING;
        // A gateway takes each timestamp once, and only later ones.
        timestamp = Math.max(now.getEpochSecond(), lastTimestamp + 1);
        return List.of(new Action.Send(AuthenticateV2.create(client, key, version, randomness.bytes(NONCE_LENGTH),
                timestamp).toJson()));
    }

    private List<Action> handshake(String text) {
        return switch (handshake.receive(text)) {
            case HandshakeStep.Send(String answer) -> List.of(new Action.Send(answer));
            case HandshakeStep.Done done -> {
                state = State.REGISTERING;
                key = done.key();
                version = done.protocolVersion();
                yield List.of(new Action.Registered(key));
            }
            case HandshakeStep.Failed(Optional<String> answer, String reason) -> {
                List<Action> actions = new ArrayList<>();
                answer.ifPresent(last -> actions.add(new Action.Send(last)));
                actions.addAll(over("registration failed: " + reason));
                yield actions;
            }
            case HandshakeStep.Ignored() -> List.of();
        };
    }

    private List<Action> registered(ServerResponse.Register register) {
        if (state != State.REGISTERING) {
            return List.of();
        }
        if (!register.status()) {
            return over("the gateway refused the registration");
        }
        // As nym-client does, which a gateway would otherwise tell us from. Source: protocol/4-gateway, 11.
        state = State.ASKING_AGAIN;
        return List.of(new Action.Send(new ClientRequest.SupportedProtocol().toJson()));
    }

    private List<Action> authenticated(ServerResponse.Authenticate authenticate) {
        if (state != State.AUTHENTICATING) {
            return List.of();
        }
        if (!authenticate.status()) {
            refused = true;
            return over("the gateway refused the authentication");
        }
        if (authenticate.protocolVersion() > GatewayProtocol.CURRENT_VERSION) {
            return over("answered with version " + authenticate.protocolVersion() + " of the gateway protocol");
        }
        authenticated = true;
        version = authenticate.protocolVersion();
        balance = authenticate.bandwidthRemaining();
        return claimOrGoLive();
    }

    private List<Action> claimOrGoLive() {
        if (balance >= GatewayProtocol.CLAIM_BELOW_BYTES) {
            state = State.LIVE;
            return List.of(new Action.Live());
        }
        state = State.CLAIMING;
        return claim();
    }

    private List<Action> claim() {
        claiming = true;
        counters.count(Counter.BANDWIDTH_CLAIMS);
        return List.of(new Action.Send(new ClientRequest.ClaimFreeTestnetBandwidth().toJson()));
    }

    private List<Action> claimed(long available) {
        claiming = false;
        claimRefused = false;
        balance = available;
        if (state != State.CLAIMING) {
            return List.of();
        }
        if (balance < REGULAR_PACKET_LENGTH) {
            return over("the gateway gives no free bandwidth");
        }
        state = State.LIVE;
        return List.of(new Action.Live());
    }

    private List<Action> spent(long available) {
        balance = available;
        return state == State.LIVE && !claiming && !claimRefused && balance < GatewayProtocol.CLAIM_BELOW_BYTES
                ? claim() : List.of();
    }

    /** Once live, an error concerns one request; it must never make us deaf. */
    private List<Action> error(String message) {
        counters.count(Counter.GATEWAY_ERRORS);
        if (state == State.LIVE) {
            // Not asked again for every packet: what is left is used up first, then a new session asks anew.
            claimRefused |= claiming;
            claiming = false;
            return List.of();
        }
        if (state == State.OVER) {
            return List.of();
        }
        refused = state == State.AUTHENTICATING;
        return over("the gateway says: " + message);
    }

    private List<Action> over(String reason) {
        state = State.OVER;
        return List.of(new Action.Close(reason));
    }
}
