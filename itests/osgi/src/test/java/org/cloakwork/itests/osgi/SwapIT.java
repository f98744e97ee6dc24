package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** Two clients that are made of files, in a network of this framework, whose parts are exchanged. */
public class SwapIT extends BaseIT {

    private static final Duration START = Duration.ofSeconds(60);
    private static final int SWAPS = 8;

    @Inject
    private ConfigurationAdmin configurations;
    @Inject
    private CommandProcessor processor;

    private Path etc;
    private MixnetClient alice;
    private MixnetClient bob;
    private CommandSession session;

    @Before
    public void startNetworkAndClients() throws Exception {
        configurations.getConfiguration("org.cloakwork.localnet", "?")
                .update(new Hashtable<>(Map.of("gateways", 2)));
        LocalNetwork network = service(LocalNetwork.class, "");
        etc = Files.createTempDirectory("swap-it");
        Path file = Files.writeString(etc.resolve("network.json"), network.networkFile());
        write("org.cloakwork.topology.nymapi", "urls = " + network.directory());
        write("org.cloakwork.topology.file", "path = " + file);
        write("cloakwork", "topology = nym-api\ntransport = websocket\nsphinx = fast\nretransmission = timeout\n"
                + "cover = poisson\n");
        write("cloakwork.client-bob", "topology = file\nsphinx = bouncycastle\nretransmission = adaptive\n"
                + "cover = constant\n");
        configurations.getConfiguration("org.cloakwork.control", "?").update(new Hashtable<>(Map.of(
                "etc", etc.toString(), "clients", "alice", "others", "true")));
        alice = service(MixnetClient.class, "(cloakwork.client=alice)");
        bob = service(MixnetClient.class, "(cloakwork.client=bob)");
        alice.awaitReady(START);
        bob.awaitReady(START);
        session = processor.createSession(InputStream.nullInputStream(), System.out, System.err);
    }

    @After
    public void end() throws Exception {
        session.close();
        for (MixnetClient client : List.of(alice, bob)) {
            client.close();
        }
    }

    private void write(String file, String text) throws Exception {
        Path written = Files.writeString(etc.resolve(file + ".new"), text);
        Files.move(written, etc.resolve(file + ".cfg"), StandardCopyOption.REPLACE_EXISTING);
    }

