package org.cloakwork.transport.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JdkTransportTest {

    /** A link that never opens tells exactly one thing: why. */
    private static String notOpened(JdkTransport transport, String... uris) throws Exception {
        Recorder recorder = new Recorder();
        GatewayLink link = transport.connect(Net.endpoint(uris), recorder);
        String reason = recorder.awaitClosed();
        assertEquals(List.of(new Recorder.Closed(reason)), List.copyOf(recorder.events));
        link.send(new byte[1]);
        link.close();
        transport.close();
        assertEquals(1, recorder.closed.get());
        return reason;
    }

    private static JdkTransport transport(int timeoutMillis) {
        return JdkTransport.configured(Map.of("connect-timeout-millis", "" + timeoutMillis));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Listens, and gives each accepted socket to the script. */
    private static ServerSocket scripted(Consumer<Socket> script) throws IOException {
        return scripted(new ServerSocket(0, 50, Net.ANY_PORT.getAddress()), script);
    }

    private static ServerSocket scripted(ServerSocket listening, Consumer<Socket> script) {
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

    private static void answer(Socket socket, String answer) {
        try {
            Net.head(socket);
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void refusedConnection() throws Exception {
        assertTrue(notOpened(transport(5_000), "ws://127.0.0.1:" + freePort()).contains("refused"));
    }

    @Test
    void unknownHost() throws Exception {
        String reason = notOpened(transport(5_000), "ws://no-such-host.invalid:9000");
        assertTrue(reason.contains("no-such-host.invalid"), reason);
    }

    @Test
    void uriThatIsNotAWebsocket() throws Exception {
        assertTrue(notOpened(transport(5_000), "http://127.0.0.1:9000").contains("http"));
        assertTrue(notOpened(transport(5_000), "ws:nothing").contains("not connected"));
    }

    @Test
    void answerThatIsNotAnUpgrade() throws Exception {
        for (String answer : List.of(
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: bm90IHRoZSByaWdodCBvbmU=\r\n\r\n",
                "SSH-2.0-OpenSSH_9.6\r\n",
                "\0\1\2\3\4\5\6\7\r\n\r\n")) {
            try (ServerSocket listening = scripted(socket -> answer(socket, answer))) {
                String reason = notOpened(transport(1_000), "ws://127.0.0.1:" + listening.getLocalPort());
                assertFalse(reason.contains("TimeoutException"), answer + " gave " + reason);
            }
        }
    }

    @Test
    void connectionClosedDuringTheHandshake() throws Exception {
        try (ServerSocket listening = scripted(socket -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        })) {
            notOpened(transport(5_000), "ws://127.0.0.1:" + listening.getLocalPort());
        }
    }

    @Test
    void silenceDuringTheHandshakeEndsAtTheTimeout() throws Exception {
        try (ServerSocket listening = scripted(socket -> { })) {
            long begin = System.nanoTime();
            String reason = notOpened(transport(400), "ws://127.0.0.1:" + listening.getLocalPort());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(millis >= 350 && millis < 3_000, millis + " ms");
            assertTrue(reason.contains("imeout"), reason);
        }
    }

    @Test
    void tcpThatDoesNotAnswerEndsAtTheTimeout() throws Exception {
        // A full backlog: the kernel drops further connection requests.
        List<Socket> fillers = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, Net.ANY_PORT.getAddress())) {
            for (int i = 0; i < 4; i++) {
                Socket filler = new Socket();
                fillers.add(filler);
                try {
                    filler.connect(full.getLocalSocketAddress(), 200);
                } catch (IOException backlogIsFull) {
                    break;
                }
            }
            long begin = System.nanoTime();
            String reason = notOpened(transport(500), "ws://127.0.0.1:" + full.getLocalPort());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(millis >= 450 && millis < 3_000, millis + " ms");
            assertTrue(reason.contains("imeout"), reason);
        } finally {
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void closingWhileConnectingTellsOnce() throws Exception {
        try (ServerSocket listening = scripted(socket -> { }); JdkTransport transport = transport(60_000)) {
            Recorder recorder = new Recorder();
            GatewayLink link =
                    transport.connect(Net.endpoint("ws://127.0.0.1:" + listening.getLocalPort()), recorder);
            assertThrows(IllegalStateException.class, () -> link.send("too early"));
            link.close();
            assertEquals("closed here", recorder.awaitClosed());
            assertEquals(1, recorder.events.size());
        }
    }

    @Test
    void nextUriIsTriedAndEveryFailureIsNamed() throws Exception {
        try (Net.Server server = Net.Server.echo(); JdkTransport transport = transport(1_000)) {
            int closed = freePort();
            Recorder recorder = new Recorder();
            transport.connect(Net.endpoint("ws://127.0.0.1:" + closed, "ws://no-such-host.invalid:1",
                    "ws://127.0.0.1:" + server.address().getPort(), "ws://127.0.0.1:" + closed), recorder);
            recorder.expect(Recorder.Opened.class);
            assertEquals(0, recorder.events.size());
        }
        int closed = freePort();
        String reason = notOpened(transport(1_000), "ws://127.0.0.1:" + closed, "ws://no-such-host.invalid:1");
        assertTrue(reason.contains("127.0.0.1:" + closed) && reason.contains("no-such-host"), reason);
    }

    @Test
    void serverClosing() throws Exception {
        try (JdkTransport transport = transport(5_000); Net.Server server = new Net.Server()) {
            Recorder recorder = new Recorder();
            transport.connect(Net.endpoint(server.address()), recorder);
            recorder.expect(Recorder.Opened.class);
            server.next().link().close();
            assertEquals("closed by the peer, status 1000", recorder.awaitClosed());
        }
    }

    @Test
    void resetByThePeer() throws Exception {
        try (JdkTransport transport = transport(5_000); Net.Server server = new Net.Server();
                ServerSocket proxy = scripted(client -> reset(client, server))) {
            Recorder recorder = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint("ws://127.0.0.1:" + proxy.getLocalPort()), recorder);
            recorder.expect(Recorder.Opened.class);
            link.send(new byte[] {1});
            recorder.awaitClosed();
            server.next().recorder().awaitClosed();
        }
    }

    /** Passes one handshake on to the server, and resets both connections at the client's first frame. */
    private static void reset(Socket client, Net.Server server) {
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

    @Test
    void closingTheTransportEndsItsLinksAndLaterConnectsFail() throws Exception {
        try (Net.Server server = new Net.Server()) {
            JdkTransport transport = transport(5_000);
            Recorder recorder = new Recorder();
            transport.connect(Net.endpoint(server.address()), recorder);
            recorder.expect(Recorder.Opened.class);
            transport.close();
            transport.close();
            assertEquals("the transport is closed", recorder.awaitClosed());
            server.next().recorder().awaitClosed();
            Recorder late = new Recorder();
            transport.connect(Net.endpoint(server.address()), late);
            late.awaitClosed();
        }
    }

    @Test
    void neitherHeadersNorExtensionsGiveTheClientAway() throws Exception {
        StringBuffer head = new StringBuffer();
        try (ServerSocket listening = scripted(socket -> {
            try {
                head.append(Net.head(socket));
                socket.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        })) {
            notOpened(transport(5_000), "ws://127.0.0.1:" + listening.getLocalPort() + "/");
        }
        String request = head.toString().toLowerCase();
        assertTrue(request.startsWith("get / http/1.1\r\n"), request);
        assertTrue(request.contains("user-agent: \r\n"), request);
        for (String header : List.of("extensions", "java", "accept-encoding", "cookie", "content", "protocol:")) {
            assertFalse(request.contains(header), request);
        }
    }

    @Test
    void wssOpensForATrustedCertificateOnly(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "test", "-keyalg", "EC", "-dname", "CN=localhost",
                "-ext", "san=dns:localhost", "-storetype", "PKCS12", "-keystore", store.toString(),
                "-storepass", "changeit").inheritIO().start();
        assertEquals(0, keytool.waitFor());
        SSLContext tls = context(store);
        try (Net.Server server = Net.Server.echo();
                ServerSocket terminator = scripted(tls.getServerSocketFactory().createServerSocket(0, 50,
                        Net.ANY_PORT.getAddress()), client -> relay(client, server))) {
            String port = ":" + terminator.getLocalPort();
            assertTrue(notOpened(transport(5_000), "wss://localhost" + port).contains("certi"));
            assertTrue(notOpened(new JdkTransport(new PartConfiguration("test", Map.of()), tls), "wss://127.0.0.1" + port)
                    .contains("127.0.0.1"));
            try (JdkTransport transport = new JdkTransport(new PartConfiguration("test", Map.of()), tls)) {
                Recorder recorder = new Recorder();
                GatewayLink link = transport.connect(Net.endpoint("wss://localhost" + port), recorder);
                recorder.expect(Recorder.Opened.class);
                link.send("over TLS");
                assertEquals("over TLS", recorder.expect(Recorder.Text.class).text());
                link.send(new byte[GatewayLink.MAX_FRAME_BYTES]);
                assertEquals(GatewayLink.MAX_FRAME_BYTES, recorder.expect(Recorder.Binary.class).bytes().length);
                link.finish();
                assertEquals("closed by the peer, status 1000", recorder.awaitClosed());
            }
        }
    }

    private static SSLContext context(Path store) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, password);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    /** Passes bytes on between a client and the server until either ends. */
    private static void relay(Socket client, Net.Server server) {
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

    @Test
    void noThreadIsLeft() throws Exception {
        try (Net.Server server = Net.Server.echo()) {
            for (int i = 0; i < 3; i++) {
                Set<Thread> before = Net.threads();
                JdkTransport transport = transport(5_000);
                Recorder recorder = new Recorder();
                GatewayLink link = transport.connect(Net.endpoint(server.address()), recorder);
                recorder.expect(Recorder.Opened.class);
                link.send("x");
                recorder.expect(Recorder.Text.class);
                transport.close();
                recorder.awaitClosed();
                Net.assertNoThreads(before);
            }
        }
    }

    @Test
    void partsAreFoundWithoutOsgi() throws Exception {
        List<PartFactory<?>> found = new ArrayList<>();
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            if (factory.name().equals("websocket-jdk")) {
                found.add(factory);
            }
        }
        assertEquals(1, found.size());
        assertEquals(GatewayTransport.class, found.getFirst().type());
        try (JdkTransport transport = assertInstanceOf(JdkTransport.class,
                new JdkTransportFactory().create(Map.of("connect-timeout-millis", "250")));
                ServerSocket silent = scripted(socket -> { })) {
            Recorder recorder = new Recorder();
            transport.connect(Net.endpoint("ws://127.0.0.1:" + silent.getLocalPort()), recorder);
            recorder.awaitClosed();
        }
    }

    @Test
    void configurationMistakesNameTheirKey() {
        for (Map<String, String> wrong : List.of(
                Map.of("connect-timeout-millis", "soon"),
                Map.of("connect-timeout-millis", "0"),
                Map.of("connect-timeout-millis", "600001"),
                Map.of("idle-timeout-millis", "0"),
                Map.of("time-out", "5"))) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new JdkTransportFactory().create(wrong)).getMessage();
            wrong.forEach((key, value) -> assertTrue(message.contains(key), message));
        }
    }
}
