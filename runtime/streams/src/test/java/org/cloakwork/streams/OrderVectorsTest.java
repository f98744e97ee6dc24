package org.cloakwork.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Nym's ordered buffer: what it makes of pieces in any order. */
class OrderVectorsTest {

    @TestFactory
    Stream<DynamicTest> orderedBuffer() {
        return Vectors.load("socks5.json").testsExcept(
                Set.of("request", "response", "requestParse", "responseParse"),
                Map.of("orderedBuffer", OrderVectorsTest::orderedBuffer));
    }

    private static void orderedBuffer(JsonNode c) {
        Reordering reordering = new Reordering(1000, Long.MAX_VALUE);
        for (JsonNode step : c.get("steps")) {
            Reordering.Accepted accepted =
                    reordering.accept(step.get("sequence").asLong(), End.NONE, Vectors.bytes(step.get("data")));
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            for (Optional<byte[]> data = reordering.take(); data.isPresent(); data = reordering.take()) {
                read.write(data.get(), 0, data.get().length);
            }
            switch (step.get("write").asText()) {
                case "ok" -> assertEquals(step.get("read").isNull(), accepted == Reordering.Accepted.EARLY);
                case "MessageAlreadyReconstructed", "AttemptedToOverwriteSequence" ->
                        assertEquals(Reordering.Accepted.DUPLICATE, accepted);
                case "MessageSequenceTooLarge" -> assertEquals(Reordering.Accepted.TOO_FAR, accepted);
                default -> fail(step.toString());
            }
            assertEquals(step.path("read").path("data").asText(""), Vectors.hex(read.toByteArray()));
            if (!step.get("read").isNull()) {
                assertEquals(step.get("read").get("lastSequence").asLong() + 1, reordering.next());
            }
        }
    }
}
