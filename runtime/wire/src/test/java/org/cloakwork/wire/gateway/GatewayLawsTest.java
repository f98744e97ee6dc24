package org.cloakwork.wire.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.cloakwork.itests.testing.Draw;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.Test;

class GatewayLawsTest {

    private static final GatewaySharedKey KEY = new GatewaySharedKey(new byte[32]);
    private static final String[] TYPES = {"supportedProtocol", "handshakePayload", "registerHandshakeInitRequest",
        "authenticateV2", "authenticate", "ecashCredential", "claimFreeTestnetBandwidth", "upgradeModeJWT",
        "encryptedRequest", "bandwidthCredential", "bandwidthCredentialV2", "register", "bandwidth", "send",
        "encryptedResponse", "error", "typedError", "handshakeError", "other"};
    private static final String[] FIELDS = {"type", "protocol_version", "protocolVersion", "data", "clientIdentity",
        "addressCiphertext", "nonce", "requestUnixTimestamp", "requestSignature", "enc_credential", "iv", "token",
        "ciphertext", "address", "enc_address", "version", "status", "upgrade_mode", "bandwidth_remaining",
        "available_total", "remaining_bandwidth", "message", "error", "out_of_bandwidth", "required", "available",
        "ForgetMe", "RememberMe", "client", "stats", "session_type", "ForgetMeAck"};
    private static final String[] VALUES = {"null", "true", "false", "0", "6", "255", "256", "-1", "-0", "1.0", "1e2",
        "9223372036854775807", "9223372036854775808", "123456789012345678901234567890", "1e999999999", "\"\"",
        "\"AAAA\"", "\"Mixnet\"", "\"ticket_replay\"", "\"\\ud800\"", "[]", "[1,2,255]", "[256]", "[null]", "[[]]",
        "{}", "{\"out_of_bandwidth\":{\"required\":1,\"available\":-1}}", "{\"out_of_bandwidth\":{}}",
        "{\"client\":true,\"stats\":false}", "{\"session_type\":\"Mixnet\"}"};

    @Test
    void anyTextIsAValueOrATypedError() {
        Laws.forAll(2000, draw -> {
            String text = draw.textUpTo(255);
            parseAll(text);
        });
    }

    @Test
    void anyJsonIsAValueOrATypedErrorAndValuesAreWrittenAsTheyAreRead() {
        Laws.forAll(4000, draw -> {
            String text = object(draw);
            parseAll(text);
        });
    }

    @Test
    void anyFrameIsAValueOrATypedError() {
        Laws.forAll(2000, draw -> {
            byte[] frame = draw.bytesUpTo(255);
            refusesOrReads(() -> BinaryRequest.open(frame, KEY));
            refusesOrReads(() -> BinaryResponse.open(frame, KEY));
        });
    }

    @Test
    void anySealedPlaintextIsAValueOrATypedError() {
        Laws.forAll(1000, draw -> {
            byte[] plaintext = draw.bytesUpTo(255);
            int kind = draw.between(0, 3);
            long seed = draw.nextLong();
            byte[] frame = BinaryFrame.seal(kind, plaintext, KEY, randomness(seed));
            refusesOrReads(() -> BinaryRequest.open(frame, KEY));
            refusesOrReads(() -> BinaryResponse.open(frame, KEY));
            byte[] nonce = new byte[GatewaySharedKey.NONCE_LENGTH];
            byte[] sealed = KEY.seal(nonce, plaintext);
            refusesOrReads(() -> SensitiveRequest.open(new ClientRequest.EncryptedRequest(sealed, nonce), KEY));
            refusesOrReads(() -> SensitiveResponse.open(new ServerResponse.EncryptedResponse(sealed, nonce), KEY));
            refusesOrReads(() -> SensitiveRequest.open(new ClientRequest.EncryptedRequest(sealed, plaintext), KEY));
        });
    }

    @Test
    void anySealedTextIsAValueOrATypedError() {
        Laws.forAll(1000, draw -> {
            String text = object(draw);
            byte[] nonce = new byte[GatewaySharedKey.NONCE_LENGTH];
            byte[] sealed = KEY.seal(nonce, text.getBytes(StandardCharsets.UTF_8));
            refusesOrReads(() -> SensitiveRequest.open(new ClientRequest.EncryptedRequest(sealed, nonce), KEY));
            refusesOrReads(() -> SensitiveResponse.open(new ServerResponse.EncryptedResponse(sealed, nonce), KEY));
        });
    }

    @Test
    void aChangedFrameIsRefused() {
        Laws.forAll(200, draw -> {
            byte[] message = draw.bytesUpTo(64);
            long seed = draw.nextLong();
            int where = draw.nextInt();
            int mask = draw.between(1, 255);
            byte[] frame = new BinaryResponse(message).seal(KEY, randomness(seed));
            assertArrayEquals(message, BinaryResponse.open(frame, KEY).message());
            byte[] changed = frame.clone();
            changed[Math.floorMod(where, frame.length)] ^= (byte) mask;
            assertThrows(WireException.class, () -> BinaryResponse.open(changed, KEY));
        });
    }

