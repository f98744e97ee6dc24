package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.frontend.websocket.WebSocketFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** 300 MiB come over a websocket that takes no such thing: frames nobody knows, or of which no end is to be seen. */
@Timeout(120)
class R7FloodPastTheLimitsIT {

    private static final long FLOOD_BYTES = 300L << 20;
    private static final int MESSAGE_BYTES = 1 << 20;
    /** What waits in the kernel of the other side; it reads no more of it. */
    private static final long KERNEL_BYTES = 4 << 20;
    private static final byte[] PIECE = new byte[1 << 14];

    private enum Flood {
        UNKNOWN_OPCODE(0x83),
        UNKNOWN_OPCODE_IN_PARTS(0x03),
        UNKNOWN_CONTROL(0x8b),
        RESERVED_BIT(0xc2),
        TEXT(0x81),
        BINARY(0x82),
        PING(0x89),
        PONG(0x8a),
        CLOSE(0x88),
        CONTINUATION_OF_NOTHING(0x80),
        ENDLESS_CONTINUATION(0x02) {
            @Override
            void pour(Line line, boolean masked) {
                int first = firstByte();
                while (!line.ended() && line.takenBytes() < FLOOD_BYTES) {
                    line.sayFrameHeader(first, PIECE.length, masked);
                    line.say(PIECE);
                    first = 0;
                }
            }
        },
        SMALL_UNKNOWN_ONES(0x83) {
            @Override
            void pour(Line line, boolean masked) {
                while (!line.ended() && line.takenBytes() < FLOOD_BYTES) {
                    line.sayFrameHeader(firstByte(), PIECE.length, masked);
                    line.say(PIECE);
                }
            }
        };

        private final int firstByte;

        Flood(int firstByte) {
            this.firstByte = firstByte;
        }

        int firstByte() {
            return firstByte;
        }

        void pour(Line line, boolean masked) {
            line.sayFrameHeader(firstByte, FLOOD_BYTES, masked);
            line.flood(PIECE, FLOOD_BYTES);
        }
    }

    private static void assertEndedEarly(String who, Flood flood, Line line, long limitBytes) {
        System.out.println("R7 " + who + ", " + flood + ": " + line.takenBytes() + " bytes taken");
        assertTrue(line.ended(), "all of it was taken");
        assertTrue(line.takenBytes() <= limitBytes + KERNEL_BYTES, line.takenBytes() + " bytes were taken");
    }

    private static void pourInto(String who, int port, Flood flood, long limitBytes) throws Exception {
        try (Line line = new Line(new Socket(InetAddress.getLoopbackAddress(), port))) {
            line.askForWebSocket();
            flood.pour(line, true);
            assertEndedEarly(who, flood, line, limitBytes);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProgramCannotPassTheLimitsOfTheFrontEnd(Flood flood) throws Exception {
        MixnetClient client = (MixnetClient) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {MixnetClient.class}, (self, method, arguments) ->
                        method.getReturnType() == Subscription.class ? (Subscription) () -> { } : null);
        FrontEnd frontEnd = new WebSocketFrontEnd(Map.of("port", "0", "maximum-message-bytes", "" + MESSAGE_BYTES));
        try (FrontEnd.Serving serving = frontEnd.serve(client, Map.of())) {
            pourInto("front-end", serving.addresses().getFirst().getPort(), flood, MESSAGE_BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientCannotPassTheLimitsOfAGateway(Flood flood) throws Exception {
        GatewayServer server = Parts.part(GatewayServer.class, "websocket", Map.of());
        try (GatewayServer.Listening listening = server.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), link -> new GatewayLinks.Silent())) {
            pourInto("gateway", listening.address().getPort(), flood, GatewayLink.MAX_FRAME_BYTES);
        }
    }

    static Stream<Arguments> floodsOfGateways() {
        return Stream.of("websocket", "websocket-jdk").flatMap(transport ->
                List.of(Flood.values()).stream().map(flood -> Arguments.of(transport, flood)));
    }

    @ParameterizedTest
    @MethodSource("floodsOfGateways")
    void aGatewayCannotPassTheLimitsOfATransport(String transport, Flood flood) throws Exception {
        try (RawPeer gateway = new RawPeer(line -> {
            line.acceptWebSocket();
            flood.pour(line, false);
        }); GatewayLinks links = new GatewayLinks(transport)) {
            links.endOf(gateway.port());
            assertEndedEarly(transport, flood, gateway.nextDone(), GatewayLink.MAX_FRAME_BYTES);
        }
    }
}
