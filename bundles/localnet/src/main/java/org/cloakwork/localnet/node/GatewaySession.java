package org.cloakwork.localnet.node;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayHandshake;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.SensitiveRequest;
import org.cloakwork.wire.gateway.SensitiveResponse;
import org.cloakwork.wire.gateway.ServerResponse;

/**
 * What a gateway does on one link, from the first frame to the last: a pure step from an event to actions, which the
 * caller performs in their order before the next event. Not safe for use by many threads. Source: protocol/4-gateway.
 *
 * <p>Differences from the real gateway, most of them listed in section 12: a registration is answered before the inbox
 * is drained; a client counts as connected before it is answered; a session that ends never removes its successor;
 * early pings do no harm; an error before authentication is sent once; and the session of a registration counts as one
 * second old, so that a client which registers and authenticates within the same second is not taken for a stale one.
 */
final class GatewaySession {

    /** Something happened on the link, or in another session. */
    sealed interface Event {
    }

    /** The link is open. */
    record Opened() implements Event {
    }

    /** A text frame came. */
    record Text(String text) implements Event {
    }

    /** A binary frame came. */
    record Binary(byte[] frame) implements Event {
    }

    /** The answer to a ping came. */
    record Pong(byte[] payload) implements Event {
    }

    /** The timer of this number ended; an older number means nothing any more. */
    record TimerEnded(int id) implements Event {
    }

    /** A newer session of the same client asks whether this one is alive. */
    record Probe(GatewaySession asker) implements Event {
    }

    /** The answer to a {@link Probe}. */
    record Verdict(boolean alive) implements Event {
    }

    /** A newer session of the same client took over. */
    record Replaced() implements Event {
    }

    /** The link is closed. */
    record Closed() implements Event {
    }

    /** What is to be done. */
    sealed interface Action {
    }

    /** Send a text frame. */
    record Send(String text) implements Action {
    }

    /** Send a ping. */
    record Ping(byte[] payload) implements Action {
    }

    /** Send a packet into the mixnet. */
    record Forward(MixPacket packet) implements Action {
    }

    /** Hand over what waits in the inbox of {@link #client}, each {@link #seal sealed}, in a binary frame. */
    record Fetch() implements Action {
    }

    /** Start the timer, instead of one that runs. */
    record SetTimer(Duration duration, int id) implements Action {
    }

    /** Stop the timer. */
    record ClearTimer() implements Action {
    }

    /** Tell another session; if it is gone, a {@link Probe} is answered with a {@link Verdict} of not alive. */
    record Tell(GatewaySession other, Event event) implements Action {
    }

    /** Close the link when everything is sent. Nothing follows. */
    record End() implements Action {
    }

    private sealed interface State {
    }

    /** Nobody proved to be anyone yet. */
    private record Greeting() implements State {
    }

    private record Registering(GatewayHandshake handshake, ClientAddress address) implements State {
    }

    /** Authenticated, but for the verdict on an older session. */
    private record Doubting(AuthenticateV2 request, ClientAddress address, Clients.Client client,
                            GatewaySession older) implements State {
    }

    private record Connected(ClientAddress address, Clients.Client client, GatewaySharedKey key) implements State {
    }

    private record Over() implements State {
    }

    /** A question about this session that waits for the pong. */
    private record Doubt(GatewaySession asker, byte[] ping) {
    }

    private static final int PING_LENGTH = 8;
    private static final boolean UPGRADE_MODE = false;

    private final IdentityKeyPair gateway;
    private final Clients clients;
    private final Frames frames;
    private final Randomness randomness;
    private final Counters counters;
    private State state = new Greeting();
    private Optional<Doubt> doubt = Optional.empty();
    private int timer;

    /**
     * @param gateway    whose session
     * @param clients    of that gateway
     * @param frames     read and written
     * @param randomness for handshakes and frames
     * @param counters   where requests are counted
     */
    GatewaySession(IdentityKeyPair gateway, Clients clients, Frames frames, Randomness randomness, Counters counters) {
        this.gateway = gateway;
        this.clients = clients;
        this.frames = frames;
        this.randomness = randomness;
        this.counters = counters;
    }

