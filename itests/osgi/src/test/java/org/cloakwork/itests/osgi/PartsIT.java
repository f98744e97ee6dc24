package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.Subscription;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** A client whose parts are missing, come late, leave, are updated and replaced. The network is outside and stays. */
public class PartsIT extends BaseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String DIRECTORY = "cloakwork.itests.directory";
    private static final String FILE = "cloakwork.itests.file";
    private static final String WIRE = "org.cloakwork.wire";
    private static final String ASKING = "org.cloakwork.directory";

    /** Bundles by the kind of the part they have. */
    private static final Map<String, String> BUNDLES = new LinkedHashMap<>();

    static {
        BUNDLES.put("topology", "org.cloakwork.topology.nymapi");
        BUNDLES.put("transport", "org.cloakwork.transport.websocket");
        BUNDLES.put("sphinx", "org.cloakwork.sphinx.fast");
        BUNDLES.put("routes", "org.cloakwork.routes.uniform");
        BUNDLES.put("retransmission", "org.cloakwork.retransmission.timeout");
        BUNDLES.put("cover", "org.cloakwork.cover.none");
    }

    @Inject
    private ConfigurationAdmin configurations;

    private final Random random = new Random(seed());

    private static long seed() {
        long seed = Long.getLong("cloakwork.seed", System.nanoTime());
        System.out.println("PartsIT: -Dcloakwork.seed=" + seed);
        return seed;
    }

    @Override
    @org.ops4j.pax.exam.Configuration
    public Option[] framework() {
        return OptionUtils.combine(super.framework(), systemProperty(DIRECTORY).value(OutsideNetwork.directory()),
                systemProperty(FILE).value(OutsideNetwork.file().toString()));
    }

    @Before
    public void describeTheNetwork() throws Exception {
        configurations.getConfiguration("org.cloakwork.topology.nymapi", "?")
                .update(new Hashtable<>(Map.of("urls", System.getProperty(DIRECTORY))));
        configurations.getConfiguration("org.cloakwork.topology.file", "?")
                .update(new Hashtable<>(Map.of("path", System.getProperty(FILE))));
    }

    @Test
    public void partsMayBeMissingAtTheStartAndComeLate() throws Exception {
        for (String name : BUNDLES.values()) {
            bundle(name).stop();
        }
        MixnetClient client = client();
        List<String> missing = new ArrayList<>(BUNDLES.keySet());
        Collections.shuffle(missing, random);
        while (!missing.isEmpty()) {
            ClientStates.await(client, state -> names(state, missing));
            assertFalse(client.state() instanceof ClientState.Ready);
            bundle(BUNDLES.get(missing.removeFirst())).start();
        }
        client.awaitReady(PATIENCE);
        delivers(client);
    }

    /** One of those that are missing, and none that is there. */
    private static boolean names(ClientState state, Collection<String> missing) {
        return BUNDLES.keySet().stream().filter(kind -> state.toString().contains("no " + kind + " part"))
                .collect(Collectors.collectingAndThen(Collectors.toSet(), named -> named.size() == 1
                        && missing.containsAll(named)));
    }

    @Test
    public void partsMayLeaveAndComeBack() throws Exception {
        MixnetClient client = client();
        client.awaitReady(PATIENCE);
        for (String kind : shuffled()) {
            Bundle bundle = bundle(BUNDLES.get(kind));
            bundle.stop();
            ClientStates.await(client, state -> state instanceof ClientState.Degraded && names(state, Set.of(kind)));
            Delivery held = client.send(client.address(), new byte[100]);
            delivered(client, held, () -> {
                assertFalse(kind, held.outcome().isDone());
                bundle.start();
            });
            client.awaitReady(PATIENCE);
        }
    }

    @Test
    public void partsMayBeUpdated() throws Exception {
        MixnetClient client = client();
        client.awaitReady(PATIENCE);
        for (String kind : shuffled()) {
            Bundle bundle = bundle(BUNDLES.get(kind));
            ClassLoader before = bundle.adapt(BundleWiring.class).getClassLoader();
            Delivery onItsWay = client.send(client.address(), new byte[20_000]);
            delivered(client, onItsWay, bundle::update);
            refresh(List.of(bundle));
            assertNotEquals(kind, before, bundle.adapt(BundleWiring.class).getClassLoader());
            delivers(client);
        }
    }

    /** By others, whereupon the first may leave for good. */
    @Test
    public void partsMayBeReplaced() throws Exception {
        MixnetClient client = client();
        client.awaitReady(PATIENCE);
        Map<String, String> others = Map.of("topology", "file", "sphinx", "bouncycastle", "routes", "sticky",
                "retransmission", "adaptive", "cover", "constant");
        Map<String, Object> parts = new HashMap<>(parts());
        for (String kind : shuffled()) {
            if (others.containsKey(kind)) {
                parts.put(kind, others.get(kind));
                configuration().update(new Hashtable<>(parts));
                bundle(BUNDLES.get(kind)).uninstall();
                delivers(client);
            }
        }
        assertEquals(new ClientState.Ready(), client.state());
    }

    /**
     * A diamond: the client and what asks directories share the API and the wire formats. When the formats are updated
     * both stay with those they have, and both have the new ones after a refresh.
     */
    @Test
    public void bothHalvesOfADiamondStayTogether() throws Exception {
        MixnetClient client = client();
        client.awaitReady(PATIENCE);
        BundleRevision before = provider("org.cloakwork.client");
        assertEquals(before, provider(ASKING));

        bundle(WIRE).update();
        assertEquals(before, provider("org.cloakwork.client"));
        assertEquals(before, provider(ASKING));
        delivers(client);

        refresh(List.of(bundle(WIRE)));
        BundleRevision after = provider("org.cloakwork.client");
        assertNotEquals(before, after);
        assertEquals(after, provider(ASKING));
        assertEquals(after, bundle(WIRE).adapt(BundleRevision.class));
        MixnetClient another = service();
        another.awaitReady(PATIENCE);
        delivers(another);
    }

    /** Only one half: the other does not notice. */
    @Test
    public void oneHalfOfADiamondMayBeUpdatedAlone() throws Exception {
        MixnetClient client = client();
        client.awaitReady(PATIENCE);
        Bundle directory = bundle(ASKING);
        directory.update();
        refresh(List.of(directory));
        assertEquals(provider("org.cloakwork.client"), provider(ASKING));
        delivers(client);
        assertEquals(client, service());
    }

    private Map<String, Object> parts() {
        return Map.of("name", "alice", "topology", "nym-api", "transport", "websocket", "sphinx", "fast",
                "routes", "uniform", "retransmission", "timeout", "cover", "none");
    }

    private Configuration configuration() throws Exception {
        return configurations.getFactoryConfiguration("org.cloakwork.client", "alice", "?");
    }

    private MixnetClient client() throws Exception {
        configuration().update(new Hashtable<>(parts()));
        return service();
    }

    private MixnetClient service() throws Exception {
        ServiceTracker<MixnetClient, MixnetClient> tracker = new ServiceTracker<>(context, MixnetClient.class, null);
        tracker.open();
        MixnetClient client = tracker.waitForService(PATIENCE.toMillis());
        assertNotNull("the client did not come", client);
        return client;
    }

    private List<String> shuffled() {
        List<String> kinds = new ArrayList<>(BUNDLES.keySet());
        Collections.shuffle(kinds, random);
        return kinds;
    }

    private Bundle bundle(String name) {
        return Arrays.stream(context.getBundles()).filter(bundle -> bundle.getSymbolicName().equals(name)).findFirst()
                .orElseThrow();
    }

    /** {@return what a bundle has the wire formats from} */
    private BundleRevision provider(String name) {
        List<BundleRevision> providers = bundle(name).adapt(BundleWiring.class).getRequiredWires(null).stream()
                .filter(wire -> wire.getCapability().getAttributes().containsValue(WIRE)).map(BundleWire::getProvider)
                .distinct().toList();
        assertEquals(name, 1, providers.size());
        return providers.getFirst();
    }

    private interface Act {

        void run() throws Exception;
    }

    private static void delivers(MixnetClient client) throws Exception {
        delivered(client, client.send(client.address(), new byte[3000]), () -> { });
    }

    /** Acknowledged, and arrived. */
    private static void delivered(MixnetClient client, Delivery delivery, Act meanwhile) throws Exception {
        BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
        try (Subscription subscription = client.subscribe(message -> lengths.add(message.payload().length))) {
            meanwhile.run();
            Outcome outcome = delivery.outcome().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(outcome.toString(), outcome instanceof Outcome.Acknowledged);
            assertNotNull("acknowledged, and did not arrive", lengths.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertTrue("arrived twice", lengths.isEmpty());
        }
    }
}
