package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.spi.transport.GatewayTransport;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

public class WebSocketIT extends BaseIT {

    private static final String BUNDLE = "org.cloakwork.transport.websocket";
    private static final String NAMED = "(&(cloakwork.part=transport)(cloakwork.name=websocket))";

    @Inject
    private ConfigurationAdmin configurations;

    /** What a link tells, as text. */
    private static class Told implements GatewayLink.Handler {

        final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void opened() {
            events.add("opened");
        }

        @Override
        public void text(String text) {
            events.add("text " + text);
        }

        @Override
        public void binary(byte[] binary) {
            events.add("binary " + Arrays.toString(binary));
        }

        @Override
        public void closed(String reason) {
            events.add("closed: " + reason);
        }

        void expect(String event) throws InterruptedException {
            assertEquals(event, events.poll(10, TimeUnit.SECONDS));
        }

        void expectClosed() throws InterruptedException {
            String event = events.poll(10, TimeUnit.SECONDS);
            assertTrue(event, event != null && event.startsWith("closed: "));
        }
    }

    private <T> T websocket(Class<T> type, String filter) throws InvalidSyntaxException {
        List<ServiceReference<T>> references = List.copyOf(context.getServiceReferences(type, filter));
        assertEquals(1, references.size());
        return context.getService(references.getFirst());
    }

    private GatewayTransport transport() throws InvalidSyntaxException {
        return websocket(GatewayTransport.class, NAMED);
    }

    private GatewayServer.Listening echo() throws Exception {
        return websocket(GatewayServer.class, "(cloakwork.name=websocket)").listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                link -> new Told() {
                    @Override
                    public void text(String text) {
                        link.send(text);
                    }

                    @Override
                    public void binary(byte[] binary) {
                        link.send(binary);
                    }
                });
    }

    private static GatewayLink connect(GatewayTransport transport, GatewayServer.Listening listening, Told told) {
        return transport.connect(new GatewayEndpoint(new IdentityKey(new byte[32]),
                List.of(URI.create("ws://127.0.0.1:" + listening.address().getPort()))), told);
    }

    /** Of frameworks that ran in this JVM before. */
    private final Set<Thread> others = all();

    private static Set<Thread> all() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("cloakwork-websocket"))
                .collect(Collectors.toSet());
    }

    private Set<Thread> threads() {
        Set<Thread> threads = all();
        threads.removeAll(others);
        return threads;
    }

    /** The last of them ends just after the bundle stopped. */
    private void assertThreadsEnd() throws InterruptedException {
        for (Thread thread : threads()) {
            thread.join(10_000);
            assertFalse(thread.getName(), thread.isAlive());
        }
    }

    private Bundle bundle() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().equals(BUNDLE)).findFirst().orElseThrow();
    }

    @Test
    public void framesTravelOverARealSocket() throws Exception {
        Told told = new Told();
        GatewayLink link = connect(transport(), echo(), told);
        told.expect("opened");
        link.send("zażółć");
        told.expect("text zażółć");
        link.send(new byte[] {1, 2, 3});
        told.expect("binary [1, 2, 3]");
        link.close();
        told.expectClosed();
    }

    @Test
    public void stoppingTheBundleLeavesNeitherThreadNorSocket() throws Exception {
        GatewayServer.Listening listening = echo();
        Told told = new Told();
        connect(transport(), listening, told);
        told.expect("opened");
        assertTrue(threads().toString(), threads().size() >= 2);

        bundle().stop();

        told.expectClosed();
        assertThreadsEnd();
        assertEquals(List.of(), List.copyOf(context.getServiceReferences(GatewayTransport.class, NAMED)));
        assertNull(context.getServiceReference(GatewayServer.class));
        IOException refused = null;
        try (Socket socket = new Socket(listening.address().getAddress(), listening.address().getPort())) {
            assertNotNull(socket);
        } catch (ConnectException e) {
            refused = e;
        }
        assertNotNull("still listening", refused);
    }

    @Test
    public void theBundleComesBackAndMayGoForGood() throws Exception {
        Bundle bundle = bundle();
        bundle.stop();
        bundle.start();
        framesTravelOverARealSocket();
        GatewayServer.Listening listening = echo();
        Told told = new Told();
        connect(transport(), listening, told);
        told.expect("opened");
        bundle.uninstall();
        told.expectClosed();
        assertThreadsEnd();
        assertEquals(Bundle.UNINSTALLED, bundle.getState());
    }

    @Test
    public void newConfigurationMakesANewTransportAndWrongOnesNone() throws Exception {
        GatewayTransport before = transport();
        ServiceReference<GatewayTransport> configured = configure("9000");
        assertNotSame(before, context.getService(configured));
        framesTravelOverARealSocket();
        assertNull(context.getService(configure("soon")));
        assertNotNull(context.getService(configure("5000")));
        framesTravelOverARealSocket();
    }

    /** {@return the service with the new configuration} */
    private ServiceReference<GatewayTransport> configure(String connectTimeoutMillis) throws Exception {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("connect-timeout-millis", connectTimeoutMillis);
        configurations.getConfiguration(BUNDLE, "?").update(properties);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < deadline) {
            for (ServiceReference<GatewayTransport> reference : context.getServiceReferences(
                    GatewayTransport.class, "(connect-timeout-millis=" + connectTimeoutMillis + ")")) {
                return reference;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("not configured within 10 s");
    }
}
