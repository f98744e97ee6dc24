package org.cloakwork.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.websocket.WebSocketFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.Test;

/** The example for users of nym-client programs, against the front-end. */
class ExampleIT {

    private static final Path EXAMPLE = Path.of("..", "..", "distribution", "examples", "websocket", "hello.cjs");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void aProgramForNymClientWorks() throws Exception {
        Path modules = NodePackage.installed().resolveSibling("node_modules").toAbsolutePath();
        Path log = Path.of("target", "example.log");
        try (LocalNetwork network = LocalNetwork.builder().gateways(1).start();
             MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.awaitReady(LIMIT);
            try (FrontEnd.Serving serving = new WebSocketFrontEnd(Map.of()).serve(client, Map.of("port", "0"))) {
                ProcessBuilder builder = new ProcessBuilder("node", EXAMPLE.toString(),
                        serving.addresses().getFirst().toString()).redirectErrorStream(true)
                        .redirectOutput(log.toFile());
                builder.environment().put("NODE_PATH", modules.toString());
                Process process = builder.start();
                assertTrue(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS), "it did not end");
                String text = Files.readString(log, StandardCharsets.UTF_8);
                assertEquals(0, process.exitValue(), text);
                assertTrue(text.matches("(?s)ping came from \\S+, whoever that is\\R.*the answer is pong\\R.*"), text);
            }
        }
    }
}
