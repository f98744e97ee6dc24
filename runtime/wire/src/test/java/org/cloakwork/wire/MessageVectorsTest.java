package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.topology.KeyRotation;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class MessageVectorsTest {

    private final Vectors vectors = Vectors.load("messages.json");

    @TestFactory
    Stream<DynamicTest> messages() {
        return vectors.tests(Map.of(
                "message", this::message,
                "decode", this::decode,
                "decodePadded", this::decodePadded,
                "replySurb", this::replySurb,
                "replySurbParse", this::replySurbParse));
    }

    private void message(JsonNode c) throws WireException {
        JsonNode fields = c.get("fields");
        byte[] serialized;
        if (c.get("serialized").has("hex")) {
            serialized = Vectors.bytes(c.get("serialized"));
            NymMessage parsed = NymMessage.parse(serialized);
            MessageFields.check(fields, parsed);
            assertArrayEquals(serialized, parsed.bytes());
            JsonNode data = fields.path("data");
            assertArrayEquals(serialized,
                    MessageFields.build(fields, data.has("hex") ? Vectors.bytes(data) : dataOf(parsed)).bytes());
        } else {
            // The file has only the hash of these bytes; they are this pattern.
            assertEquals("plain-5000", c.get("name").asText());
            serialized = new NymMessage.Plain(Vectors.pattern(79, 3, 5000)).bytes();
            MessageFields.check(fields, NymMessage.parse(serialized));
        }
        assertEquals(c.get("serializedLength").asInt(), serialized.length);
        assertEquals(c.get("serializedSha256").asText(), Vectors.sha256(serialized));
        for (JsonNode expected : c.get("padded")) {
            int fragmentLength = expected.get("plaintextPerPacket").asInt();
            assertEquals(fragmentLength, VectorNetwork.size(expected).fragmentLength());
            byte[] padded = Padding.pad(serialized, fragmentLength);
            assertEquals(expected.get("paddedLength").asInt(), padded.length);
            assertEquals(expected.get("paddedSha256").asText(), Vectors.sha256(padded));
            assertEquals(expected.get("zeros").asInt(), padded.length - serialized.length - 1);
            assertEquals(expected.get("fragments").asInt(),
                    Chunking.requiredFragments(serialized.length + 1, fragmentLength).fragments());
            // Upstream's estimate, which it uses to choose a size, reckons with one byte less a fragment.
            assertEquals(expected.get("requiredPacketsEstimate").asInt(),
                    Chunking.requiredFragments(serialized.length, fragmentLength - 1).fragments());
            assertArrayEquals(serialized, Padding.unpad(padded));
        }
    }

    private static byte[] dataOf(NymMessage message) {
        return switch (message) {
            case NymMessage.Plain(byte[] data) -> data;
            case NymMessage.Repliable(SenderTag sender, RepliableContent.Data content) -> content.data();
            case NymMessage.Reply(ReplyContent.Data(byte[] data)) -> data;
            default -> new byte[0];
        };
    }

    private void decode(JsonNode c) throws WireException {
        byte[] serialized = Vectors.bytes(c.get("serialized"));
        NymMessage message = NymMessage.parse(serialized);
        MessageFields.check(c.get("fields"), message);
        assertArrayEquals(serialized, message.bytes());
        assertArrayEquals(serialized, MessageFields.build(c.get("fields"), null).bytes());
    }

    private void decodePadded(JsonNode c) throws WireException {
        byte[] padded = Vectors.bytes(c.get("padded"));
        if (c.get("expect").get("ok").asBoolean()) {
            MessageFields.check(c.get("expect").get("fields"), NymMessage.parse(Padding.unpad(padded)));
        } else {
            assertThrows(WireException.class, () -> NymMessage.parse(Padding.unpad(padded)));
        }
    }

    private void replySurb(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        ReplySurb surb = ReplySurb.parse(bytes, KeyRotation.ODD);
        assertArrayEquals(bytes, surb.bytes());
        assertArrayEquals(Vectors.bytes(c.get("encryptionKey")), surb.key().bytes());
        assertArrayEquals(Vectors.bytes(c.get("keyDigest")), surb.key().digest());
        assertEquals(c.get("hops").asInt(), surb.surb().hops());
        assertEquals(c.get("keyForm").asText().equals("seeds"), surb.surb().holdsSeeds());
        assertEquals(KeyRotation.ODD, surb.rotation());
        assertArrayEquals(bytes, new ReplySurb(surb.key(), surb.surb(), KeyRotation.EVEN).bytes());
        assertFalse(surb.toString().contains(Vectors.hex(surb.key().bytes())));
    }

    private void replySurbParse(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (c.get("expect").get("ok").asBoolean()) {
            assertArrayEquals(bytes, ReplySurb.parse(bytes, KeyRotation.ODD).bytes());
        } else {
            assertThrows(WireException.class, () -> ReplySurb.parse(bytes, KeyRotation.ODD));
        }
    }

    @Test
    void surbListsThatCannotBeWrittenAreRefused() throws WireException {
        ReplySurb seeds = surb("reply-surb-legacyfalse-onehopfalse", KeyRotation.ODD);
        ReplySurb oneHop = surb("reply-surb-legacyfalse-onehoptrue", KeyRotation.ODD);
        ReplySurb keys = surb("reply-surb-legacytrue-onehopfalse", KeyRotation.UNKNOWN);
        ReplySurb otherRotation = surb("reply-surb-legacyfalse-onehopfalse", KeyRotation.EVEN);
        assertTrue(new RepliableContent.AdditionalSurbs(2, List.of(seeds, seeds)).bytes().length > 2 * 460);
        assertThrows(IllegalArgumentException.class,
                () -> new RepliableContent.AdditionalSurbs(2, List.of(seeds, oneHop)));
        assertThrows(IllegalArgumentException.class,
                () -> new RepliableContent.AdditionalSurbs(2, List.of(seeds, otherRotation)));
        assertThrows(IllegalArgumentException.class, () -> new RepliableContent.Heartbeat(2, List.of(keys)));
        assertThrows(IllegalArgumentException.class,
                () -> new RepliableContent.Data(1, List.of(seeds), new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> new RepliableContent.Data(3, List.of(), new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> new ReplyContent.Data(new byte[0]));
    }

    private ReplySurb surb(String name, KeyRotation rotation) throws WireException {
        return ReplySurb.parse(Vectors.bytes(vectors.named(name).get("bytes")), rotation);
    }
}
