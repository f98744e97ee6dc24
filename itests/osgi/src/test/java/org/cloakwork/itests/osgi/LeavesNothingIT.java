package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Everything runs, and then everything is uninstalled: by a bundle that has no class of ours, for it would keep them.
 */
public class LeavesNothingIT extends BaseIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LEAVING = Duration.ofSeconds(20);
    private static final String CLIENT = "org.cloakwork.api.MixnetClient";
    private static final String NETWORK = "org.cloakwork.api.local.LocalNetwork";
    private static final String SERVING = "org.cloakwork.spi.frontend.FrontEnd$Serving";
    private static final String ALICE = "(cloakwork.client=alice)";
    private static final String BOB = "(cloakwork.client=bob)";

    @Inject
    private ConfigurationAdmin configurations;
    @Inject
    private CommandProcessor processor;

    /** Whatever ran before has a lower number. */
    private final long firstThread = Thread.ofPlatform().unstarted(() -> { }).threadId();
    private final ReferenceQueue<ClassLoader> unloaded = new ReferenceQueue<>();

    @Test
    public void uninstalledBundlesLeaveNoThreadNoSocketAndNoClassLoader() throws Exception {
        Sockets sockets = everythingRuns();
        assertTrue(threads().toString(), threads().size() > 10);
        Map<Reference<ClassLoader>, String> loaders = uninstall(name -> name.startsWith("org.cloakwork."));
        assertTrue(loaders.toString(), loaders.size() >= 19);
        assertRefused(sockets.directory());
        assertRefused(sockets.websocket());
        assertRefused(sockets.socks());
        assertRefused(sockets.dashboard());
        assertThreadsEnd();
        assertUnloaded(loaders);
    }

    /** Parts that clients had, and have no more, and a front-end that one has still. */
    @Test
    public void bundlesLeaveNoClassLoaderToClientsThatGoOn() throws Exception {
        Sockets sockets = everythingRuns();
        command("swap --client alice topology file");
        command("swap --client alice retransmission adaptive");
        command("swap --client alice cover constant");
        command("swap --client bob sphinx fast");
        assertUnloaded(uninstall(Set.of("org.cloakwork.topology.nymapi", "org.cloakwork.retransmission.timeout",
                "org.cloakwork.cover.poisson", "org.cloakwork.sphinx.bouncycastle",
                "org.cloakwork.frontend.socks5")::contains));
        assertRefused(sockets.socks());
        talkToItself(sockets.websocket());
    }

    private record Sockets(URI directory, URI websocket, URI socks, URI dashboard) {
    }

    /** {@return where it listens} */
    private Sockets everythingRuns() throws Exception {
        Path folder = Files.createTempDirectory("leaves-nothing-it");
        Path etc = Files.createDirectory(folder.resolve("etc"));
        configurations.getConfiguration("org.cloakwork.localnet", "?").update(new Hashtable<>(Map.of("gateways", 2)));
        URI directory = (URI) ask(NETWORK, "", "directory");
        Path network = Files.writeString(folder.resolve("network.json"), (String) ask(NETWORK, "", "networkFile"));
        write(etc, "org.cloakwork.topology.nymapi", "urls = " + directory);
        write(etc, "org.cloakwork.topology.file", "path = " + network);
        write(etc, "org.cloakwork.store", "directory = " + folder.resolve("store"));
        write(etc, "cloakwork", "transport = websocket");
        write(etc, "cloakwork.client-bob", """
                topology = file
                sphinx = bouncycastle
                retransmission = adaptive
                cover = constant
                frontends = exit
                exit.policy = accept *:*
                exit.allow-private = true
                """);
        configurations.getConfiguration("org.cloakwork.control", "?").update(new Hashtable<>(Map.of(
                "etc", etc.toString(), "socket", folder.resolve("control/socket").toString(), "others", "true")));
        ask(CLIENT, BOB, "awaitReady", PATIENCE);
        write(etc, "cloakwork.client-alice", """
                topology = nym-api
                sphinx = fast
                retransmission = timeout
                cover = poisson
                store = mvstore
                frontends = websocket, socks5, dashboard
                dashboard.port = 0
                websocket.port = 0
                socks5.port = 0
                socks5.exit = %s
                """.formatted(ask(CLIENT, BOB, "address")));
        URI websocket = serving("websocket");
        URI socks = serving("socks5");
        ask(CLIENT, ALICE, "awaitReady", PATIENCE);
        talkToItself(websocket);
        connectThrough(socks);
        URI dashboard = serving("dashboard");
        for (String path : List.of("", "state", "parts", "metrics", "health")) {
            try (InputStream in = dashboard.resolve(path).toURL().openStream()) {
                assertTrue(path, in.readAllBytes().length > 0);
            }
        }
        String state = command("state");
        assertTrue(state, state.contains("alice: ready") && state.contains("bob: ready"));
        return new Sockets(directory, websocket, socks, dashboard);
    }

    private String command(String command) throws Exception {
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), System.out, System.err)) {
            return session.execute("cloakwork:" + command).toString();
        }
    }

    private static void write(Path etc, String file, String text) throws Exception {
        Path written = Files.writeString(etc.resolve(file + ".new"), text);
        Files.move(written, etc.resolve(file + ".cfg"));
    }

    private URI serving(String frontEnd) throws Exception {
        return (URI) ((List<?>) ask(SERVING, ALICE + "(cloakwork.name=" + frontEnd + ")", "addresses")).getFirst();
    }

    /** {@return what a service answers, once it is there} */
    private Object ask(String type, String filter, String method, Object... arguments) throws Exception {
        ServiceTracker<Object, Object> tracker = new ServiceTracker<>(context, context.createFilter(
                "(&(objectClass=" + type + ")" + filter + ")"), null);
        // All services: for those it can use this bundle would be wired to their types.
        tracker.open(true);
        try {
            Object service = tracker.waitForService(PATIENCE.toMillis());
            assertNotNull(type + filter, service);
            return tracker.getServiceReference().getBundle().loadClass(type).getMethod(method,
                    Arrays.stream(arguments).map(Object::getClass).toArray(Class[]::new)).invoke(service, arguments);
        } finally {
            tracker.close();
        }
    }

    private static void talkToItself(URI websocket) throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                answers.add(text.toString());
                socket.request(1);
                return null;
            }
        };
        HttpClient http = HttpClient.newHttpClient();
        try {
            WebSocket socket = http.newWebSocketBuilder().buildAsync(websocket, listener)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            socket.sendText("{\"type\":\"selfAddress\"}", true).join();
            String address = await(answers, "selfAddress");
            socket.sendText(address.replace("selfAddress", "send").replace("address", "recipient")
                    .replace("}", ",\"message\":\"hi\"}"), true).join();
            await(answers, "\"hi\"");
            socket.abort();
        } finally {
            // Its close() waits for the websocket, whose end the JDK (25) now and then does not notice.
            http.shutdownNow();
            assertTrue("the program's own client ends", http.awaitTermination(PATIENCE));
        }
    }

    /** Others of this client have messages, too: what comes for a SOCKS connection that is closed is anybody's. */
    private static String await(BlockingQueue<String> answers, String wanted) throws InterruptedException {
        String answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        while (answer != null && !answer.contains(wanted)) {
            answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertNotNull(wanted, answer);
        return answer;
    }

    private static void connectThrough(URI socks) throws Exception {
        Proxy proxy = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(socks.getHost(), socks.getPort()));
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket program = new Socket(proxy)) {
            program.connect(target.getLocalSocketAddress(), (int) PATIENCE.toMillis());
            try (Socket other = target.accept()) {
                other.setSoTimeout((int) PATIENCE.toMillis());
                byte[] sent = new byte[5000];
                Arrays.fill(sent, (byte) 7);
                program.getOutputStream().write(sent);
                assertArrayEquals(sent, other.getInputStream().readNBytes(sent.length));
            }
        }
    }

    /** {@return their class loaders, with their names} */
    private Map<Reference<ClassLoader>, String> uninstall(Predicate<String> names) throws Exception {
        Map<Reference<ClassLoader>, String> loaders = new HashMap<>();
        List<Bundle> bundles = Arrays.stream(context.getBundles())
                .filter(bundle -> names.test(bundle.getSymbolicName())).toList();
        for (Bundle bundle : bundles) {
            loaders.put(new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader(), unloaded),
                    bundle.getSymbolicName());
        }
        for (Bundle bundle : bundles) {
            bundle.uninstall();
        }
        refresh(bundles);
        return loaders;
    }

    private void assertUnloaded(Map<Reference<ClassLoader>, String> loaders) throws Exception {
        long end = System.nanoTime() + LEAVING.toNanos();
        while (!loaders.isEmpty() && System.nanoTime() < end) {
            forgetWhoCameSecond();
            System.gc();
            for (Reference<?> one = unloaded.remove(200); one != null; one = unloaded.poll()) {
                loaders.remove(one);
            }
        }
        if (!loaders.isEmpty()) {
            // Who holds them: nothing else tells.
            Path heap = Path.of("target").resolve("leaves-nothing-" + System.currentTimeMillis() + ".hprof");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpHeap(heap.toAbsolutePath().toString(), true);
        }
        assertEquals(List.of(), loaders.values().stream().sorted().toList());
    }

    /**
     * Felix 7.0.5 keeps, in the loader of the class, whoever wanted to define one just after another thread had, a
     * fault of its own (BundleClassLoader.defineClassParallel). A thread of a client that has ended is kept so, and
     * with it all classes of the client.
     */
    private void forgetWhoCameSecond() throws Exception {
        for (Bundle bundle : context.getBundles()) {
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            ClassLoader loader = wiring == null ? null : wiring.getClassLoader();
            if (loader != null && loader.getClass().getSimpleName().equals("BundleClassLoader")) {
                Field locks = loader.getClass().getDeclaredField("m_classLocks");
                locks.setAccessible(true);
                ((Map<?, ?>) locks.get(loader)).values().removeIf(thread -> !((Thread) thread).isAlive());
            }
        }
    }

    private static void assertRefused(URI address) {
        assertThrows(address.toString(), ConnectException.class,
                () -> new Socket(address.getHost(), address.getPort()).close());
    }

    /** The last of them end just after their bundles stopped. */
    private void assertThreadsEnd() throws Exception {
        long end = System.nanoTime() + LEAVING.toNanos();
        List<String> threads = threads();
        while (!threads.isEmpty()) {
            assertTrue(String.join("\n", threads), System.nanoTime() < end);
            Thread.sleep(100);
            threads = threads();
        }
    }

    /** {@return those of this framework, also virtual ones, that have our name or our classes on their stacks} */
    private List<String> threads() throws Exception {
        Path dump = Files.createTempDirectory("threads").resolve("dump");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
        return Arrays.stream(Files.readString(dump).split("\\R\\R"))
                .filter(thread -> thread.startsWith("#"))
                .filter(thread -> Long.parseLong(thread.substring(1, thread.indexOf(' '))) > firstThread)
                .filter(thread -> thread.contains("\"cloakwork-")
                        || thread.contains("org.cloakwork.") && !thread.contains("org.cloakwork.itests."))
                .toList();
    }
}
