package org.cloakwork.localnet.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PacketType;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;
import org.cloakwork.wire.gateway.ClientHandshake;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeMessage;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.SensitiveRequest;
import org.cloakwork.wire.gateway.SensitiveResponse;
import org.cloakwork.wire.gateway.ServerResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewaySessionTest {

    private static final Randomness RANDOMNESS = VirtualTime.randomness(7);
    private static final IdentityKeyPair GATEWAY = IdentityKeyPair.generate(RANDOMNESS);
    private static final IdentityKeyPair ALICE = IdentityKeyPair.generate(RANDOMNESS);

    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final Clients clients = new Clients(counters);
    private Instant now = VirtualTime.START;

    private GatewaySession session() {
        GatewaySession session = new GatewaySession(GATEWAY, clients, Frames.SEALED, RANDOMNESS, counters);
        assertInstanceOf(SessionAction.SetTimer.class, session.on(new SessionEvent.Opened(), now).getFirst());
        return session;
    }

    private List<SessionAction> text(GatewaySession session, String text) {
        return session.on(new SessionEvent.Text(text), now);
    }

    private List<SessionAction> text(GatewaySession session, ClientRequest request) {
        return text(session, request.toJson());
    }

    private static ServerResponse response(SessionAction action) throws Exception {
        return ServerResponse.parse(assertInstanceOf(SessionAction.Send.class, action).text());
    }

    private static <T> T only(Class<T> type, List<? super T> actions) {
        return actions.stream().filter(type::isInstance).map(type::cast).reduce((a, b) -> {
            throw new AssertionError("more than one " + type);
        }).orElseThrow(() -> new AssertionError("no " + type + " in " + actions));
    }

    /** One error, then the end. */
    private static void assertRefused(List<SessionAction> actions) throws Exception {
        assertEquals(2, actions.size(), actions::toString);
        assertInstanceOf(ServerResponse.Error.class, response(actions.get(0)));
        assertInstanceOf(SessionAction.End.class, actions.get(1));
    }

    private GatewaySharedKey register(GatewaySession session, IdentityKeyPair client, int version) throws Exception {
        ClientHandshake handshake = new ClientHandshake(client, GATEWAY.publicKey(), version, RANDOMNESS);
        List<SessionAction> first = text(session, handshake.start());
        assertInstanceOf(SessionAction.SetTimer.class, first.get(1));
        String material = assertInstanceOf(SessionAction.Send.class, first.get(0)).text();
        assertEquals(version, ((HandshakeMessage.Payload) HandshakeMessage.parse(material)).protocolVersion());
        String own = assertInstanceOf(HandshakeStep.Send.class, handshake.receive(material)).text();
        List<SessionAction> second = text(session, own);
        HandshakeStep.Done done = assertInstanceOf(HandshakeStep.Done.class,
                handshake.receive(assertInstanceOf(SessionAction.Send.class, second.get(0)).text()));
        assertEquals(new ServerResponse.Register(version, true, false), response(second.get(1)));
        assertEquals(List.of(new SessionAction.ClearTimer(), new SessionAction.Fetch()), second.subList(2, 4));
        assertEquals(4, second.size());
        assertEquals(version, done.protocolVersion());
        return done.key();
    }

    private AuthenticateV2 authentication(GatewaySharedKey key, int version, long timestamp) {
        return AuthenticateV2.create(ALICE, key, version, RANDOMNESS.bytes(12), timestamp);
    }

    private void assertAuthenticated(List<SessionAction> actions, int version, long bandwidth)
            throws Exception {
        int last = actions.size() - 1;
        assertEquals(new ServerResponse.Authenticate(version, true, bandwidth, false), response(actions.get(last)));
        assertInstanceOf(SessionAction.Fetch.class, actions.get(last - 1), "the inbox comes before the answer");
    }

    private static MixPacket packet() {
        return new MixPacket(PacketType.MIX, KeyRotation.EVEN, NodeAddress.parse("127.0.0.1:10001"),
                RANDOMNESS.bytes(PacketSize.REGULAR.packetLength()));
    }

    @Test
    void tellsItsVersionAtAnyTime() throws Exception {
        GatewaySession session = session();
        for (int i = 0; i < 3; i++) {
            List<SessionAction> actions = text(session, new ClientRequest.SupportedProtocol());
            assertEquals(new ServerResponse.SupportedProtocol(6), response(actions.get(0)));
            assertEquals(Duration.ofSeconds(10), only(SessionAction.SetTimer.class, actions).duration());
        }
        register(session, ALICE, 6);
        List<SessionAction> after = text(session, new ClientRequest.SupportedProtocol());
        assertEquals(new ServerResponse.SupportedProtocol(6), response(after.get(0)));
        assertEquals(1, after.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 4, 5, 6})
    void registersWithTheProposedVersion(int version) throws Exception {
        GatewaySession session = session();
        register(session, ALICE, version);
        assertEquals(Optional.of(ClientAddress.of(ALICE.publicKey())), session.client());
        assertEquals(1, counters.get(Counter.REGISTRATIONS));
    }

    @Test
    void registersWithItsOwnVersionWhereMoreIsProposed() throws Exception {
        ClientHandshake handshake = new ClientHandshake(ALICE, GATEWAY.publicKey(), 9, RANDOMNESS);
        String material = assertInstanceOf(SessionAction.Send.class, text(session(), handshake.start()).get(0)).text();
        assertEquals(6, ((HandshakeMessage.Payload) HandshakeMessage.parse(material)).protocolVersion());
    }

    @Test
    void refusesToRegisterWhoIsConnected() throws Exception {
        register(session(), ALICE, 6);
        assertRefused(text(session(), new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS).start()));
    }

    @Test
    void ofTwoRegistrationsAtOnceTheFirstToFinishWinsAndKeepsItsKey() throws Exception {
        GatewaySession slow = session();
        ClientHandshake handshake = new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS);
        String material = assertInstanceOf(SessionAction.Send.class, text(slow, handshake.start()).get(0)).text();
        GatewaySharedKey key = register(session(), ALICE, 6);
        String own = assertInstanceOf(HandshakeStep.Send.class, handshake.receive(material)).text();
        assertRefused(text(slow, own));
        assertEquals(key, clients.find(ClientAddress.of(ALICE.publicKey())).orElseThrow().key());
    }

    @Test
    void ignoresWhatIsNoHandshakeDuringTheHandshake() throws Exception {
        GatewaySession session = session();
        ClientHandshake handshake = new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS);
        String material = assertInstanceOf(SessionAction.Send.class, text(session, handshake.start()).get(0)).text();
        assertEquals(List.of(), text(session, "junk"));
        assertEquals(List.of(), text(session, new ClientRequest.SupportedProtocol()));
        assertEquals(List.of(), session.on(new SessionEvent.Binary(new byte[99]), now));
        assertEquals(List.of(), session.on(new SessionEvent.Pong(new byte[8]), now));
        String own = assertInstanceOf(HandshakeStep.Send.class, handshake.receive(material)).text();
        assertEquals(4, text(session, own).size());
    }

    @Test
    void endsABadHandshakeWithOneHandshakeError() throws Exception {
        List<SessionAction> tooShort =
                text(session(), new HandshakeMessage.Payload(6, new byte[79]).toJson());
        assertInstanceOf(HandshakeMessage.Error.class,
                HandshakeMessage.parse(assertInstanceOf(SessionAction.Send.class, tooShort.get(0)).text()));
        assertEquals(List.of(new SessionAction.End()), tooShort.subList(1, 2));

        GatewaySession session = session();
        text(session, new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS).start());
        List<SessionAction> wrong = text(session, new HandshakeMessage.Payload(6, new byte[92]).toJson());
        assertInstanceOf(HandshakeMessage.Error.class,
                HandshakeMessage.parse(assertInstanceOf(SessionAction.Send.class, wrong.get(0)).text()));
        assertInstanceOf(SessionAction.End.class, wrong.get(1));
        assertEquals(Optional.empty(), clients.find(ClientAddress.of(ALICE.publicKey())));
    }

    @Test
    void givesUpWhoSaysNothing() throws Exception {
        GatewaySession session = new GatewaySession(GATEWAY, clients, Frames.SEALED, RANDOMNESS, counters);
        SessionAction.SetTimer first =
                only(SessionAction.SetTimer.class, session.on(new SessionEvent.Opened(), now));
        assertEquals(Duration.ofSeconds(10), first.duration());
        SessionAction.SetTimer second =
                only(SessionAction.SetTimer.class, text(session, new ClientRequest.SupportedProtocol()));
        assertEquals(List.of(), session.on(new SessionEvent.TimerEnded(first.id()), now), "an old timer");
        assertRefused(session.on(new SessionEvent.TimerEnded(second.id()), now));
        assertEquals(List.of(), text(session, new ClientRequest.SupportedProtocol()), "nothing after the end");

        GatewaySession handshaking = session();
        SessionAction.SetTimer third = only(SessionAction.SetTimer.class,
                text(handshaking, new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS).start()));
        assertEquals(Duration.ofSeconds(5), third.duration());
        assertRefused(handshaking.on(new SessionEvent.TimerEnded(third.id()), now));
    }

    static Stream<String> notBeforeAuthentication() {
        return Stream.of("", "junk", "{}", "[]", "null", "{\"type\":\"unknown\"}", "{\"type\":7}",
                "{\"type\":\"handshakePayload\",\"protocol_version\":6,\"data\":[256]}",
                "{\"type\":\"authenticateV2\"}", "{".repeat(60_000), "\"" + "x".repeat(100_000),
                new ClientRequest.ClaimFreeTestnetBandwidth().toJson(),
                new ClientRequest.EncryptedRequest(new byte[40], new byte[12]).toJson(),
                "{\"type\":\"authenticate\",\"protocol_version\":null,\"address\":\"a\","
                + "\"enc_address\":\"b\",\"iv\":\"c\"}");
    }

    @ParameterizedTest
    @MethodSource
    void notBeforeAuthentication(String text) throws Exception {
        assertRefused(text(session(), text));
    }

    @Test
    void noPacketsBeforeAuthentication() throws Exception {
        assertRefused(session().on(new SessionEvent.Binary(new byte[2452]), now));
        GatewaySession session = session();
        assertEquals(List.of(), session.on(new SessionEvent.Pong(new byte[3]), now), "an early pong does no harm");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6})
    void authenticatesWhoRegisteredAndLeft(int version) throws Exception {
        GatewaySession first = session();
        GatewaySharedKey key = register(first, ALICE, 6);
        text(first, new ClientRequest.ClaimFreeTestnetBandwidth());
        first.on(new SessionEvent.Closed(), now);
        assertAuthenticated(text(session(), authentication(key, version, now.getEpochSecond())), version, 64L << 30);
        assertEquals(1, counters.get(Counter.AUTHENTICATIONS));
    }

    @Test
    void refusesAuthenticationForEachReason() throws Exception {
        GatewaySession first = session();
        GatewaySharedKey key = register(first, ALICE, 6);
        first.on(new SessionEvent.Closed(), now);
        long seconds = now.getEpochSecond();

        assertRefused(text(session(), authentication(key, 3, seconds)));
        assertRefused(text(session(), authentication(key, 7, seconds)));
        assertRefused(text(session(), authentication(key, 6, seconds - 121)));
        assertRefused(text(session(), authentication(key, 6, seconds + 121)));
        AuthenticateV2 good = authentication(key, 6, seconds);
        byte[] signature = good.signature().clone();
        signature[0] ^= 1;
        assertRefused(text(session(), new AuthenticateV2(6, good.clientIdentity(), good.addressCiphertext(),
                good.nonce(), seconds, signature)));
        IdentityKeyPair stranger = IdentityKeyPair.generate(RANDOMNESS);
        assertRefused(text(session(), AuthenticateV2.create(stranger, key, 6, new byte[12], seconds)));
        assertRefused(text(session(), authentication(new GatewaySharedKey(new byte[32]), 6, seconds)));
        assertEquals(Optional.empty(), clients.connected(ClientAddress.of(ALICE.publicKey())));

        GatewaySession second = session();
        assertAuthenticated(text(second, good), 6, 0);
        second.on(new SessionEvent.Closed(), now);
        assertRefused(text(session(), good));
        assertRefused(text(session(), authentication(key, 6, seconds)));
        assertAuthenticated(text(session(), authentication(key, 6, seconds + 1)), 6, 0);
    }

    @Test
    void doubtsTheOlderSessionAndYieldsIfItLives() throws Exception {
        GatewaySession older = session();
        GatewaySharedKey key = register(older, ALICE, 6);
        GatewaySession newer = session();
        List<SessionAction> asked = text(newer, authentication(key, 6, now.getEpochSecond()));
        SessionAction.Tell question = only(SessionAction.Tell.class, asked);
        assertEquals(older, question.other());
        assertEquals(Duration.ofSeconds(2), only(SessionAction.SetTimer.class, asked).duration());

        List<SessionAction> probing = older.on(question.event(), now);
        byte[] ping = only(SessionAction.Ping.class, probing).payload();
        assertEquals(8, ping.length);
        assertEquals(Duration.ofSeconds(1), only(SessionAction.SetTimer.class, probing).duration());
        assertEquals(List.of(), older.on(new SessionEvent.Pong(new byte[8]), now), "another pong");
        SessionAction.Tell verdict =
                only(SessionAction.Tell.class, older.on(new SessionEvent.Pong(ping), now));
        assertEquals(new SessionEvent.Verdict(true), verdict.event());
        assertRefused(verdict.other().on(verdict.event(), now));
        assertEquals(older, clients.connected(ClientAddress.of(ALICE.publicKey())).orElseThrow().session());
    }

    @Test
    void replacesTheOlderSessionIfItIsDead() throws Exception {
        GatewaySession older = session();
        GatewaySharedKey key = register(older, ALICE, 6);
        GatewaySession newer = session();
        SessionAction.Tell question = only(SessionAction.Tell.class,
                text(newer, authentication(key, 6, now.getEpochSecond())));
        SessionAction.SetTimer timer = only(SessionAction.SetTimer.class, older.on(question.event(), now));

        GatewaySession third = session();
        SessionAction.Tell another = only(SessionAction.Tell.class,
                text(third, authentication(key, 6, now.getEpochSecond() + 1)));
        assertEquals(new SessionEvent.Verdict(true),
                only(SessionAction.Tell.class, older.on(another.event(), now)).event(), "a probe is running");
        assertRefused(third.on(new SessionEvent.Verdict(true), now));

        SessionAction.Tell verdict =
                only(SessionAction.Tell.class, older.on(new SessionEvent.TimerEnded(timer.id()), now));
        assertEquals(new SessionEvent.Verdict(false), verdict.event());
        List<SessionAction> accepted = newer.on(verdict.event(), now);
        assertAuthenticated(accepted, 6, 0);
        SessionAction.Tell replaced = only(SessionAction.Tell.class, accepted);
        assertEquals(older, replaced.other());
        assertEquals(List.of(new SessionAction.End()), older.on(replaced.event(), now));
        older.on(new SessionEvent.Closed(), now);
        assertEquals(newer, clients.connected(ClientAddress.of(ALICE.publicKey())).orElseThrow().session(),
                "the late end of the older session does not remove its successor");
    }

    @Test
    void replacesTheOlderSessionIfNoVerdictComes() throws Exception {
        GatewaySession older = session();
        GatewaySharedKey key = register(older, ALICE, 6);
        GatewaySession newer = session();
        SessionAction.SetTimer timer = only(SessionAction.SetTimer.class,
                text(newer, authentication(key, 6, now.getEpochSecond())));
        assertAuthenticated(newer.on(new SessionEvent.TimerEnded(timer.id()), now), 6, 0);
        assertEquals(List.of(), newer.on(new SessionEvent.Verdict(true), now), "too late");
    }

    @Test
    void theLinkOfTheDoubtedSessionClosesMeanwhile() throws Exception {
        GatewaySession older = session();
        GatewaySharedKey key = register(older, ALICE, 6);
        GatewaySession newer = session();
        SessionAction.Tell question = only(SessionAction.Tell.class,
                text(newer, authentication(key, 6, now.getEpochSecond())));
        older.on(question.event(), now);
        SessionAction.Tell verdict =
                only(SessionAction.Tell.class, older.on(new SessionEvent.Closed(), now));
        assertEquals(new SessionEvent.Verdict(false), verdict.event());
        assertAuthenticated(newer.on(verdict.event(), now), 6, 0);
    }

    @Test
    void refusesAnAuthenticationOlderThanTheSession() throws Exception {
        GatewaySession older = session();
        GatewaySharedKey key = register(older, ALICE, 6);
        assertRefused(text(session(), authentication(key, 6, now.getEpochSecond() - 1)));
        // Registered and authenticated within one second: that is what clients do.
        only(SessionAction.Tell.class, text(session(), authentication(key, 6, now.getEpochSecond())));
    }

    @Test
    void waitsForTheVerdictWithoutAnswering() throws Exception {
        GatewaySharedKey key = register(session(), ALICE, 6);
        GatewaySession newer = session();
        text(newer, authentication(key, 6, now.getEpochSecond()));
        assertRefused(newer.on(new SessionEvent.Binary(new byte[2452]), now));
    }

    @Test
    void grantsBandwidthAndChargesThePacketAlone() throws Exception {
        GatewaySession session = session();
        GatewaySharedKey key = register(session, ALICE, 6);
        MixPacket packet = packet();
        byte[] frame = BinaryRequest.of(packet, 6).seal(key, RANDOMNESS);
        assertEquals(2452, frame.length);
        List<SessionAction> broke = session.on(new SessionEvent.Binary(frame), now);
        assertEquals(List.of(new ServerResponse.OutOfBandwidth(2413, 0)), List.of(response(broke.get(0))));
        assertEquals(1, broke.size());

        assertEquals(new ServerResponse.Bandwidth(64L << 30, false),
                response(text(session, new ClientRequest.ClaimFreeTestnetBandwidth()).get(0)));
        List<SessionAction> sent = session.on(new SessionEvent.Binary(frame), now);
        MixPacket forwarded = assertInstanceOf(SessionAction.Forward.class, sent.get(0)).packet();
        assertArrayEquals(packet.toBytesV2(), forwarded.toBytesV2());
        assertEquals(new ServerResponse.Send((64L << 30) - 2413, false), response(sent.get(1)));
        assertEquals(2, sent.size());
    }

    @Test
    void takesTheKindWithoutRotation() throws Exception {
        GatewaySession session = session();
        GatewaySharedKey key = register(session, ALICE, 3);
        text(session, new ClientRequest.ClaimFreeTestnetBandwidth());
        byte[] frame = BinaryRequest.of(packet(), 4).seal(key, RANDOMNESS);
        assertEquals(2451, frame.length);
        MixPacket forwarded = only(SessionAction.Forward.class,
                session.on(new SessionEvent.Binary(frame), now)).packet();
        assertEquals(KeyRotation.UNKNOWN, forwarded.rotation());
    }

    @Test
    void bandwidthIsGoneAtMidnightAndClaimedAgain() throws Exception {
        GatewaySession session = session();
        GatewaySharedKey key = register(session, ALICE, 6);
        text(session, new ClientRequest.ClaimFreeTestnetBandwidth());
        now = Instant.parse("2026-11-24T00:00:00Z");
        byte[] frame = BinaryRequest.of(packet(), 6).seal(key, RANDOMNESS);
        assertEquals(new ServerResponse.OutOfBandwidth(2413, 0),
                response(session.on(new SessionEvent.Binary(frame), now).get(0)));
        assertEquals(new ServerResponse.Bandwidth(64L << 30, false),
                response(text(session, new ClientRequest.ClaimFreeTestnetBandwidth()).get(0)));
        only(SessionAction.Forward.class, session.on(new SessionEvent.Binary(frame), now));
    }

    @Test
    void survivesEveryBadFrame() throws Exception {
        GatewaySession session = session();
        GatewaySharedKey key = register(session, ALICE, 6);
        text(session, new ClientRequest.ClaimFreeTestnetBandwidth());
        byte[] good = BinaryRequest.of(packet(), 6).seal(key, RANDOMNESS);
        List<byte[]> bad = new ArrayList<>();
        for (int length : new int[] {0, 1, 2, 13, 14, 30, 2452}) {
            bad.add(new byte[length]);
        }
        for (int position : new int[] {0, 1, 2, 14, 40, 2451}) {
            byte[] changed = good.clone();
            changed[position] ^= 3;
            bad.add(changed);
        }
        for (byte[] frame : bad) {
            List<SessionAction> actions = session.on(new SessionEvent.Binary(frame), now);
            assertInstanceOf(ServerResponse.Error.class, response(actions.get(0)));
            assertEquals(1, actions.size());
        }
        only(SessionAction.Forward.class, session.on(new SessionEvent.Binary(good), now));
    }

    static Stream<String> refusedInASession() {
        return Stream.of("junk", "{\"type\":\"unknown\"}",
                new ClientRequest.EcashCredential(new byte[100], new byte[12]).toJson(),
                new ClientRequest.UpgradeModeJwt("a.b.c").toJson(),
                new ClientRequest.EncryptedRequest(new byte[100], new byte[12]).toJson(),
                new ClientRequest.EncryptedRequest(new byte[100], new byte[3]).toJson(),
                new ClientRequest.LegacyCredential(1, new byte[9], new byte[12]).toJson(),
                new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS).start());
    }

    @ParameterizedTest
    @MethodSource
    void refusedInASession(String text) throws Exception {
        GatewaySession session = session();
        register(session, ALICE, 6);
        List<SessionAction> actions = text(session, text);
        assertInstanceOf(ServerResponse.Error.class, response(actions.get(0)));
        assertEquals(1, actions.size(), "the session goes on");
        assertEquals(new ServerResponse.SupportedProtocol(6),
                response(text(session, new ClientRequest.SupportedProtocol()).get(0)));
    }

    @Test
    void remembersAndForgets() throws Exception {
        GatewaySession session = session();
        GatewaySharedKey key = register(session, ALICE, 6);
        text(session, new ClientRequest.ClaimFreeTestnetBandwidth());
        clients.store(ClientAddress.of(ALICE.publicKey()), new byte[1643], now);
        assertEquals(SensitiveResponse.REMEMBER_ME_ACK, sensitive(session, key,
                new SensitiveRequest.RememberMe(SensitiveRequest.SessionType.NATIVE)));
        assertEquals(SensitiveResponse.FORGET_ME_ACK, sensitive(session, key,
                new SensitiveRequest.ForgetMe(false, true)));
        only(SessionAction.Forward.class, session.on(
                new SessionEvent.Binary(BinaryRequest.of(packet(), 6).seal(key, RANDOMNESS)), now));

        assertEquals(SensitiveResponse.FORGET_ME_ACK, sensitive(session, key,
                new SensitiveRequest.ForgetMe(true, true)));
        assertEquals(1, counters.get(Counter.DROPPED_FORGOTTEN));
        assertEquals(Optional.empty(), clients.find(ClientAddress.of(ALICE.publicKey())));
        assertInstanceOf(ServerResponse.Error.class, response(text(session,
                new SensitiveRequest.ForgetMe(true, true).seal(key, RANDOMNESS)).get(0)));
        assertInstanceOf(ServerResponse.Error.class, response(session.on(
                new SessionEvent.Binary(BinaryRequest.of(packet(), 6).seal(key, RANDOMNESS)), now).get(0)));
        assertInstanceOf(ServerResponse.Error.class,
                response(text(session, new ClientRequest.ClaimFreeTestnetBandwidth()).get(0)));
        session.on(new SessionEvent.Closed(), now);
        assertRefused(text(session(), authentication(key, 6, now.getEpochSecond())));
        assertNotEquals(key, register(session(), ALICE, 6));
    }

    private SensitiveResponse sensitive(GatewaySession session, GatewaySharedKey key, SensitiveRequest request)
            throws Exception {
        return SensitiveResponse.open(assertInstanceOf(ServerResponse.EncryptedResponse.class,
                response(text(session, request.seal(key, RANDOMNESS)).get(0))), key);
    }

    @Test
    void registeringAgainKeepsBandwidthAndInboxAndReplacesTheKey() throws Exception {
        GatewaySession first = session();
        GatewaySharedKey old = register(first, ALICE, 6);
        text(first, new ClientRequest.ClaimFreeTestnetBandwidth());
        first.on(new SessionEvent.Closed(), now);
        byte[] message = "kept".getBytes(StandardCharsets.UTF_8);
        clients.store(ClientAddress.of(ALICE.publicKey()), message, now);

        GatewaySession second = session();
        GatewaySharedKey key = register(second, ALICE, 6);
        assertNotEquals(old, key);
        byte[] waiting = clients.poll(ClientAddress.of(ALICE.publicKey())).orElseThrow();
        assertArrayEquals(message, BinaryResponse.open(second.seal(waiting), key).message());
        second.on(new SessionEvent.Closed(), now);
        assertRefused(text(session(), authentication(old, 6, now.getEpochSecond())));
        assertAuthenticated(text(session(), authentication(key, 6, now.getEpochSecond())), 6, 64L << 30);
    }

    @Test
    void refusesMoreClientsThanItKeeps() throws Exception {
        Clients two = new Clients(counters, 2, new Inbox());
        for (int i = 0; i < 2; i++) {
            assertTrue(two.register(ClientAddress.of(IdentityKeyPair.generate(RANDOMNESS).publicKey()),
                    new GatewaySharedKey(new byte[32]), new Clients.Connected(session(), now)).isPresent());
        }
        GatewaySession session = new GatewaySession(GATEWAY, two, Frames.SEALED, RANDOMNESS, counters);
        ClientHandshake handshake = new ClientHandshake(ALICE, GATEWAY.publicKey(), 6, RANDOMNESS);
        String material = assertInstanceOf(SessionAction.Send.class, text(session, handshake.start()).get(0)).text();
        assertRefused(text(session, assertInstanceOf(HandshakeStep.Send.class, handshake.receive(material)).text()));
        assertTrue(counters.get(Counter.CLIENT_REQUESTS_REFUSED) > 0);
        assertEquals(GatewayProtocol.CURRENT_VERSION, 6);
    }
}
