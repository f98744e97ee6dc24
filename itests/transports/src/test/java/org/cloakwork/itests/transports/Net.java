package org.cloakwork.itests.transports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.spi.transport.GatewayTransport;

/** Parts as plain Java makes them, loopback addresses, peers of all kinds and threads for the tests. */
final class Net {

    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final IdentityKey SOMEONE = new IdentityKey(new byte[32]);
    private static final Duration THREAD_END = Duration.ofSeconds(10);

    private Net() {
    }

    /** {@return what the only factory of that type and name makes} */
    static <T> T part(Class<T> type, String name, Map<String, String> configuration) {
        List<PartFactory<?>> found = new ArrayList<>();
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            if (factory.type() == type && factory.name().equals(name)) {
                found.add(factory);
            }
        }
        assertEquals(1, found.size(), "factories of " + type + " " + name);
        return type.cast(found.getFirst().create(configuration));
    }

    static GatewayEndpoint endpoint(InetSocketAddress address) {
        return endpoint("ws://127.0.0.1:" + address.getPort() + "/any/path?q=1");
    }

    static GatewayEndpoint endpoint(String... uris) {
        return new GatewayEndpoint(SOMEONE, Stream.of(uris).map(URI::create).toList());
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static Socket socket(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Reads an HTTP message's head. */
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

    /** Listens, and gives each accepted socket to the script. */
    static ServerSocket scripted(Consumer<Socket> script) throws IOException {
        return scripted(new ServerSocket(0, 50, ANY_PORT.getAddress()), script);
    }

    static ServerSocket scripted(ServerSocket listening, Consumer<Socket> script) {
        Thread.ofVirtual().start(() -> {
            while (!listening.isClosed()) {
                try {
                    Socket socket = listening.accept();
                    Thread.ofVirtual().start(() -> script.accept(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return listening;
    }

    static void answer(Socket socket, String answer) {
        try {
            head(socket);
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Passes one handshake on to the server, and resets both connections at the client's first frame. */
    static void reset(Socket client, Server server) {
        try (client; Socket upstream = socket(server.address())) {
            upstream.getOutputStream().write(head(client).getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(head(upstream).getBytes(StandardCharsets.US_ASCII));
            assertTrue(client.getInputStream().read() >= 0);
            client.setSoLinger(true, 0);
            upstream.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Passes bytes on between a client and the server until either ends. */
    static void relay(Socket client, Server server) {
        try (client; Socket upstream = socket(server.address())) {
            Thread up = Thread.startVirtualThread(() -> pass(client, upstream));
            pass(upstream, client);
            up.join();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException ended) {
            // The test looks at what arrived.
        }
    }

    static Set<String> threadNames() {
        return threads().map(Thread::getName).collect(Collectors.toSet());
    }

    private static Stream<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> Stream.of(
                "websocket", "WebSocket", "qtp", "HttpClient").anyMatch(thread.getName()::contains));
    }

    /** Virtual threads end by themselves; platform threads end when the part is closed, the last of them just after. */
    static void assertNoThreads() throws InterruptedException {
        for (Thread thread : threads().toList()) {
            if (!thread.join(THREAD_END)) {
                throw new AssertionError("thread left: " + thread.getName());
            }
        }
    }

    /**
     * {@return whether everything that came has been read, so that what comes next wakes a selector} Known of the JDK's
     * client only.
     */
    static boolean nothingIsRead() {
        return Thread.getAllStackTraces().values().stream().noneMatch(stack ->
                Stream.of(stack).anyMatch(frame -> frame.getClassName().startsWith("jdk.internal.net.http."))
                        && Stream.of(stack).noneMatch(frame -> frame.getMethodName().equals("doSelect")));
    }

    /** A transport, which can be closed whatever it is. */
    record Transport(GatewayTransport made) implements GatewayTransport, AutoCloseable {

        Transport(String name, Map<String, String> configuration) {
            this(part(GatewayTransport.class, name, configuration));
        }

        @Override
        public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
            return made.connect(endpoint, handler);
        }

        @Override
        public void close() throws Exception {
            ((AutoCloseable) made).close();
        }
    }

    /** A server whose links are kept with what they were told. */
    static final class Server implements AutoCloseable {

        record Accepted(GatewayLink link, Recorder recorder) {
        }

        private final GatewayServer server = part(GatewayServer.class, "websocket", Map.of());
        private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
        private final GatewayServer.Listening listening;

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

    /** A link to a peer that does nothing by itself once the websocket is open. */
    static final class Scripted implements AutoCloseable {

        final Recorder client;
        final GatewayLink link;
        final Socket socket;

        Scripted(GatewayTransport transport) throws Exception {
            this(transport, new Recorder());
        }

        Scripted(GatewayTransport transport, Recorder client) throws Exception {
            this.client = client;
            try (ServerSocket listening = new ServerSocket(0, 1, ANY_PORT.getAddress())) {
                link = transport.connect(endpoint("ws://127.0.0.1:" + listening.getLocalPort()), client);
                socket = listening.accept();
            }
            socket.setSoTimeout(10_000);
            String key = head(socket).lines().filter(line -> line.startsWith("Sec-WebSocket-Key: ")).findFirst()
                    .orElseThrow().substring("Sec-WebSocket-Key: ".length());
            byte[] proof = MessageDigest.getInstance("SHA-1").digest(
                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(proof)
                    + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        void awaitPong() throws Exception {
            write(0x89, new byte[0]);
            assertEquals(6, socket.getInputStream().readNBytes(6).length);
        }

        /** Writes a frame; the client may have gone away. */
        void write(int firstByte, byte[] payload) throws InterruptedException {
            ByteBuffer frame = ByteBuffer.allocate(payload.length + 10).put((byte) firstByte);
            if (payload.length < 126) {
                frame.put((byte) payload.length);
            } else {
                frame.put((byte) 127).putLong(payload.length);
            }
            frame.put(payload);
            try {
                socket.getOutputStream().write(frame.array(), 0, frame.position());
            } catch (IOException gone) {
                client.awaitClosed();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
