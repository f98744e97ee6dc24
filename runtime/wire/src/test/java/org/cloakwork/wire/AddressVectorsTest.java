package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AddressVectorsTest {

    @TestFactory
    Stream<DynamicTest> addresses() {
        return Vectors.load("addresses.json").tests(Map.of(
                "recipient", AddressVectorsTest::recipient,
                "recipientText", AddressVectorsTest::recipientText,
                "recipientBytes", AddressVectorsTest::recipientBytes,
                "ed25519PublicKey", AddressVectorsTest::ed25519PublicKey,
                "nodeAddress", AddressVectorsTest::nodeAddress,
                "nodeAddressBytes", AddressVectorsTest::nodeAddressBytes,
                "senderTag", AddressVectorsTest::senderTag,
                "senderTagText", AddressVectorsTest::senderTagText,
                "keys", AddressVectorsTest::keys,
                "pem", AddressVectorsTest::pem));
    }

    private static void recipient(JsonNode c) {
        MixnetAddress address = MixnetAddress.parse(c.get("text").asText());
        assertArrayEquals(Vectors.bytes(c.get("bytes")), address.bytes());
        assertEquals(address, MixnetAddress.fromBytes(Vectors.bytes(c.get("bytes"))));
        assertEquals(c.get("text").asText(), address.toString());
        assertEquals(IdentityKeyPair.ofSeed(Vectors.bytes(c.get("identitySeed"))).publicKey(), address.identity());
        assertEquals(IdentityKeyPair.ofSeed(Vectors.bytes(c.get("gatewayIdentitySeed"))).publicKey(),
                address.gateway());
        assertArrayEquals(Vectors.bytes(c.get("identityPublicKey")), address.identity().bytes());
        assertArrayEquals(Vectors.bytes(c.get("gatewayPublicKey")), address.gateway().bytes());
        assertArrayEquals(Vectors.bytes(c.get("encryptionPublicKey")), address.encryption().bytes());
        if (!c.get("encryptionPrivateKey").isNull()) {
            assertEquals(EncryptionKeyPair.ofPrivate(Vectors.bytes(c.get("encryptionPrivateKey"))).publicKey(),
                    address.encryption());
        }
        Destination destination = Destination.of(address.identity());
        assertArrayEquals(Vectors.bytes(c.get("sphinxDestinationAddress")), destination.address());
        assertArrayEquals(Vectors.bytes(c.get("sphinxIdentifier")), destination.identifier());
    }

    private static void recipientText(JsonNode c) {
        String input = c.get("input").asText();
        if (c.get("expect").get("ok").asBoolean()) {
            assertArrayEquals(Vectors.bytes(c.get("expect").get("bytes")), MixnetAddress.parse(input).bytes());
            assertEquals(input, MixnetAddress.parse(input).toString());
        } else {
            assertThrows(IllegalArgumentException.class, () -> MixnetAddress.parse(input));
        }
    }

    private static void recipientBytes(JsonNode c) {
        byte[] input = Vectors.bytes(c.get("input"));
        if (c.get("expect").get("ok").asBoolean()) {
            assertArrayEquals(input, MixnetAddress.fromBytes(input).bytes());
        } else {
            assertThrows(IllegalArgumentException.class, () -> MixnetAddress.fromBytes(input));
        }
    }

    private static void ed25519PublicKey(JsonNode c) {
        byte[] input = Vectors.bytes(c.get("input"));
        if (c.get("accepted").asBoolean()) {
            assertArrayEquals(input, new IdentityKey(input).bytes());
        } else {
            assertThrows(IllegalArgumentException.class, () -> new IdentityKey(input));
        }
    }

    private static void nodeAddress(JsonNode c) {
        NodeAddress address = NodeAddress.parse(c.get("text").asText());
        byte[] unpadded = Vectors.bytes(c.get("unpadded"));
        assertArrayEquals(unpadded, address.bytes());
        assertArrayEquals(Vectors.bytes(c.get("padded19")), address.padded(NodeAddress.SHORT_LENGTH));
        assertArrayEquals(Vectors.bytes(c.get("padded32")), address.padded(NodeAddress.LONG_LENGTH));
        assertEquals(address, NodeAddress.fromBytes(unpadded, 0));
        assertEquals(address, NodeAddress.fromBytes(Vectors.bytes(c.get("padded19")), 0));
        assertEquals(address, NodeAddress.fromBytes(Vectors.bytes(c.get("padded32")), 0));
        assertArrayEquals(unpadded, NodeAddress.parse(address.toString()).bytes());
    }

    private static void nodeAddressBytes(JsonNode c) {
        byte[] input = Vectors.bytes(c.get("input"));
        if (c.get("expect").get("ok").asBoolean()) {
            assertEquals(c.get("expect").get("text").asText(), NodeAddress.fromBytes(input, 0).toString());
        } else {
            assertThrows(IllegalArgumentException.class, () -> NodeAddress.fromBytes(input, 0));
        }
    }

    private static void senderTag(JsonNode c) {
        SenderTag tag = new SenderTag(Vectors.bytes(c.get("bytes")));
        assertEquals(c.get("text").asText(), tag.toString());
        assertEquals(tag, SenderTag.parse(c.get("text").asText()));
    }

    private static void senderTagText(JsonNode c) {
        assertFalse(c.get("expect").get("ok").asBoolean());
        assertThrows(IllegalArgumentException.class, () -> SenderTag.parse(c.get("input").asText()));
    }

    private static void keys(JsonNode c) {
        byte[] seed = Vectors.bytes(c.get("seed"));
        byte[] message = Vectors.bytes(c.get("message"));
        IdentityKeyPair identity = IdentityKeyPair.ofSeed(seed);
        assertArrayEquals(Vectors.bytes(c.get("ed25519Public")), identity.publicKey().bytes());
        assertEquals(c.get("ed25519PublicText").asText(), identity.publicKey().toString());
        assertEquals(identity.publicKey(), IdentityKey.parse(c.get("ed25519PublicText").asText()));
        byte[] signature = Vectors.bytes(c.get("ed25519Signature"));
        assertArrayEquals(signature, identity.sign(message));
        assertTrue(IdentityKeyPair.verify(identity.publicKey(), message, signature));
        message[0] ^= 1;
        assertFalse(IdentityKeyPair.verify(identity.publicKey(), message, signature));
        EncryptionKeyPair encryption = EncryptionKeyPair.ofPrivate(seed);
        assertArrayEquals(Vectors.bytes(c.get("x25519Public")), encryption.publicKey().bytes());
        assertEquals(c.get("x25519PublicText").asText(), encryption.publicKey().toString());
        assertEquals(encryption.publicKey(), EncryptionKey.parse(c.get("x25519PublicText").asText()));
    }

    private static void pem(JsonNode c) throws WireException {
        Pem kind = switch (c.get("key").asText()) {
            case "ed25519-private" -> Pem.ED25519_PRIVATE;
            case "ed25519-public" -> Pem.ED25519_PUBLIC;
            case "x25519-private" -> Pem.X25519_PRIVATE;
            case "x25519-public" -> Pem.X25519_PUBLIC;
            case "ack" -> Pem.ACK_KEY;
            case "gateway-shared" -> Pem.GATEWAY_SHARED_KEY;
            default -> throw new IllegalArgumentException(c.toString());
        };
        String text = c.get("text").asText();
        assertEquals(text, kind.encode(Vectors.bytes(c.get("bytes"))));
        assertArrayEquals(Vectors.bytes(c.get("bytes")), kind.decode(text));
        assertArrayEquals(Vectors.bytes(c.get("bytes")), kind.decode(text.replace("\r", "")));
        for (Pem other : Pem.values()) {
            if (other != kind) {
                assertThrows(WireException.class, () -> other.decode(text));
            }
        }
    }

    @Test
    void whatIsNoKeyFileIsRefused() {
        String text = Pem.ACK_KEY.encode(new byte[16]);
        assertThrows(IllegalArgumentException.class, () -> Pem.ACK_KEY.encode(new byte[32]));
        for (String bad : new String[] {"", "key", text.substring(1), text.substring(0, text.length() - 8),
                text.replace("AAAA", "AAA"), text.replace("AAAA", "A*AA"), text.replace("AAAA", "AAAAAAAA"),
                text.replaceFirst("KEY", "KEYS"), text + text, " ".repeat(5000) + text}) {
            assertThrows(WireException.class, () -> Pem.ACK_KEY.decode(bad));
        }
    }
}
