package org.cloakwork.client.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.engine.VirtualTime;
import org.cloakwork.client.session.Conversation.Action;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.BinaryResponse;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayHandshake;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.ServerResponse;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Frames of a gateway, and what follows from them. */
class ConversationTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
    private static final long PLENTY = GatewayProtocol.CLAIM_BELOW_BYTES;
    private static final String CLAIM = new ClientRequest.ClaimFreeTestnetBandwidth().toJson();

    private final Randomness randomness = new VirtualTime(1).randomness();
    private final IdentityKeyPair client = IdentityKeyPair.generate(randomness);
    private final IdentityKeyPair gateway = IdentityKeyPair.generate(randomness);
    private final GatewaySharedKey key = new GatewaySharedKey(randomness.bytes(GatewaySharedKey.LENGTH));
    private final Counters<Counter> counters = new Counters<>(Counter.class);

    private Conversation conversation(Optional<GatewaySharedKey> known, long lastTimestamp) {
        Conversation conversation =
                new Conversation(Cryptography.NYM, client, gateway.publicKey(), known, lastTimestamp, counters,
                randomness);
        assertEquals(List.of(new Action.Send(new ClientRequest.SupportedProtocol().toJson())), conversation.opened());
        return conversation;
    }

    private Conversation authenticating() {
        Conversation conversation = conversation(Optional.of(key), 0);
        say(conversation, new ServerResponse.SupportedProtocol(6));
        return conversation;
    }

    private Conversation live() {
        Conversation conversation = authenticating();
        assertEquals(List.of(new Action.Live()),
                say(conversation, new ServerResponse.Authenticate(6, true, PLENTY, false)));
        return conversation;
    }

    private Conversation claiming() {
        Conversation conversation = authenticating();
        assertEquals(List.of(new Action.Send(CLAIM)),
                say(conversation, new ServerResponse.Authenticate(6, true, PLENTY - 1, false)));
        return conversation;
    }

    private Conversation over() {
        Conversation conversation = authenticating();
        say(conversation, new ServerResponse.Error("no"));
        return conversation;
    }

    private static List<Action> say(Conversation conversation, ServerResponse response) {
        return conversation.text(response.toJson(), NOW);
    }

    private static String describe(List<Action> actions) {
        return String.join(",", actions.stream().map(action -> action.getClass().getSimpleName()).toList());
    }

    private record Case(String state, String frame, String actions) {
    }

    private static final List<Case> TABLE = List.of(
            new Case("asking", "version 3", "Close"), new Case("asking", "version 4", "Send"),
            new Case("asking", "version 200", "Send"), new Case("asking", "error", "Close"),
            new Case("asking", "noise", "Close"), new Case("asking", "send", ""),
            new Case("asking", "authenticated", ""), new Case("asking", "registered", ""),
            new Case("authenticating", "authenticated", "Live"), new Case("authenticating", "poor", "Send"),
            new Case("authenticating", "refused", "Close"), new Case("authenticating", "too new", "Close"),
            new Case("authenticating", "error", "Close"), new Case("authenticating", "noise", "Close"),
            new Case("authenticating", "version 6", ""), new Case("authenticating", "bandwidth", ""),
            new Case("authenticating", "registered", ""), new Case("authenticating", "pushed", "Payload"),
            new Case("authenticating", "send", ""), new Case("authenticating", "out of bandwidth", ""),
            new Case("claiming", "bandwidth", "Live"), new Case("claiming", "no bandwidth", "Close"),
            new Case("claiming", "error", "Close"), new Case("claiming", "noise", "Close"),
            new Case("claiming", "send", ""), new Case("claiming", "out of bandwidth", ""),
            new Case("claiming", "pushed", "Payload"), new Case("claiming", "authenticated", ""),
            new Case("live", "send", ""), new Case("live", "send little", "Send"),
            new Case("live", "out of bandwidth", "Send"), new Case("live", "error", ""), new Case("live", "noise", ""),
            new Case("live", "replay", ""), new Case("live", "bandwidth", ""), new Case("live", "no bandwidth", ""),
            new Case("live", "authenticated", ""), new Case("live", "refused", ""), new Case("live", "registered", ""),
            new Case("live", "version 3", ""), new Case("live", "encrypted", ""), new Case("live", "pushed", "Payload"),
            new Case("live", "foreign", ""), new Case("live", "empty", ""),
            new Case("over", "authenticated", ""), new Case("over", "error", ""), new Case("over", "noise", ""),
            new Case("over", "send little", ""), new Case("over", "pushed", ""), new Case("over", "bandwidth", ""),
            new Case("over", "version 6", ""));

    private List<Action> hear(Conversation conversation, String frame) {
        return switch (frame) {
            case "version 3" -> say(conversation, new ServerResponse.SupportedProtocol(3));
            case "version 4" -> say(conversation, new ServerResponse.SupportedProtocol(4));
            case "version 6" -> say(conversation, new ServerResponse.SupportedProtocol(6));
            case "version 200" -> say(conversation, new ServerResponse.SupportedProtocol(200));
            case "error" -> say(conversation, new ServerResponse.Error("no"));
            case "replay" -> say(conversation, new ServerResponse.TicketReplay());
            case "noise" -> conversation.text("{noise", NOW);
            case "send" -> say(conversation, new ServerResponse.Send(PLENTY, false));
            case "send little" -> say(conversation, new ServerResponse.Send(PLENTY - 1, false));
            case "out of bandwidth" -> say(conversation, new ServerResponse.OutOfBandwidth(2413, 0));
            case "authenticated" -> say(conversation, new ServerResponse.Authenticate(6, true, PLENTY, false));
            case "poor" -> say(conversation, new ServerResponse.Authenticate(6, true, -5, false));
            case "refused" -> say(conversation, new ServerResponse.Authenticate(6, false, PLENTY, false));
            case "too new" -> say(conversation, new ServerResponse.Authenticate(7, true, PLENTY, false));
            case "registered" -> say(conversation, new ServerResponse.Register(6, true, false));
            case "bandwidth" -> say(conversation, new ServerResponse.Bandwidth(PLENTY, false));
            case "no bandwidth" -> say(conversation, new ServerResponse.Bandwidth(2412, false));
            case "encrypted" -> say(conversation, new ServerResponse.EncryptedResponse(new byte[20], new byte[12]));
            case "pushed" -> conversation.binary(new BinaryResponse(new byte[21]).seal(key, randomness));
            case "foreign" -> conversation.binary(new BinaryResponse(new byte[21]).seal(
                    new GatewaySharedKey(new byte[GatewaySharedKey.LENGTH]), randomness));
            case "empty" -> conversation.binary(new byte[0]);
            default -> throw new IllegalArgumentException(frame);
        };
    }

    @TestFactory
    Stream<DynamicTest> each_frame_in_each_state_has_its_actions() {
        return TABLE.stream().map(row -> DynamicTest.dynamicTest(row.state() + ": " + row.frame(), () ->
                assertEquals(row.actions(), describe(hear(switch (row.state()) {
                    case "asking" -> conversation(Optional.of(key), 0);
                    case "authenticating" -> authenticating();
                    case "claiming" -> claiming();
                    case "live" -> live();
                    case "over" -> over();
                    default -> throw new IllegalArgumentException(row.state());
                }, row.frame())))));
    }

    @Test
    void aStrangerRegistersClaimsAndGoesLive() throws WireException {
        Conversation conversation = conversation(Optional.empty(), 0);
        GatewayHandshake server = new GatewayHandshake(gateway, 6, randomness);
        Action.Send first = assertInstanceOf(Action.Send.class,
                say(conversation, new ServerResponse.SupportedProtocol(6)).getFirst());
        HandshakeStep.Send second = assertInstanceOf(HandshakeStep.Send.class,
                server.start((ClientRequest.RegisterHandshake) ClientRequest.parse(first.text())));
        Action.Send third = assertInstanceOf(Action.Send.class, conversation.text(second.text(), NOW).getFirst());
        HandshakeStep.Done done = assertInstanceOf(HandshakeStep.Done.class, server.receive(third.text()));
        assertEquals(client.publicKey(), server.client().orElseThrow());
        Action.Registered registered = assertInstanceOf(Action.Registered.class,
                conversation.text(done.text().orElseThrow(), NOW).getFirst());
        assertArrayEquals(done.key().bytes(), registered.key().bytes());
        assertEquals(List.of(new Action.Send(new ClientRequest.SupportedProtocol().toJson())),
                say(conversation, new ServerResponse.Register(6, true, false)));
        assertEquals(List.of(new Action.Send(CLAIM)), say(conversation, new ServerResponse.SupportedProtocol(6)));
        assertFalse(conversation.isLive());
        assertEquals(List.of(new Action.Live()), say(conversation, new ServerResponse.Bandwidth(PLENTY, false)));
        assertTrue(conversation.isLive());
        assertFalse(conversation.awaitsAnswer());
        assertFalse(conversation.isFruitless());
    }

    @Test
    void anErrorInTheMiddleOfARegistrationIsHonouredAtOnce() {
        Conversation conversation = conversation(Optional.empty(), 0);
        say(conversation, new ServerResponse.SupportedProtocol(6));
        assertEquals("Close", describe(say(conversation, new ServerResponse.Error("already connected"))));
    }

    @Test
    void aGatewayWithAnotherIdentityIsToldSoAndLeft() throws WireException {
        Conversation conversation = conversation(Optional.empty(), 0);
        GatewayHandshake impostor = new GatewayHandshake(IdentityKeyPair.generate(randomness), 6, randomness);
        Action.Send first = (Action.Send) say(conversation, new ServerResponse.SupportedProtocol(6)).getFirst();
        HandshakeStep.Send second = (HandshakeStep.Send) impostor.start(
                (ClientRequest.RegisterHandshake) ClientRequest.parse(first.text()));
        assertEquals("Send,Close", describe(conversation.text(second.text(), NOW)));
    }

    @Test
    void theTimestampIsNowOrOneMoreThanTheLastIfThatIsLater() throws WireException {
        for (long last : new long[] {0, NOW.getEpochSecond() - 1, NOW.getEpochSecond(), NOW.getEpochSecond() + 10}) {
            Conversation conversation = conversation(Optional.of(key), last);
            assertEquals(last, conversation.timestamp());
            Action.Send send = (Action.Send) say(conversation, new ServerResponse.SupportedProtocol(6)).getFirst();
            AuthenticateV2 request = (AuthenticateV2) ClientRequest.parse(send.text());
            assertEquals(Math.max(NOW.getEpochSecond(), last + 1), request.unixTimestampSeconds());
            assertEquals(request.unixTimestampSeconds(), conversation.timestamp());
            assertTrue(conversation.isFruitless());
        }
    }

    @Test
    void oneClaimIsUnderWayAtATime() {
        Conversation conversation = live();
        assertEquals("Send", describe(hear(conversation, "send little")));
        assertTrue(conversation.awaitsAnswer());
        assertEquals("", describe(hear(conversation, "send little")));
        assertEquals("", describe(hear(conversation, "out of bandwidth")));
        hear(conversation, "bandwidth");
        assertFalse(conversation.awaitsAnswer());
        assertEquals("Send", describe(hear(conversation, "send little")));
        assertEquals(2, counters.get(Counter.BANDWIDTH_CLAIMS));
    }

    @Test
    void afterARefusedClaimTheRestIsUsedUpBeforeTheSessionEnds() {
        Conversation conversation = live();
        hear(conversation, "send little");
        assertEquals("", describe(hear(conversation, "error")));
        assertEquals("", describe(hear(conversation, "send little")));
        assertTrue(conversation.isLive());
        assertEquals("Close", describe(hear(conversation, "out of bandwidth")));
        assertFalse(conversation.isLive());
    }

    @Test
    void anErrorThatWasNotAboutAClaimPreventsNone() {
        Conversation conversation = live();
        hear(conversation, "error");
        assertEquals("Send", describe(hear(conversation, "send little")));
    }
}
