package org.cloakwork.itests.transports;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.cloakwork.itests.testing.transport.Net;
import org.cloakwork.itests.testing.transport.Recorder;
import org.cloakwork.itests.testing.transport.RecordingServer;
import org.cloakwork.spi.transport.GatewayLink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every gateway transport keeps. A subclass names one, and says what it alone does or says. */
@Timeout(60)
abstract class GatewayTransportContract {

    private static final String PASSWORD = "changeit";
    /** Most bytes that may wait to be written. */
    private static final long MAX_PENDING_BYTES = 16 << 20;
    /** How long a peer may take to answer a close frame. */
    private static final long CLOSE_GRACE_MILLIS = 1_000;

    private final String name;
    /** What the reason says if nobody listens. */
    private final String refused;
    /** What the reason says if a message is too large. */
    private final String tooLarge;
    /** What the reason says if the connection ends without a close frame. */
    private final String ended;
    /** What the reason says if a peer did not answer when the link was finished. */
    private final String cutOff;
    /** The request's headers of that name. */
    private final List<String> userAgent;
    /** Names of threads that do not have this project's names. */
    private final String foreignThreads;
    private Peers.Transport transport;

    GatewayTransportContract(String name, String refused, String tooLarge, String ended, String cutOff,
            List<String> userAgent, String foreignThreads) {
        this.name = name;
        this.refused = refused;
        this.tooLarge = tooLarge;
        this.ended = ended;
        this.cutOff = cutOff;
        this.userAgent = userAgent;
        this.foreignThreads = foreignThreads;
    }

