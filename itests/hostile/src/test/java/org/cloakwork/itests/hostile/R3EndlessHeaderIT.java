package org.cloakwork.itests.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloakwork.spi.topology.TopologyProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A gateway answers the request for a websocket, or a directory a question, without end. */
@Timeout(120)
class R3EndlessHeaderIT {

    private static final long FLOOD_BYTES = 256L << 20;
    /** What waits in the kernel of the client's side; it reads no more of it. */
    private static final long KERNEL_BYTES = 4 << 20;
    /** Of a directory's answer: NodeList.MAX_RESPONSE_BYTES. */
    private static final long MAX_BODY_BYTES = 8L << 20;
    /** WebSocketTransport.MAX_ANSWER_BYTES, and the JDK's jdk.http.maxHeaderSize unless set. */
    private static final Map<String, Integer> LIMITS = Map.of("websocket", 64 << 10, "websocket-jdk", 384 << 10);

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
            new Answer("an endless redirect",
            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 999999999999\r\n\r\n",
                    "x".repeat(1 << 14)));

    /** The JDK reads the body and drops it before it says that there is no websocket: until the connect time-out. */
    private static final Set<String> READ_BY_THE_JDK = Set.of("an endless body of a refusal",
            "endless chunks of a refusal", "an endless redirect");

    static Stream<Arguments> answers() {
        return Stream.of("websocket", "websocket-jdk").flatMap(transport ->
                ANSWERS.stream().map(answer -> Arguments.of(transport, answer)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("answers")
    void aGatewayIsGivenUpAfterALimitedNumberOfBytes(String transport, Answer answer) throws Exception {
        boolean untilTimeout = transport.equals("websocket-jdk") && READ_BY_THE_JDK.contains(answer.name());
        try (RawPeer gateway = new RawPeer(line -> pour(line, answer, untilTimeout ? Long.MAX_VALUE : FLOOD_BYTES));
                GatewayLinks links = new GatewayLinks(transport)) {
            String reason = links.endOf(gateway.port());
            Line line = gateway.nextDone();
            System.out.println("R3 " + transport + ", " + answer + ": " + line.takenBytes() + " bytes taken, "
                    + reason);
            assertTrue(line.ended(), "the whole flood was taken");
            assertTrue(reason.contains("ws://127.0.0.1:" + gateway.port()), reason);
            if (!untilTimeout) {
                assertTrue(line.takenBytes() <= LIMITS.get(transport) + KERNEL_BYTES, line.takenBytes()
                        + " bytes were taken");
            }
        }
    }

    private static void pour(Line line, Answer answer, long mostBytes) throws IOException {
        line.readHead();
        line.say(answer.begin());
        line.flood(answer.repeated().getBytes(US_ASCII), mostBytes);
    }

    static Stream<Answer> answersOfDirectories() {
        return ANSWERS.stream();
    }

    @ParameterizedTest
    @MethodSource("answersOfDirectories")
    void aDirectoryIsGivenUpAfterALimitedNumberOfBytes(Answer answer) throws Exception {
        try (RawPeer directory = new RawPeer(line -> pour(line, answer, FLOOD_BYTES))) {
            TopologyProvider topology = Parts.directory("http://127.0.0.1:" + directory.port());
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> topology.fetch().get(60, TimeUnit.SECONDS));
            Line line = directory.nextDone();
            System.out.println("R3 directory, " + answer + ": " + line.takenBytes() + " bytes taken, "
                    + failed.getCause().getMessage());
            assertTrue(line.ended(), "the whole flood was taken");
            boolean body = answer.begin().startsWith("HTTP/1.1 200");
            assertTrue(line.takenBytes() <= (body ? MAX_BODY_BYTES : 64 << 10) + KERNEL_BYTES,
                    line.takenBytes() + " bytes were taken");
        }
    }
}
