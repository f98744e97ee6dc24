package org.cloakwork.localnet.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.localnet.Parts;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.topology.NodesPage;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.SkimmedNode;
import org.cloakwork.wire.topology.TopologyJson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SKIMMED = "v2/unstable/nym-nodes/skimmed";

    private static LocalNetwork network;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        network = LocalNetwork.builder().mixesPerLayer(2).gateways(3).start();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        network.close();
    }

    private static HttpResponse<byte[]> send(String method, String path, String body) throws Exception {
        return send(method, path, body, "http://localhost:1");
    }

    private static HttpResponse<byte[]> send(String method, String path, String body, String origin)
            throws Exception {
        return http.send(HttpRequest.newBuilder(network.directory().resolve(path)).header("Origin", origin)
                .header("Content-Type", "application/json").header("Accept", "application/bincode")
                .method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static byte[] get(String path) throws Exception {
        HttpResponse<byte[]> response = send("GET", path, "");
        assertEquals(200, response.statusCode(), path);
        assertEquals("application/json", response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("http://localhost:1", response.headers().firstValue("Access-Control-Allow-Origin").orElseThrow());
        assertTrue(response.body().length > 0, "an empty answer is an error for clients");
        return response.body();
    }

    private static JsonNode json(String path) throws Exception {
        return JSON.readTree(get(path));
    }

    private static Set<Long> ids(String path) throws Exception {
        NodesPage page = NymApiJson.readNodesPage(get(path));
        assertEquals(page.nodes().size(), page.total());
        assertEquals(0, page.page());
        assertEquals(10, page.metadata().rotationId());
        assertEquals(240, page.metadata().absoluteEpochId());
        assertEquals(network.topology().refreshedAt(), page.metadata().refreshedAt());
        return page.nodes().stream().map(SkimmedNode::id).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "api", "api/"})
    void theTopologyProviderReadsTheSameNetwork(String prefix) throws Exception {
        TopologyProvider provider = Parts.make(TopologyProvider.class, "nym-api",
                Map.of("urls", network.directory().resolve("/" + prefix.replaceFirst("^/", "")).toString()));
        try {
            assertEquals(network.topology(), provider.fetch().get(20, TimeUnit.SECONDS));
        } finally {
            ((AutoCloseable) provider).close();
        }
    }

    @Test
    void theFileSaysTheSame() throws Exception {
        Topology read = TopologyJson.read(network.networkFile().getBytes(StandardCharsets.UTF_8), Instant.EPOCH);
        assertEquals(network.topology().rewardedSet(), read.rewardedSet());
        assertEquals(network.topology().keyRotation(), read.keyRotation());
        assertEquals(9, read.nodes().size());
        read.nodes().forEach((id, node) -> {
            assertEquals(network.topology().nodes().get(id).mixAddress(), node.mixAddress());
            assertEquals(network.topology().nodes().get(id).entry(), node.entry());
            assertEquals(network.topology().nodes().get(id).sphinxKey(), node.sphinxKey());
        });
    }

    @Test
    void theNetworkIsAsAskedFor() {
        Topology topology = network.topology();
        assertTrue(topology.isRoutable());
        for (int layer = 1; layer <= 3; layer++) {
            assertEquals(2, topology.layer(layer).size());
        }
        assertEquals(3, topology.gateways().size());
        assertEquals(9, topology.nodes().values().stream().map(node -> node.mixAddress()).distinct().count());
        assertEquals(2, topology.keyRotation().wireValue());
    }

    @Test
    void keyRotationIsInThePastAndLong() throws Exception {
        JsonNode info = json("v1/epoch/key-rotation-info");
        assertEquals(24, info.at("/key_rotation_state/validity_epochs").asInt());
        assertEquals(0, info.at("/key_rotation_state/initial_epoch_id").asInt());
        assertEquals(240, info.get("current_absolute_epoch_id").asInt());
        assertFalse(Instant.parse(info.get("current_epoch_start").asText()).isAfter(Instant.now()));
        assertTrue(info.at("/epoch_duration/secs").asLong() >= 86_400);
        assertEquals(10, info.at("/progress/current_key_rotation_id").asInt());
        assertEquals(240, info.at("/progress/current_rotation_starting_epoch").asInt());
        assertEquals(263, info.at("/progress/current_rotation_ending_epoch").asInt());
    }

    @Test
    void listsOfNodes() throws Exception {
        Topology.RewardedSet roles = NymApiJson.readRewardedSet(get("v1/nym-nodes/rewarded-set"));
        assertEquals(network.topology().rewardedSet(), roles);
        Set<Long> mixes = Set.of(1L, 2L, 3L, 4L, 5L, 6L);
        Set<Long> gateways = Set.of(7L, 8L, 9L);
        assertEquals(mixes, ids(SKIMMED + "/mixnodes/active?page=0"));
        assertEquals(mixes, ids(SKIMMED + "/mixnodes/all"));
        assertEquals(gateways, ids(SKIMMED + "/entry-gateways?page=0&output=bincode"));
        assertEquals(gateways, ids(SKIMMED + "/exit-gateways"));
        assertEquals(network.topology().nodes().keySet(), ids(SKIMMED + "?no_legacy=true&page=0"));
        assertEquals(mixes, ids(SKIMMED + "?page=0&role=active-mixnode"));
        assertEquals(gateways, ids(SKIMMED + "?role=entry-gateway"));
        assertEquals(gateways, ids(SKIMMED + "?role=exit-gateway&x=y"));
        assertEquals(network.topology().nodes().keySet(), ids(SKIMMED + "?role=unknown"));
        assertEquals("1", json(SKIMMED).at("/nodes/data/0/performance").asText());
        assertTrue(json(SKIMMED).at("/nodes/data/0/performance").isTextual());
    }

    @Test
    void anExitThatIsAnnouncedIsNamedUntilItIsNot() throws Exception {
        MixnetAddress address = new MixnetAddress(network.topology().gateways().get(1).identity(),
                new EncryptionKey(new byte[32]), network.topology().gateways().getFirst().identity());
        KnownExit exit = new KnownExit(address, Optional.of("DE"), OptionalInt.empty());
        TopologyProvider provider = Parts.make(TopologyProvider.class, "nym-api",
                Map.of("urls", network.directory().toString()));
        try (Subscription named = network.announce(exit); AutoCloseable closing = (AutoCloseable) provider) {
            assertEquals(List.of(exit), provider.exits().get(20, TimeUnit.SECONDS));
            assertEquals(List.of(exit), TopologyJson.readExits(network.networkFile().getBytes(StandardCharsets.UTF_8)));
            assertEquals(List.of(exit.withPerformance(OptionalInt.of(100))),
                    provider.fetch().get(20, TimeUnit.SECONDS).reachable(List.of(exit)));
        }
        assertEquals(0, json("v1/nym-nodes/described").get("data").size());
        MixnetAddress elsewhere = new MixnetAddress(address.identity(), address.encryption(),
                network.topology().layer(1).getFirst().identity());
        assertThrows(IllegalArgumentException.class, () ->
                network.announce(new KnownExit(elsewhere, Optional.empty(), OptionalInt.empty())));
    }

    @Test
    void whatNodesAskFor() throws Exception {
        JsonNode semi = json("v2/unstable/nym-nodes/semi-skimmed?page=0");
        assertEquals(9, semi.at("/nodes/pagination/total").asInt());
        assertEquals(9, semi.at("/nodes/data").size());
        for (JsonNode node : semi.at("/nodes/data")) {
            assertTrue(node.get("x25519_noise_versioned_key").isNull(), "plain TCP");
            assertTrue(node.get("basic").get("mix_port").asInt() > 0);
        }
        assertEquals(json(SKIMMED).get("metadata"), semi.get("metadata"));
        assertEquals(0, json("v1/nym-nodes/described?page=0").at("/pagination/total").asInt());
        assertTrue(json("v1/nym-nodes/described").get("data").isArray());
        assertEquals("up", json("v1/api-status/health").get("status").asText());
        assertTrue(json("v1/epoch/current").isNull());

        HttpResponse<byte[]> refreshed = send("POST", "v1/nym-nodes/refresh-described",
                "{\"node_identity\":\"x\",\"request_timestamp\":1,\"signature\":[1]}");
        assertEquals("null", new String(refreshed.body(), StandardCharsets.UTF_8));

        HttpResponse<byte[]> known = send("POST", "api/v1/unstable/nym-nodes/by-addresses",
                "{\"addresses\":[\"127.0.0.1\",\"10.0.0.1\"]}");
        assertEquals("{\"existence\":{\"127.0.0.1\":1,\"10.0.0.1\":null}}",
                new String(known.body(), StandardCharsets.UTF_8));
    }

    @Test
    void pagesOfThisMachineMayAsk() throws Exception {
        for (String origin : List.of("http://localhost:8000", "https://127.0.0.1", "http://127.1.2.3:80",
                "http://[::1]:65535", "chrome-extension://abcdefghijklmnop")) {
            HttpResponse<byte[]> preflight = send("OPTIONS", "v1/nym-nodes/rewarded-set", "", origin);
            assertEquals(204, preflight.statusCode());
            assertEquals(origin, preflight.headers().firstValue("Access-Control-Allow-Origin").orElseThrow());
            assertEquals("Origin", preflight.headers().firstValue("Vary").orElseThrow());
            assertEquals("*", preflight.headers().firstValue("Access-Control-Allow-Headers").orElseThrow());
            assertTrue(preflight.headers().firstValue("Access-Control-Allow-Methods").orElseThrow().contains("GET"));
        }
    }

    @Test
    void otherPagesMayNotReadIt() throws Exception {
        for (String origin : List.of("https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil",
                "null", "http://evil.example/http://localhost", "http://user@localhost")) {
            HttpResponse<byte[]> preflight = send("OPTIONS", "v1/nym-nodes/rewarded-set", "", origin);
            assertTrue(preflight.headers().firstValue("Access-Control-Allow-Origin").isEmpty(), origin);
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        long refused = network.counters().get("directory-requests-refused");
        for (String path : List.of("", "api", "api/", "v1", "v1/nym-nodes", "attestation.json",
                "api/api/v1/epoch/current", "../../etc/passwd", "%00", "v1/epoch/current/x")) {
            assertEquals(404, send("GET", path, "").statusCode(), path);
        }
        assertEquals(404, send("POST", "v1/nym-nodes/rewarded-set", "").statusCode());
        assertEquals(405, send("DELETE", "v1/nym-nodes/rewarded-set", "").statusCode());
        for (String body : List.of("", "{", "[]", "{\"addresses\":7}", "[".repeat(30_000),
                "{\"addresses\":[" + "1,".repeat(100) + "1]}")) {
            assertEquals(400, send("POST", "v1/unstable/nym-nodes/by-addresses", body).statusCode());
        }
        assertEquals(413, send("POST", "v1/nym-nodes/refresh-described",
                "x".repeat(Directory.MAX_BODY_BYTES + 1)).statusCode());
        assertEquals(refused + 19, network.counters().get("directory-requests-refused"));
        assertEquals(0, network.counters().get("internal-errors"));
        get("v1/epoch/key-rotation-info");
    }

    @ParameterizedTest
    @ValueSource(strings = {"junk\r\n\r\n", "GET\r\n\r\n", "GET mailto:x HTTP/1.1\r\n\r\n",
            "GET http://[ HTTP/1.1\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\u0000\u0001\u0002\u0003"})
    void survivesJunk(String junk) throws Exception {
        URI directory = network.directory();
        try (Socket socket = new Socket(directory.getHost(), directory.getPort())) {
            socket.getOutputStream().write(junk.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            socket.setSoTimeout(10_000);
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // reset: as good
        }
        get("v1/epoch/key-rotation-info");
        assertEquals(0, network.counters().get("internal-errors"));
    }
}
