package org.cloakwork.wire.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.junit.jupiter.api.Test;

class ExtensionTest {

    private static final String ADDRESS = "7DMrnWxd7zTegV3wVAdt9TtxR27ZWzRUwW3JxRBAZK5G"
            + ".WNkvZSpXnoLRccHTq966CoZaLBsebfSBz9JnsdgszWf@DhynwDETYPhqoKvdJwJoVnDXYQ87ahg5L31cQ1eRzgBn";
    private static final String TAG = "VNTC8awPeyR48BYc6Caefd";

    @Test
    void requestsAreReadAsTheyAreWritten() throws Exception {
        SendOptions options = SendOptions.DEFAULT.withReplySurbs(3).withDeadline(Duration.ofSeconds(7));
        ExtensionRequest.Send send = (ExtensionRequest.Send) ExtensionRequest.parse(new ExtensionRequest.Send("a",
                MixnetAddress.parse(ADDRESS), options, OptionalLong.of(-1), new byte[] {0, (byte) 0xff}).toJson());
        assertEquals("a", send.id());
        assertEquals(ADDRESS, send.recipient().toString());
        assertEquals(options, send.options());
        assertEquals(OptionalLong.of(-1), send.connection());
        assertArrayEquals(new byte[] {0, (byte) 0xff}, send.payload());
        ExtensionRequest.Reply reply = (ExtensionRequest.Reply) ExtensionRequest.parse(new ExtensionRequest.Reply("b",
                SenderTag.parse(TAG), SendOptions.DEFAULT, OptionalLong.empty(), new byte[0]).toJson());
        assertEquals(TAG, reply.sender().toString());
        assertEquals(OptionalInt.empty(), reply.options().replySurbs());
        for (ExtensionRequest request : List.of(new ExtensionRequest.Receive(OptionalLong.empty()),
                new ExtensionRequest.Receive(OptionalLong.of(5)), new ExtensionRequest.FollowState(),
                new ExtensionRequest.SelfAddress(), new ExtensionRequest.CloseLane(-2),
                new ExtensionRequest.GetLaneQueueLength(9))) {
            assertEquals(request, ExtensionRequest.parse(request.toJson()));
        }
    }

    @Test
    void aMessageMayBeText() throws Exception {
        ExtensionRequest.Send send = (ExtensionRequest.Send) ExtensionRequest.parse(
                "{\"type\":\"send\",\"id\":\"1\",\"recipient\":\"" + ADDRESS + "\",\"message\":\"zażółć\"}");
        assertArrayEquals("zażółć".getBytes(StandardCharsets.UTF_8), send.payload());
        assertEquals(SendOptions.DEFAULT, send.options());
    }

    @Test
    void responsesAreReadAsTheyAreWritten() throws Exception {
        for (ExtensionResponse response : List.of(new ExtensionResponse.Error(Optional.empty(), "bad"),
                new ExtensionResponse.Error(Optional.of("1"), "bad"),
                new ExtensionResponse.Ended("1", new Outcome.Acknowledged(2, 1, Duration.ofMillis(77))),
                new ExtensionResponse.Ended("2", new Outcome.Failed(FailureReason.DEADLINE, "late")),
                new ExtensionResponse.State(new ClientState.Connecting("x")),
                new ExtensionResponse.State(new ClientState.Ready()),
                new ExtensionResponse.State(new ClientState.Degraded("no transport part")),
                new ExtensionResponse.State(new ClientState.Stopped("closed")),
                new ExtensionResponse.SelfAddress(MixnetAddress.parse(ADDRESS)),
                new ExtensionResponse.LaneQueueLength(-1, 4000, 3))) {
            assertEquals(response, ExtensionResponse.parse(response.toJson()));
        }
        ExtensionResponse.Received received = (ExtensionResponse.Received) ExtensionResponse.parse(
                new ExtensionResponse.Received(Optional.of(SenderTag.parse(TAG)), new byte[] {(byte) 0xfe}).toJson());
        assertEquals(Optional.of(SenderTag.parse(TAG)), received.sender());
        assertArrayEquals(new byte[] {(byte) 0xfe}, received.payload());
    }

    @Test
    void whatIsWrongIsNamedWithTheIdOfItsRequest() {
        String head = "{\"type\":\"send\",\"id\":\"7\",\"recipient\":\"" + ADDRESS + "\"";
        refused("payload", Optional.of("7"), head + "}");
        refused("payload", Optional.of("7"), head + ",\"message\":\"\",\"payload\":\"\"}");
        refused("payload", Optional.of("7"), head + ",\"payload\":\"*\"}");
        refused("deadlineMillis", Optional.of("7"), head + ",\"message\":\"\",\"deadlineMillis\":0}");
        refused("replySurbs", Optional.of("7"), head + ",\"message\":\"\",\"replySurbs\":501}");
        refused("connectionId", Optional.of("7"), head + ",\"message\":\"\",\"connectionId\":1.5}");
        refused("id", Optional.empty(), "{\"type\":\"send\",\"recipient\":\"" + ADDRESS + "\",\"message\":\"\"}");
        refused("id", Optional.empty(), "{\"type\":\"send\",\"id\":\"" + "x".repeat(65) + "\",\"recipient\":\""
                + ADDRESS
                + "\",\"message\":\"\"}");
        refused("type", Optional.of("7"), "{\"type\":\"what\",\"id\":\"7\"}");
        refused("JSON", Optional.empty(), "{");
    }

    private static void refused(String named, Optional<String> id, String text) {
        ExtensionRequest.InvalidException e = assertThrows(ExtensionRequest.InvalidException.class,
                () -> ExtensionRequest.parse(text));
        assertEquals(id, e.id());
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }
}
