package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.inject.Inject;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** Parts that others bring and that break their contracts: they are named, and the client goes on. */
public class BrokenPartsIT extends BaseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String DIRECTORY = "cloakwork.itests.directory";

    @Inject
    private ConfigurationAdmin configurations;

    @Override
    @org.ops4j.pax.exam.Configuration
    public Option[] framework() {
        return OptionUtils.combine(super.framework(), systemProperty(DIRECTORY).value(OutsideNetwork.directory()));
    }

    @Before
    public void describeTheNetwork() throws Exception {
        configurations.getConfiguration("org.cloakwork.topology.nymapi", "?")
                .update(new Hashtable<>(Map.of("urls", System.getProperty(DIRECTORY))));
    }

    private void configure(Map<String, String> other) throws Exception {
        Map<String, Object> parts = new HashMap<>(Map.of("name", "alice", "topology", "nym-api", "transport",
                "websocket", "sphinx", "fast", "retransmission", "timeout", "cover", "none"));
        parts.putAll(other);
        configurations.getFactoryConfiguration("org.cloakwork.client", "alice", "?").update(new Hashtable<>(parts));
    }

    private MixnetClient client() throws Exception {
        ServiceTracker<MixnetClient, MixnetClient> tracker = new ServiceTracker<>(context, MixnetClient.class, null);
        tracker.open();
        MixnetClient client = tracker.waitForService(PATIENCE.toMillis());
        assertNotNull("the client did not come", client);
        return client;
    }

    private Object property(String name) {
        ServiceReference<MixnetClient> client = context.getServiceReference(MixnetClient.class);
        return client.getProperty(name);
    }

    private void register(Class<?> type, Object part, String kind, String name) {
        context.registerService(type.getName(), part,
                new Hashtable<>(Map.of("cloakwork.part", kind, "cloakwork.name", name)));
    }

    private void cover(String name, Supplier<Optional<Duration>> gap) {
        register(CoverTrafficStrategy.class, new CoverTrafficStrategy() {
            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return gap.get();
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.empty();
            }
        }, "cover", name);
    }

    @Test
    public void coverPartThatBreaksItsContractIsNamedAndTheLastGoodOneGoesOn() throws Exception {
        cover("throws", () -> {
            throw new StackOverflowError("deep");
        });
        cover("hangs", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.empty();
        });
        cover("null", () -> null);
        cover("zero", () -> Optional.of(Duration.ZERO));
        cover("minus-one", () -> Optional.of(Duration.ofNanos(-1)));
        cover("year", () -> Optional.of(Duration.ofDays(365)));
        configure(Map.of());
        MixnetClient client = client();
        client.awaitReady(PATIENCE);
        for (Map.Entry<String, String> part : Map.of("throws", "threw java.lang.StackOverflowError: deep", "hangs",
                "did not return within 2 s", "null", "returned null", "zero", "returned PT0S; allowed is more than 0",
                "minus-one", "returned PT-0.000000001S; allowed is more", "year", "returned PT8760H; allowed is more")
                .entrySet()) {
            configure(Map.of("cover", part.getKey()));
            ClientStates.await(client, "degraded: cover part \"" + part.getKey() + "\" failed: untilNextSlot "
                    + part.getValue());
            assertTrue(client.state().text(), client.state().text().contains("going on with \"none\""));
            assertTrue(client.send(client.address(), new byte[3000]).outcome().get(PATIENCE.toSeconds(),
                    TimeUnit.SECONDS) instanceof Outcome.Acknowledged);
            assertEquals("none", property("cloakwork.uses.cover"));
            assertEquals(part.getKey(), ((List<?>) property("cloakwork.broken.cover")).getFirst());
        }
        configure(Map.of());
        ClientStates.await(client, "ready");
    }

    /** A door on the port that its setting names, unless it does something else. */
    private static final class Door implements FrontEnd {

        private volatile Supplier<Serving> instead = () -> null;

        @Override
        public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
            if (!settings.keySet().equals(Set.of("port"))) {
                throw new IllegalArgumentException("unknown key in " + settings.keySet() + "; allowed is port");
            }
            if (settings.get("port").equals("0")) {
                return instead.get();
            }
            int port = Integer.parseInt(settings.get("port"));
            ServerSocket socket;
            try {
                socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new IOException("port " + port + ": " + e.getMessage(), e);
            }
            return new Serving() {
                @Override
                public List<URI> addresses() {
                    return List.of(URI.create("tcp://127.0.0.1:" + port));
                }

                @Override
                public void close() {
                    try {
                        socket.close();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
        }
    }

    @Test
    public void frontEndThatCannotServeIsToldAndComesBackWhenItCan() throws Exception {
        Door door = new Door();
        register(FrontEnd.class, door, "frontend", "door");
        MixnetClient client;
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            configure(Map.of("frontends", "door", "door.port", String.valueOf(port)));
            client = client();
            ClientStates.await(client, "degraded: front-end door: port " + port + ": ");
            assertTrue(client.state().text(), client.state().text().endsWith("; trying again"));
        }
        ClientStates.await(client, "ready");
        new Socket(InetAddress.getLoopbackAddress(), port).close();

        configure(Map.of("frontends", "door", "door.prot", String.valueOf(port)));
        ClientStates.await(client, "degraded: front-end door: unknown key in [prot]; allowed is port; "
                + "the last good settings stay in force");
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        configure(Map.of("frontends", "door", "door.port", String.valueOf(port)));
        ClientStates.await(client, "ready");

        configure(Map.of());
        ClientStates.await(client, "ready");
        configure(Map.of("frontends", "door", "door.port", "0"));
        ClientStates.await(client, "degraded: front-end door: serve returned null");
        configure(Map.of());
        ClientStates.await(client, "ready");
        door.instead = () -> {
            throw new NoClassDefFoundError("org/example/Missing");
        };
        configure(Map.of("frontends", "door", "door.port", "0"));
        ClientStates.await(client,
                "degraded: front-end door: serve threw java.lang.NoClassDefFoundError: org/example/Missing");
        assertTrue(client.send(client.address(), new byte[3000]).outcome().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                instanceof Outcome.Acknowledged);
    }
}
