package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A7: clients made in Java had no cover in networks that others watch. */
class A7CoverWhereItMattersIT {

    private static final int MESSAGES = 20;

    @TempDir
    private Path folder;

    private static long cover(MixnetClient client) {
        return client.counters().get("packets.sent.cover");
    }

    /**
     * Messages to itself, one after the other: while an acknowledgement is awaited there is nothing to send but cover.
     */
    private static void sendMessages(MixnetClient client) throws Exception {
        client.awaitReady(Command.PATIENCE);
        for (int i = 0; i < MESSAGES; i++) {
            assertInstanceOf(Outcome.Acknowledged.class, client.send(client.address(), new byte[]{1}).outcome().get());
        }
    }

    private static void assertCovered(MixnetClient.Builder builder) throws Exception {
        try (MixnetClient client = builder.start()) {
            sendMessages(client);
            assertTrue(cover(client) > 0, () -> "no cover: " + client.counters());
        }
    }

    private static void assertUncovered(MixnetClient.Builder builder) throws Exception {
        try (MixnetClient client = builder.start()) {
            sendMessages(client);
            assertEquals(0, cover(client));
        }
    }

    @Test
    void anyNetworkThatIsNamedIsCovered() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start()) {
            Path file = Files.writeString(folder.resolve("network.json"), network.networkFile());
            assertCovered(MixnetClient.builder().directory(network.directory()));
            assertCovered(MixnetClient.builder().networkFile(file));
            assertCovered(MixnetClient.builder().part("topology", "file", Map.of("path", file.toString())));
        }
    }

    @Test
    void aNetworkOfOnesOwnIsNotUnlessItIsAskedFor() throws Exception {
        assertUncovered(MixnetClient.builder());
        try (LocalNetwork network = LocalNetwork.builder().start()) {
            assertUncovered(MixnetClient.builder().network(network));
            assertUncovered(MixnetClient.builder().directory(network.directory()).part("cover", "none", Map.of()));
            assertCovered(MixnetClient.builder().network(network).part("cover", "poisson", Map.of()));
        }
    }
}