    /** {@return the client this session belongs to, once it registered or authenticated and until the end} */
    Optional<ClientAddress> client() {
        return state instanceof Connected connected ? Optional.of(connected.address) : Optional.empty();
    }

    /**
     * @param message from the inbox of {@link #client}, which must be there
     * @return the binary frame
     */
    byte[] seal(byte[] message) {
        return frames.sealMessage(message, ((Connected) state).key, randomness);
    }

    /**
     * @param event what happened
     * @param now   when
     * @return what to do
     */
    List<Action> on(Event event, Instant now) {
        return switch (event) {
            case Closed() -> closed();
            case Probe(GatewaySession asker) -> probed(asker);
            default -> switch (state) {
                case Greeting() -> greeting(event, now);
                case Registering registering -> registering(registering, event, now);
                case Doubting doubting -> doubting(doubting, event, now);
                case Connected connected -> connected(connected, event, now);
                case Over() -> List.of();
            };
        };
    }

    private List<Action> greeting(Event event, Instant now) {
        return switch (event) {
            case Opened() -> List.of(setTimer(GatewayProtocol.FIRST_MESSAGE_TIMEOUT));
            case Text(String text) -> {
                ClientRequest request;
                try {
                    request = ClientRequest.parse(text);
                } catch (WireException e) {
                    yield refuse("malformed request: " + e.getMessage());
                }
                yield switch (request) {
                    case ClientRequest.SupportedProtocol() ->
                            List.of(supportedProtocol(), setTimer(GatewayProtocol.FIRST_MESSAGE_TIMEOUT));
                    case ClientRequest.RegisterHandshake registration -> register(registration);
                    case AuthenticateV2 authentication -> authenticate(authentication, now);
                    default -> refuse("the client is not authenticated");
                };
            }
            case Binary binary -> refuse("the client is not authenticated");
            case TimerEnded(int id) when id == timer -> refuse("no request within "
                    + GatewayProtocol.FIRST_MESSAGE_TIMEOUT.toSeconds() + " s");
            default -> List.of();
        };
    }

    private List<Action> register(ClientRequest.RegisterHandshake request) {
        GatewayHandshake handshake = new GatewayHandshake(gateway, GatewayProtocol.CURRENT_VERSION, randomness);
        return switch (handshake.start(request)) {
            case HandshakeStep.Send(String text) -> {
                ClientAddress address = ClientAddress.of(handshake.client().orElseThrow());
                if (clients.connected(address).isPresent()) {
                    yield refuse("the client is connected already");
                }
                state = new Registering(handshake, address);
                yield List.of(new Send(text), setTimer(GatewayProtocol.HANDSHAKE_MESSAGE_TIMEOUT));
            }
            case HandshakeStep.Failed failed -> fail(failed);
            default -> throw new IllegalStateException("a handshake starts by sending or failing");
        };
    }

    private List<Action> registering(Registering registering, Event event, Instant now) {
        return switch (event) {
            case Text(String text) -> switch (registering.handshake.receive(text)) {
                case HandshakeStep.Done done -> registered(registering.address, done, now);
                case HandshakeStep.Failed failed -> fail(failed);
                case HandshakeStep.Send(String answer) -> List.of(new Send(answer));
                case HandshakeStep.Ignored() -> List.of();
            };
            case TimerEnded(int id) when id == timer -> refuse("the handshake took too long");
            default -> List.of();
        };
    }

