package org.cloakwork.transport.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.transport.websocket.WebSocketServerFactory;

/** Loopback addresses, raw sockets and thread names for the tests. */
final class Net {

    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final IdentityKey SOMEONE = new IdentityKey(new byte[32]);
    private static final Duration THREAD_END = Duration.ofSeconds(10);

    private Net() {
    }

    static GatewayEndpoint endpoint(InetSocketAddress address) {
        return endpoint("ws://127.0.0.1:" + address.getPort() + "/any/path?q=1");
    }

    static GatewayEndpoint endpoint(String... uris) {
        return new GatewayEndpoint(SOMEONE, Stream.of(uris).map(URI::create).toList());
    }

    static Socket socket(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Reads an HTTP answer's head. */
    static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = socket.getInputStream().read();
            if (read < 0) {
                break;
            }
            head.append((char) read);
        }
        return head.toString();
    }

    /** Virtual threads are not among them: they end by themselves. */
    static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().contains("websocket-jdk")
                || thread.getName().contains("HttpClient")).collect(Collectors.toSet());
    }

    /** {@return whether everything that came has been read, so that what comes next wakes a selector} */
    static boolean nothingIsRead() {
        return Thread.getAllStackTraces().values().stream().noneMatch(stack ->
                Stream.of(stack).anyMatch(frame -> frame.getClassName().startsWith("jdk.internal.net.http."))
                        && Stream.of(stack).noneMatch(frame -> frame.getMethodName().equals("doSelect")));
    }

    /** The last of them ends just after the part is closed. */
    static void assertNoThreads(Set<Thread> before) throws InterruptedException {
        for (Thread thread : threads()) {
            if (!before.contains(thread) && !thread.join(THREAD_END)) {
                throw new AssertionError("thread left: " + thread.getName());
            }
        }
    }

    /** A server whose links are kept with what they were told. */
    static final class Server implements AutoCloseable {

        record Accepted(GatewayLink link, Recorder recorder) {
        }

        final GatewayServer server = new WebSocketServerFactory().create(Map.of());
        final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
        final GatewayServer.Listening listening;

        Server() throws IOException {
            this(ignored -> new Recorder());
        }

        Server(Function<GatewayLink, Recorder> recorders) throws IOException {
            listening = server.listen(ANY_PORT, link -> {
                Recorder recorder = recorders.apply(link);
                accepted.add(new Accepted(link, recorder));
                return recorder;
            });
        }

        /** A server that sends back what it gets. */
        static Server echo() throws IOException {
            return new Server(link -> new Recorder() {
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

        InetSocketAddress address() {
            return listening.address();
        }

        Accepted next() throws InterruptedException {
            Accepted next = accepted.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no link within 10 s");
            }
            return next;
        }

        @Override
        public void close() throws Exception {
            ((AutoCloseable) server).close();
        }
    }
}
