package org.cloakwork.wire.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class WebSocketVectorsTest {

    @TestFactory
    Stream<DynamicTest> requestsAndResponses() {
        return Vectors.load("websocket_requests.json").tests(Map.of(
                "requestBinary", WebSocketVectorsTest::requestBinary,
                "requestBinaryParse", c -> parse(c, () -> ApiRequest.parse(Vectors.bytes(c.get("bytes")))),
                "requestText", c -> parse(c, () -> ApiRequest.parse(c.get("text").asText())),
                "response", WebSocketVectorsTest::response,
                "responseParse", c -> refused(c, () -> ApiResponse.parse(Vectors.bytes(c.get("bytes"))))));
    }

    private interface Parser<T> {
        T parse() throws RefusedException;
    }

    private static void parse(JsonNode c, Parser<ApiRequest> parser) throws RefusedException {
        if (c.get("expect").get("ok").asBoolean()) {
            assertFields(c.get("expect").get("fields"), parser.parse());
        } else {
            refused(c, parser);
        }
    }

    private static void refused(JsonNode c, Parser<?> parser) {
        RefusedException refused = assertThrows(RefusedException.class, parser::parse);
        JsonNode expected = c.get("expect");
        assertEquals(expected.get("code").asInt(), refused.kind().code());
        assertTrue(expected.get("text").asText().startsWith(refused.kind().text() + ":"));
    }

    private static void requestBinary(JsonNode c) throws RefusedException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        ApiRequest request = ApiRequest.parse(bytes);
        assertFields(c.get("fields"), request);
        assertArrayEquals(bytes, request.toBytes());
    }

    private static void assertFields(JsonNode fields, ApiRequest request) {
        switch (request) {
            case ApiRequest.Send(MixnetAddress recipient, OptionalLong connection, byte[] message) -> {
                assertEquals("send", fields.get("type").asText());
                assertEquals(fields.get("recipient").asText(), recipient.toString());
                assertRest(fields, connection, message);
            }
            case ApiRequest.SendAnonymous(MixnetAddress recipient, long surbs, OptionalLong connection,
                                          byte[] message) -> {
                assertEquals("sendAnonymous", fields.get("type").asText());
                assertEquals(fields.get("recipient").asText(), recipient.toString());
                assertEquals(fields.get("replySurbs").asLong(), surbs);
                assertRest(fields, connection, message);
            }
            case ApiRequest.Reply(SenderTag sender, OptionalLong connection, byte[] message) -> {
                assertEquals("reply", fields.get("type").asText());
                assertEquals(fields.get("senderTag").asText(), Vectors.hex(sender.bytes()));
                assertRest(fields, connection, message);
            }
            case ApiRequest.SelfAddress() -> assertEquals("selfAddress", fields.get("type").asText());
            case ApiRequest.ClosedConnection(long connection) -> {
                assertEquals("closedConnection", fields.get("type").asText());
                assertEquals(fields.get("connectionId").asText(), Long.toUnsignedString(connection));
            }
            case ApiRequest.GetLaneQueueLength(long connection) -> {
                assertEquals("getLaneQueueLength", fields.get("type").asText());
                assertEquals(fields.get("connectionId").asText(), Long.toUnsignedString(connection));
            }
        }
    }

    private static void assertRest(JsonNode fields, OptionalLong connection, byte[] message) {
        JsonNode expected = fields.get("connectionId");
        assertEquals(expected.isNull() ? Optional.empty() : Optional.of(expected.asText()),
                connection.stream().mapToObj(Long::toUnsignedString).findFirst());
        assertTrue(Vectors.matches(fields.get("message"), message));
    }

    private static void response(JsonNode c) throws RefusedException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        ApiResponse response = ApiResponse.parse(bytes);
        assertArrayEquals(bytes, response.toBytes());
        JsonNode fields = c.get("fields");
        switch (response) {
            case ApiResponse.Error(ErrorKind kind, String message) -> {
                assertEquals("error", fields.get("type").asText());
                assertEquals(fields.get("code").asInt(), kind.code());
                assertEquals(fields.get("message").asText(), message);
            }
            case ApiResponse.Received(Optional<SenderTag> sender, byte[] message) -> {
                assertEquals("received", fields.get("type").asText());
                assertEquals(fields.get("senderTag").isNull() ? Optional.empty()
                        : Optional.of(fields.get("senderTag").asText()), sender.map(tag -> Vectors.hex(tag.bytes())));
                assertTrue(Vectors.matches(fields.get("message"), message));
            }
            case ApiResponse.SelfAddress(MixnetAddress address) -> {
                assertEquals("selfAddress", fields.get("type").asText());
                assertEquals(fields.get("address").asText(), address.toString());
            }
            case ApiResponse.LaneQueueLength(long lane, long queueLength) -> {
                assertEquals("laneQueueLength", fields.get("type").asText());
                assertEquals(fields.get("lane").asText(), Long.toUnsignedString(lane));
                assertEquals(fields.get("queueLength").asText(), Long.toUnsignedString(queueLength));
            }
        }
        if (c.get("text").isTextual()) {
            assertEquals(c.get("text").asText(), response.toJson());
        } else {
            assertTrue(Vectors.matches(c.get("text"), response.toJson().getBytes(StandardCharsets.UTF_8)));
        }
    }
}