    private List<Action> registered(ClientAddress address, HandshakeStep.Done done, Instant now) {
        Clients.Connected entry = new Clients.Connected(this, now.truncatedTo(ChronoUnit.SECONDS).minusSeconds(1));
        Optional<Clients.Client> client = clients.register(address, done.key(), entry);
        if (client.isEmpty()) {
            return refuse("too many clients, or the client is connected already");
        }
        counters.count(Counter.REGISTRATIONS);
        state = new Connected(address, client.get(), done.key());
        return List.of(new Send(done.text().orElseThrow()),
                send(new ServerResponse.Register(done.protocolVersion(), true, UPGRADE_MODE)),
                new ClearTimer(), new Fetch());
    }

    private List<Action> authenticate(AuthenticateV2 request, Instant now) {
        ClientAddress address = ClientAddress.of(request.clientIdentity());
        Optional<Clients.Client> client = clients.find(address);
        AuthenticateV2.Verdict verdict = request.check(now.getEpochSecond(), client.map(Clients.Client::key),
                client.map(Clients.Client::lastAuthentication).orElseGet(OptionalLong::empty));
        if (verdict != AuthenticateV2.Verdict.ACCEPTED) {
            return refuse("authentication refused: " + verdict);
        }
        Optional<Clients.Connected> older = clients.connected(address);
        if (older.isEmpty()) {
            return authenticated(new Doubting(request, address, client.orElseThrow(), null), now);
        }
        if (!timestamp(request).isAfter(older.get().timestamp())) {
            return refuse("authentication refused: older than the session of the client");
        }
        state = new Doubting(request, address, client.orElseThrow(), older.get().session());
        return List.of(new Tell(older.get().session(), new Probe(this)),
                setTimer(GatewayProtocol.DUPLICATE_TIMEOUT));
    }

    private List<Action> doubting(Doubting doubting, Event event, Instant now) {
        return switch (event) {
            case Verdict(boolean alive) when alive -> refuse("the client has another session");
            case Verdict dead -> authenticated(doubting, now);
            case TimerEnded(int id) when id == timer -> authenticated(doubting, now);
            case Text text -> refuse("the authentication is not answered yet");
            case Binary binary -> refuse("the authentication is not answered yet");
            default -> List.of();
        };
    }

    private List<Action> authenticated(Doubting request, Instant now) {
        // All of this may have changed since the request was checked, if there was an older session to ask.
        if (!clients.connect(request.address, request.client, request.older,
                new Clients.Connected(this, timestamp(request.request)))) {
            return refuse("the client authenticated elsewhere, or asked to be forgotten");
        }
        counters.count(Counter.AUTHENTICATIONS);
        state = new Connected(request.address, request.client, request.client.key());
        Send answer = send(new ServerResponse.Authenticate(request.request.protocolVersion(), true,
                request.client.available(now), UPGRADE_MODE));
        return request.older == null
                ? List.of(new ClearTimer(), new Fetch(), answer)
                : List.of(new Tell(request.older, new Replaced()), new ClearTimer(), new Fetch(), answer);
    }

    private static Instant timestamp(AuthenticateV2 request) {
        return Instant.ofEpochSecond(request.unixTimestampSeconds());
    }

    private List<Action> connected(Connected connected, Event event, Instant now) {
        return switch (event) {
            case Binary(byte[] frame) -> packet(connected, frame, now);
            case Text(String text) -> List.of(answer(connected, text, now));
            case Pong(byte[] payload) when doubt.isPresent() && Arrays.equals(payload, doubt.get().ping) ->
                    settle(true);
            case TimerEnded(int id) when id == timer && doubt.isPresent() -> settle(false);
            case Replaced() -> {
                counters.count(Counter.SESSIONS_REPLACED);
                state = new Over();
                yield List.of(new End());
            }
            default -> List.of();
        };
    }

