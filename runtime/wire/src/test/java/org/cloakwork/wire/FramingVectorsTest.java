package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FramingVectorsTest {

    private final Vectors vectors = Vectors.load("framing.json");

    @TestFactory
    Stream<DynamicTest> framing() {
        return vectors.tests(Map.of(
                "frame", this::frame,
                "stream", c -> stream(c.get("chunks"), c.get("events")),
                "malformed", this::malformed,
                "mixPacket", this::mixPacket,
                "mixPacketParse", this::mixPacketParse));
    }

    @Test
    void packetSizes() throws WireException {
        JsonNode sizes = vectors.root().get("packetSizes");
        assertEquals(PacketSize.values().length, sizes.size());
        for (JsonNode expected : sizes) {
            PacketSize size = PacketSize.ofTag(expected.get("tag").asInt());
            assertEquals(VectorNetwork.size(expected.get("name").asText()), size);
            assertEquals(expected.get("size").asInt(), size.packetLength());
            assertEquals(expected.get("payloadSize").asInt(), size.payloadLength());
            assertEquals(expected.get("plaintextSize").asInt(), size.plaintextLength());
            assertEquals(expected.get("headerSize").asInt(), size.packetLength() - size.payloadLength());
            assertEquals(expected.get("payloadOverhead").asInt(), size.payloadLength() - size.plaintextLength());
        }
        assertEquals(List.of(1611, 0, 32331, 7755, 15947, 1620, 0),
                Arrays.stream(PacketSize.values()).map(PacketSize::fragmentLength).toList());
        for (JsonNode lookup : vectors.root().get("sizeLookup")) {
            assertEquals(lookup.get("tag").asInt(),
                    PacketSize.ofPacketLength(lookup.get("length").asInt()).map(PacketSize::tag).orElse(0));
        }
        for (JsonNode rotation : vectors.root().get("rotationIds")) {
            assertEquals(rotation.get("wire").asInt(),
                    KeyRotation.ofId(rotation.get("rotationId").asLong()).wireValue());
        }
    }

    private void frame(JsonNode c) throws WireException {
        JsonNode p = c.get("packetPattern");
        byte[] packet = Vectors.pattern(p.get("a").asInt(), p.get("b").asInt(), p.get("length").asInt());
        if (!p.get("firstBytesReplacedBy").isNull()) {
            byte[] first = Vectors.bytes(p.get("firstBytesReplacedBy"));
            System.arraycopy(first, 0, packet, 0, first.length);
        }
        assertEquals(c.get("packetSha256").asText(), Vectors.sha256(packet));
        byte[] frame = new MixFrame(PacketSize.ofTag(c.get("sizeTag").asInt()),
                PacketType.ofTag(c.get("packetType").asInt()), KeyRotation.fromWireValue(c.get("keyRotation").asInt()),
                packet).encode(c.get("legacyEncoding").asBoolean());
        assertEquals(c.get("frameLength").asInt(), frame.length);
        assertEquals(c.get("frameSha256").asText(), Vectors.sha256(frame));
        byte[] header = Vectors.bytes(c.get("header"));
        assertArrayEquals(header, Arrays.copyOf(frame, header.length));

        MixFrameDecoder decoder = new MixFrameDecoder();
        decoder.feed(frame, 0, frame.length);
        checkFrame(c.get("decoded"), decoder.next().orElseThrow());
        assertEquals(Optional.empty(), decoder.next().map(MixFrame::size));
    }

    private void malformed(JsonNode c) throws WireException {
        byte[] followedBy = switch (c.get("followedBy").asText()) {
            case "" -> new byte[0];
            case "386 bytes of pattern a=3 b=7" -> Vectors.pattern(3, 7, 386);
            default -> throw new IllegalArgumentException(c.toString());
        };
        stream(List.of(Bytes.concat(Vectors.bytes(c.get("header")), followedBy)), List.of(c.get("expect")));
    }

    private void stream(JsonNode chunks, JsonNode events) throws WireException {
        List<byte[]> bytes = new ArrayList<>();
        chunks.forEach(chunk -> bytes.add(Vectors.bytes(chunk)));
        List<JsonNode> expected = new ArrayList<>();
        events.forEach(expected::add);
        stream(bytes, expected);
    }

    private void stream(List<byte[]> chunks, List<JsonNode> events) throws WireException {
        MixFrameDecoder decoder = new MixFrameDecoder();
        int fed = -1;
        for (JsonNode event : events) {
            while (fed < event.get("afterChunk").asInt()) {
                fed++;
                decoder.feed(chunks.get(fed), 0, chunks.get(fed).length);
            }
            switch (event.get("event").asText()) {
                case "frame" -> checkFrame(event, decoder.next().orElseThrow());
                case "needMore" -> {
                    assertEquals(Optional.empty(), decoder.next().map(MixFrame::size));
                    assertEquals(event.get("buffered").asInt(), decoder.buffered());
                }
                case "error" -> {
                    assertThrows(WireException.class, decoder::next);
                    decoder.feed(new byte[10], 0, 10);
                    assertThrows(WireException.class, decoder::next);
                    assertEquals(0, decoder.buffered());
                }
                default -> throw new IllegalArgumentException(event.toString());
            }
        }
    }

    private static void checkFrame(JsonNode expected, MixFrame frame) {
        assertEquals(expected.get("sizeTag").asInt(), frame.size().tag());
        assertEquals(expected.get("packetType").asInt(), frame.type().tag());
        assertEquals(expected.get("keyRotation").asInt(), frame.rotation().wireValue());
        assertEquals(expected.get("packetSha256").asText(), Vectors.sha256(frame.packet()));
    }

    private void mixPacket(JsonNode c) throws WireException {
        JsonNode p = c.get("packetPattern");
        MixPacket packet = new MixPacket(PacketType.ofTag(c.get("packetType").asInt()),
                KeyRotation.fromWireValue(c.get("keyRotation").asInt()), NodeAddress.parse(c.get("nextHop").asText()),
                Vectors.pattern(p.get("a").asInt(), p.get("b").asInt(), p.get("length").asInt()));
        checkForm(c, "v1", packet, packet.toBytesV1(), MixPacket.parseV1(packet.toBytesV1()), KeyRotation.UNKNOWN);
        checkForm(c, "v2", packet, packet.toBytesV2(), MixPacket.parseV2(packet.toBytesV2()), packet.rotation());
    }

    private static void checkForm(JsonNode c, String form, MixPacket packet, byte[] bytes, MixPacket parsed,
            KeyRotation rotation) {
        assertEquals(c.get(form + "Length").asInt(), bytes.length);
        assertEquals(c.get(form + "Sha256").asText(), Vectors.sha256(bytes));
        byte[] prefix = Vectors.bytes(c.get(form + "Prefix"));
        assertArrayEquals(prefix, Arrays.copyOf(bytes, prefix.length));
        assertEquals(rotation, parsed.rotation());
        assertEquals(packet.type(), parsed.type());
        assertEquals(packet.firstHop(), parsed.firstHop());
        assertArrayEquals(packet.packet(), parsed.packet());
    }

    private void mixPacketParse(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        boolean v1 = c.get("form").asInt() == 1;
        JsonNode expect = c.get("expect");
        if (!expect.get("ok").asBoolean()) {
            assertThrows(WireException.class, () -> {
                if (v1) {
                    MixPacket.parseV1(bytes);
                } else {
                    MixPacket.parseV2(bytes);
                }
            });
            return;
        }
        MixPacket packet = v1 ? MixPacket.parseV1(bytes) : MixPacket.parseV2(bytes);
        assertEquals(expect.get("keyRotation").asInt(), packet.rotation().wireValue());
        assertEquals(expect.get("nextHop").asText(), packet.firstHop().toString());
        assertArrayEquals(bytes, v1 ? packet.toBytesV1() : packet.toBytesV2());
    }
}
