package org.cloakwork.itests.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A gateway answers the request for a websocket without end. */
@Timeout(120)
class R3EndlessHeaderIT {

    private static final long FLOOD_BYTES = 256L << 20;
    /** What waits in the kernel of the client's side; it reads no more of it. */
    private static final long KERNEL_BYTES = 4 << 20;
    private static final int MIB = 1 << 20;

    /** @param begin said once */
    private record Answer(String name, String begin, String repeated) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Answer> ANSWERS = List.of(
            new Answer("a header of one endless field", "HTTP/1.1 101 Switching Protocols\r\nX: ", "x".repeat(1 << 14)),
            new Answer("a header of endlessly many fields", "HTTP/1.1 101 Switching Protocols\r\n",
                    ("X: " + "x".repeat(1000) + "\r\n").repeat(16)),
            new Answer("an endless status line", "HTTP/1.1 101 ", "x".repeat(1 << 14)),
            new Answer("endless interim answers", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(400)),
            new Answer("an endless body of a refusal", "HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1 << 14)),
            new Answer("endless chunks of a refusal", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n",
                    ("3e8\r\n" + "x".repeat(1000) + "\r\n").repeat(16)),
            new Answer("an endless redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 999999999999\r\n\r\n",
                    "x".repeat(1 << 14)));

    static Stream<Arguments> answers() {
        return Stream.of("websocket", "websocket-jdk").flatMap(transport ->
                ANSWERS.stream().map(answer -> Arguments.of(transport, answer)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("answers")
    void theConnectionEndsAfterALimitedNumberOfBytes(String transport, Answer answer) throws Exception {
        byte[] piece = answer.repeated().getBytes(US_ASCII);
        try (RawPeer gateway = new RawPeer(line -> {
            line.readHead();
            line.say(answer.begin());
            line.flood(piece, FLOOD_BYTES);
        }); GatewayLinks links = new GatewayLinks(transport)) {
            String reason = links.endOf(gateway.port());
            Line line = gateway.nextDone();
            System.out.println("R3 " + transport + ", " + answer + ": " + line.takenBytes() + " bytes taken, " + reason);
            assertTrue(line.ended(), "the whole flood was taken");
            long most = transport.equals("websocket") ? 64 << 10 : 6 * MIB;
            assertTrue(line.takenBytes() <= most + KERNEL_BYTES, line.takenBytes() + " bytes were taken");
            assertTrue(reason.contains("ws://127.0.0.1:" + gateway.port()), reason);
        }
    }
}
