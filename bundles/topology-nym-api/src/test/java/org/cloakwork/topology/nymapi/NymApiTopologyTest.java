package org.cloakwork.topology.nymapi;

import static org.cloakwork.topology.nymapi.StandIn.GATEWAYS;
import static org.cloakwork.topology.nymapi.StandIn.KEY_ROTATION;
import static org.cloakwork.topology.nymapi.StandIn.MIXNODES;
import static org.cloakwork.topology.nymapi.StandIn.REWARDED_SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.topology.KeyRotationInfo;
import org.cloakwork.wire.topology.NodeList;
import org.cloakwork.wire.topology.NodesPage;
import org.cloakwork.wire.topology.NodesPage.Metadata;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.SkimmedNode;
import org.cloakwork.wire.topology.SkimmedNode.DeclaredRoles;
import org.cloakwork.wire.topology.SkimmedNode.EntryPorts;
import org.cloakwork.wire.topology.SkimmedNode.EpochRole;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NymApiTopologyTest {

    private static final Instant MADE = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final Metadata METADATA = new Metadata(Optional.empty(), 240, 10, MADE);
    private static final Topology.RewardedSet REWARDED = new Topology.RewardedSet(240, Set.of(4L), Set.of(4L),
            Set.of(1L), Set.of(2L), Set.of(3L), Set.of());

    private final List<AutoCloseable> open = new ArrayList<>();
    private StandIn directory;

    @BeforeEach
    void start() throws IOException {
        directory = answering(new StandIn(), "");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private StandIn answering(StandIn standIn, String prefix) {
        open.add(standIn);
        return standIn.on(prefix + REWARDED_SET, NymApiJson.write(REWARDED))
                .on(prefix + MIXNODES, page(METADATA, 3, 0, mix(1, "1"), mix(2, "0.5"), mix(3, "1")))
                .on(prefix + GATEWAYS, page(METADATA, 1, 0, gateway(4, "0.99")));
    }

    private static byte[] page(Metadata metadata, long total, long number, SkimmedNode... nodes) {
        return NymApiJson.write(new NodesPage(metadata, total, number, List.of(nodes)));
    }

    private static SkimmedNode mix(long id, String performance) {
        return node(id, new DeclaredRoles(true, false, false, false), Optional.empty(), performance);
    }

    private static SkimmedNode gateway(long id, String performance) {
        return node(id, new DeclaredRoles(false, true, true, true),
                Optional.of(new EntryPorts(Optional.empty(), 9000, OptionalInt.empty())), performance);
    }

    private static SkimmedNode node(long id, DeclaredRoles roles, Optional<EntryPorts> entry, String performance) {
        byte[] basePoint = new byte[32];
        Arrays.fill(basePoint, (byte) 0x66);
        basePoint[0] = 0x58;
        return new SkimmedNode(id, new IdentityKey(basePoint), List.of(InetAddress.getLoopbackAddress()),
                (int) (10000 + id), new EncryptionKey(new byte[32]), EpochRole.Other.INACTIVE, roles, entry,
                new BigDecimal(performance));
    }

    private NymApiTopology provider(String urls, String... more) {
        Map<String, Object> configuration = new HashMap<>(
                Map.of("urls", urls, "timeout-millis", "20000", "shuffle", "false"));
        for (int i = 0; i < more.length; i += 2) {
            configuration.put(more[i], more[i + 1]);
        }
        NymApiTopology provider = new NymApiTopology(configuration);
        open.add(provider);
        return provider;
    }

    private static Topology fetch(TopologyProvider provider) throws Exception {
        return provider.fetch().get(30, TimeUnit.SECONDS);
    }

    private static String refusal(TopologyProvider provider) {
        return assertInstanceOf(TopologyException.class,
                assertThrows(ExecutionException.class, () -> fetch(provider)).getCause()).getMessage();
    }

    private void assertRefused(String path, String fault) {
        String message = refusal(provider(directory.url()));
        assertTrue(message.startsWith(directory.url() + path), message);
        assertTrue(message.contains(fault), message);
    }

    @Test
    void asksThreeThingsAndPutsThemTogetherAndTheFirstTimeHowLongAnEpochIs() throws Exception {
        NymApiTopology provider = provider(directory.url());
        assertEquals(Topology.EPOCH, fetch(provider).epochLength(), "not told");
        directory.on(KEY_ROTATION, NymApiJson.write(
                new KeyRotationInfo(4, 200, 240, MADE, Duration.ofMinutes(15))));
        assertEquals(Duration.ofMinutes(15), fetch(provider).epochLength());
        directory.requests.clear();
        Topology topology = fetch(provider);
        assertEquals(Duration.ofMinutes(15), topology.epochLength());
        assertEquals(240, topology.epochId());
        assertEquals(10, topology.keyRotationId());
        assertEquals(MADE, topology.refreshedAt());
        assertEquals(REWARDED, topology.rewardedSet());
        assertEquals(Set.of(1L, 2L, 3L, 4L), topology.nodes().keySet());
        assertEquals(gateway(4, "0.99").toNode().orElseThrow(), topology.nodes().get(4L));
        assertEquals(Set.of(REWARDED_SET, MIXNODES + "?page=0", GATEWAYS + "?page=0"), Set.copyOf(directory.requests));
        assertEquals(3, directory.requests.size());
    }

    @Test
    void theThreeCallsRunAtOnce() throws Exception {
        CountDownLatch all = new CountDownLatch(3);
        for (Map.Entry<String, byte[]> answer : Map.of(REWARDED_SET, NymApiJson.write(REWARDED),
                MIXNODES, page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"), mix(3, "1")),
                GATEWAYS, page(METADATA, 1, 0, gateway(4, "1"))).entrySet()) {
            directory.on(answer.getKey(), exchange -> {
                all.countDown();
                try {
                    assertTrue(all.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                StandIn.body("application/json", answer.getValue()).give(exchange);
            });
        }
        assertTrue(fetch(provider(directory.url())).isRoutable());
    }

    @Test
    void goesOnToTheNextPageUntilItHoldsAllNodes() throws Exception {
        directory.on(MIXNODES, exchange -> {
            int number = Integer.parseInt(exchange.getRequestURI().getQuery().substring("page=".length()));
            StandIn.body("application/json", page(METADATA, 3, number, mix(number + 1L, "1"))).give(exchange);
        });
        assertEquals(4, fetch(provider(directory.url())).nodes().size());
        assertTrue(directory.requests.contains(MIXNODES + "?page=2"));
        assertFalse(directory.requests.contains(MIXNODES + "?page=3"));
    }

    @Test
    void whatIsLeftOutIsNamedWithItsReason() throws Exception {
        directory.on(MIXNODES, page(METADATA, 4, 0, mix(1, "1"), mix(2, "0.5"), mix(3, "1"), mix(5, "0.4999")));
        SkimmedNode homeless = new SkimmedNode(7, gateway(7, "1").identity(), List.of(), 10007,
                new EncryptionKey(new byte[32]), EpochRole.Other.INACTIVE, gateway(7, "1").roles(),
                gateway(7, "1").entry(), BigDecimal.ONE);
        directory.on(GATEWAYS, page(METADATA, 3, 0, gateway(4, "0.7"), gateway(6, "0.129"), homeless));
        Topology topology = fetch(provider(directory.url()));
        assertEquals(Set.of(1L, 2L, 3L, 4L), topology.nodes().keySet());
        assertEquals(List.of(
                new Topology.Rejected(mix(5, "1").identity(), Node.Role.MIXNODE, "performance 49 % is below 50 %"),
                new Topology.Rejected(gateway(6, "1").identity(), Node.Role.ENTRY, "performance 12 % is below 50 %"),
                new Topology.Rejected(homeless.identity(), Node.Role.ENTRY, "no address")), topology.rejected());
    }

    @Test
    void nodesBelowTheMinimumPerformanceAndWithoutAddressAreLeftOut() throws Exception {
        directory.on(MIXNODES, page(METADATA, 4, 0, mix(1, "1"), mix(2, "0.5"), mix(3, "1"), mix(5, "0.4999")));
        directory.on(GATEWAYS, page(METADATA, 2, 0, gateway(4, "0.7"), gateway(6, "0.69")));
        assertEquals(Set.of(1L, 2L, 3L, 4L), fetch(provider(directory.url(), "minimum-gateway-performance", "70"))
                .nodes().keySet());
        assertEquals(Set.of(1L, 2L, 3L, 4L, 5L, 6L),
                fetch(provider(directory.url(), "minimum-mixnode-performance", "49")).nodes().keySet());
        String message = refusal(provider(directory.url(), "minimum-mixnode-performance", "51"));
        assertEquals(directory.url() + ": no route can be built: layers 1, 2, 3 have 1, 0, 1 usable nodes, "
                + "and the rewarded set 2 gateways", message);
    }

    @Test
    void aMalformedNodeIsLeftOutWithItsReasonAndTheOthersStay() throws Exception {
        String page = new String(page(METADATA, 4, 0, gateway(4, "0.7"), gateway(5, "0.8"), gateway(6, "0.9"),
                gateway(7, "1")), StandardCharsets.UTF_8);
        directory.on(GATEWAYS, StandIn.text(page.replace("\"performance\":\"0.8\"", "\"performance\":0.8")
                .replaceFirst("\"node_id\":6,\"ed25519_identity_pubkey\":\"", "$0!")
                .replaceFirst("\"hostname\":null", "\"hostname\":\"my gateway\"")));
        Topology topology = fetch(provider(directory.url()));
        assertEquals(Set.of(1L, 2L, 3L, 4L, 7L), topology.nodes().keySet());
        assertEquals(Optional.empty(), topology.nodes().get(4L).entry().orElseThrow().hostname());
        Topology.Rejected rejected = topology.rejected().getFirst();
        assertEquals(gateway(5, "1").identity(), rejected.identity());
        assertTrue(rejected.reason().startsWith("nodes.data.1.performance: must be a string"), rejected.reason());
        assertEquals(2, topology.faults().size());
        assertTrue(topology.faults().get(0).startsWith("nodes.data.2.ed25519_identity_pubkey: "),
                topology.faults()::toString);
        assertEquals("nodes.data.0.entry.hostname: \"my gateway\" is not a host name", topology.faults().get(1));
    }

    @Test
    void errorStatusesAreRefused() {
        for (int status : new int[] {404, 500, 304}) {
            directory.on(REWARDED_SET, StandIn.status(status));
            assertRefused(REWARDED_SET, "status " + status);
        }
    }

    @Test
    void malformedAnswersAreRefused() {
        directory.on(MIXNODES, StandIn.text("<html>"));
        assertRefused(MIXNODES + "?page=0", "not JSON");
        directory.on(MIXNODES, StandIn.text(new String(page(METADATA, 1, 0, mix(1, "1")), StandardCharsets.UTF_8)
                .replace("\"total\":1", "\"total\":\"1\"")));
        assertRefused(MIXNODES + "?page=0", "nodes.pagination.total: must be");
        directory.on(MIXNODES, StandIn.body("application/json", new byte[0]));
        assertRefused(MIXNODES + "?page=0", "empty body");
        directory.on(MIXNODES, StandIn.body("application/bincode",
                page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"), mix(3, "1"))));
        assertRefused(MIXNODES + "?page=0", "bincode");
    }

    @Test
    void anyOtherContentTypeCountsAsJson() throws Exception {
        directory.on(MIXNODES, StandIn.body("text/plain", page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"), mix(3, "1"))));
        assertTrue(fetch(provider(directory.url())).isRoutable());
    }

    @Test
    void partialAnswersAreRefused() {
        byte[] whole = page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"), mix(3, "1"));
        directory.on(MIXNODES, exchange -> {
            exchange.sendResponseHeaders(200, whole.length);
            exchange.getResponseBody().write(whole, 0, whole.length / 2);
            exchange.getResponseBody().flush();
            throw new IOException("cut");
        });
        assertRefused(MIXNODES + "?page=0", "");

        directory.on(MIXNODES, exchange -> {
            boolean first = exchange.getRequestURI().getQuery().equals("page=0");
            StandIn.body("application/json", first ? page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"))
                    : page(METADATA, 3, 1)).give(exchange);
        });
        assertRefused(MIXNODES + "?page=1", "ends after 2 of 3 nodes");

        directory.on(MIXNODES, page(METADATA, 3, 0, mix(1, "1"), mix(2, "1")));
        assertRefused(MIXNODES + "?page=1", "is page 0");
        directory.on(MIXNODES, page(METADATA, NodeList.MAX_NODES + 1, 0, mix(1, "1")));
        assertRefused(MIXNODES + "?page=0", "more than 50000 nodes");
    }

    @Test
    void endlessAnswersAreRefused() {
        directory.on(GATEWAYS, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] spaces = new byte[1024 * 1024];
            Arrays.fill(spaces, (byte) ' ');
            try (OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i <= 64; i++) {
                    out.write(spaces);
                }
            }
        });
        assertRefused(GATEWAYS + "?page=0", "more than 8388608 bytes");
    }

    /** As bytes they are few, as values they would take hundreds of megabytes. */
    @Test
    void answersOfVeryManyOrVeryDeepValuesAreRefused() throws Exception {
        byte[] many = ("{\"nodes\":[" + "{},".repeat(2_000_000) + "{}]}").getBytes(StandardCharsets.UTF_8);
        byte[] deep = ("{\"nodes\":" + "[".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
        for (String path : new String[] {REWARDED_SET, MIXNODES, GATEWAYS}) {
            directory.on(path, StandIn.body("application/json", many));
        }
        assertTrue(refusal(provider(directory.url())).contains("not JSON"));
        for (String path : new String[] {REWARDED_SET, MIXNODES, GATEWAYS}) {
            directory.on(path, StandIn.body("application/json", deep));
        }
        assertTrue(refusal(provider(directory.url())).contains("not JSON"));
    }

    @Test
    void compressedAnswersAreRead() throws Exception {
        byte[] json = page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"), mix(3, "1"));
        directory.on(MIXNODES, exchange -> compressed(exchange, "gzip", json));
        assertTrue(fetch(provider(directory.url())).isRoutable());
        directory.on(MIXNODES, exchange -> compressed(exchange, "deflate", json));
        assertTrue(fetch(provider(directory.url())).isRoutable());
        directory.on(MIXNODES, exchange -> compressed(exchange, "br", json));
        assertRefused(MIXNODES + "?page=0", "answers in a compression that was not offered");
        byte[] spaces = new byte[NodeList.MAX_RESPONSE_BYTES + 1];
        directory.on(MIXNODES, exchange -> compressed(exchange, "gzip", spaces));
        assertRefused(MIXNODES + "?page=0", "more than 8388608 bytes");
    }

    private static void compressed(HttpExchange exchange, String coding, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Encoding", coding);
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = switch (coding) {
            case "gzip" -> new GZIPOutputStream(exchange.getResponseBody());
            case "deflate" -> new DeflaterOutputStream(exchange.getResponseBody());
            default -> exchange.getResponseBody();
        }) {
            out.write(body);
        }
    }

    @Test
    void redirectsAreFollowedWithinLimits() throws Exception {
        StandIn other = answering(new StandIn(), "/api");
        directory.on(MIXNODES, redirect(other.url() + "/api" + MIXNODES + "?page=0"));
        assertTrue(fetch(provider(directory.url())).isRoutable());
        directory.on(MIXNODES, redirect(MIXNODES + "?page=0"));
        directory.requests.clear();
        assertRefused(MIXNODES + "?page=0", "more than 10 redirects");
        assertEquals(11, directory.requests.stream().filter((MIXNODES + "?page=0")::equals).count());
        directory.on(MIXNODES, redirect("file:///etc/passwd"));
        assertRefused(MIXNODES + "?page=0", "a redirect that is not followed");

        directory.on(MIXNODES, redirect("http://127.0.0.1:65536/"));
        assertRefused(MIXNODES + "?page=0", "a redirect that is not followed");
    }

    private static StandIn.Answer redirect(String to) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    @Test
    void theDefaultProxyIsUsed() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (ServerSocket socks = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            ProxySelector.setDefault(new ProxySelector() {
                @Override
                public List<Proxy> select(URI uri) {
                    return List.of(new Proxy(Proxy.Type.SOCKS, socks.getLocalSocketAddress()));
                }

                @Override
                public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                    // the question fails, too
                }
            });
            CompletableFuture<Topology> question = provider("http://example.invalid").fetch();
            try (Socket asked = socks.accept()) {
                assertEquals(5, asked.getInputStream().read());
            }
            question.cancel(true);
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void endlessPagesAreRefused() {
        directory.on(GATEWAYS, exchange -> StandIn.body("application/json", page(METADATA, 50_000,
                Integer.parseInt(exchange.getRequestURI().getQuery().substring("page=".length())), gateway(4, "1")))
                .give(exchange));
        assertRefused(GATEWAYS, "more than 1000 pages");
    }

    @Test
    void listsThatDisagreeAreRefused() {
        directory.on(GATEWAYS, page(new Metadata(Optional.empty(), 240, 11, MADE), 1, 0, gateway(4, "1")));
        assertRefused("", "the lists of mix nodes and gateways disagree in rotation_id: 10 and 11");
        directory.on(GATEWAYS, page(new Metadata(Optional.empty(), 241, 10, MADE), 1, 0, gateway(4, "1")));
        assertRefused("", "disagree in absolute_epoch_id: 240 and 241");
        directory.on(GATEWAYS, page(new Metadata(Optional.of("no-updates"), 240, 10, MADE), 1, 0, gateway(4, "1")));
        assertRefused("", "disagree in status");
        directory.on(GATEWAYS, exchange -> {
            boolean first = exchange.getRequestURI().getQuery().equals("page=0");
            StandIn.body("application/json", page(first ? METADATA : new Metadata(Optional.empty(), 240, 11, MADE), 2,
                    first ? 0 : 1, gateway(first ? 4 : 5, "1"))).give(exchange);
        });
        assertRefused(GATEWAYS + "?page=1", "this page and the first disagree in rotation_id: 11 and 10");
    }

    @Test
    void listsMayBeMadeAtDifferentTimes() throws Exception {
        directory.on(GATEWAYS, page(new Metadata(Optional.empty(), 240, 10, MADE.plusSeconds(9)), 1, 0,
                gateway(4, "1")));
        assertTrue(fetch(provider(directory.url())).isRoutable());
    }

    @Test
    void whateverIsWrongTheNextUrlIsAskedAndThenPreferred() throws Exception {
        StandIn behindPrefix = answering(new StandIn(), "/api");
        directory.on(MIXNODES, StandIn.status(503));
        // A free port that nobody listens on, a directory that fails, and one on another port behind a path prefix.
        String refused;
        try (StandIn gone = new StandIn()) {
            refused = gone.url();
        }
        NymApiTopology provider = provider(refused + ", " + directory.url() + "," + behindPrefix.url() + "/api/");
        assertTrue(fetch(provider).isRoutable());
        assertTrue(behindPrefix.requests.contains("/api" + REWARDED_SET));
        assertTrue(directory.requests.contains(MIXNODES + "?page=0"));
        directory.requests.clear();
        assertTrue(fetch(provider).isRoutable());
        assertEquals(List.of(), directory.requests);

        behindPrefix.on("/api" + REWARDED_SET, StandIn.text("[]"));
        String message = refusal(provider);
        assertTrue(message.contains(refused + "/"), message);
        assertTrue(message.contains(directory.url() + MIXNODES + "?page=0: answers with status 503"), message);
        assertTrue(message.contains(behindPrefix.url() + "/api" + REWARDED_SET + ": not a JSON object"), message);

        directory.on(MIXNODES, page(METADATA, 3, 0, mix(1, "1"), mix(2, "1"), mix(3, "1")));
        assertTrue(fetch(provider).isRoutable());
    }

    @Test
    void aDirectoryThatIsSilentOrStallsIsGivenUp() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        open.add(end::countDown);
        directory.on(REWARDED_SET, exchange -> waitFor(end));
        NymApiTopology silent = provider(directory.url(), "timeout-millis", "1500");
        assertEquals(directory.url() + REWARDED_SET + ": no answer within 1500 ms", refusal(silent));

        answering(directory, "").on(GATEWAYS, exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            waitFor(end);
        });
        assertEquals(directory.url() + GATEWAYS + ": no answer within 1500 ms", refusal(silent));

        StandIn other = answering(new StandIn(), "");
        assertTrue(fetch(provider(directory.url() + "," + other.url(), "timeout-millis", "1500")).isRoutable());
    }

    private static void waitFor(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void closingEndsAnOpenQuestionAndLaterOnes() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        open.add(end::countDown);
        directory.on(REWARDED_SET, exchange -> {
            asked.countDown();
            waitFor(end);
        });
        NymApiTopology provider = provider(directory.url());
        CompletableFuture<Topology> question = provider.fetch();
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        assertFalse(question.isDone());
        provider.close();
        assertInstanceOf(TopologyException.class, assertThrows(ExecutionException.class,
                () -> question.get(10, TimeUnit.SECONDS)).getCause());
        assertTrue(refusal(provider).contains("closed"));
        provider.close();
    }

    @Test
    void theServiceLoaderFindsThePart() throws Exception {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).findFirst().orElseThrow();
        assertEquals("nym-api", factory.name());
        assertEquals(TopologyProvider.class, factory.type());
        NymApiTopology provider = (NymApiTopology) factory.create(Map.of("urls", directory.url()));
        open.add(provider);
        assertTrue(fetch(provider).isRoutable());
    }

    @Test
    void componentPropertiesAreReadTheSameWay() throws Exception {
        NymApiTopology provider = new NymApiTopology(Map.of("component.name", "x", "urls",
                new String[] {directory.url()}, "timeout-millis", 20_000));
        open.add(provider);
        assertTrue(fetch(provider).isRoutable());
    }

    @Test
    void configurationIsChecked() {
        Map<String, String> wrong = Map.of("urls", "ftp://example.org", "minimum-mixnode-performance", "101",
                "minimum-gateway-performance", "-1", "timeout-millis", "0", "url", "http://example.org");
        wrong.forEach((key, value) -> {
            Map<String, String> configuration = new HashMap<>(Map.of("urls", "http://example.org"));
            configuration.put(key, value);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> new NymApiTopology.Factory().create(configuration));
            assertTrue(e.getMessage().startsWith("topology nym-api: " + key + ": "), e.getMessage());
        });
        for (String urls : List.of(",", "example.org", "http://", "http://u:p@example.org", "http://example.org/?a=b",
                "http://example.org/#x", "http://a b", "http://example.org,".repeat(17))) {
            assertThrows(IllegalArgumentException.class, () ->
                    new NymApiTopology.Factory().create(Map.of("urls", urls)));
        }
    }
}
