package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.cloakwork.spi.topology.TopologyProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a directory and a gateway read of a client is what nym-client (release 2026.9) sends, byte for byte. Its words
 * are taken from nym-http-api-client 1.21.0, reqwest 0.13.1, hyper 1.6.0 (lower case, host last) and tungstenite 0.20.1
 * (handshake/client.rs: its WEBSOCKET_HEADERS).
 */
@Timeout(60)
class A11LooksLikeNymClientIT {

    private static final int QUESTIONS = 4;
    private static final String UPGRADE = """
            GET / HTTP/1.1
            Host: 127.0.0.1:PORT
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: KEY

            """;
    /** What is left to the JDK; docs/threat-model.md lists it. */
    private static final String UPGRADE_OF_THE_JDK = """
            GET / HTTP/1.1
            Connection: Upgrade
            Host: 127.0.0.1:PORT
            Upgrade: websocket
            Sec-WebSocket-Key: KEY
            Sec-WebSocket-Version: 13
            User-Agent:\s

            """;
    private static final String QUESTION = """
            GET PATH HTTP/1.1
            accept: application/bincode
            content-type: application/bincode
            user-agent: nym-client/1.1.76/x86_64-unknown-linux-gnu/f84de25
            accept-encoding: gzip,deflate
            host: 127.0.0.1:PORT

            """;

    private static String masked(String head, int port) {
        return head.replaceFirst("Key: [A-Za-z0-9+/]{22}==\r", "Key: KEY\r").replace(":" + port, ":PORT");
    }

    private static String wire(String text) {
        return text.replace("\n", "\r\n");
    }

    private static String upgradeOf(String transport) throws Exception {
        String[] head = new String[1];
        try (RawPeer gateway = new RawPeer(line -> head[0] = line.readHead()); GatewayLinks links =
                new GatewayLinks(transport)) {
            links.endOf(gateway.port());
            gateway.nextDone();
            return masked(head[0], gateway.port());
        }
    }

    @Test
    void theGatewaySeesTheUpgradeOfNymClient() throws Exception {
        assertEquals(wire(UPGRADE), upgradeOf("websocket"));
    }

    @Test
    void theTransportOfTheJdkDiffersAsDocumentedOnly() throws Exception {
        assertEquals(wire(UPGRADE_OF_THE_JDK), upgradeOf("websocket-jdk"));
    }

    @Test
    void theDirectorySeesTheQuestionsOfNymClient() throws Exception {
        Set<String> heads = Collections.synchronizedSet(new TreeSet<>());
        // The first refusal ends the others, asked or not.
        CompletableFuture<Void> allAsked = new CompletableFuture<>();
        try (RawPeer directory = new RawPeer(line -> {
            heads.add(line.readHead());
            if (heads.size() == QUESTIONS) {
                allAsked.complete(null);
            }
            allAsked.join();
            line.say("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        })) {
            TopologyProvider topology = Parts.directory("http://127.0.0.1:" + directory.port() + "/api/");
            assertThrows(ExecutionException.class, () -> topology.fetch().get(30, TimeUnit.SECONDS));
            for (int i = 0; i < QUESTIONS; i++) {
                directory.nextDone();
            }
            Set<String> expected = new TreeSet<>();
            for (String path : Set.of("/api/v1/epoch/key-rotation-info", "/api/v1/nym-nodes/rewarded-set",
                    "/api/v2/unstable/nym-nodes/skimmed/mixnodes/active?page=0",
                    "/api/v2/unstable/nym-nodes/skimmed/entry-gateways?page=0")) {
                expected.add(wire(QUESTION.replace("PATH", path).replace("PORT", "" + directory.port())));
            }
            assertEquals(expected, heads);
        }
    }
}
