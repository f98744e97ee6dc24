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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;

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

    @Property(tries = 2000)
    void anyTextIsAValueOrATypedError(@ForAll String text) {
        parseAll(text);
    }

    @Property(tries = 4000)
    void anyJsonIsAValueOrATypedErrorAndValuesAreWrittenAsTheyAreRead(@ForAll("objects") String text) {
        parseAll(text);
    }

    @Property(tries = 2000)
    void anyFrameIsAValueOrATypedError(@ForAll byte[] frame) {
        refusesOrReads(() -> BinaryRequest.open(frame, KEY));
        refusesOrReads(() -> BinaryResponse.open(frame, KEY));
    }

    @Property
    void anySealedPlaintextIsAValueOrATypedError(@ForAll byte[] plaintext, @ForAll @IntRange(max = 3) int kind,
            @ForAll long seed) {
        byte[] frame = BinaryFrame.seal(kind, plaintext, KEY, randomness(seed));
        refusesOrReads(() -> BinaryRequest.open(frame, KEY));
        refusesOrReads(() -> BinaryResponse.open(frame, KEY));
        byte[] nonce = new byte[GatewaySharedKey.NONCE_LENGTH];
        byte[] sealed = KEY.seal(nonce, plaintext);
        refusesOrReads(() -> SensitiveRequest.open(new ClientRequest.EncryptedRequest(sealed, nonce), KEY));
        refusesOrReads(() -> SensitiveResponse.open(new ServerResponse.EncryptedResponse(sealed, nonce), KEY));
        refusesOrReads(() -> SensitiveRequest.open(new ClientRequest.EncryptedRequest(sealed, plaintext), KEY));
    }

    @Property
    void anySealedTextIsAValueOrATypedError(@ForAll("objects") String text) {
        byte[] nonce = new byte[GatewaySharedKey.NONCE_LENGTH];
        byte[] sealed = KEY.seal(nonce, text.getBytes(StandardCharsets.UTF_8));
        refusesOrReads(() -> SensitiveRequest.open(new ClientRequest.EncryptedRequest(sealed, nonce), KEY));
        refusesOrReads(() -> SensitiveResponse.open(new ServerResponse.EncryptedResponse(sealed, nonce), KEY));
    }

    @Property(tries = 200)
    void aChangedFrameIsRefused(@ForAll @Size(max = 64) byte[] message, @ForAll long seed, @ForAll int where,
            @ForAll @IntRange(min = 1, max = 255) int mask) throws WireException {
        byte[] frame = new BinaryResponse(message).seal(KEY, randomness(seed));
        assertArrayEquals(message, BinaryResponse.open(frame, KEY).message());
        byte[] changed = frame.clone();
        changed[Math.floorMod(where, frame.length)] ^= (byte) mask;
        assertThrows(WireException.class, () -> BinaryResponse.open(changed, KEY));
    }

    @Property(tries = 100)
    void bothSidesOfAHandshakeAgree(@ForAll long seed, @ForAll @IntRange(max = 255) int proposed,
            @ForAll @IntRange(max = 255) int newest) {
        Ends ends = handshake(seed, proposed, newest, -1, data -> data);
        assertTrue(ends.client.isPresent() && ends.gateway.isPresent());
        assertEquals(ends.client.get().key(), ends.gateway.get().key());
        assertEquals(Math.min(6, Math.min(proposed, newest)), ends.client.get().protocolVersion());
        assertEquals(ends.client.get().protocolVersion(), ends.gateway.get().protocolVersion());
    }

    /** Only the last message can be changed without the gateway noticing; then it is the client that refuses. */
    @Property(tries = 300)
    void oneChangedByteAndTheyNeverAgree(@ForAll long seed, @ForAll @IntRange(max = 3) int message, @ForAll int where,
            @ForAll @IntRange(min = 1, max = 255) int mask) {
        Ends ends = handshake(seed, 6, 6, message, data -> {
            byte[] changed = data.clone();
            changed[Math.floorMod(where, data.length)] ^= (byte) mask;
            return changed;
        });
        assertTrue(ends.client.isEmpty());
        assertEquals(message == 3, ends.gateway.isPresent());
    }

    @Property(tries = 200)
    void aMessageOfAnotherLengthAndTheyNeverAgree(@ForAll long seed, @ForAll @IntRange(max = 3) int message,
            @ForAll @IntRange(max = 200) int length) {
        Ends ends = handshake(seed, 6, 6, message, data -> Arrays.copyOf(data,
                length == data.length ? length + 1 : length));
        assertTrue(ends.client.isEmpty());
        assertEquals(message == 3, ends.gateway.isPresent());
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

    @Provide
    Arbitrary<String> objects() {
        Arbitrary<String> field = Arbitraries.of(FIELDS).flatMap(name ->
                Arbitraries.of(VALUES).map(value -> '"' + name + "\":" + value));
        Arbitrary<String> type = Arbitraries.of(TYPES).map(name -> "\"type\":\"" + name + '"');
        return type.flatMap(first -> field.list().ofMaxSize(6).map(fields -> {
            List<String> all = new ArrayList<>(fields);
            all.add(first);
            return '{' + String.join(",", all) + '}';
        }));
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
