package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.cloakwork.wire.websocket.ExtensionResponse;
import org.cloakwork.wire.websocket.RefusedException;

/** JSON between programs and the websocket, the native client's and our own. */
public final class WebsocketTexts implements Target {

    private static final String ADDRESS = "7DMrnWxd7zTegV3wVAdt9TtxR27ZWzRUwW3JxRBA";

    @Override
    public String name() {
        return "websocket-texts";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.texts("websocket_requests.json", "text"),
                Seeds.texts("websocket_requests.json", "text").limit(20)
                        .map(text -> new String(text, StandardCharsets.UTF_8)
                                .replaceFirst("\\{", "{\"id\":\"1\",\"deadlineMillis\":60000,").getBytes(
                                StandardCharsets.UTF_8)),
                Seeds.of("{\"type\":\"receive\",\"count\":5}", "{\"type\":\"state\"}", "{\"type\":\"selfAddress\"}",
                        "{\"type\":\"closeLane\",\"connectionId\":7}",
                        "{\"type\":\"laneQueueLength\",\"connectionId\":18446744073709551615,\"bytes\":1,"
                                + "\"packets\":2}",
                        "{\"type\":\"reply\",\"id\":\"a\",\"senderTag\":\"H2Xccger6RvPAK2KTZKKjQ\","
                                + "\"payload\":\"AAE=\"}",
                        "{\"type\":\"outcome\",\"id\":\"a\",\"acknowledged\":true,\"packets\":1,\"retransmissions\":0,"
                                + "\"elapsedMillis\":5}",
                        "{\"type\":\"outcome\",\"id\":\"a\",\"acknowledged\":false,\"reason\":\"EXPIRED\","
                                + "\"detail\":\"\"}",
                        "{\"type\":\"received\",\"senderTag\":null,\"payload\":\"\"}",
                        "{\"type\":\"state\",\"state\":\"degraded\",\"reason\":\"x\"}",
                        "{\"type\":\"error\",\"id\":null,\"message\":\"m\"}")));
    }

    @Override
    public List<String> words() {
        return List.of("send", "sendAnonymous", "reply", "selfAddress", "closeLane", "laneQueueLength", "replySurbs",
                "connectionId", "recipient", "message", "payload", "senderTag", "deadlineMillis", ADDRESS, "\\ud800",
                "connecting", "ready", "stopped", "null");
    }

    @Override
    public List<String> instrumented() {
        return JsonTexts.INSTRUMENTED;
    }

    @Override
    public void check(byte[] input) throws Exception {
        String text = new String(input, StandardCharsets.UTF_8);
        request(text);
        ExtensionRequest request = null;
        try {
            request = ExtensionRequest.parse(text);
        } catch (ExtensionRequest.InvalidException e) {
            require(e.id().map(String::length).orElse(0) <= ExtensionRequest.MAX_ID_LENGTH
                    && e.getMessage().length() <= 400, "a refusal without a limit");
        }
        if (request != null) {
            requireSame(request, ExtensionRequest.parse(request.toJson()));
        }
        ExtensionResponse response;
        try {
            response = ExtensionResponse.parse(text);
        } catch (RefusedException e) {
            return;
        }
        requireSame(response, ExtensionResponse.parse(response.toJson()));
    }

    private static void request(String text) throws RefusedException {
        ApiRequest request;
        try {
            request = ApiRequest.parse(text);
        } catch (RefusedException e) {
            require(e.getMessage().length() <= 400, "a refusal without a limit");
            return;
        }
        OptionalLong connection = switch (request) {
            case ApiRequest.Send send -> send.connection();
            case ApiRequest.SendAnonymous send -> send.connection();
            case ApiRequest.Reply reply -> reply.connection();
            default -> OptionalLong.empty();
        };
        // Connection 0 has no binary form.
        if (connection.isEmpty() || connection.getAsLong() != 0) {
            requireSame(request, ApiRequest.parse(request.toBytes()));
        }
    }
}
