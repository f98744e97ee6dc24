package org.cloakwork.wire.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.json.Json;

/** What an {@link ClientRequest.EncryptedRequest} holds. Source: protocol/4-gateway, 7. */
public sealed interface SensitiveRequest {

    /**
     * Asks the gateway to delete what it holds.
     *
     * @param client whether to delete inbox, balance and shared key
     * @param stats  ignored by gateways
     */
    record ForgetMe(boolean client, boolean stats) implements SensitiveRequest {
    }

    /**
     * Tells for statistics what kind of session this was.
     *
     * @param sessionType the kind
     */
    record RememberMe(SessionType sessionType) implements SensitiveRequest {

        public RememberMe {
            Objects.requireNonNull(sessionType);
        }
    }

    /** Kinds of session. */
    enum SessionType {
        VPN("Vpn"), MIXNET("Mixnet"), WASM("Wasm"), NATIVE("Native"), SOCKS5("Socks5"), UNKNOWN("Unknown");

        private final String text;

        SessionType(String text) {
            this.text = text;
        }

        private static SessionType of(String text) throws WireException {
            for (SessionType type : values()) {
                if (type.text.equals(text)) {
                    return type;
                }
            }
            throw new WireException("unknown session type");
        }
    }

    /** {@return the plaintext} */
    default String toJson() {
        Json json = switch (this) {
            case ForgetMe(boolean client, boolean stats) -> Json.tagged("ForgetMe",
                    Json.empty().with("client", client).with("stats", stats));
            case RememberMe(SessionType type) -> Json.tagged("RememberMe",
                    Json.empty().with("session_type", type.text));
        };
        return json.toString();
    }

    /**
     * @param key        shared with the gateway
     * @param randomness 12 bytes are drawn for the nonce
     * @return the request to send
     */
    default ClientRequest.EncryptedRequest seal(GatewaySharedKey key, Randomness randomness) {
        byte[] nonce = randomness.bytes(GatewaySharedKey.NONCE_LENGTH);
        return new ClientRequest.EncryptedRequest(key.seal(nonce, toJson().getBytes(StandardCharsets.UTF_8)), nonce);
    }

    /**
     * @param request as it arrived
     * @param key     shared with the client
     * @return what it holds
     * @throws WireException if it was not sealed with this key or holds something else
     */
    static SensitiveRequest open(ClientRequest.EncryptedRequest request, GatewaySharedKey key) throws WireException {
        Json json = GatewayProtocol.json(Sealed.open(key, request.nonce(), request.ciphertext()));
        String tag = json.tag();
        return switch (tag) {
            case "ForgetMe" -> new ForgetMe(json.object(tag).bool("client"), json.object(tag).bool("stats"));
            case "RememberMe" -> new RememberMe(SessionType.of(json.object(tag).string("session_type")));
            default -> throw new WireException("unknown sensitive request");
        };
    }
}
