package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.Reassembler.Complete;
import org.cloakwork.wire.Reassembler.Incomplete;
import org.cloakwork.wire.VectorNetwork.Client;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class PreparedVectorsTest {

    private final Vectors vectors = Vectors.load("prepared.json");
    private final VectorNetwork network = new VectorNetwork(vectors);
    private final Duration meanDelay =
            Duration.ofMillis(vectors.root().get("meanDelays").get("packetMillis").asLong());

    @TestFactory
    Stream<DynamicTest> prepared() {
        return vectors.tests(Map.of(
                "forward", c -> conversation(c, true),
                "reply", c -> conversation(c, false),
                "lastHop", this::lastHop));
    }

    private void conversation(JsonNode c, boolean forward) throws Exception {
        Client from = network.client(c.get("from").asText());
        Client to = network.client(c.get("to").asText());
        NymMessage message = MessageFields.build(c.get("message"),
                c.path("data").isObject() ? Vectors.bytes(c.get("data")) : null);
        int fragmentLength = VectorNetwork.size(c.get("fragments").get(0)).fragmentLength();
        Iterator<JsonNode> ids = c.get("fragments").iterator();
        List<Fragment> fragments = Chunking.split(Padding.pad(message.bytes(), fragmentLength), fragmentLength,
                () -> ByteBuffer.wrap(Vectors.bytes(ids.next().get("fragmentId"))).getInt());
        assertEquals(c.get("fragmentCount").asInt(), fragments.size());

        Reassembler<String> reassembler = new Reassembler<>(1 << 20, 10, Duration.ofMinutes(30), 10);
        for (int i = 0; i < fragments.size(); i++) {
            JsonNode expected = c.get("fragments").get(i);
            Fragment fragment = fragments.get(i);
            assertTrue(Vectors.matches(expected.get("fragment"), fragment.bytes()));
            assertEquals(expected.get("fragmentId").asText(), Vectors.hex(fragment.id().bytes()));
            byte[] opened = forward ? forward(expected, fragment, from, to) : reply(expected, fragment, from, to);
            assertArrayEquals(fragment.bytes(), opened);
            Reassembler.Result result = reassembler.add("", Fragment.parse(opened), i);
            if (i < fragments.size() - 1) {
                assertInstanceOf(Incomplete.class, result);
                continue;
            }
            byte[] received = Padding.unpad(assertInstanceOf(Complete.class, result).padded());
            assertArrayEquals(message.bytes(), received);
            MessageFields.check(c.get("message"), NymMessage.parse(received));
        }
    }

    private byte[] forward(JsonNode expected, Fragment fragment, Client from, Client to) throws Exception {
        EncryptionKeyPair ephemeral =
                EncryptionKeyPair.ofPrivate(Vectors.bytes(expected.get("encryption").get("ephemeralPrivateKey")));
        assertArrayEquals(Vectors.bytes(expected.get("encryption").get("ephemeralPublicKey")),
                ephemeral.publicKey().bytes());
        ScriptedRandomness randomness = VectorNetwork.script(expected, true);
        PreparedPacket packet = new PacketPreparer(network.format, from.ackKey(), randomness, () -> ephemeral).prepare(
                List.of(new PacketDraft.Forward(fragment, to.address().encryption(),
                        network.route(expected.get("build"), to), network.route(expected.get("ack").get("build"), from),
                        KeyRotation.fromWireValue(expected.get("keyRotation").asInt())))).getFirst();
        randomness.assertUsedUp();
        checkAckPart(expected, fragment, from);
        byte[] delivered = network.checkPacket(expected, packet, from.ackKey());
        assertArrayEquals(ephemeral.publicKey().bytes(), PayloadEncryption.prefix(delivered));
        return PayloadEncryption.open(delivered, to.encryption());
    }

    private byte[] reply(JsonNode expected, Fragment fragment, Client from, Client to) throws Exception {
        ReplySurb surb = ReplySurb.parse(Vectors.bytes(expected.get("surb")),
                KeyRotation.fromWireValue(expected.get("keyRotation").asInt()));
        assertArrayEquals(Vectors.bytes(expected.get("encryption").get("key")), surb.key().bytes());
        // "build" tells how its owner made the block.
        ScriptedRandomness owner = new ScriptedRandomness(
                Vectors.bytes(expected.get("build").get("initialSecret")),
                Vectors.bytes(expected.get("build").get("lastHopPadding")));
        Surb rebuilt = network.format.createSurb(network.route(expected.get("build"), to), owner);
        assertArrayEquals(surb.bytes(), new ReplySurb(surb.key(), rebuilt, surb.rotation()).bytes());

        ScriptedRandomness randomness = VectorNetwork.script(expected, false);
        PreparedPacket packet = new PacketPreparer(network.format, from.ackKey(), randomness, () -> {
            throw new AssertionError("a reply needs no key pair");
        }).prepare(List.of(new PacketDraft.Reply(fragment, surb,
                network.route(expected.get("ack").get("build"), from), meanDelay))).getFirst();
        randomness.assertUsedUp();
        checkAckPart(expected, fragment, from);
        byte[] delivered = network.checkPacket(expected, packet, from.ackKey());
        assertArrayEquals(Vectors.bytes(expected.get("encryption").get("keyDigest")),
                PayloadEncryption.prefix(delivered));
        assertArrayEquals(surb.key().digest(), PayloadEncryption.prefix(delivered));
        return PayloadEncryption.openReply(delivered, surb.key());
    }

    private void checkAckPart(JsonNode expected, Fragment fragment, Client from) {
        assertArrayEquals(Vectors.bytes(expected.get("ackPart")),
                SurbAck.create(network.format, List.of(network.route(expected.get("ack").get("build"), from)),
                        from.ackKey(), List.of(fragment.id()),
                        new ScriptedRandomness(VectorNetwork.ackScript(expected.get("ack")))).getFirst());
    }

    private void lastHop(JsonNode c) throws Exception {
        byte[] plaintext = Vectors.bytes(c.get("plaintext"));
        byte[] packet = Vectors.bytes(c.get("packet"));
        PacketSize size = PacketSize.ofPacketLength(packet.length).orElseThrow();
        assertEquals(VectorNetwork.size(c), size);
        Processed.Final last = assertInstanceOf(Processed.Final.class,
                network.format.process(packet, network.nodeKey(c.get("gateway").asText())));
        assertArrayEquals(plaintext, last.message());
        JsonNode expect = c.get("expect");
        if (!expect.get("ok").asBoolean()) {
            assertThrows(WireException.class, () -> SurbAck.split(plaintext));
            return;
        }
        assertArrayEquals(Vectors.bytes(expect.get("destination")), last.destination().address());
        if (expect.get("ack").isNull()) {
            assertEquals(PacketSize.ACK, size);
            assertArrayEquals(Vectors.bytes(expect.get("delivered")), plaintext);
            return;
        }
        SurbAck.FinalHop parts = SurbAck.split(plaintext);
        assertArrayEquals(Vectors.bytes(expect.get("delivered")), parts.message());
        assertEquals(expect.get("ack").get("firstHop").asText(), parts.ackFirstHop().toString());
        assertEquals(expect.get("ack").get("packetSha256").asText(), Vectors.sha256(parts.ackPacket()));
        assertArrayEquals(Arrays.copyOfRange(plaintext, 19, 405), parts.ackPacket());
    }
}
