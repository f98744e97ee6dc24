package org.cloakwork.localnet.node;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayHandshake;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
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

    private record Connected(ConnectedClient client) implements State {
    }

    private record Over() implements State {
    }

    /** A question about this session that waits for the pong. */
    private record Doubt(GatewaySession asker, byte[] ping) {
    }

    private static final int PING_LENGTH = 8;

    private final IdentityKeyPair gateway;
    private final Clients clients;
    private final Frames frames;
    private final Randomness randomness;
    private final Counters<Counter> counters;
    private final Answers answers;
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
    GatewaySession(IdentityKeyPair gateway, Clients clients, Frames frames, Randomness randomness,
            Counters<Counter> counters) {
        this.gateway = gateway;
        this.clients = clients;
        this.frames = frames;
        this.randomness = randomness;
        this.counters = counters;
        this.answers = new Answers(counters);
    }

    /** {@return the client this session belongs to, once it registered or authenticated and until the end} */
    Optional<ClientAddress> client() {
        return state instanceof Connected connected ? Optional.of(connected.client.address()) : Optional.empty();
    }

    /**
     * @param message from the inbox of {@link #client}, which must be there
     * @return the binary frame
     */
    byte[] seal(byte[] message) {
        return ((Connected) state).client.seal(message);
    }

    /**
     * @param event what happened
     * @param now   when
     * @return what to do
     */
    List<SessionAction> on(SessionEvent event, Instant now) {
        return switch (event) {
            case SessionEvent.Closed() -> closed();
            case SessionEvent.Probe(GatewaySession asker) -> probed(asker);
            default -> switch (state) {
                case Greeting() -> greeting(event, now);
                case Registering registering -> registering(registering, event, now);
                case Doubting doubting -> doubting(doubting, event, now);
                case Connected connected -> connected(connected, event, now);
                case Over() -> List.of();
            };
        };
    }

    private List<SessionAction> greeting(SessionEvent event, Instant now) {
        return switch (event) {
            case SessionEvent.Opened() -> List.of(setTimer(GatewayProtocol.FIRST_MESSAGE_TIMEOUT));
            case SessionEvent.Text(String text) -> {
                ClientRequest request;
                try {
                    request = ClientRequest.parse(text);
                } catch (WireException e) {
                    yield refuse("malformed request: " + e.getMessage());
                }
                yield switch (request) {
                    case ClientRequest.SupportedProtocol() ->
                            List.of(Answers.supportedProtocol(), setTimer(GatewayProtocol.FIRST_MESSAGE_TIMEOUT));
                    case ClientRequest.RegisterHandshake registration -> register(registration);
                    case AuthenticateV2 authentication -> authenticate(authentication, now);
                    default -> refuse("the client is not authenticated");
                };
            }
            case SessionEvent.Binary binary -> refuse("the client is not authenticated");
            case SessionEvent.TimerEnded(int id) when id == timer -> refuse("no request within "
                    + GatewayProtocol.FIRST_MESSAGE_TIMEOUT.toSeconds() + " s");
            default -> List.of();
        };
    }

    private List<SessionAction> register(ClientRequest.RegisterHandshake request) {
        GatewayHandshake handshake = new GatewayHandshake(gateway, GatewayProtocol.CURRENT_VERSION, randomness);
        return switch (handshake.start(request)) {
            case HandshakeStep.Send(String text) -> {
                ClientAddress address = ClientAddress.of(handshake.client().orElseThrow());
                if (clients.connected(address).isPresent()) {
                    yield refuse("the client is connected already");
                }
                state = new Registering(handshake, address);
                yield List.of(new SessionAction.Send(text), setTimer(GatewayProtocol.HANDSHAKE_MESSAGE_TIMEOUT));
            }
            case HandshakeStep.Failed failed -> fail(failed);
            default -> throw new IllegalStateException("a handshake starts by sending or failing");
        };
    }

    private List<SessionAction> registering(Registering registering, SessionEvent event, Instant now) {
        return switch (event) {
            case SessionEvent.Text(String text) -> switch (registering.handshake.receive(text)) {
                case HandshakeStep.Done done -> registered(registering.address, done, now);
                case HandshakeStep.Failed failed -> fail(failed);
                case HandshakeStep.Send(String answer) -> List.of(new SessionAction.Send(answer));
                case HandshakeStep.Ignored() -> List.of();
            };
            case SessionEvent.TimerEnded(int id) when id == timer -> refuse("the handshake took too long");
            default -> List.of();
        };
    }

    private List<SessionAction> registered(ClientAddress address, HandshakeStep.Done done, Instant now) {
        Clients.Connected entry = new Clients.Connected(this, now.truncatedTo(ChronoUnit.SECONDS).minusSeconds(1));
        Optional<Clients.Client> client = clients.register(address, done.key(), entry);
        if (client.isEmpty()) {
            return refuse("too many clients, or the client is connected already");
        }
        counters.count(Counter.REGISTRATIONS);
        state = new Connected(connected(address, client.get(), done.key()));
        return List.of(new SessionAction.Send(done.text().orElseThrow()),
                Answers.send(new ServerResponse.Register(done.protocolVersion(), true, Answers.UPGRADE_MODE)),
                new SessionAction.ClearTimer(), new SessionAction.Fetch());
    }

    private List<SessionAction> authenticate(AuthenticateV2 request, Instant now) {
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
        return List.of(new SessionAction.Tell(older.get().session(), new SessionEvent.Probe(this)),
                setTimer(GatewayProtocol.DUPLICATE_TIMEOUT));
    }

    private List<SessionAction> doubting(Doubting doubting, SessionEvent event, Instant now) {
        return switch (event) {
            case SessionEvent.Verdict(boolean alive) when alive -> refuse("the client has another session");
            case SessionEvent.Verdict dead -> authenticated(doubting, now);
            case SessionEvent.TimerEnded(int id) when id == timer -> authenticated(doubting, now);
            case SessionEvent.Text text -> refuse("the authentication is not answered yet");
            case SessionEvent.Binary binary -> refuse("the authentication is not answered yet");
            default -> List.of();
        };
    }

    private List<SessionAction> authenticated(Doubting request, Instant now) {
        // All of this may have changed since the request was checked, if there was an older session to ask.
        if (!clients.connect(request.address, request.client, request.older,
                new Clients.Connected(this, timestamp(request.request)))) {
            return refuse("the client authenticated elsewhere, or asked to be forgotten");
        }
        counters.count(Counter.AUTHENTICATIONS);
        state = new Connected(connected(request.address, request.client, request.client.key()));
        SessionAction.Send answer = Answers.send(new ServerResponse.Authenticate(request.request.protocolVersion(),
                true, request.client.available(now), Answers.UPGRADE_MODE));
        return request.older == null
                ? List.of(new SessionAction.ClearTimer(), new SessionAction.Fetch(), answer)
                : List.of(new SessionAction.Tell(request.older, new SessionEvent.Replaced()),
                new SessionAction.ClearTimer(), new SessionAction.Fetch(), answer);
    }

    private static Instant timestamp(AuthenticateV2 request) {
        return Instant.ofEpochSecond(request.unixTimestampSeconds());
    }

    private ConnectedClient connected(ClientAddress address, Clients.Client client, GatewaySharedKey key) {
        return new ConnectedClient(address, client, key, clients, frames, randomness, counters);
    }

    private List<SessionAction> connected(Connected connected, SessionEvent event, Instant now) {
        return switch (event) {
            case SessionEvent.Binary(byte[] frame) -> connected.client.packet(frame, now);
            case SessionEvent.Text(String text) -> List.of(connected.client.answer(text, now));
            case SessionEvent.Pong(byte[] payload) when doubt.isPresent() && Arrays.equals(payload, doubt.get().ping) ->
                    settle(true);
            case SessionEvent.TimerEnded(int id) when id == timer && doubt.isPresent() -> settle(false);
            case SessionEvent.Replaced() -> {
                counters.count(Counter.SESSIONS_REPLACED);
                state = new Over();
                yield List.of(new SessionAction.End());
            }
            default -> List.of();
        };
    }

    private List<SessionAction> probed(GatewaySession asker) {
        if (!(state instanceof Connected)) {
            return List.of(new SessionAction.Tell(asker, new SessionEvent.Verdict(false)));
        }
        if (doubt.isPresent()) {
            return List.of(new SessionAction.Tell(asker, new SessionEvent.Verdict(true)));
        }
        byte[] ping = randomness.bytes(PING_LENGTH);
        doubt = Optional.of(new Doubt(asker, ping));
        return List.of(new SessionAction.Ping(ping), setTimer(GatewayProtocol.PONG_TIMEOUT));
    }

    private List<SessionAction> settle(boolean alive) {
        SessionAction.Tell verdict = new SessionAction.Tell(doubt.orElseThrow().asker, new SessionEvent.Verdict(alive));
        doubt = Optional.empty();
        return List.of(verdict, new SessionAction.ClearTimer());
    }

    private List<SessionAction> closed() {
        if (state instanceof Connected connected) {
            clients.disconnect(connected.client.address(), this);
        }
        state = new Over();
        return doubt.isPresent() ? settle(false) : List.of(new SessionAction.ClearTimer());
    }

    private List<SessionAction> fail(HandshakeStep.Failed failed) {
        counters.count(Counter.CLIENT_REQUESTS_REFUSED);
        state = new Over();
        return failed.text().isPresent() ? List.of(new SessionAction.Send(failed.text().get()),
                new SessionAction.End()) : List.of(new SessionAction.End());
    }

    private List<SessionAction> refuse(String message) {
        state = new Over();
        return List.of(answers.error(message), new SessionAction.End());
    }

    private SessionAction.SetTimer setTimer(Duration duration) {
        return new SessionAction.SetTimer(duration, ++timer);
    }
}