    private List<Action> packet(Connected connected, byte[] frame, Instant now) {
        MixPacket packet;
        try {
            packet = frames.openPacket(frame, connected.key);
        } catch (WireException e) {
            return List.of(error("malformed packet: " + e.getMessage()));
        }
        int cost = packet.packet().length;
        return switch (connected.client.charge(cost, now)) {
            case Clients.Charged(long left) ->
                    List.of(new Forward(packet), send(new ServerResponse.Send(left, UPGRADE_MODE)));
            case Clients.TooLittle(long available) -> {
                counters.count(Counter.DROPPED_OUT_OF_BANDWIDTH);
                yield List.of(send(new ServerResponse.OutOfBandwidth(cost, available)));
            }
            case Clients.Forgotten() -> List.of(error("the client asked to be forgotten"));
        };
    }

    private Send answer(Connected connected, String text, Instant now) {
        ClientRequest request;
        try {
            request = ClientRequest.parse(text);
        } catch (WireException e) {
            return error("malformed request: " + e.getMessage());
        }
        return switch (request) {
            case ClientRequest.SupportedProtocol() -> supportedProtocol();
            case ClientRequest.ClaimFreeTestnetBandwidth() -> switch (connected.client.claim(now)) {
                case Clients.Charged(long available) ->
                        send(new ServerResponse.Bandwidth(available, UPGRADE_MODE));
                default -> error("the client asked to be forgotten");
            };
            case ClientRequest.EncryptedRequest sealed -> sensitive(connected, sealed);
            case ClientRequest.EcashCredential credential ->
                    error("credentials are not accepted here: bandwidth is free");
            case ClientRequest.UpgradeModeJwt token -> error("upgrade mode is not supported");
            default -> error("the client is authenticated already");
        };
    }

    private Send sensitive(Connected connected, ClientRequest.EncryptedRequest sealed) {
        try {
            return switch (SensitiveRequest.open(sealed, connected.key)) {
                case SensitiveRequest.ForgetMe(boolean client, boolean stats) ->
                        client && !clients.forget(connected.address, connected.client)
                                ? error("the client was forgotten already")
                                : send(SensitiveResponse.FORGET_ME_ACK.seal(connected.key, randomness));
                case SensitiveRequest.RememberMe remember ->
                        send(SensitiveResponse.REMEMBER_ME_ACK.seal(connected.key, randomness));
            };
        } catch (WireException e) {
            return error("malformed request: " + e.getMessage());
        }
    }

    private List<Action> probed(GatewaySession asker) {
        if (!(state instanceof Connected)) {
            return List.of(new Tell(asker, new Verdict(false)));
        }
        if (doubt.isPresent()) {
            return List.of(new Tell(asker, new Verdict(true)));
        }
        byte[] ping = randomness.bytes(PING_LENGTH);
        doubt = Optional.of(new Doubt(asker, ping));
        return List.of(new Ping(ping), setTimer(GatewayProtocol.PONG_TIMEOUT));
    }

    private List<Action> settle(boolean alive) {
        Tell verdict = new Tell(doubt.orElseThrow().asker, new Verdict(alive));
        doubt = Optional.empty();
        return List.of(verdict, new ClearTimer());
    }

    private List<Action> closed() {
        if (state instanceof Connected connected) {
            clients.disconnect(connected.address, this);
        }
        state = new Over();
        return doubt.isPresent() ? settle(false) : List.of(new ClearTimer());
    }

    private List<Action> fail(HandshakeStep.Failed failed) {
        counters.count(Counter.CLIENT_REQUESTS_REFUSED);
        state = new Over();
        return failed.text().isPresent() ? List.of(new Send(failed.text().get()), new End()) : List.of(new End());
    }

    private List<Action> refuse(String message) {
        state = new Over();
        return List.of(error(message), new End());
    }

    private Send error(String message) {
        counters.count(Counter.CLIENT_REQUESTS_REFUSED);
        return send(new ServerResponse.Error(message));
    }

    private static Send supportedProtocol() {
        return send(new ServerResponse.SupportedProtocol(GatewayProtocol.CURRENT_VERSION));
    }

    private static Send send(ServerResponse response) {
        return new Send(response.toJson());
    }

    private SetTimer setTimer(Duration duration) {
        return new SetTimer(duration, ++timer);
    }
}