    private <T> T service(Class<T> type, String filter) throws Exception {
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, context.createFilter(
                "(&(objectClass=" + type.getName() + ")" + filter + ")"), null);
        tracker.open();
        T service = tracker.waitForService(START.toMillis());
        assertTrue(type.getName() + filter, service != null);
        return service;
    }

    private String uses(String client, String kind) throws Exception {
        ServiceReference<MixnetClient> reference = List.copyOf(
                context.getServiceReferences(MixnetClient.class, "(cloakwork.client=" + client + ")")).getFirst();
        return String.valueOf(reference.getProperty("cloakwork.uses." + kind));
    }

    private void awaitAnswer(String command, Predicate<String> wanted) throws Exception {
        long end = System.nanoTime() + START.toNanos();
        String answer = String.valueOf(session.execute(command));
        while (!wanted.test(answer)) {
            assertTrue(command + ":\n" + answer, System.nanoTime() < end);
            Thread.sleep(20);
            answer = String.valueOf(session.execute(command));
        }
    }

    private static void delivers(MixnetClient from, MixnetClient to) throws Exception {
        assertTrue(from.send(to.address(), new byte[2000]).outcome().get(START.toSeconds(), TimeUnit.SECONDS)
                instanceof Outcome.Acknowledged);
    }

    @Test
    public void twoClientsHaveDifferentParts() throws Exception {
        Map<String, List<String>> expected = Map.of("topology", List.of("nym-api", "file"), "transport",
                List.of("websocket", "websocket"), "sphinx", List.of("fast", "bouncycastle"), "retransmission",
                List.of("timeout", "adaptive"), "cover", List.of("poisson", "constant"));
        for (Map.Entry<String, List<String>> parts : expected.entrySet()) {
            assertEquals(parts.getValue(), List.of(uses("alice", parts.getKey()), uses("bob", parts.getKey())));
        }
        delivers(alice, bob);
        delivers(bob, alice);
    }

    /** The part alone knows what is wrong here. */
    @Test
    public void partThatRefusesItsConfigurationGoesOnWithTheLastGoodOne() throws Exception {
        String good = Files.readString(etc.resolve("org.cloakwork.topology.nymapi.cfg"));
        write("org.cloakwork.topology.nymapi", "urls = gopher://127.0.0.1/");
        awaitAnswer("cloakwork:state", answer -> answer.contains("org.cloakwork.topology.nymapi.cfg:1: ")
                && answer.contains("urls") && answer.contains("gopher"));
        awaitAnswer("cloakwork:parts", answer -> answer.lines().anyMatch(line ->
                line.matches("topology +nym-api +in use +alice .*")));
        delivers(alice, bob);
        write("org.cloakwork.topology.nymapi", good);
        awaitAnswer("cloakwork:state", answer -> !answer.contains("wrong:"));
    }

    @Test
    public void missingPartIsNamedAndTrafficWaitsForIt() throws Exception {
        Bundle bundle = bundle("org.cloakwork.cover.constant");
        bundle.stop();
        awaitAnswer("cloakwork:state", answer -> answer.contains("bob: degraded: no cover part \"constant\""));
        Delivery held = bob.send(alice.address(), new byte[1]);
        delivers(alice, alice);
        assertTrue(!held.outcome().isDone());
        bundle.start();
        assertTrue(held.outcome().get(START.toSeconds(), TimeUnit.SECONDS) instanceof Outcome.Acknowledged);
        assertEquals(new ClientState.Ready(), bob.state());
    }

    @Test
    public void topologyIsExchangedUnderLoad() throws Exception {
        underLoad("topology", "nym-api", "file", "org.cloakwork.topology.nymapi", "org.cloakwork.topology.file");
    }

    /** Not by stopping the other bundle: the network of this framework lives by it. */
    @Test
    public void transportIsExchangedUnderLoad() throws Exception {
        underLoad("transport", "websocket", "websocket-jdk", "org.cloakwork.transport.websocketjdk");
    }

    @Test
    public void sphinxIsExchangedUnderLoad() throws Exception {
        underLoad("sphinx", "fast", "bouncycastle");
    }

    @Test
    public void retransmissionIsExchangedUnderLoad() throws Exception {
        underLoad("retransmission", "timeout", "adaptive", "org.cloakwork.retransmission.timeout",
                "org.cloakwork.retransmission.adaptive");
    }

    @Test
    public void routesAreExchangedUnderLoad() throws Exception {
        underLoad("routes", "uniform", "subset", "org.cloakwork.routes.uniform", "org.cloakwork.routes.subset");
    }

    @Test
    public void coverIsExchangedUnderLoad() throws Exception {
        underLoad("cover", "poisson", "constant", "org.cloakwork.cover.poisson", "org.cloakwork.cover.constant");
    }

    private Bundle bundle(String name) {
        return Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().equals(name)).findFirst()
                .orElseThrow();
    }

    /** @param bundles that may be stopped, started and updated */
    private void underLoad(String kind, String one, String other, String... bundles) throws Exception {
        long seed = Long.getLong("cloakwork.seed", System.nanoTime());
        System.out.println("SwapIT " + kind + ": seed " + seed);
        Random random = new Random(seed);
        Map<Long, AtomicInteger> received = new ConcurrentHashMap<>();
        for (MixnetClient client : List.of(alice, bob)) {
            client.subscribe(message -> received.computeIfAbsent(ByteBuffer.wrap(message.payload()).getLong(),
                    id -> new AtomicInteger()).incrementAndGet());
        }
        List<Delivery> sent = new ArrayList<>();
        AtomicBoolean enough = new AtomicBoolean();
        Thread load = Thread.ofPlatform().name("swap-it-load").start(() -> {
            while (!enough.get()) {
                MixnetClient from = sent.size() % 2 == 0 ? alice : bob;
                sent.add(from.send((from == alice ? bob : alice).address(),
                        ByteBuffer.allocate(Long.BYTES + sent.size() % 5 * 900).putLong(sent.size()).array()));
                try {
                    Thread.sleep(40);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        Map<String, String> chosen = new TreeMap<>(Map.of("alice", uses("alice", kind), "bob", uses("bob", kind)));
        for (int i = 0; i < SWAPS; i++) {
            Thread.sleep(random.nextInt(700));
            if (bundles.length > 0 && random.nextInt(3) == 0) {
                Bundle bundle = bundle(bundles[random.nextInt(bundles.length)]);
                if (random.nextBoolean()) {
                    bundle.stop();
                    bundle.start();
                } else {
                    try (InputStream jar = URI.create(bundle.getLocation()).toURL().openStream()) {
                        bundle.update(jar);
                    }
                }
            } else {
                String client = random.nextBoolean() ? "alice" : "bob";
                String name = chosen.get(client).equals(one) ? other : one;
                chosen.put(client, name);
                session.execute("cloakwork:swap --client " + client + " " + kind + " " + name);
                assertEquals(name, uses(client, kind));
            }
        }
        enough.set(true);
        load.join();
        for (Delivery delivery : sent) {
            Outcome outcome = delivery.outcome().get(2, TimeUnit.MINUTES);
            assertTrue(outcome.toString(), outcome instanceof Outcome.Acknowledged);
        }
        long end = System.nanoTime() + START.toNanos();
        while (received.size() < sent.size() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertEquals("delivered", sent.size(), received.size());
        assertEquals("delivered twice", 0, received.values().stream().filter(count -> count.get() > 1).count());
    }
}
