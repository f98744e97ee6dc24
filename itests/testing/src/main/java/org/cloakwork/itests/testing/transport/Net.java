package org.cloakwork.itests.testing.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.transport.GatewayEndpoint;

/** Loopback addresses, raw sockets and the names of threads. */
public final class Net {

    /** Of loopback. */
    public static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static final IdentityKey SOMEONE = new IdentityKey(new byte[32]);
    private static final Duration THREAD_END = Duration.ofSeconds(10);

    private Net() {
    }

    /** {@return a gateway behind that port of loopback} */
    public static GatewayEndpoint endpoint(InetSocketAddress address) {
        return endpoint("ws://127.0.0.1:" + address.getPort() + "/any/path?q=1");
    }

    /** {@return a gateway behind these} */
    public static GatewayEndpoint endpoint(String... uris) {
        return new GatewayEndpoint(SOMEONE, Stream.of(uris).map(URI::create).toList());
    }

    /** {@return a connected socket, of which a read ends after 10 s} */
    public static Socket socket(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** {@return an HTTP message's head, read to its end or that of the stream} */
    public static String head(Socket socket) throws IOException {
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

    /** {@return the names of the threads that transports have} */
    public static Set<String> threadNames() {
        return threads().map(Thread::getName).collect(Collectors.toSet());
    }

    private static Stream<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> Stream.of(
                "websocket", "WebSocket", "qtp", "HttpClient").anyMatch(thread.getName()::contains));
    }

    /** Virtual threads end by themselves; platform threads end when the part is closed, the last of them just after. */
    public static void assertNoThreads() throws InterruptedException {
        for (Thread thread : threads().toList()) {
            if (!thread.join(THREAD_END)) {
                throw new AssertionError("thread left: " + thread.getName());
            }
        }
    }
}
