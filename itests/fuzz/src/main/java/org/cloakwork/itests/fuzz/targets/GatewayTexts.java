package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.ClientHandshake;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayHandshake;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeMessage;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.SensitiveRequest;
import org.cloakwork.wire.gateway.SensitiveResponse;
import org.cloakwork.wire.gateway.ServerResponse;

/** Text frames between client and gateway, both directions, the handshake, and what is sealed inside. */
public final class GatewayTexts implements Target {

    private static final GatewaySharedKey KEY = new GatewaySharedKey(new byte[GatewaySharedKey.LENGTH]);
    private static final byte[] NONCE = new byte[GatewaySharedKey.NONCE_LENGTH];
    private static final Randomness ZEROS = target -> { };
    private static final IdentityKeyPair SOMEBODY = IdentityKeyPair.ofSeed(new byte[IdentityKeyPair.SEED_LENGTH]);

    @Override
    public String name() {
        return "gateway-texts";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.texts("gateway.json", "text"), Seeds.texts("gateway.json", "plaintext")));
    }

    @Override
    public List<String> words() {
        return List.of("supportedProtocol", "registerHandshakeInitRequest", "handshakePayload", "handshakeError",
                "authenticateV2", "claimFreeTestnetBandwidth", "ecashCredential", "encryptedRequest", "bandwidth",
                "encryptedResponse", "typedError", "out_of_bandwidth", "ticket_replay", "remaining_bandwidth",
                "ForgetMe",
                "RememberMe", "protocol_version", "upgrade_mode", "\"type\":\"send\"", "null", "true", "\\u0000");
    }

    @Override
    public List<String> instrumented() {
        return JsonTexts.INSTRUMENTED;
    }

    @Override
    public void check(byte[] input) throws WireException {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            ClientRequest request = ClientRequest.parse(text);
            requireSame(request, again(ClientRequest::parse, request.toJson()));
            request(request);
        } catch (WireException e) {
            shownSafely(e);
        }
        try {
            ServerResponse response = ServerResponse.parse(text);
            requireSame(response, again(ServerResponse::parse, response.toJson()));
        } catch (WireException e) {
            shownSafely(e);
        }
        try {
            HandshakeMessage message = HandshakeMessage.parse(text);
            requireSame(message, again(HandshakeMessage::parse, message.toJson()));
            handshake(text);
        } catch (WireException e) {
            shownSafely(e);
        }
        sealed(text);
    }

    private interface Parser<T> {

        T parse(String text) throws WireException;
    }

    private static <T> T again(Parser<T> parser, String text) {
        try {
            return parser.parse(text);
        } catch (WireException e) {
            throw new AssertionError("what is written cannot be read: " + e.getMessage(), e);
        }
    }

    private static void shownSafely(WireException e) {
        require(e.getMessage().length() <= 200, "an error of " + e.getMessage().length() + " characters");
    }

    private static void request(ClientRequest request) {
        switch (request) {
            case AuthenticateV2 authenticate -> authenticate.check(authenticate.unixTimestampSeconds(),
                    Optional.of(KEY), OptionalLong.empty());
            case ClientRequest.RegisterHandshake register -> {
                GatewayHandshake gateway =
                        new GatewayHandshake(SOMEBODY, GatewayProtocol.CURRENT_VERSION, ZEROS);
                if (gateway.start(register) instanceof HandshakeStep.Send(String answer)) {
                    require(gateway.client().isPresent(), "nobody has registered");
                    require(!(gateway.receive(answer) instanceof HandshakeStep.Done), "our own words are taken");
                }
            }
            default -> { }
        }
    }

    private static void handshake(String text) {
        ClientHandshake client =
                new ClientHandshake(SOMEBODY, SOMEBODY.publicKey(), GatewayProtocol.CURRENT_VERSION, ZEROS);
        require(client.receive(text) instanceof HandshakeStep.Ignored, "heard before it began");
        client.start();
        require(!(client.receive(text) instanceof HandshakeStep.Done), "done without a key");
    }

    private static void sealed(String text) throws WireException {
        byte[] ciphertext = KEY.seal(NONCE, text.getBytes(StandardCharsets.UTF_8));
        try {
            SensitiveRequest request =
                    SensitiveRequest.open(new ClientRequest.EncryptedRequest(ciphertext, NONCE), KEY);
            requireSame(request, SensitiveRequest.open(request.seal(KEY, ZEROS), KEY));
        } catch (WireException e) {
            shownSafely(e);
        }
        try {
            SensitiveResponse response =
                    SensitiveResponse.open(new ServerResponse.EncryptedResponse(ciphertext, NONCE), KEY);
            requireSame(response, SensitiveResponse.open(response.seal(KEY, ZEROS), KEY));
        } catch (WireException e) {
            shownSafely(e);
        }
    }
}
