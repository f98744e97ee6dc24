package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory answers with few bytes a value: as a tree they are many times as many. */
@Timeout(120)
class R5AnswerThatFillsTheHeapIT {

    @ParameterizedTest
    @ValueSource(strings = {"{},", "[],", "0,", "[", "{\"a\":", "\"\","})
    void itIsRefusedBeforeItIsATree(String repeated) throws Exception {
        byte[] piece = repeated.repeat(4096).getBytes();
        try (RawPeer directory = new RawPeer(line -> {
            line.readHead();
            line.say("HTTP/1.1 200 OK\r\n\r\n{\"nodes\":[");
            line.flood(piece, 7 << 20);
        })) {
            TopologyProvider topology = Parts.directory("http://127.0.0.1:" + directory.port());
            List<CompletableFuture<Topology>> questions = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                questions.add(topology.fetch());
            }
            for (CompletableFuture<Topology> question : questions) {
                String why = assertThrows(ExecutionException.class, () -> question.get(60, TimeUnit.SECONDS))
                        .getCause().getMessage();
                System.out.println("R5 " + repeated + ": " + why);
                assertTrue(why.contains("not JSON"), why);
            }
        }
    }
}
