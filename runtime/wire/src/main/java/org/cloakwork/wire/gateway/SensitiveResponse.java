package org.cloakwork.wire.gateway;

import java.nio.charset.StandardCharsets;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.json.Json;

/** What a {@link ServerResponse.EncryptedResponse} holds. Source: protocol/4-gateway, 7. */
public enum SensitiveResponse {
    FORGET_ME_ACK("ForgetMeAck"), REMEMBER_ME_ACK("RememberMeAck");

    private final String tag;

    SensitiveResponse(String tag) {
        this.tag = tag;
    }

    /** {@return the plaintext} */
    public String toJson() {
        return Json.tagged(tag, Json.empty()).toString();
    }

    /**
     * @param key        shared with the client
     * @param randomness 12 bytes are drawn for the nonce
     * @return the response to send
     */
    public ServerResponse.EncryptedResponse seal(GatewaySharedKey key, Randomness randomness) {
        byte[] nonce = randomness.bytes(GatewaySharedKey.NONCE_LENGTH);
        return new ServerResponse.EncryptedResponse(key.seal(nonce, toJson().getBytes(StandardCharsets.UTF_8)), nonce);
    }

    /**
     * @param response as it arrived
     * @param key      shared with the gateway
     * @return what it holds
     * @throws WireException if it was not sealed with this key or holds something else
     */
    public static SensitiveResponse open(ServerResponse.EncryptedResponse response, GatewaySharedKey key)
            throws WireException {
        Json json = GatewayProtocol.json(Sealed.open(key, response.nonce(), response.ciphertext()));
        String tag = json.tag();
        for (SensitiveResponse known : values()) {
            if (known.tag.equals(tag)) {
                json.object(tag);
                return known;
            }
        }
        throw new WireException("unknown sensitive response");
    }
}