    @BeforeEach
    void start() {
        transport = new Peers.Transport(name, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        transport.close();
    }

    private Peers.Transport transport(int timeoutMillis) {
        return new Peers.Transport(name, Map.of("connect-timeout-millis", "" + timeoutMillis));
    }

    /** A link that never opens tells exactly one thing: why. */
    private static String notOpened(Peers.Transport transport, String... uris) throws Exception {
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

    @Test
    void refusedConnection() throws Exception {
        String reason = notOpened(transport(5_000), "ws://127.0.0.1:" + Peers.freePort());
        assertTrue(reason.contains(refused), reason);
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
            try (ServerSocket listening = Peers.scripted(socket -> Peers.answer(socket, answer))) {
                String reason = notOpened(transport(1_000), "ws://127.0.0.1:" + listening.getLocalPort());
                assertFalse(reason.contains("TimeoutException"), answer + " gave " + reason);
            }
        }
    }

    @Test
    void connectionClosedDuringTheHandshake() throws Exception {
        try (ServerSocket listening = Peers.scripted(socket -> {
            try (socket) {
                Net.head(socket);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        })) {
            String uri = "ws://127.0.0.1:" + listening.getLocalPort();
            assertEquals("not connected: " + uri + ": the peer ended the connection",
                    notOpened(transport(5_000), uri));
        }
    }

    @Test
    void silenceDuringTheHandshakeEndsAtTheTimeout() throws Exception {
        try (ServerSocket listening = Peers.scripted(socket -> { })) {
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
        try (ServerSocket listening = Peers.scripted(socket -> { }); Peers.Transport own = transport(60_000)) {
            Recorder recorder = new Recorder();
            GatewayLink link =
                    own.connect(Net.endpoint("ws://127.0.0.1:" + listening.getLocalPort()), recorder);
            assertThrows(IllegalStateException.class, () -> link.send("too early"));
            link.close();
            assertEquals("closed here", recorder.awaitClosed());
            assertEquals(1, recorder.events.size());
        }
    }

    @Test
    void nextUriIsTriedAndEveryFailureIsNamed() throws Exception {
        try (RecordingServer server = Peers.echo(); Peers.Transport own = transport(1_000)) {
            int closed = Peers.freePort();
            Recorder recorder = new Recorder();
            own.connect(Net.endpoint("ws://127.0.0.1:" + closed, "ws://no-such-host.invalid:1",
                    "ws://127.0.0.1:" + server.address().getPort(), "ws://127.0.0.1:" + closed), recorder);
            recorder.expect(Recorder.Opened.class);
            assertEquals(0, recorder.events.size());
        }
        int closed = Peers.freePort();
        String reason = notOpened(transport(1_000), "ws://127.0.0.1:" + closed, "ws://no-such-host.invalid:1");
        assertTrue(reason.contains("127.0.0.1:" + closed) && reason.contains("no-such-host"), reason);
    }

    @Test
    void serverClosing() throws Exception {
        try (Peers.Transport own = transport(5_000); RecordingServer server = Peers.server()) {
            Recorder recorder = new Recorder();
            own.connect(Net.endpoint(server.address()), recorder);
            recorder.expect(Recorder.Opened.class);
            server.next().link().close();
            assertEquals("closed by the peer, status 1000", recorder.awaitClosed());
        }
    }

    @Test
    void resetByThePeer() throws Exception {
        try (Peers.Transport own = transport(5_000); RecordingServer server = Peers.server();
                ServerSocket proxy = Peers.scripted(client -> Peers.reset(client, server))) {
            Recorder recorder = new Recorder();
            GatewayLink link = own.connect(Net.endpoint("ws://127.0.0.1:" + proxy.getLocalPort()), recorder);
            recorder.expect(Recorder.Opened.class);
            link.send(new byte[] {1});
            recorder.awaitClosed();
            server.next().recorder().awaitClosed();
        }
    }

    @Test
    void closingTheTransportEndsItsLinksAndLaterConnectsFail() throws Exception {
        try (RecordingServer server = Peers.server()) {
            Peers.Transport own = transport(5_000);
            Recorder recorder = new Recorder();
            own.connect(Net.endpoint(server.address()), recorder);
            recorder.expect(Recorder.Opened.class);
            own.close();
            own.close();
            assertEquals("the transport is closed", recorder.awaitClosed());
            server.next().recorder().awaitClosed();
            Recorder late = new Recorder();
            own.connect(Net.endpoint(server.address()), late);
            late.awaitClosed();
        }
    }

    @Test
    void neitherHeadersNorExtensionsGiveTheClientAway() throws Exception {
        StringBuffer head = new StringBuffer();
        try (ServerSocket listening = Peers.scripted(socket -> {
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
        assertEquals(userAgent, request.lines().filter(line -> line.startsWith("user-agent")).distinct().toList());
        for (String header : List.of(
                "extensions", "java", "jetty", "accept-encoding", "cookie", "content", "protocol:")) {
            assertFalse(request.contains(header), request);
        }
    }

    @Test
    void wssOpensForATrustedCertificateOnly(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "test", "-keyalg", "EC", "-dname", "CN=localhost",
                "-ext", "san=dns:localhost", "-storetype", "PKCS12", "-keystore", store.toString(),
                "-storepass", PASSWORD).inheritIO().start();
        assertEquals(0, keytool.waitFor());
        SSLContext tls = context(store);
        try (RecordingServer server = Peers.echo();
                ServerSocket terminator = Peers.scripted(tls.getServerSocketFactory().createServerSocket(0, 50,
                        Net.ANY_PORT.getAddress()), client -> Peers.relay(client, server))) {
            String port = ":" + terminator.getLocalPort();
            assertTrue(notOpened(transport(5_000), "wss://localhost" + port).contains("certi"));
            whileTrusting(store, tls, () -> {
                String reason = notOpened(transport(5_000), "wss://127.0.0.1" + port);
                assertTrue(reason.contains("IP address 127.0.0.1"), reason);
                try (Peers.Transport own = transport(5_000)) {
                    Recorder recorder = new Recorder();
                    GatewayLink link = own.connect(Net.endpoint("wss://localhost" + port), recorder);
                    recorder.expect(Recorder.Opened.class);
                    link.send("over TLS");
                    assertEquals("over TLS", recorder.expect(Recorder.Text.class).text());
                    link.send(new byte[GatewayLink.MAX_FRAME_BYTES]);
                    assertEquals(GatewayLink.MAX_FRAME_BYTES, recorder.expect(Recorder.Binary.class).bytes().length);
                    link.finish();
                    assertEquals("closed by the peer, status 1000", recorder.awaitClosed());
                }
            });
        }
    }

    /**
     * Has all that trust what the JDK trusts, by its properties or by its default context, trust what is in the store.
     */
    private static void whileTrusting(Path store, SSLContext tls, Body body) throws Exception {
        SSLContext before = SSLContext.getDefault();
        Map<String, String> properties = Map.of("javax.net.ssl.trustStore", store.toString(),
                "javax.net.ssl.trustStorePassword", PASSWORD);
        System.getProperties().putAll(properties);
        SSLContext.setDefault(tls);
        try {
            body.run();
        } finally {
            SSLContext.setDefault(before);
            System.getProperties().keySet().removeAll(properties.keySet());
        }
    }

    private interface Body {

        void run() throws Exception;
    }

    private static SSLContext context(Path store) throws Exception {
        char[] password = PASSWORD.toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, password);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    @Test
    void noThreadIsLeft() throws Exception {
        transport.close();
        Net.assertNoThreads();
        for (int i = 0; i < 3; i++) {
            Peers.Transport own = transport(5_000);
            RecordingServer server = Peers.echo();
            Recorder recorder = new Recorder();
            GatewayLink link = own.connect(Net.endpoint(server.address()), recorder);
            recorder.expect(Recorder.Opened.class);
            link.send("x");
            recorder.expect(Recorder.Text.class);
            assertFalse(Net.threadNames().isEmpty());
            for (String name : Net.threadNames()) {
                assertTrue(name.startsWith("cloakwork-websocket-") || name.matches(foreignThreads), name);
            }
            own.close();
            server.close();
            recorder.awaitClosed();
            Net.assertNoThreads();
        }
    }

    @Test
    void framesTravelBothWaysUnchanged() throws Exception {
        try (RecordingServer server = Peers.echo()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            Random random = new Random(1);
            for (int length : new int[] {0, 1, 3, 125, 126, 2_452, 65_535, 65_536, GatewayLink.MAX_FRAME_BYTES}) {
                byte[] sent = new byte[length];
                random.nextBytes(sent);
                byte[] before = sent.clone();
                link.send(sent);
                assertArrayEquals(before, client.expect(Recorder.Binary.class).bytes());
                assertArrayEquals(before, sent, "masking must not change the caller's bytes");
            }
            for (String text : List.of("", "{}", "zażółć gęślą jaźń 🦝", "x".repeat(64 << 10))) {
                link.send(text);
                assertEquals(text, client.expect(Recorder.Text.class).text());
            }
            client.assertKept();
        }
    }

    @Test
    void tenThousandFramesArriveInOrderBothWays() throws Exception {
        try (RecordingServer server = Peers.echo()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            for (int i = 0; i < 10_000; i++) {
                link.send(ByteBuffer.allocate(4).putInt(i).array());
            }
            for (int i = 0; i < 10_000; i++) {
                assertEquals(i, ByteBuffer.wrap(client.expect(Recorder.Binary.class).bytes()).getInt());
            }
            client.assertKept();
        }
    }

    @Test
    void pendingBytesCountsWhatThePeerDoesNotReadAndDrainedFollows() throws Exception {
        Semaphore mayRead = new Semaphore(0);
        try (RecordingServer server = Peers.server(link -> new Recorder() {
            @Override
            public void binary(byte[] binary) {
                mayRead.acquireUninterruptibly();
                super.binary(binary);
            }
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            assertEquals(0, link.pendingBytes());
            int frames = 150;
            for (int i = 0; i < frames; i++) {
                link.send(new byte[100_000]);
            }
            long pending = link.pendingBytes();
            assertTrue(pending > 1_000_000 && pending <= frames * 100_000L, "pending " + pending);
            assertEquals(0, pending % 100_000);
            int drainedBefore = client.drained.get();
            mayRead.release(frames);
            RecordingServer.Accepted accepted = server.next();
            accepted.recorder().expect(Recorder.Opened.class);
            for (int i = 0; i < frames; i++) {
                assertEquals(100_000, accepted.recorder().expect(Recorder.Binary.class).bytes().length);
            }
            await(() -> client.drained.get() > drainedBefore);
            assertEquals(0, link.pendingBytes());
            client.assertKept();
        }
    }

    @Test
    void aPeerThatDoesNotReadIsCutOffAtTheLimit() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (RecordingServer server = Peers.server(link -> new Recorder() {
            @Override
            public void binary(byte[] binary) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            long accepted = 0;
            while (client.closed.get() == 0 && accepted < 4 * MAX_PENDING_BYTES) {
                link.send(new byte[100_000]);
                accepted += 100_000;
                assertTrue(link.pendingBytes() <= MAX_PENDING_BYTES);
            }
            assertTrue(client.awaitClosed().contains("reads too slowly"));
            assertEquals(0, link.pendingBytes());
            release.countDown();
            server.next().recorder().awaitClosed();
        }
    }

    @Test
    void smallFramesHaveALimitToo() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (RecordingServer server = Peers.server(link -> new Recorder() {
            @Override
            public void opened() {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            for (int i = 0; i < 20_000_000 && client.closed.get() == 0; i++) {
                link.send(new byte[0]);
            }
            assertTrue(client.awaitClosed().contains("reads too slowly"));
            release.countDown();
        }
    }

    @Test
    void pingsAreAnsweredWithTheSameBytesBothWays() throws Exception {
        try (RecordingServer server = Peers.server()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            RecordingServer.Accepted accepted = server.next();
            accepted.recorder().expect(Recorder.Opened.class);
            for (byte[] payload : List.of(new byte[0], new byte[] {1, 2, 3}, new byte[125])) {
                link.ping(payload);
                assertArrayEquals(payload, client.expect(Recorder.Pong.class).payload());
                accepted.link().ping(payload);
                assertArrayEquals(payload, accepted.recorder().expect(Recorder.Pong.class).payload());
            }
            assertThrows(IllegalArgumentException.class, () -> link.ping(new byte[126]));
        }
    }

    @Test
    void aPingOvertakesWhatWaits() throws Exception {
        Semaphore mayRead = new Semaphore(0);
        try (RecordingServer server = Peers.server(link -> new Recorder() {
            @Override
            public void binary(byte[] binary) {
                mayRead.acquireUninterruptibly();
                super.binary(binary);
            }
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            for (int i = 0; i < 150; i++) {
                link.send(new byte[100_000]);
            }
            link.ping(new byte[] {7});
            mayRead.release(150);
            assertArrayEquals(new byte[] {7}, client.expect(Recorder.Pong.class).payload());
            assertTrue(server.next().recorder().events.size() < 150, "the ping stood behind all frames");
        }
    }

    @Test
    void frameThatIsTooLargeIsRefusedAtOnce() throws Exception {
        try (RecordingServer server = Peers.echo()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            assertThrows(IllegalArgumentException.class, () -> link.send(new byte[GatewayLink.MAX_FRAME_BYTES + 1]));
            assertThrows(IllegalArgumentException.class,
                    () -> link.send("ż".repeat(GatewayLink.MAX_FRAME_BYTES / 2 + 1)));
            link.send("still open");
            assertEquals("still open", client.expect(Recorder.Text.class).text());
        }
    }

    @RepeatedTest(50)
    void closingHereEndsBothSidesAndDropsLaterSends() throws Exception {
        try (RecordingServer server = Peers.server()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            link.close();
            link.close();
            assertEquals("closed here", client.awaitClosed());
            link.send("dropped");
            link.send(new byte[10]);
            link.ping(new byte[0]);
            assertEquals(0, link.pendingBytes());
            Recorder serverSide = server.next().recorder();
            String reason = serverSide.awaitClosed();
            assertTrue(reason.startsWith("closed by the peer, status 1000"), reason);
            assertEquals(List.of(new Recorder.Opened()), serverSide.events.stream().limit(1).toList());
            assertEquals(2, serverSide.events.size());
        }
    }

    @RepeatedTest(50)
    void finishingLosesNothingInEitherDirection() throws Exception {
        finish(200);
    }

    @Test
    void finishingLosesNothingOfMuch() throws Exception {
        finish(2_000);
    }

    private void finish(int frames) throws Exception {
        AtomicReference<GatewayLink> toClient = new AtomicReference<>();
        Recorder serverSide = new Recorder() {
            @Override
            public void closed(String reason) {
                toClient.get().send("sent before I knew");
                super.closed(reason);
            }
        };
        try (RecordingServer server = Peers.server(link -> {
            toClient.set(link);
            return serverSide;
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            serverSide.expect(Recorder.Opened.class);
            for (int i = 0; i < frames; i++) {
                toClient.get().send(ByteBuffer.allocate(2_413).putInt(i).array());
                link.send(ByteBuffer.allocate(2_413).putInt(i).array());
            }
            link.finish();
            link.finish();
            link.send("too late");
            assertTrue(client.awaitClosed().startsWith("closed by the peer"), client.events::toString);
            serverSide.awaitClosed();
            for (int i = 0; i < frames; i++) {
                assertEquals(i, ByteBuffer.wrap(client.expect(Recorder.Binary.class).bytes()).getInt());
                assertEquals(i, ByteBuffer.wrap(serverSide.expect(Recorder.Binary.class).bytes()).getInt());
            }
            assertEquals("sent before I knew", client.expect(Recorder.Text.class).text());
            client.expect(Recorder.Closed.class);
            serverSide.expect(Recorder.Closed.class);
        }
    }

    @RepeatedTest(50)
    void aPeerThatFinishesGetsWhatIsSentUntilItIsHeardAndTheAnswer() throws Exception {
        int frames = 200;
        AtomicReference<GatewayLink> toServer = new AtomicReference<>();
        CountDownLatch ready = new CountDownLatch(1);
        try (RecordingServer server = Peers.server()) {
            Recorder client = new Recorder() {
                @Override
                public void closed(String reason) {
                    await(ready);
                    for (int i = 0; i < frames; i++) {
                        toServer.get().send(ByteBuffer.allocate(2_413).putInt(i).array());
                    }
                    super.closed(reason);
                }
            };
            toServer.set(transport.connect(Net.endpoint(server.address()), client));
            ready.countDown();
            client.expect(Recorder.Opened.class);
            RecordingServer.Accepted accepted = server.next();
            accepted.recorder().expect(Recorder.Opened.class);
            accepted.link().send("last");
            accepted.link().finish();
            assertEquals("last", client.expect(Recorder.Text.class).text());
            assertEquals("closed by the peer, status 1000", client.awaitClosed());
            assertEquals("closed by the peer, status 1000", accepted.recorder().awaitClosed());
            for (int i = 0; i < frames; i++) {
                assertEquals(i, ByteBuffer.wrap(accepted.recorder().expect(Recorder.Binary.class).bytes()).getInt());
            }
        }
    }

    @Test
    void aHandlerThatBlocksStopsThePeerAndNobodyElse() throws Exception {
        Semaphore mayRead = new Semaphore(0);
        try (RecordingServer server = Peers.server(); RecordingServer echo = Peers.echo()) {
            Recorder slow = new Recorder() {
                @Override
                public void binary(byte[] binary) {
                    mayRead.acquireUninterruptibly();
                    super.binary(binary);
                }
            };
            transport.connect(Net.endpoint(server.address()), slow);
            slow.expect(Recorder.Opened.class);
            RecordingServer.Accepted accepted = server.next();
            accepted.recorder().expect(Recorder.Opened.class);
            int frames = 150;
            for (int i = 0; i < frames; i++) {
                accepted.link().send(new byte[100_000]);
            }
            Recorder other = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(echo.address()), other);
            other.expect(Recorder.Opened.class);
            for (int i = 0; i < 100; i++) {
                link.send("" + i);
                assertEquals("" + i, other.expect(Recorder.Text.class).text());
            }
            long pending = accepted.link().pendingBytes();
            assertTrue(pending > 1_000_000, "pending " + pending);
            assertEquals(0, slow.events.size());
            mayRead.release(frames);
            for (int i = 0; i < frames; i++) {
                assertEquals(100_000, slow.expect(Recorder.Binary.class).bytes().length);
            }
            await(() -> accepted.link().pendingBytes() == 0);
        }
    }

    @Test
    void aPeerMayNotSendMoreThanAFrame() throws Exception {
        for (int firstByte : new int[] {0x81, 0x82, 0x02}) {
            try (Peers.Scripted peer = new Peers.Scripted(transport)) {
                peer.client.expect(Recorder.Opened.class);
                peer.write(firstByte, new byte[GatewayLink.MAX_FRAME_BYTES / 2]);
                peer.write(firstByte < 0x80 ? 0x80 : firstByte, new byte[GatewayLink.MAX_FRAME_BYTES / 2]);
                peer.write(firstByte, new byte[GatewayLink.MAX_FRAME_BYTES + 1]);
                String reason = peer.client.awaitClosed();
                assertTrue(reason.contains(tooLarge), reason);
                assertEquals(firstByte < 0x80 ? 2 : 3, peer.client.events.size());
            }
        }
    }

    @Test
    void whatAPeerWritesIsKeptShortAndPrintable() throws Exception {
        try (Peers.Scripted peer = new Peers.Scripted(transport)) {
            peer.write(0x88, ("\u0003\u00e8\u001b[2J" + "x".repeat(119)).getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("closed by the peer, status 1000: ?[2J" + "x".repeat(116), peer.client.awaitClosed());
        }
    }

    /** The end of the connection comes at any moment of the reading of what was before it. */
    @RepeatedTest(200)
    void anEndWithoutACloseFrameIsToldAfterWhatCameBefore() throws Exception {
        try (Peers.Scripted peer = new Peers.Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            peer.awaitPong();
            await(Peers::nothingIsRead);
            peer.write(0x82, new byte[100]);
            peer.socket.close();
            peer.client.expect(Recorder.Binary.class);
            assertEquals(ended, peer.client.expect(Recorder.Closed.class).reason());
        }
    }

    @Test
    void anEndIsToldWhenTheHandlerIsDoneWithWhatCameBefore() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Peers.Scripted peer = new Peers.Scripted(transport, new Recorder() {
            @Override
            public void binary(byte[] binary) {
                inside.countDown();
                await(release);
                super.binary(binary);
            }
        })) {
            peer.write(0x82, new byte[100]);
            await(inside);
            peer.socket.close();
            await(Peers::nothingIsRead);
            release.countDown();
            peer.client.expect(Recorder.Opened.class);
            peer.client.expect(Recorder.Binary.class);
            for (int i = 0; noticesAnEndByTheNextWrite() && i < 50 && peer.client.closed.get() == 0; i++) {
                peer.link.send("anybody there?");
                TimeUnit.MILLISECONDS.sleep(100);
            }
            peer.client.expect(Recorder.Closed.class);
        }
    }

    /** {@return whether an end without a close frame may be told only when something is sent} */
    boolean noticesAnEndByTheNextWrite() {
        return false;
    }

    /** A peer that neither reads nor answers. */
    @Test
    void aPeerThatDoesNotAnswerACloseFrameIsCutOff() throws Exception {
        try (Peers.Scripted peer = new Peers.Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            long begin = System.nanoTime();
            peer.link.close();
            assertEquals("closed here", peer.client.awaitClosed());
            peer.socket.getInputStream().readAllBytes();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(millis >= CLOSE_GRACE_MILLIS - 50 && millis < 5_000, millis + " ms");
        }
    }

    @Test
    void closingCutsAFinishShort() throws Exception {
        try (Peers.Scripted peer = new Peers.Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            peer.link.finish();
            peer.write(0x81, "still heard".getBytes(StandardCharsets.UTF_8));
            assertEquals("still heard", peer.client.expect(Recorder.Text.class).text());
            peer.link.close();
            assertEquals("closed here", peer.client.awaitClosed());
            peer.socket.getInputStream().readAllBytes();
        }
    }

    @Test
    void aPeerThatDoesNotAnswerAFinishIsCutOffInTheEnd() throws Exception {
        try (Peers.Scripted peer = new Peers.Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            peer.link.finish();
            peer.socket.setSoTimeout(15_000);
            peer.socket.getInputStream().readAllBytes();
            String reason = peer.client.awaitClosed();
            assertTrue(reason.contains(cutOff), reason);
        }
    }

    @RepeatedTest(50)
    void aLinkMayBeClosedInTheInstantItOpens() throws Exception {
        AtomicReference<GatewayLink> link = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        try (RecordingServer server = Peers.server(atServer -> {
            await(known);
            link.get().close();
            return new Recorder();
        })) {
            Recorder client = new Recorder();
            link.set(transport.connect(Net.endpoint(server.address()), client));
            known.countDown();
            assertEquals("closed here", client.awaitClosed());
            server.next().recorder().awaitClosed();
            client.assertKept();
        }
    }

    @Test
    void finishingALinkThatIsNotOpenClosesIt() throws Exception {
        try (RecordingServer server = Peers.echo()) {
            Recorder client = new Recorder();
            transport.connect(Net.endpoint(server.address()), client).finish();
            client.awaitClosed();
        }
    }

    @Test
    void aHandlerMayCloseAndSendFromItsCallsAndIsNotReentered() throws Exception {
        try (RecordingServer server = Peers.echo()) {
            AtomicReference<GatewayLink> link = new AtomicReference<>();
            CountDownLatch ready = new CountDownLatch(1);
            Recorder client = new Recorder() {
                @Override
                public void opened() {
                    await(ready);
                    link.get().send("from opened");
                    super.opened();
                }

                @Override
                public void text(String text) {
                    super.text(text);
                    link.get().close();
                    link.get().send("never");
                    assertEquals(0, closed.get(), "closed must not be called from inside close()");
                }
            };
            link.set(transport.connect(Net.endpoint(server.address()), client));
            ready.countDown();
            assertEquals("closed here", client.awaitClosed());
            client.expect(Recorder.Opened.class);
            assertEquals("from opened", client.expect(Recorder.Text.class).text());
            client.expect(Recorder.Closed.class);
        }
    }

    @Test
    void aFailingHandlerLosesItsOwnLinkOnly() throws Exception {
        AtomicReference<Recorder> failed = new AtomicReference<>();
        try (RecordingServer server = Peers.server(link -> new Recorder() {
            @Override
            public void text(String text) {
                if (text.equals("fail")) {
                    failed.set(this);
                    throw new IllegalStateException("on purpose");
                }
                link.send(text);
            }
        })) {
            Recorder first = new Recorder();
            Recorder second = new Recorder();
            GatewayLink failing = transport.connect(Net.endpoint(server.address()), first);
            GatewayLink working = transport.connect(Net.endpoint(server.address()), second);
            first.expect(Recorder.Opened.class);
            second.expect(Recorder.Opened.class);
            failing.send("fail");
            first.awaitClosed();
            working.send("fine");
            assertEquals("fine", second.expect(Recorder.Text.class).text());
            assertTrue(failed.get().awaitClosed().contains("on purpose"));
        }
    }

    @Test
    void manyThreadsMaySendAtOnce() throws Exception {
        try (RecordingServer server = Peers.server()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            Thread[] senders = new Thread[8];
            for (int t = 0; t < senders.length; t++) {
                byte sender = (byte) t;
                senders[t] = Thread.startVirtualThread(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        link.send(ByteBuffer.allocate(8).putInt(sender).putInt(i).array());
                    }
                });
            }
            Recorder serverSide = server.next().recorder();
            serverSide.expect(Recorder.Opened.class);
            int[] next = new int[senders.length];
            for (int i = 0; i < 8_000; i++) {
                ByteBuffer frame = ByteBuffer.wrap(serverSide.expect(Recorder.Binary.class).bytes());
                assertEquals(next[frame.getInt()]++, frame.getInt());
            }
            for (Thread sender : senders) {
                sender.join();
            }
            serverSide.assertKept();
        }
    }

    /** A sender that goes by what is pending alone. */
    @Test
    void manyPacketsFlowAsFastAsTheyGo() throws Exception {
        int packetBytes = 2_452;
        int packets = 40_000;
        Semaphore arrived = new Semaphore(0);
        try (RecordingServer server = Peers.server(link -> new Recorder() {
            @Override
            public void binary(byte[] binary) {
                arrived.release();
            }
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            byte[] packet = new byte[packetBytes];
            long begin = System.nanoTime();
            for (int sent = 0; sent < packets; sent++) {
                while (link.pendingBytes() > 4 << 20) {
                    Thread.onSpinWait();
                }
                link.send(packet);
            }
            assertTrue(arrived.tryAcquire(packets, 30, TimeUnit.SECONDS));
            System.out.printf("%s loopback: %.0f MB/s of %d-byte frames%n", name,
                    packets * (double) packetBytes / (System.nanoTime() - begin) * 1e3, packetBytes);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not come true within 10 s");
            Thread.sleep(5);
        }
    }
}
