package org.cloakwork.wire.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2.Verdict;
import org.junit.jupiter.api.Test;

class AuthenticateV2Test {

    private static final long NOW = 1_700_000_000;
    private static final byte[] NONCE = new byte[12];

    private final IdentityKeyPair client = IdentityKeyPair.generate(target -> Arrays.fill(target, (byte) 1));
    private final GatewaySharedKey key = new GatewaySharedKey(new byte[32]);
    private final Optional<GatewaySharedKey> stored = Optional.of(key);

    @Test
    void accepted() {
        assertEquals(Verdict.ACCEPTED, made(6, NOW).check(NOW, stored, OptionalLong.empty()));
        assertEquals(Verdict.ACCEPTED, made(4, NOW).check(NOW, stored, OptionalLong.of(NOW - 1)));
        assertEquals(Verdict.ACCEPTED, made(5, NOW - 120).check(NOW, stored, OptionalLong.empty()));
        assertEquals(Verdict.ACCEPTED, made(5, NOW + 120).check(NOW, stored, OptionalLong.empty()));
    }

    @Test
    void theFirstThatFailsCounts() {
        GatewaySharedKey other = new GatewaySharedKey(client.seed());
        Optional<GatewaySharedKey> none = Optional.empty();
        OptionalLong later = OptionalLong.of(NOW + 1000);
        AuthenticateV2 forged = forged(6, NOW);
        assertEquals(Verdict.VERSION, forged(3, 0).check(NOW, none, later));
        assertEquals(Verdict.VERSION, forged(7, 0).check(NOW, none, later));
        assertEquals(Verdict.SKEW, forged(6, NOW - 121).check(NOW, none, later));
        assertEquals(Verdict.SKEW, forged(6, NOW + 121).check(NOW, none, later));
        assertEquals(Verdict.SKEW, forged(6, Long.MAX_VALUE).check(NOW, none, later));
        assertEquals(Verdict.SIGNATURE, forged.check(NOW, none, later));
        assertEquals(Verdict.NOT_REGISTERED, made(6, NOW).check(NOW, none, later));
        assertEquals(Verdict.CIPHERTEXT, made(6, NOW).check(NOW, Optional.of(other), later));
        assertEquals(Verdict.REPLAY, made(6, NOW).check(NOW, stored, OptionalLong.of(NOW)));
    }

    @Test
    void aNonceOfWrongLengthIsAWrongCiphertext() throws WireException {
        String text = made(6, NOW).toJson().replace("\"AAAAAAAAAAAAAAAA\"", "\"AAAA\"");
        AuthenticateV2 parsed = (AuthenticateV2) ClientRequest.parse(text);
        assertEquals(3, parsed.nonce().length);
        assertEquals(false, parsed.isCiphertextValid(key));
    }

    @Test
    void onlyCanonicalBase64IsTaken() {
        String text = made(6, NOW).toJson();
        // 14 bytes end in padding; without it, or with bits after the end, the reference refuses the text.
        for (String nonce : new String[] {"AAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAB==", "____", "AAA", "A A="}) {
            String changed = text.replace("\"AAAAAAAAAAAAAAAA\"", '"' + nonce + '"');
            assertThrows(WireException.class, () -> ClientRequest.parse(changed));
        }
    }

    private AuthenticateV2 made(int version, long timestamp) {
        return AuthenticateV2.create(client, key, version, NONCE, timestamp);
    }

    private AuthenticateV2 forged(int version, long timestamp) {
        AuthenticateV2 made = made(version, timestamp);
        byte[] signature = made.signature().clone();
        signature[0] ^= 1;
        return new AuthenticateV2(version, made.clientIdentity(), made.addressCiphertext(), NONCE, timestamp,
                signature);
    }
}
