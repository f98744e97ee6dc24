package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ApiResponse;
import org.cloakwork.wire.websocket.RefusedException;

/** Binary frames between programs and the native client's interface. */
public final class WebsocketFrames implements Target {

    @Override
    public String name() {
        return "websocket-frames";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.bytes("websocket_requests.json", "bytes");
    }

    @Override
    public void check(byte[] input) throws RefusedException {
        request(input);
        ApiResponse response;
        try {
            response = ApiResponse.parse(input);
        } catch (RefusedException e) {
            return;
        }
        require(response.toBytes().length <= input.length, "longer than what was read");
        requireSame(response, ApiResponse.parse(response.toBytes()));
        response.toJson();
    }

    private static void request(byte[] input) throws RefusedException {
        ApiRequest request;
        try {
            request = ApiRequest.parse(input);
        } catch (RefusedException e) {
            return;
        }
        require(request.toBytes().length <= input.length, "longer than what was read");
        requireSame(request, ApiRequest.parse(request.toBytes()));
    }
}
