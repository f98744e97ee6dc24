package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;

/** Binary frames between client and gateway: as they come, and as who has the key would seal them. */
public final class GatewayFrames implements Target {

    private static final GatewaySharedKey KEY = new GatewaySharedKey(
            Vectors.bytes(Vectors.load("gateway.json").cases()
                    .filter(each -> each.get("kind").asText().equals("binaryResponseParse")).findFirst().orElseThrow()
                    .get("key")));
    private static final Randomness ZEROS = target -> { };

    @Override
    public String name() {
        return "gateway-frames";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.bytes("gateway.json", "frame"), new MixPackets().seeds(),
                Seeds.bytes("gateway.json", "message")));
    }

    @Override
    public void check(byte[] input) throws WireException {
        try {
            byte[] message = BinaryResponse.open(input, KEY).message();
            requireSame(message, BinaryResponse.open(new BinaryResponse(message).seal(KEY, ZEROS), KEY).message());
        } catch (WireException e) {
            // not one
        }
        request(input);
        requireSame(input, BinaryResponse.open(new BinaryResponse(input).seal(KEY, ZEROS), KEY).message());
        byte[] nonce = new byte[GatewaySharedKey.NONCE_LENGTH];
        byte[] sealed = KEY.seal(nonce, input);
        for (BinaryRequest.Kind kind : BinaryRequest.Kind.values()) {
            request(ByteBuffer.allocate(2 + nonce.length + sealed.length).put((byte) kind.wireValue()).put((byte) 1)
                    .put(nonce).put(sealed).array());
        }
    }

    private static void request(byte[] frame) throws WireException {
        BinaryRequest request;
        try {
            request = BinaryRequest.open(frame, KEY);
        } catch (WireException e) {
            return;
        }
        requireSame(request, BinaryRequest.open(request.seal(KEY, ZEROS), KEY));
    }
}
