package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** A network and a client at work; then every bundle of ours is uninstalled, and the process is as it was before. */
public class LeavesNothingIT extends BaseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    /** The tests themselves have classes from here. */
    private static final String API = "org.cloakwork.api";

    @Inject
    private ConfigurationAdmin configurations;

    @Test
    public void noThreadNoSocketAndNoClassLoader() throws Exception {
        Set<String> threads = threads();
        Set<String> sockets = sockets();

        work();
        assertTrue("threads at work", threads().size() > threads.size());
        assertTrue("sockets at work", sockets().size() > sockets.size());

        Map<String, WeakReference<ClassLoader>> loaders = uninstall();
        assertTrue(loaders.keySet().toString(), loaders.size() >= 14);
        assertBecomesEmpty("threads", () -> without(threads(), threads));
        assertBecomesEmpty("sockets", () -> without(sockets(), sockets));
        assertBecomesEmpty("class loaders", () -> {
            System.gc();
            return loaders.entrySet().stream().filter(entry -> entry.getValue().get() != null).map(Map.Entry::getKey)
                    .collect(Collectors.toCollection(TreeSet::new));
        });
    }

    private void work() throws Exception {
        Path folder = Files.createTempDirectory("leaves-nothing");
        configurations.getConfiguration("org.cloakwork.localnet", "?").update(new Hashtable<>(Map.of("gateways", 1)));
        LocalNetwork network = service(LocalNetwork.class);
        configurations.getConfiguration("org.cloakwork.topology.nymapi", "?")
                .update(new Hashtable<>(Map.of("urls", network.directory().toString())));
        configurations.getConfiguration("org.cloakwork.store", "?")
                .update(new Hashtable<>(Map.of("directory", folder.toString())));
        configurations.getFactoryConfiguration("org.cloakwork.client", "alice", "?").update(new Hashtable<>(Map.of(
                "name", "alice", "topology", "nym-api", "transport", "websocket", "sphinx", "fast",
                "retransmission", "timeout", "cover", "constant", "store", "mvstore")));
        MixnetClient client = service(MixnetClient.class);
        client.awaitReady(PATIENCE);
        Outcome outcome = client.send(client.address(), new byte[5000]).outcome()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(outcome.toString(), outcome instanceof Outcome.Acknowledged);
    }

    private <T> T service(Class<T> type) throws InterruptedException {
        ServiceTracker<T, T> tracker = new ServiceTracker<>(context, type, null);
        tracker.open();
        try {
            T service = tracker.waitForService(PATIENCE.toMillis());
            assertNotNull(type.getName(), service);
            return service;
        } finally {
            tracker.close();
        }
    }

    /** {@return the class loaders there were, by bundle} */
    private Map<String, WeakReference<ClassLoader>> uninstall() throws Exception {
        Map<String, WeakReference<ClassLoader>> loaders = new LinkedHashMap<>();
        List<Bundle> bundles = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("org.cloakwork.")
                        && !bundle.getSymbolicName().equals(API))
                .sorted(Comparator.comparing(Bundle::getSymbolicName)).toList();
        for (Bundle bundle : bundles) {
            loaders.put(bundle.getSymbolicName(),
                    new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader()));
            bundle.uninstall();
        }
        CountDownLatch done = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(bundles, event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        assertTrue(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        return loaders;
    }

    /** Threads of the JDK come and go as they like, so only those that somebody named count. */
    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(Thread::isAlive)
                .filter(thread -> thread.getThreadGroup() != null && !thread.getThreadGroup().getName().equals("system")
                        && !thread.getThreadGroup().getName().equals("InnocuousThreadGroup"))
                .map(thread -> thread.getName() + " #" + thread.threadId()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** As Linux names them. */
    private static Set<String> sockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.map(LeavesNothingIT::target).filter(target -> target.startsWith("socket:"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    private static Set<String> without(Set<String> some, Set<String> others) {
        Set<String> rest = new TreeSet<>(some);
        rest.removeAll(others);
        return rest;
    }

    private static void assertBecomesEmpty(String what, Supplier<Set<String>> left) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!left.get().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(100);
        }
        assertEquals(what, Set.of(), left.get());
    }
}
