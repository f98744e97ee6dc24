package org.cloakwork.topology.nymapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.wire.topology.DescribedNodes;
import org.cloakwork.wire.topology.NodeList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A directory of the public network's size, and what can be wrong with one. */
@Timeout(120)
class RealSizeTest {

    /** Of the list of mix nodes and of that of gateways, those whose performance is high enough. */
    private static final int USABLE = (StandInNetwork.MIXES + StandInNetwork.ENTRIES + StandInNetwork.EXITS) * 9 / 10;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final StandInNetwork network = new StandInNetwork();
    private final CountDownLatch end = new CountDownLatch(1);
    private StandIn first;
    private StandIn second;

    @BeforeEach
    void start() throws IOException {
        first = network.directory();
        second = network.directory();
        open.addAll(List.of(first, second));
        open.add(end::countDown);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private NymApiTopology provider(String... more) {
        Map<String, Object> configuration = new HashMap<>(Map.of("urls", first.url() + "," + second.url(), "shuffle",
                "false", "timeout-millis", "2000"));
        for (int i = 0; i < more.length; i += 2) {
            configuration.put(more[i], more[i + 1]);
        }
        NymApiTopology provider = new NymApiTopology(configuration);
        open.add(provider);
        return provider;
    }

    private static Topology fetch(NymApiTopology provider) throws Exception {
        return provider.fetch().get(30, TimeUnit.SECONDS);
    }

    private static void say(String what, Object... values) {
        System.out.printf("[real size] " + what + "%n", values);
    }

    @Test
    void nodesComeAndGoAndKeysChangeWhileItIsAsked() throws Exception {
        NymApiTopology provider = provider();
        Topology before = fetch(provider);
        assertEquals(USABLE, before.nodes().size());
        assertEquals(480 - USABLE, before.rejected().size());
        assertEquals(List.of(), before.faults());
        List<Long> millis = new ArrayList<>();
        int changed = 0;
        int rotations = 0;
        for (int i = 0; i < 30; i++) {
            network.nextEpoch();
            long begin = System.nanoTime();
            Topology now = fetch(provider);
            millis.add((System.nanoTime() - begin) / 1_000_000);
            assertEquals(network.epoch(), now.epochId());
            assertEquals(network.rotation(), now.keyRotationId());
            assertEquals(USABLE, now.nodes().size());
            assertTrue(now.isRoutable());
            Set<IdentityKey> came = identities(now);
            came.removeAll(identities(before));
            changed += came.size();
            assertTrue(network.identities().containsAll(identities(now)), "a node that is gone is used");
            if (now.keyRotationId() != before.keyRotationId()) {
                rotations++;
                Topology old = before;
                assertTrue(now.nodes().values().stream().allMatch(node -> old.node(node.identity())
                        .filter(same -> same.sphinxKey().equals(node.sphinxKey())).isEmpty()), "an old key is used");
            }
            before = now;
        }
        assertTrue(changed > 200 && rotations == 1, changed + " came, " + rotations + " rotations");
        assertEquals(0, second.requests.size());
        millis.sort(null);
        say("30 epochs of %d nodes: %d came, %d rotation of keys; a refresh %d ms, at most %d ms; lists %d bytes",
                StandInNetwork.NODES, changed, rotations, millis.get(15), millis.getLast(),
                network.mixnodes().length + network.gateways().length);
    }

    private static Set<IdentityKey> identities(Topology topology) {
        return new HashSet<>(topology.nodes().values().stream().map(Node::identity).toList());
    }

    /** What a directory can do wrong, and what is said of it. */
    private Map<String, Consumer<StandIn>> faults() {
        Map<String, Consumer<StandIn>> faults = new LinkedHashMap<>();
        faults.put(": no answer within 2000 ms", bad -> bad.on(StandIn.MIXNODES, this::drip));
        faults.put("the connection ends within the answer", bad -> bad.on(StandIn.GATEWAYS, exchange -> {
            byte[] whole = network.gateways();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, whole.length);
            exchange.getResponseBody().write(whole, 0, whole.length / 2);
            exchange.getResponseBody().flush();
            // The rest is missing, and the connection ends.
            throw new IOException("ends here, as it should");
        }));
        faults.put("ends after 240 of 500 nodes", bad -> bad.on(StandIn.MIXNODES, exchange -> StandIn.text(
                text(network.mixnodes()).replace("\"total\":240", "\"total\":500").replace("\"page\":0",
                        "\"page\":" + exchange.getRequestURI().getQuery().substring("page=".length()))
                        .replaceFirst("\"data\":\\[.*", exchange.getRequestURI().getQuery().equals("page=0")
                                ? "$0" : "\"data\":[]}}")).give(exchange)));
        faults.put(": not JSON: ", bad -> bad.on(StandIn.REWARDED_SET, StandIn.text("<html>maintenance</html>")));
        faults.put("answers with status 503", bad -> bad.on(StandIn.MIXNODES, StandIn.status(503)));
        faults.put("answers with more than " + NodeList.MAX_RESPONSE_BYTES + " bytes", bad -> {
            byte[] blanks = new byte[NodeList.MAX_RESPONSE_BYTES + 1];
            Arrays.fill(blanks, (byte) ' ');
            // 10 KB of it travel.
            bad.on(StandIn.GATEWAYS, StandInNetwork.compressed(blanks));
        });
        faults.put("the lists of mix nodes and gateways disagree in rotation_id", bad -> bad.on(StandIn.GATEWAYS,
                StandIn.text(text(network.gateways()).replace("\"rotation_id\":" + network.rotation(),
                        "\"rotation_id\":" + (network.rotation() - 1)))));
        faults.put("is page 7", bad -> bad.on(StandIn.GATEWAYS,
                StandIn.text(text(network.gateways()).replace("\"page\":0", "\"page\":7"))));
        return faults;
    }

