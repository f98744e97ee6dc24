package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.VectorNetwork.Client;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class CoverVectorsTest {

    private final Vectors vectors = Vectors.load("cover.json");
    private final VectorNetwork network = new VectorNetwork(vectors);

    @TestFactory
    Stream<DynamicTest> cover() {
        return vectors.tests(Map.of(
                "cover", this::cover,
                "isCover", c -> assertEquals(c.get("isCover").asBoolean(),
                        CoverPacket.isCover(Vectors.bytes(c.get("body"))))));
    }

    private void cover(JsonNode c) throws Exception {
        Client client = network.client(c.get("client").asText());
        PacketSize size = VectorNetwork.size(c);
        EncryptionKeyPair ephemeral =
                EncryptionKeyPair.ofPrivate(Vectors.bytes(c.get("encryption").get("ephemeralPrivateKey")));
        ScriptedRandomness randomness = VectorNetwork.script(c, true);
        PreparedPacket packet = new PacketPreparer(network.format, client.ackKey(), randomness, () -> ephemeral)
                .prepare(List.of(new PacketDraft.Cover(size, client.address().encryption(),
                        network.route(c.get("build"), client), network.route(c.get("ack").get("build"), client),
                        KeyRotation.fromWireValue(c.get("keyRotation").asInt())))).getFirst();
        randomness.assertUsedUp();

        byte[] delivered = network.checkPacket(c, packet, client.ackKey());
        assertArrayEquals(Vectors.bytes(c.get("encryption").get("ephemeralPublicKey")),
                PayloadEncryption.prefix(delivered));
        byte[] body = PayloadEncryption.open(delivered, client.encryption());
        assertEquals(c.get("body").get("length").asInt(), body.length);
        assertEquals(c.get("body").get("sha256").asText(), Vectors.sha256(body));
        byte[] first = Vectors.bytes(c.get("body").get("firstBytes"));
        assertArrayEquals(first, Arrays.copyOf(body, first.length));
        assertArrayEquals(CoverPacket.body(size.fragmentLength()), body);
        assertTrue(CoverPacket.isCover(body));
        assertThrows(WireException.class, () -> Fragment.parse(body));
    }
}
