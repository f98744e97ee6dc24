package org.cloakwork.transport.websocket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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

    /** A socket that finished the HTTP upgrade by hand. */
    static Socket upgraded(InetSocketAddress address, String... headers) throws IOException {
        Socket socket = socket(address);
        socket.getOutputStream().write(upgradeRequest(headers).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    static String upgradeRequest(String... headers) {
        return "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining()) + "\r\n";
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

    /** Reads to the end of the stream; a reset counts as an end. */
    static byte[] rest(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the peer did not close", e);
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    /** A websocket frame of a client, masked with zeros. */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    static Set<String> threadNames() {
        return threads().map(Thread::getName).collect(Collectors.toSet());
    }

    private static Stream<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().contains("websocket")
                || thread.getName().contains("WebSocket") || thread.getName().contains("qtp"));
    }

    /** Virtual threads end by themselves; platform threads end when the part is closed, the last of them just after. */
    static void assertNoThreads() throws InterruptedException {
        for (Thread thread : threads().toList()) {
            if (!thread.join(THREAD_END)) {
                throw new AssertionError("thread left: " + thread.getName());
            }
        }
    }

    /** A server whose links are kept with what they were told. */
    static final class Server implements AutoCloseable {

        record Accepted(GatewayLink link, Recorder recorder) {
        }

        final WebSocketServer server;
        final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
        final GatewayServer.Listening listening;

        Server(WebSocketServer server, Function<GatewayLink, Recorder> recorders) throws IOException {
            this.server = server;
            listening = server.listen(ANY_PORT, link -> {
                Recorder recorder = recorders.apply(link);
                accepted.add(new Accepted(link, recorder));
                return recorder;
            });
        }

        /** A server that sends back what it gets. */
        static Server echo() throws IOException {
            return new Server(new WebSocketServer(), link -> new Recorder() {
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
        public void close() {
            server.close();
        }
    }
}
