package org.cloakwork.wire.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketType;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.Hashes;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GatewayVectorsTest {

    @TestFactory
    Stream<DynamicTest> gateway() {
        return Vectors.load("gateway.json").tests(Map.ofEntries(
                Map.entry("handshake", GatewayVectorsTest::handshake),
                Map.entry("handshakeFailure", GatewayVectorsTest::handshakeFailure),
                Map.entry("sharedKey", GatewayVectorsTest::sharedKey),
                Map.entry("aead", GatewayVectorsTest::aead),
                Map.entry("binaryRequest", GatewayVectorsTest::binaryRequest),
                Map.entry("binaryResponse", GatewayVectorsTest::binaryResponse),
                Map.entry("binaryRequestParse", GatewayVectorsTest::binaryRequestParse),
                Map.entry("binaryResponseParse", GatewayVectorsTest::binaryResponseParse),
                Map.entry("authenticateV2", GatewayVectorsTest::authenticateV2),
                Map.entry("authenticateV2Parse", GatewayVectorsTest::authenticateV2Parse),
                Map.entry("clientText", GatewayVectorsTest::clientText),
                Map.entry("serverText", GatewayVectorsTest::serverText),
                Map.entry("handshakeText", GatewayVectorsTest::handshakeText),
                Map.entry("sensitiveRequest", GatewayVectorsTest::sensitiveRequest),
                Map.entry("sensitiveResponse", GatewayVectorsTest::sensitiveResponse),
                Map.entry("clientTextParse", GatewayVectorsTest::clientTextParse),
                Map.entry("serverTextParse", GatewayVectorsTest::serverTextParse),
                Map.entry("handshakeTextParse", GatewayVectorsTest::handshakeTextParse),
                Map.entry("sensitiveRequestParse", GatewayVectorsTest::sensitiveRequestParse)));
    }

    @Test
    void versionsAreTheReferences() {
        JsonNode versions = Vectors.load("gateway.json").root().get("versions");
        assertEquals(versions.get("current").asInt(), GatewayProtocol.CURRENT_VERSION);
        assertEquals(versions.get("authenticateV2").asInt(), GatewayProtocol.MIN_VERSION);
        assertEquals(versions.get("keyRotationInfo").asInt(), GatewayProtocol.KEY_ROTATION_VERSION);
    }

    private static void handshake(JsonNode c) throws WireException {
        Scripted clientRandomness =
                new Scripted(bytes(c, "clientEphemeralPrivateKey"), bytes(c, "salt"), bytes(c, "clientNonce"));
        Scripted gatewayRandomness = new Scripted(bytes(c, "gatewayEphemeralPrivateKey"), bytes(c, "gatewayNonce"));
        ClientHandshake client = client(c, clientRandomness);
        GatewayHandshake gateway = gateway(c, gatewayRandomness);
        JsonNode messages = c.get("messages");

        String m1 = client.start();
        assertEquals(messages.get(0).get("text").asText(), m1);
        var request = assertInstanceOf(ClientRequest.RegisterHandshake.class, ClientRequest.parse(m1));
        assertArrayEquals(bytes(messages.get(0), "data"), request.data());
        var m2 = assertInstanceOf(HandshakeStep.Send.class, gateway.start(request));
        assertEquals(messages.get(1).get("text").asText(), m2.text());
        assertEquals(new IdentityKey(bytes(c, "clientIdentity")), gateway.client().orElseThrow());
        var m3 = assertInstanceOf(HandshakeStep.Send.class, client.receive(m2.text()));
        assertEquals(messages.get(2).get("text").asText(), m3.text());
        var atGateway = assertInstanceOf(HandshakeStep.Done.class, gateway.receive(m3.text()));
        assertEquals(messages.get(3).get("text").asText(), atGateway.text().orElseThrow());
        var atClient = assertInstanceOf(HandshakeStep.Done.class, client.receive(atGateway.text().get()));

        assertEquals(new GatewaySharedKey(bytes(c.get("client"), "sharedKey")), atClient.key());
        assertEquals(new GatewaySharedKey(bytes(c.get("gateway"), "sharedKey")), atGateway.key());
        assertEquals(c.get("client").get("negotiatedProtocol").asInt(), atClient.protocolVersion());
        assertEquals(c.get("gateway").get("negotiatedProtocol").asInt(), atGateway.protocolVersion());
        assertTrue(clientRandomness.isUsedUp() && gatewayRandomness.isUsedUp());
    }

    private static void handshakeFailure(JsonNode c) throws WireException {
        byte[] anyNonce = new byte[GatewaySharedKey.NONCE_LENGTH];
        ClientHandshake client =
                client(c, new Scripted(bytes(c, "clientEphemeralPrivateKey"), bytes(c, "salt"), anyNonce));
        GatewayHandshake gateway = gateway(c, new Scripted(bytes(c, "gatewayEphemeralPrivateKey"), anyNonce));
        List<HandshakeStep> atClient = new ArrayList<>();
        List<HandshakeStep> atGateway = new ArrayList<>();
        client.start();
        for (JsonNode message : c.get("messages")) {
            String text = message.get("text").asText();
            if (message.get("from").asText().equals("gateway")) {
                atClient.add(client.receive(text));
            } else if (atGateway.isEmpty()) {
                atGateway.add(gateway.start((ClientRequest.RegisterHandshake) ClientRequest.parse(text)));
            } else {
                atGateway.add(gateway.receive(text));
            }
        }
        assertEnd(c.get("client").get("ok").asBoolean(), atClient);
        assertEnd(c.get("gateway").get("ok").asBoolean(), atGateway);
    }

    private static void assertEnd(boolean ok, List<HandshakeStep> steps) {
        assertEquals(ok, steps.stream().anyMatch(HandshakeStep.Done.class::isInstance));
        assertEquals(!ok, steps.stream().anyMatch(HandshakeStep.Failed.class::isInstance));
    }

    private static ClientHandshake client(JsonNode c, Randomness randomness) {
        return new ClientHandshake(IdentityKeyPair.ofSeed(bytes(c, "clientIdentitySeed")),
                new IdentityKey(bytes(c, "gatewayIdentityExpectedByClient")), c.get("clientProposes").asInt(),
                randomness);
    }

    private static GatewayHandshake gateway(JsonNode c, Randomness randomness) {
        return new GatewayHandshake(IdentityKeyPair.ofSeed(bytes(c, "gatewayIdentitySeed")),
                c.get("gatewayStartsWith").asInt(), randomness);
    }

    private static void sharedKey(JsonNode c) {
        GatewaySharedKey key = key(c, "bytes");
        assertArrayEquals(bytes(c, "bytes"), key.bytes());
        // The text form is base58 of the bytes, as for any 32 bytes.
        assertEquals(c.get("text").asText(), new EncryptionKey(key.bytes()).toString());
        assertArrayEquals(bytes(c, "digest"), Hashes.blake3(key.bytes()));
    }

    private static void aead(JsonNode c) throws WireException {
        GatewaySharedKey key = key(c, "key");
        byte[] plaintext = bytes(c, "plaintext");
        byte[] sealed = key.seal(bytes(c, "nonce"), plaintext);
        assertTrue(Vectors.matches(c.get("ciphertext"), sealed));
        assertEquals(c.get("ciphertextSha256").asText(), Vectors.sha256(sealed));
        assertArrayEquals(plaintext, key.open(bytes(c, "nonce"), sealed).orElseThrow());
    }

    private static void binaryRequest(JsonNode c) throws WireException {
        MixPacket packet = new MixPacket(PacketType.ofTag(c.get("packetType").asInt()),
                KeyRotation.fromWireValue(c.get("keyRotation").asInt()), NodeAddress.parse(c.get("nextHop").asText()),
                bytes(c, "packet"));
        int kind = c.get("requestKind").asInt();
        BinaryRequest request = BinaryRequest.of(packet, kind == 2 ? GatewayProtocol.CURRENT_VERSION : 4);
        assertEquals(kind, request.kind().wireValue());
        byte[] frame = request.seal(key(c, "key"), new Scripted(bytes(c, "nonce")));
        assertTrue(Vectors.matches(c.get("frame"), frame));
        assertEquals(c.get("frameLength").asInt(), frame.length);
        assertEquals(c.get("frameSha256").asText(), Vectors.sha256(frame));

        BinaryRequest opened = BinaryRequest.open(frame, key(c, "key"));
        assertEquals(request.kind(), opened.kind());
        assertEquals(packet.type(), opened.packet().type());
        assertEquals(packet.rotation(), opened.packet().rotation());
        assertEquals(packet.firstHop(), opened.packet().firstHop());
        assertArrayEquals(packet.packet(), opened.packet().packet());
    }

    private static void binaryResponse(JsonNode c) throws WireException {
        byte[] message = bytes(c, "message");
        byte[] frame = new BinaryResponse(message).seal(key(c, "key"), new Scripted(bytes(c, "nonce")));
        assertTrue(Vectors.matches(c.get("frame"), frame));
        assertEquals(c.get("frameLength").asInt(), frame.length);
        assertEquals(c.get("frameSha256").asText(), Vectors.sha256(frame));
        assertEquals(c.get("responseKind").asInt(), frame[0]);
        assertArrayEquals(message, BinaryResponse.open(frame, key(c, "key")).message());
    }

    private static void binaryRequestParse(JsonNode c) throws WireException {
        byte[] frame = bytes(c, "frame");
        if (c.get("expect").get("ok").asBoolean()) {
            assertEquals(c.get("expect").get("requestKind").asInt(),
                    BinaryRequest.open(frame, key(c, "key")).kind().wireValue());
        } else {
            assertThrows(WireException.class, () -> BinaryRequest.open(frame, key(c, "key")));
        }
    }

    private static void binaryResponseParse(JsonNode c) throws WireException {
        byte[] frame = bytes(c, "frame");
        // Flag 0 means plaintext. The reference takes it, nobody sends it: anyone on the way could put messages into a
        // session. So we refuse it (protocol/4-gateway, 8).
        boolean plain = frame.length > 1 && frame[1] == 0;
        if (c.get("expect").get("ok").asBoolean() && !plain) {
            assertArrayEquals(bytes(c.get("expect"), "message"),
                    BinaryResponse.open(frame, key(c, "key")).message());
        } else {
            assertThrows(WireException.class, () -> BinaryResponse.open(frame, key(c, "key")));
        }
    }

    private static void authenticateV2(JsonNode c) throws WireException {
        AuthenticateV2 request = AuthenticateV2.create(IdentityKeyPair.ofSeed(bytes(c, "identitySeed")), key(c, "key"),
                c.get("protocolVersion").asInt(), bytes(c, "nonce"), c.get("timestamp").asLong());
        assertEquals(c.get("text").asText(), request.toJson());
        assertArrayEquals(bytes(c, "signed"), request.signed());

        AuthenticateV2 parsed = (AuthenticateV2) ClientRequest.parse(c.get("text").asText());
        assertEquals(new IdentityKey(bytes(c, "identity")), parsed.clientIdentity());
        assertArrayEquals(bytes(c, "addressCiphertext"), parsed.addressCiphertext());
        assertArrayEquals(bytes(c, "nonce"), parsed.nonce());
        assertArrayEquals(bytes(c, "signature"), parsed.signature());
        assertEquals(c.get("timestamp").asLong(), parsed.unixTimestampSeconds());
        assertEquals(c.get("protocolVersion").asInt(), parsed.protocolVersion());
        assertTrue(parsed.isSignatureValid());
        assertTrue(parsed.isCiphertextValid(key(c, "key")));
        assertEquals(c.get("text").asText(), parsed.toJson());
    }

    private static void authenticateV2Parse(JsonNode c) throws WireException {
        String text = c.get("text").asText();
        JsonNode expect = c.get("expect");
        if (expect.get("parses").asBoolean()) {
            AuthenticateV2 parsed = (AuthenticateV2) ClientRequest.parse(text);
            assertEquals(expect.get("signatureValid").asBoolean(), parsed.isSignatureValid());
            assertEquals(expect.get("ciphertextValid").asBoolean(), parsed.isCiphertextValid(key(c, "key")));
        } else {
            assertThrows(WireException.class, () -> ClientRequest.parse(text));
        }
    }

    private static void clientText(JsonNode c) throws WireException {
        ClientRequest request = ClientRequest.parse(c.get("text").asText());
        assertEquals(c.get("text").asText(), request.toJson());
        assertEquals(c.get("variant").asText(), variant(request));
        JsonNode fields = c.get("fields");
        switch (request) {
            case ClientRequest.RegisterHandshake(int version, byte[] data) -> {
                assertEquals(fields.get("protocolVersion").asInt(), version);
                assertArrayEquals(bytes(fields, "data"), data);
            }
            case ClientRequest.EcashCredential(byte[] credential, byte[] nonce) -> {
                assertArrayEquals(bytes(fields, "encCredential"), credential);
                assertArrayEquals(bytes(fields, "nonce"), nonce);
            }
            case ClientRequest.UpgradeModeJwt(String token) -> assertEquals(fields.get("token").asText(), token);
            case ClientRequest.EncryptedRequest(byte[] ciphertext, byte[] nonce) -> {
                assertArrayEquals(bytes(fields, "ciphertext"), ciphertext);
                assertArrayEquals(bytes(fields, "nonce"), nonce);
            }
            case ClientRequest.LegacyAuthenticate legacy -> assertEquals(fields.get("protocolVersion").isNull()
                    ? OptionalInt.empty() : OptionalInt.of(fields.get("protocolVersion").asInt()),
                    legacy.protocolVersion());
            case ClientRequest.LegacyCredential legacy -> {
                assertArrayEquals(bytes(fields, "encCredential"), legacy.encryptedCredential());
                assertArrayEquals(bytes(fields, "iv"), legacy.iv());
            }
            default -> assertTrue(fields.isEmpty());
        }
    }

    private static String variant(ClientRequest request) {
        return switch (request) {
            case ClientRequest.RegisterHandshake r -> "RegisterHandshakeInitRequest";
            case ClientRequest.UpgradeModeJwt u -> "UpgradeModeJWT";
            case ClientRequest.LegacyAuthenticate l -> "Authenticate";
            case ClientRequest.LegacyCredential legacy ->
                    legacy.generation() == 1 ? "BandwidthCredential" : "BandwidthCredentialV2";
            default -> request.getClass().getSimpleName();
        };
    }

    private static void serverText(JsonNode c) throws WireException {
        ServerResponse response = ServerResponse.parse(c.get("text").asText());
        assertEquals(c.get("text").asText(), response.toJson());
        assertEquals(c.get("variant").asText(), variant(response));
        assertEquals(c.get("isError").asBoolean(), response instanceof ServerResponse.Error);
        assertEquals(c.get("impliesAuthentication").asBoolean(), switch (response) {
            case ServerResponse.Register register -> register.status();
            case ServerResponse.Authenticate authenticate -> authenticate.status();
            default -> false;
        });
    }

    private static String variant(ServerResponse response) {
        return switch (response) {
            case ServerResponse.OutOfBandwidth o -> "TypedError";
            case ServerResponse.TicketReplay t -> "TypedError";
            default -> response.getClass().getSimpleName();
        };
    }

    private static void handshakeText(JsonNode c) throws WireException {
        HandshakeMessage message = HandshakeMessage.parse(c.get("text").asText());
        assertEquals(c.get("text").asText(), message.toJson());
        switch (message) {
            case HandshakeMessage.Payload payload -> assertArrayEquals(bytes(c, "data"), payload.data());
            case HandshakeMessage.Error error -> assertEquals(c.get("message").asText(), error.message());
        }
    }

    private static void sensitiveRequest(JsonNode c) throws WireException {
        var sealed = (ClientRequest.EncryptedRequest) ClientRequest.parse(c.get("text").asText());
        assertArrayEquals(bytes(c, "ciphertext"), sealed.ciphertext());
        assertArrayEquals(bytes(c, "nonce"), sealed.nonce());
        SensitiveRequest request = SensitiveRequest.open(sealed, key(c, "key"));
        assertEquals(c.get("plaintext").asText(), request.toJson());
        assertEquals(c.get("text").asText(),
                request.seal(key(c, "key"), new Scripted(bytes(c, "nonce"))).toJson());
    }

    private static void sensitiveResponse(JsonNode c) throws WireException {
        var sealed = (ServerResponse.EncryptedResponse) ServerResponse.parse(c.get("text").asText());
        assertArrayEquals(bytes(c, "ciphertext"), sealed.ciphertext());
        assertArrayEquals(bytes(c, "nonce"), sealed.nonce());
        SensitiveResponse response = SensitiveResponse.open(sealed, key(c, "key"));
        assertEquals(c.get("plaintext").asText(), response.toJson());
        assertEquals(c.get("text").asText(),
                response.seal(key(c, "key"), new Scripted(bytes(c, "nonce"))).toJson());
    }

    private static void clientTextParse(JsonNode c) throws WireException {
        String text = c.get("text").asText();
        if (c.get("expect").get("ok").asBoolean()) {
            ClientRequest request = ClientRequest.parse(text);
            assertEquals(c.get("expect").get("canonical").asText(), request.toJson());
            assertEquals(c.get("expect").get("variant").asText(), variant(request));
        } else {
            assertThrows(WireException.class, () -> ClientRequest.parse(text));
        }
    }

    private static void serverTextParse(JsonNode c) throws WireException {
        String text = c.get("text").asText();
        if (c.get("expect").get("ok").asBoolean()) {
            ServerResponse response = ServerResponse.parse(text);
            assertEquals(c.get("expect").get("canonical").asText(), response.toJson());
            assertEquals(c.get("expect").get("variant").asText(), variant(response));
        } else {
            assertThrows(WireException.class, () -> ServerResponse.parse(text));
        }
    }

    private static void handshakeTextParse(JsonNode c) throws WireException {
        String text = c.get("text").asText();
        if (c.get("expect").get("ok").asBoolean()) {
            assertEquals(c.get("expect").get("canonical").asText(), HandshakeMessage.parse(text).toJson());
        } else {
            assertThrows(WireException.class, () -> HandshakeMessage.parse(text));
        }
    }

    private static void sensitiveRequestParse(JsonNode c) throws WireException {
        var sealed = new ClientRequest.EncryptedRequest(bytes(c, "ciphertext"), bytes(c, "nonce"));
        // Whatever is inside, the seal itself is right.
        byte[] opened = key(c, "key").open(sealed.nonce(), sealed.ciphertext()).orElseThrow();
        assertEquals(c.get("plaintext").asText(), new String(opened, StandardCharsets.UTF_8));
        if (c.get("expect").get("ok").asBoolean()) {
            assertEquals(c.get("plaintext").asText(), SensitiveRequest.open(sealed, key(c, "key")).toJson());
        } else {
            assertThrows(WireException.class, () -> SensitiveRequest.open(sealed, key(c, "key")));
        }
    }

    private static GatewaySharedKey key(JsonNode testCase, String field) {
        return new GatewaySharedKey(bytes(testCase, field));
    }

    private static byte[] bytes(JsonNode testCase, String field) {
        return Vectors.bytes(testCase.get(field));
    }
}