    @Test
    void bothSidesOfAHandshakeAgree() {
        Laws.forAll(100, draw -> {
            long seed = draw.nextLong();
            int proposed = draw.between(0, 255);
            int newest = draw.between(0, 255);
            Ends ends = handshake(seed, proposed, newest, -1, data -> data);
            assertTrue(ends.client.isPresent() && ends.gateway.isPresent());
            assertEquals(ends.client.get().key(), ends.gateway.get().key());
            assertEquals(Math.min(6, Math.min(proposed, newest)), ends.client.get().protocolVersion());
            assertEquals(ends.client.get().protocolVersion(), ends.gateway.get().protocolVersion());
        });
    }

    /** Only the last message can be changed without the gateway noticing; then it is the client that refuses. */
    @Test
    void oneChangedByteAndTheyNeverAgree() {
        Laws.forAll(300, draw -> {
            long seed = draw.nextLong();
            int message = draw.between(0, 3);
            int where = draw.nextInt();
            int mask = draw.between(1, 255);
            Ends ends = handshake(seed, 6, 6, message, data -> {
                byte[] changed = data.clone();
                changed[Math.floorMod(where, data.length)] ^= (byte) mask;
                return changed;
            });
            assertTrue(ends.client.isEmpty());
            assertEquals(message == 3, ends.gateway.isPresent());
        });
    }

    @Test
    void aMessageOfAnotherLengthAndTheyNeverAgree() {
        Laws.forAll(200, draw -> {
            long seed = draw.nextLong();
            int message = draw.between(0, 3);
            int length = draw.between(0, 200);
            Ends ends = handshake(seed, 6, 6, message, data -> Arrays.copyOf(data,
                    length == data.length ? length + 1 : length));
            assertTrue(ends.client.isEmpty());
            assertEquals(message == 3, ends.gateway.isPresent());
        });
    }

    private record Ends(Optional<HandshakeStep.Done> client, Optional<HandshakeStep.Done> gateway) {
    }

    private static Ends handshake(long seed, int proposed, int newest, int changed, UnaryOperator<byte[]> change) {
        Randomness randomness = randomness(seed);
        IdentityKeyPair gatewayIdentity = IdentityKeyPair.generate(randomness);
        ClientHandshake client = new ClientHandshake(IdentityKeyPair.generate(randomness),
                gatewayIdentity.publicKey(), proposed, randomness);
        GatewayHandshake gateway = new GatewayHandshake(gatewayIdentity, newest, randomness);
        List<HandshakeStep.Done> clientDone = new ArrayList<>();
        List<HandshakeStep.Done> gatewayDone = new ArrayList<>();
        Optional<String> text = Optional.of(client.start());
        try {
            for (int i = 0; text.isPresent(); i++) {
                HandshakeStep step;
                String frame = i == changed ? changed(text.get(), change) : text.get();
                if (i == 0) {
                    step = gateway.start((ClientRequest.RegisterHandshake) ClientRequest.parse(frame));
                } else {
                    step = i % 2 == 0 ? gateway.receive(frame) : client.receive(frame);
                }
                text = switch (step) {
                    case HandshakeStep.Send send -> Optional.of(send.text());
                    case HandshakeStep.Done done -> {
                        (i % 2 == 0 ? gatewayDone : clientDone).add(done);
                        yield done.text();
                    }
                    case HandshakeStep.Failed failed -> failed.text();
                    case HandshakeStep.Ignored ignored -> Optional.empty();
                };
            }
        } catch (WireException e) {
            throw new AssertionError(e);
        }
        return new Ends(clientDone.stream().findFirst(), gatewayDone.stream().findFirst());
    }

    private static String changed(String text, UnaryOperator<byte[]> change) throws WireException {
        HandshakeMessage.Payload payload = (HandshakeMessage.Payload) HandshakeMessage.parse(text);
        return new HandshakeMessage.Payload(payload.protocolVersion(), change.apply(payload.data())).toJson();
    }

    private static String object(Draw draw) {
        StringBuilder text = new StringBuilder("{");
        for (int i = draw.between(0, 6); i > 0; i--) {
            text.append('"').append(draw.of(FIELDS)).append("\":").append(draw.of(VALUES)).append(',');
        }
        return text.append("\"type\":\"").append(draw.of(TYPES)).append("\"}").toString();
    }

    private static void parseAll(String text) {
        refusesOrReads(() -> {
            String written = ClientRequest.parse(text).toJson();
            assertEquals(written, ClientRequest.parse(written).toJson());
        });
        refusesOrReads(() -> {
            String written = ServerResponse.parse(text).toJson();
            assertEquals(written, ServerResponse.parse(written).toJson());
        });
        refusesOrReads(() -> {
            String written = HandshakeMessage.parse(text).toJson();
            assertEquals(written, HandshakeMessage.parse(written).toJson());
        });
    }

    @FunctionalInterface
    private interface Reading {
        void read() throws WireException;
    }

    private static void refusesOrReads(Reading reading) {
        try {
            reading.read();
        } catch (WireException e) {
            assertTrue(e.getMessage().length() < 200, e.getMessage());
        }
    }

    private static Randomness randomness(long seed) {
        Random random = new Random(seed);
        return random::nextBytes;
    }
}
