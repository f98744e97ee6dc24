package org.cloakwork.itests.transports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.transport.Net;
import org.cloakwork.itests.testing.transport.Recorder;
import org.cloakwork.itests.testing.transport.RecordingServer;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.spi.transport.GatewayTransport;

/** Parts as plain Java makes them, and peers of all kinds. */
final class Peers {

    private static final int LOOKS = 3;
    private static final long LOOK_NANOS = 2_000_000;

    private Peers() {
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

    private static GatewayServer websocketServer() {
        return part(GatewayServer.class, "websocket", Map.of());
    }

    static RecordingServer server() throws IOException {
        return server(ignored -> new Recorder());
    }

    static RecordingServer server(Function<GatewayLink, Recorder> recorders) throws IOException {
        return new RecordingServer(websocketServer(), recorders);
    }

    static RecordingServer echo() throws IOException {
        return RecordingServer.echo(websocketServer());
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Listens, and gives each accepted socket to the script. */
    static ServerSocket scripted(Consumer<Socket> script) throws IOException {
        return scripted(new ServerSocket(0, 50, Net.ANY_PORT.getAddress()), script);
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
            Net.head(socket);
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Passes one handshake on to the server, and resets both connections at the client's first frame. */
    static void reset(Socket client, RecordingServer server) {
        try (client; Socket upstream = Net.socket(server.address())) {
            upstream.getOutputStream().write(Net.head(client).getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(Net.head(upstream).getBytes(StandardCharsets.US_ASCII));
            assertTrue(client.getInputStream().read() >= 0);
            client.setSoLinger(true, 0);
            upstream.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Passes bytes on between a client and the server until either ends. */
    static void relay(Socket client, RecordingServer server) {
        try (client; Socket upstream = Net.socket(server.address())) {
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

    /**
     * {@return whether everything that came has been read, so that what comes next wakes a selector} Known of the JDK's
     * client only.
     */
    static boolean nothingIsRead() {
        // What one thread has handed to another that has not begun is seen by nobody: it takes a few looks.
        for (int look = 0; look < LOOKS; look++) {
            if (!isNobodyReading()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return isNobodyReading();
    }

    private static boolean isNobodyReading() {
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
            try (ServerSocket listening = new ServerSocket(0, 1, Net.ANY_PORT.getAddress())) {
                link = transport.connect(Net.endpoint("ws://127.0.0.1:" + listening.getLocalPort()), client);
                socket = listening.accept();
            }
            socket.setSoTimeout(10_000);
            String key = Net.head(socket).lines().filter(line -> line.startsWith("Sec-WebSocket-Key: ")).findFirst()
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