    private void drip(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try {
            do {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            } while (!end.await(100, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    @Test
    void whateverOneDirectoryDoesWrongTheOtherIsAskedAndTheFaultNamed() throws Exception {
        for (Map.Entry<String, Consumer<StandIn>> fault : faults().entrySet()) {
            network.mend(first);
            network.mend(second);
            fault.getValue().accept(first);
            NymApiTopology provider = provider();
            long begin = System.nanoTime();
            assertEquals(USABLE, fetch(provider).nodes().size(), fault.getKey());
            long millis = (System.nanoTime() - begin) / 1_000_000;
            int asked = first.requests.size();
            assertEquals(USABLE, fetch(provider).nodes().size());
            assertEquals(asked, first.requests.size(), "the one that answered is asked first");

            fault.getValue().accept(second);
            String message = assertInstanceOf(TopologyException.class, assertThrows(ExecutionException.class,
                    () -> fetch(provider)).getCause()).getMessage();
            for (StandIn directory : List.of(first, second)) {
                assertTrue(message.contains(directory.url()), message);
            }
            assertEquals(2, message.split(java.util.regex.Pattern.quote(fault.getKey()), -1).length - 1, message);
            say("%-60s other directory after %d ms", fault.getKey(), millis);
            provider.close();
            first.requests.clear();
        }
    }

    @Test
    void anAnswerOfYesterdayCountsOnlyIfThereIsNoOther() throws Exception {
        StandInNetwork yesterday = new StandInNetwork();
        yesterday.madeAt(Instant.now().minus(Duration.ofDays(1)));
        yesterday.mend(first);
        NymApiTopology provider = provider();
        assertTrue(network.identities().containsAll(identities(fetch(provider))));
        yesterday.mend(second);
        Topology old = fetch(provider);
        assertTrue(yesterday.identities().containsAll(identities(old)));
        assertTrue(old.refreshedAt().isBefore(Instant.now().minus(Duration.ofHours(23))),
                "who keeps it says that clock or directory is wrong");
    }

    @Test
    void nodesThatCannotBeReadCostThemselvesOnly() throws Exception {
        String whole = text(network.mixnodes());
        String spoiled = whole.replaceAll("\"mix_port\":1789(?=[^}]*\"x25519_sphinx_pubkey\":\"[1-5])",
                "\"mix_port\":99999");
        int bad = spoiled.split("99999", -1).length - 1;
        assertTrue(bad > 5 && bad < 200, bad + " spoiled");
        first.on(StandIn.MIXNODES, StandIn.text(spoiled));
        Topology topology = fetch(provider());
        assertTrue(topology.isRoutable());
        long named = topology.rejected().stream().filter(node -> node.reason().contains("mix_port")).count();
        assertEquals(bad, named);
        say("%d of %d mix nodes unreadable: %d nodes used, %d named as left out", bad, StandInNetwork.MIXES,
                topology.nodes().size(), topology.rejected().size());
    }

    @Test
    void exitsAreToldBesideTheTopologyAndKept() throws Exception {
        NymApiTopology provider = provider();
        Topology topology = fetch(provider);
        assertFalse(first.requests.stream().anyMatch(request -> request.startsWith(StandIn.DESCRIBED)),
                "not asked for");
        long begin = System.nanoTime();
        List<KnownExit> exits = provider.exits().get(30, TimeUnit.SECONDS);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertEquals(StandInNetwork.EXITS, exits.size());
        List<KnownExit> reachable = topology.reachable(exits);
        assertEquals(StandInNetwork.EXITS * 9 / 10, reachable.size());
        assertTrue(reachable.stream().allMatch(exit -> exit.performancePercent().orElse(0) == 97
                && exit.country().isPresent()));
        assertEquals(exits, provider.exits().get(1, TimeUnit.SECONDS));
        assertEquals(1, first.requests.stream().filter(request -> request.startsWith(StandIn.DESCRIBED)).count());
        say("%d exits, %d reachable, %d in DE: %d ms for %d bytes", exits.size(), reachable.size(),
                reachable.stream().filter(exit -> exit.country().orElse("").equals("DE")).count(), millis,
                network.described().length);
    }

    @Test
    void exitsThatCannotBeHadAreAskedOfTheOtherDirectoryAndNeverOfTheTopology() throws Exception {
        first.on(StandIn.DESCRIBED, StandIn.status(500));
        NymApiTopology provider = provider();
        assertEquals(StandInNetwork.EXITS, provider.exits().get(30, TimeUnit.SECONDS).size());
        fetch(provider);
        assertEquals(0, second.requests.stream().filter(request -> request.startsWith(StandIn.MIXNODES)).count(),
                "the topology is still asked of the first");
        second.on(StandIn.DESCRIBED, StandIn.text("{}"));
        String message = assertThrows(ExecutionException.class,
                () -> provider().exits().get(30, TimeUnit.SECONDS)).getCause().getMessage();
        assertTrue(message.contains(first.url() + StandIn.DESCRIBED + "?page=0: answers with status 500")
                && message.contains(second.url() + StandIn.DESCRIBED + "?page=0: "), message);
        network.mend(second);
        assertEquals(StandInNetwork.EXITS, provider().exits().get(30, TimeUnit.SECONDS).size());
    }

    @Test
    void anExitThatIsWrittenWronglyCostsItselfOnly() throws Exception {
        String whole = text(network.described());
        first.on(StandIn.DESCRIBED, StandIn.text(whole.replaceFirst("\"address\":\"[^\"]*\"", "\"address\":\"nowhere\"")
                .replaceFirst("\"location\":\"DE\"", "\"location\":\"Atlantis\"")));
        List<KnownExit> exits = provider().exits().get(30, TimeUnit.SECONDS);
        assertEquals(StandInNetwork.EXITS - 1, exits.size());
        DescribedNodes read = new DescribedNodes();
        read.add(whole.replaceFirst("\"ed25519\":\"[^\"]*\"(?=(?:(?!ed25519).)*\"address\")", "\"ed25519\":\""
                + network.identities().iterator().next() + '"').getBytes(StandardCharsets.UTF_8));
        assertEquals(StandInNetwork.EXITS - 1, read.exits().size(), "one that another node names");
        assertTrue(read.faults().getFirst().endsWith("is at another gateway than the node that names it"),
                read.faults().toString());
    }

    @Test
    void aFrontIsConnectedToInsteadOfTheDirectory() throws Exception {
        List<Map<String, List<String>>> heard = new ArrayList<>();
        first.on(StandIn.REWARDED_SET, exchange -> {
            heard.add(Map.copyOf(exchange.getRequestHeaders()));
            StandIn.body("application/json", network.rewardedSet()).give(exchange);
        });
        String hidden = "http://directory.invalid:" + first.url().replaceFirst(".*:", "") + "/";
        for (String fronting : List.of("always", "on-retry")) {
            NymApiTopology provider = new NymApiTopology(Map.of("urls", hidden, "fronts",
                    "directory.invalid=127.0.0.1", "fronting", fronting));
            open.add(provider);
            assertEquals(USABLE, fetch(provider).nodes().size());
        }
        assertEquals(2, heard.size());
        assertEquals(List.of("directory.invalid"), heard.getFirst().get("Host"));
        assertEquals(List.of("127.0.0.1"), heard.getFirst().get("Nym-original-outer-sni"));
        NymApiTopology off = new NymApiTopology(Map.of("urls", hidden, "fronts", "directory.invalid=127.0.0.1"));
        open.add(off);
        assertThrows(ExecutionException.class, () -> fetch(off));
        first.on(StandIn.REWARDED_SET, exchange -> {
            exchange.getResponseHeaders().set("Location", second.url() + StandIn.REWARDED_SET);
            exchange.sendResponseHeaders(302, -1);
        });
        NymApiTopology redirected = new NymApiTopology(Map.of("urls", hidden, "fronts", "directory.invalid=127.0.0.1",
                "fronting", "always"));
        open.add(redirected);
        assertTrue(assertThrows(ExecutionException.class, () -> fetch(redirected)).getCause().getMessage()
                .contains("answers with status 302"));
    }

    @Test
    void theOrderOfDirectoriesIsDrawn() throws Exception {
        for (int i = 0; i < 64 && (first.requests.isEmpty() || second.requests.isEmpty()); i++) {
            NymApiTopology provider = provider("shuffle", "true");
            fetch(provider);
            provider.close();
        }
        assertTrue(!first.requests.isEmpty() && !second.requests.isEmpty(), "64 times the same one");
    }
}
