package org.cloakwork.wire.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.cloakwork.wire.WireException;
import org.junit.jupiter.api.Test;

class TextLimitsTest {

    @Test
    void textUpToTheLimitIsReadAndNotBeyond() throws WireException {
        String frame = new ServerResponse.Error("").toJson();
        String longest = "x".repeat(GatewayProtocol.MAX_TEXT_LENGTH - frame.length());
        String text = new ServerResponse.Error(longest).toJson();
        assertEquals(new ServerResponse.Error(longest), ServerResponse.parse(text));
        assertThrows(WireException.class, () -> ServerResponse.parse(text + " "));
        assertThrows(WireException.class, () -> ClientRequest.parse(text + " "));
        assertThrows(WireException.class, () -> HandshakeMessage.parse(text + " "));
    }

    @Test
    void deepNestingIsRefused() {
        String text = "{\"type\":\"supportedProtocol\",\"x\":" + "[".repeat(30_000) + "]".repeat(30_000) + '}';
        assertThrows(WireException.class, () -> ClientRequest.parse(text));
    }

    @Test
    void errorsAndTokensShowNoContent() {
        WireException error = assertThrows(WireException.class,
                () -> ClientRequest.parse("{\"type\":\"upgradeModeJWT\",\"token\":secret}"));
        assertFalse(error.getMessage().contains("secret"));
        assertFalse(new ClientRequest.UpgradeModeJwt("secret").toString().contains("secret"));
    }
}
