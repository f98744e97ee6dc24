package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.topology.KeyRotation;

/** The decoded view of a message in the vector files, both ways. */
final class MessageFields {

    private MessageFields() {
    }

    /** @param data the data if the fields only hold its hash */
    static NymMessage build(JsonNode fields, byte[] data) throws WireException {
        String content = fields.path("content").asText();
        return switch (fields.get("type").asText()) {
            case "plain" -> new NymMessage.Plain(data);
            case "repliable" -> {
                int version = content.endsWith("-v1") ? 1 : 2;
                List<ReplySurb> surbs = new ArrayList<>();
                for (JsonNode surb : fields.get("surbs")) {
                    surbs.add(surb(surb));
                }
                yield new NymMessage.Repliable(new SenderTag(Vectors.bytes(fields.get("senderTag"))),
                        switch (content.substring(0, content.length() - 3)) {
                            case "data" -> new RepliableContent.Data(version, surbs, data);
                            case "additionalSurbs" -> new RepliableContent.AdditionalSurbs(version, surbs);
                            case "heartbeat" -> new RepliableContent.Heartbeat(version, surbs);
                            default -> throw new IllegalArgumentException(content);
                        });
            }
            case "reply" -> new NymMessage.Reply(switch (content) {
                case "data" -> new ReplyContent.Data(data);
                case "surbRequest" -> new ReplyContent.SurbRequest(
                        MixnetAddress.fromBytes(Vectors.bytes(fields.get("recipient"))), fields.get("amount").asLong());
                default -> throw new IllegalArgumentException(content);
            });
            default -> throw new IllegalArgumentException(fields.toString());
        };
    }

    static void check(JsonNode fields, NymMessage message) {
        String content = fields.path("content").asText();
        switch (message) {
            case NymMessage.Plain(byte[] data) -> {
                assertEquals("plain", fields.get("type").asText());
                assertTrue(Vectors.matches(fields.get("data"), data));
            }
            case NymMessage.Repliable(SenderTag sender, RepliableContent repliable) -> {
                assertEquals("repliable", fields.get("type").asText());
                assertArrayEquals(Vectors.bytes(fields.get("senderTag")), sender.bytes());
                switch (repliable) {
                    case RepliableContent.Data data -> {
                        assertEquals(content, "data-v" + data.version());
                        assertTrue(Vectors.matches(fields.get("data"), data.data()));
                    }
                    case RepliableContent.AdditionalSurbs surbs ->
                            assertEquals(content, "additionalSurbs-v" + surbs.version());
                    case RepliableContent.Heartbeat surbs -> assertEquals(content, "heartbeat-v" + surbs.version());
                }
                assertEquals(fields.get("surbs").size(), repliable.surbs().size());
                for (int i = 0; i < repliable.surbs().size(); i++) {
                    checkSurb(fields.get("surbs").get(i), repliable.surbs().get(i));
                }
            }
            case NymMessage.Reply(ReplyContent.Data(byte[] data)) -> {
                assertEquals("reply data", fields.get("type").asText() + " " + content);
                assertTrue(Vectors.matches(fields.get("data"), data));
            }
            case NymMessage.Reply(ReplyContent.SurbRequest request) -> {
                assertEquals("reply surbRequest", fields.get("type").asText() + " " + content);
                assertArrayEquals(Vectors.bytes(fields.get("recipient")), request.recipient().bytes());
                assertEquals(fields.get("amount").asLong(), request.amount());
            }
        }
    }

    static ReplySurb surb(JsonNode surb) throws WireException {
        return ReplySurb.parse(Vectors.bytes(surb.get("bytes")),
                KeyRotation.fromWireValue(surb.get("keyRotation").asInt()));
    }

    private static void checkSurb(JsonNode expected, ReplySurb surb) {
        assertArrayEquals(Vectors.bytes(expected.get("bytes")), surb.bytes());
        assertArrayEquals(Vectors.bytes(expected.get("encryptionKey")), surb.key().bytes());
        assertArrayEquals(Vectors.bytes(expected.get("keyDigest")), surb.key().digest());
        assertEquals(expected.get("keyRotation").asInt(), surb.rotation().wireValue());
    }
}
