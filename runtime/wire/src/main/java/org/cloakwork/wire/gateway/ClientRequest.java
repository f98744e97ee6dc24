package org.cloakwork.wire.gateway;

import java.util.Objects;
import java.util.OptionalInt;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;

/** A text request, client to gateway. Source: protocol/4-gateway, 7. */
public sealed interface ClientRequest permits AuthenticateV2, ClientRequest.SupportedProtocol,
        ClientRequest.RegisterHandshake, ClientRequest.ClaimFreeTestnetBandwidth, ClientRequest.EcashCredential,
        ClientRequest.UpgradeModeJwt, ClientRequest.EncryptedRequest, ClientRequest.LegacyAuthenticate,
        ClientRequest.LegacyCredential {

    /** Asks for the gateway's protocol version; allowed at any time. */
    record SupportedProtocol() implements ClientRequest {
    }

    /**
     * First message of a registration, as {@link GatewayHandshake} takes it. A client sends it under the other tag the
     * format has for it, as {@link HandshakeMessage.Payload}.
     *
     * @param protocolVersion proposed; 0 if the client left it out
     * @param data            80 bytes if it is right
     */
    record RegisterHandshake(int protocolVersion, byte[] data) implements ClientRequest {

        public RegisterHandshake {
            GatewayProtocol.requireU8(protocolVersion);
            Objects.requireNonNull(data);
        }
    }

    /** Asks for free bandwidth, which a gateway grants unless it enforces tickets. */
    record ClaimFreeTestnetBandwidth() implements ClientRequest {
    }

    /**
     * Spends a ticket.
     *
     * @param encryptedCredential sealed with the shared key
     * @param nonce               it was sealed with; 12 bytes if it is right
     */
    record EcashCredential(byte[] encryptedCredential, byte[] nonce) implements ClientRequest {

        public EcashCredential {
            Objects.requireNonNull(encryptedCredential);
            Objects.requireNonNull(nonce);
        }
    }

    /**
     * Shows that the network is in upgrade mode.
     *
     * @param token JSON web token
     */
    record UpgradeModeJwt(String token) implements ClientRequest {

        public UpgradeModeJwt {
            Objects.requireNonNull(token);
        }

        /** {@return nothing of the token} */
        @Override
        public String toString() {
            return "UpgradeModeJwt[hidden]";
        }
    }

    /**
     * A {@link SensitiveRequest}, sealed.
     *
     * @param ciphertext sealed with the shared key
     * @param nonce      it was sealed with; 12 bytes if it is right
     */
    record EncryptedRequest(byte[] ciphertext, byte[] nonce) implements ClientRequest {

        public EncryptedRequest {
            Objects.requireNonNull(ciphertext);
            Objects.requireNonNull(nonce);
        }
    }

    /**
     * Authentication before version 4; always refused.
     *
     * @param protocolVersion  if given
     * @param address          in an encoding nobody uses any more
     * @param encryptedAddress likewise
     * @param iv               likewise
     */
    record LegacyAuthenticate(OptionalInt protocolVersion, String address, String encryptedAddress, String iv)
            implements ClientRequest {

        public LegacyAuthenticate {
            protocolVersion.ifPresent(GatewayProtocol::requireU8);
            Objects.requireNonNull(address);
            Objects.requireNonNull(encryptedAddress);
            Objects.requireNonNull(iv);
        }
    }

    /**
     * Spending a credential of a kind that is gone; always refused.
     *
     * @param generation          1 or 2
     * @param encryptedCredential never looked at
     * @param iv                  never looked at
     */
    record LegacyCredential(int generation, byte[] encryptedCredential, byte[] iv) implements ClientRequest {

        public LegacyCredential {
            if (generation != 1 && generation != 2) {
                throw new IllegalArgumentException("generation must be 1 or 2, not " + generation);
            }
            Objects.requireNonNull(encryptedCredential);
            Objects.requireNonNull(iv);
        }
    }

    /** {@return the text frame} */
    default String toJson() {
        Json json = switch (this) {
            case SupportedProtocol() -> Json.typed("supportedProtocol");
            case RegisterHandshake(int version, byte[] data) -> Json.typed("registerHandshakeInitRequest")
                    .with("protocol_version", version).with("data", data);
            case AuthenticateV2 request -> request.json();
            case ClaimFreeTestnetBandwidth() -> Json.typed("claimFreeTestnetBandwidth");
            case EcashCredential(byte[] credential, byte[] nonce) -> Json.typed("ecashCredential")
                    .with("enc_credential", credential).with("iv", nonce);
            case UpgradeModeJwt(String token) -> Json.typed("upgradeModeJWT").with("token", token);
            case EncryptedRequest(byte[] ciphertext, byte[] nonce) -> Json.typed("encryptedRequest")
                    .with("ciphertext", ciphertext).with("nonce", nonce);
            case LegacyAuthenticate(OptionalInt version, String address, String encrypted, String iv) ->
                    Json.typed("authenticate").with("protocol_version", version).with("address", address)
                            .with("enc_address", encrypted).with("iv", iv);
            case LegacyCredential(int generation, byte[] credential, byte[] iv) ->
                    Json.typed(generation == 1 ? "bandwidthCredential" : "bandwidthCredentialV2")
                            .with("enc_credential", credential).with("iv", iv);
        };
        return json.toString();
    }

    /**
     * @param text a text frame, at most {@link GatewayProtocol#MAX_TEXT_LENGTH} characters
     * @return the request
     * @throws WireException if it is none
     */
    static ClientRequest parse(String text) throws WireException {
        Json json = GatewayProtocol.json(text);
        return switch (json.string("type")) {
            case "supportedProtocol" -> new SupportedProtocol();
            case "registerHandshakeInitRequest", HandshakeMessage.PAYLOAD_TYPE ->
                    new RegisterHandshake(json.u8OrZero("protocol_version"), json.bytes("data"));
            case AuthenticateV2.TYPE -> AuthenticateV2.of(json);
            case "claimFreeTestnetBandwidth" -> new ClaimFreeTestnetBandwidth();
            case "ecashCredential" -> {
                if (json.has("iv") && json.has("nonce")) {
                    throw new WireException("iv and nonce are the same field");
                }
                yield new EcashCredential(json.bytes("enc_credential"),
                        json.bytes(json.has("nonce") ? "nonce" : "iv"));
            }
            case "upgradeModeJWT" -> new UpgradeModeJwt(json.string("token"));
            case "encryptedRequest" -> new EncryptedRequest(json.bytes("ciphertext"), json.bytes("nonce"));
            case "authenticate" -> new LegacyAuthenticate(json.u8OrNull("protocol_version"), json.string("address"),
                    json.string("enc_address"), json.string("iv"));
            case "bandwidthCredential" -> new LegacyCredential(1, json.bytes("enc_credential"), json.bytes("iv"));
            case "bandwidthCredentialV2" -> new LegacyCredential(2, json.bytes("enc_credential"), json.bytes("iv"));
            default -> throw new WireException("unknown type of request");
        };
    }
}
