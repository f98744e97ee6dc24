package org.cloakwork.frontend.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ApiResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every case of the vectors that travels, over a real socket: what is asked for, what is answered, what is pushed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {

    private static final long LIMIT_SECONDS = 30;

    private final RecordingClient client = new RecordingClient(null);
    private final AtomicInteger onlyForDecoders = new AtomicInteger();
    private final AtomicInteger replayed = new AtomicInteger();
    private Door door;
    private Program program;

    @BeforeAll
    void open() throws Exception {
        door = (Door) new WebSocketFrontEnd(Map.of()).serve(client, Map.of("port", "0"));
        program = new Program(door.addresses().getFirst());
        client.know(MixnetAddress.parse(Vectors.load("websocket_requests.json").named("response-9-selfAddress")
                .get("fields").get("address").asText()));
    }

    @AfterAll
    void close() {
        program.close();
        door.close();
        client.close();
        System.out.printf("websocket_requests.json over a real socket: %d cases replayed, %d are for a program's "
                + "decoder only%n", replayed.get(), onlyForDecoders.get());
        assertEquals(143, replayed.get() + onlyForDecoders.get());
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Vectors.load("websocket_requests.json").tests(Map.of(
                "requestBinary", c -> {
                    program.say(Vectors.bytes(c.get("bytes")));
                    asked(c.get("fields"), false);
                },
                "requestBinaryParse", c -> {
                    program.say(Vectors.bytes(c.get("bytes")));
                    expect(c.get("expect"), false);
                },
                "requestText", c -> {
                    program.say(c.get("text").asText());
                    expect(c.get("expect"), true);
                },
                "response", this::response,
                "responseParse", c -> onlyForDecoders.incrementAndGet()));
    }

    private void expect(JsonNode expected, boolean asText) throws Exception {
        if (expected.get("ok").asBoolean()) {
            asked(expected.get("fields"), asText);
            return;
        }
        String upstream = expected.get("text").asText();
        assertError(upstream.substring(0, upstream.indexOf(':') + 1), expected.get("code").asInt(), asText);
        replayed.incrementAndGet();
    }

    private void assertError(String prefix, int code, boolean asText) throws Exception {
        if (asText) {
            String text = program.text();
            assertTrue(text.startsWith("{\"type\":\"error\",\"message\":\"" + prefix), text);
        } else {
            ApiResponse.Error error = (ApiResponse.Error) ApiResponse.parse(program.binary());
            assertEquals(code, error.kind().code());
        }
        // The connection lives on.
        program.say(new ApiRequest.SelfAddress().toBytes());
        assertEquals(new ApiResponse.SelfAddress(client.address()), ApiResponse.parse(program.binary()));
    }

    private void asked(JsonNode fields, boolean asText) throws Exception {
        switch (fields.get("type").asText()) {
            case "selfAddress" -> {
                ApiResponse.SelfAddress answer = new ApiResponse.SelfAddress(client.address());
                assertAnswer(answer, asText);
            }
            case "closedConnection" -> assertNotNull(client.closedLanes.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
            case "getLaneQueueLength" -> assertAnswer(
                    new ApiResponse.LaneQueueLength(Long.parseUnsignedLong(fields.get("connectionId").asText()), 0),
                    asText);
            default -> {
                if (fields.path("replySurbs").asLong() > SendOptions.MAX_REPLY_SURBS) {
                    assertError("malformed request:", 4, asText);
                } else {
                    sent(fields, asText);
                }
            }
        }
        replayed.incrementAndGet();
    }

    private void sent(JsonNode fields, boolean asText) throws Exception {
        RecordingClient.Sent sent = client.sent.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(sent, "nothing was sent");
        assertTrue(Vectors.matches(fields.get("message"), sent.message()));
        assertEquals(Optional.ofNullable(fields.get("recipient")).map(JsonNode::asText),
                sent.recipient().map(MixnetAddress::toString));
        assertEquals(Optional.ofNullable(fields.get("senderTag")).map(JsonNode::asText),
                sent.sender().map(tag -> Vectors.hex(tag.bytes())));
        assertEquals(fields.has("replySurbs") ? OptionalInt.of(fields.get("replySurbs").asInt()) : OptionalInt.empty(),
                sent.replySurbs());
        if (!fields.get("connectionId").isNull()) {
            long connection = Long.parseUnsignedLong(fields.get("connectionId").asText());
            assertAnswer(new ApiResponse.LaneQueueLength(connection, 0), asText);
            assertEquals(client.askedLanes.getLast(), sent.lane());
        }
        sent.acknowledge();
    }

    private void assertAnswer(ApiResponse answer, boolean asText) throws Exception {
        if (asText) {
            assertEquals(answer.toJson(), program.text());
        } else {
            assertArrayEquals(answer.toBytes(), program.binary());
        }
    }

    private void response(JsonNode c) throws Exception {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (ApiResponse.parse(bytes) instanceof ApiResponse.Received received) {
            program.say(new ApiRequest.SelfAddress().toBytes());
            program.binary();
            client.deliver(new ReceivedMessage(received.message(), received.sender()));
            assertArrayEquals(bytes, program.binary());
            program.say("{\"type\":\"selfAddress\"}");
            program.text();
            client.deliver(new ReceivedMessage(received.message(), received.sender().map(SenderTag::bytes)
                    .map(SenderTag::new)));
            String text = program.text();
            if (c.get("text").isTextual()) {
                assertEquals(c.get("text").asText(), text);
            } else {
                assertTrue(Vectors.matches(c.get("text"), text.getBytes(StandardCharsets.UTF_8)));
            }
            replayed.incrementAndGet();
        } else if (ApiResponse.parse(bytes) instanceof ApiResponse.SelfAddress) {
            program.say(new ApiRequest.SelfAddress().toBytes());
            assertArrayEquals(bytes, program.binary());
            replayed.incrementAndGet();
        } else if (ApiResponse.parse(bytes) instanceof ApiResponse.LaneQueueLength(long lane, long length)
                && length < Integer.MAX_VALUE) {
            client.laneBytes = length * Classic.PACKET_BYTES;
            program.say(new ApiRequest.GetLaneQueueLength(lane).toBytes());
            assertArrayEquals(bytes, program.binary());
            client.laneBytes = 0;
            replayed.incrementAndGet();
        } else {
            onlyForDecoders.incrementAndGet();
        }
    }
}
