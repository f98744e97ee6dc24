package org.cloakwork.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cloakwork.itests.testing.transport.Net;
import org.cloakwork.itests.testing.transport.Recorder;
import org.cloakwork.itests.testing.transport.RecordingServer;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebSocketServerTest {

    private RecordingServer server;
    private WebSocketTransport transport;
    private Recorder bystander;
    private GatewayLink bystanderLink;

    /** Every attack runs beside a client that must not notice. */
    @BeforeEach
    void start() throws Exception {
        server = RecordingServer.echo(new WebSocketServer());
        transport = new WebSocketTransport(Map.of());
        bystander = new Recorder();
        bystanderLink = transport.connect(Net.endpoint(server.address()), bystander);
        bystander.expect(Recorder.Opened.class);
        server.next();
    }

    @AfterEach
    void bystanderStillWorks() throws Exception {
        bystanderLink.send("still here");
        assertEquals("still here", bystander.expect(Recorder.Text.class).text());
        bystander.assertKept();
        transport.close();
        server.close();
        Net.assertNoThreads();
    }

    @Test
    void junkOnThePort() throws Exception {
        Random random = new Random(2);
        for (int i = 0; i < 50; i++) {
            byte[] junk = new byte[1 + random.nextInt(20_000)];
            random.nextBytes(junk);
            try (Socket socket = Net.socket(server.address())) {
                socket.getOutputStream().write(junk);
                socket.shutdownOutput();
                RawClient.rest(socket);
            } catch (IOException resetWhileWriting) {
                continue;
            }
        }
        assertEquals(0, server.accepted.size());
    }

    @Test
    void ordinaryHttpIsAnsweredAndClosed() throws Exception {
        for (String request : List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(100_000) + "\r\n\r\n",
                RawClient.upgradeRequest().replace("Version: 13", "Version: 8"),
                RawClient.upgradeRequest().replace("GET /", "GET /" + "z".repeat(20_000)),
                RawClient.upgradeRequest().replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""))) {
            try (Socket socket = Net.socket(server.address())) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                assertFalse(new String(RawClient.rest(socket), StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 101"));
            } catch (IOException resetWhileWriting) {
                continue;
            }
        }
        assertEquals(0, server.accepted.size());
    }

    @Test
    void pagesOfThisMachineMayConnectAndNoOthers() throws Exception {
        for (String origin : List.of("http://localhost:8000", "http://127.0.0.1", "https://[::1]:1",
                "chrome-extension://abc")) {
            try (Socket socket = RawClient.upgraded(server.address(), "Origin: " + origin)) {
                String head = Net.head(socket);
                assertTrue(head.startsWith("HTTP/1.1 101"), origin + ": " + head);
            }
            server.next();
        }
        for (String origin : List.of("https://evil.example", "null", "http://localhost.evil.example",
                "http://127.0.0.1.evil", "http://evil.example/localhost")) {
            try (Socket socket = RawClient.upgraded(server.address(), "Origin: " + origin)) {
                String head = Net.head(socket);
                assertTrue(head.startsWith("HTTP/1.1 403"), origin + ": " + head);
            }
        }
        assertEquals(0, server.accepted.size());
    }

    @Test
    void halfHandshakesEndAtTheTimeout() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        long begin = System.nanoTime();
        String request = RawClient.upgradeRequest();
        for (int length = 0; length < request.length() - 1; length += 40) {
            Socket socket = Net.socket(server.address());
            sockets.add(socket);
            socket.getOutputStream().write(request.substring(0, length).getBytes(StandardCharsets.US_ASCII));
        }
        for (Socket socket : sockets) {
            RawClient.rest(socket);
            socket.close();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        assertTrue(millis >= Connections.HANDSHAKE_TIMEOUT_MILLIS - 50 && millis < 5_000, millis + " ms");
        assertEquals(0, server.accepted.size());
    }

    @Test
    void aHandshakeThatDripsEndsAtTheTimeoutToo() throws Exception {
        try (Socket socket = Net.socket(server.address())) {
            long begin = System.nanoTime();
            byte[] request = RawClient.upgradeRequest("X-Padding: " + "x".repeat(1_000))
                    .getBytes(StandardCharsets.US_ASCII);
            IOException ended = assertThrows(IOException.class, () -> {
                for (byte b : request) {
                    socket.getOutputStream().write(b);
                    Thread.sleep(10);
                }
            });
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(millis < 5_000, millis + " ms until " + ended);
        }
    }

    @Test
    void extensionsAreNotNegotiatedAndFramesInTheSamePacketAreRead() throws Exception {
        try (Socket socket = Net.socket(server.address())) {
            byte[] request = RawClient.upgradeRequest(
                    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, @identity, fragment")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] frame = RawClient.frame(0x82, new byte[] {1, 2, 3});
            byte[] both = new byte[request.length + frame.length];
            System.arraycopy(request, 0, both, 0, request.length);
            System.arraycopy(frame, 0, both, request.length, frame.length);
            socket.getOutputStream().write(both);
            String head = Net.head(socket);
            assertTrue(head.startsWith("HTTP/1.1 101"), head);
            assertTrue(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), head);
            assertFalse(head.toLowerCase().contains("extensions"), head);
            assertFalse(head.toLowerCase().contains("jetty"), head);
            assertArrayEquals(new byte[] {(byte) 0x82, 3, 1, 2, 3}, socket.getInputStream().readNBytes(5));
        }
    }

    @Test
    void brokenFramesCloseTheirOwnLinkOnly() throws Exception {
        byte[] tooLarge = RawClient.frame(0x82, new byte[GatewayLink.MAX_FRAME_BYTES + 1]);
        byte[] hugeHeader = {(byte) 0x82, (byte) 0xff, 0x7f, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0};
        byte[] unmasked = {(byte) 0x82, 1, 7};
        byte[] invalidUtf8 = RawClient.frame(0x81, new byte[] {'a', (byte) 0xc3, 0x28});
        byte[] cutUtf8 = RawClient.frame(0x81, new byte[] {(byte) 0xf0, (byte) 0x9f});
        byte[] reservedBit = RawClient.frame(0xc2, new byte[] {1});
        byte[] unknownOpCode = RawClient.frame(0x83, new byte[] {1});
        byte[] strayContinuation = RawClient.frame(0x80, new byte[] {1});
        byte[] longPing = RawClient.frame(0x89, new byte[126]);
        byte[] fragmentedPing = RawClient.frame(0x09, new byte[1]);
        byte[] badClose = RawClient.frame(0x88, new byte[] {1});
        for (byte[] bytes : List.of(tooLarge, hugeHeader, unmasked, invalidUtf8, cutUtf8, reservedBit, unknownOpCode,
                strayContinuation, longPing, fragmentedPing, badClose)) {
            try (Socket socket = RawClient.upgraded(server.address())) {
                assertTrue(Net.head(socket).startsWith("HTTP/1.1 101"));
                Recorder recorder = server.next().recorder();
                try {
                    socket.getOutputStream().write(bytes);
                } catch (IOException closedWhileWriting) {
                    assertTrue(bytes.length > 1_000);
                }
                recorder.awaitClosed();
                assertEquals(2, recorder.events.size(), recorder.events.toString());
                RawClient.rest(socket);
            }
        }
    }

    @Test
    void fragmentsAreJoinedUpToTheLimit() throws Exception {
        try (Socket socket = RawClient.upgraded(server.address())) {
            Net.head(socket);
            Recorder recorder = server.next().recorder();
            socket.getOutputStream().write(RawClient.frame(0x01, "zaż".getBytes(StandardCharsets.UTF_8)));
            socket.getOutputStream().write(RawClient.frame(0x89, new byte[] {9}));
            socket.getOutputStream().write(RawClient.frame(0x00, new byte[] {(byte) 0xc3}));
            socket.getOutputStream().write(RawClient.frame(0x80, new byte[] {(byte) 0xb3}));
            assertArrayEquals(new byte[] {(byte) 0x8a, 1, 9}, socket.getInputStream().readNBytes(3));
            byte[] expected = "zażó".getBytes(StandardCharsets.UTF_8);
            assertEquals(0x81, socket.getInputStream().read());
            assertEquals(expected.length, socket.getInputStream().read());
            assertArrayEquals(expected, socket.getInputStream().readNBytes(expected.length));
            try {
                for (int i = 0; i < 10; i++) {
                    socket.getOutputStream().write(RawClient.frame(i == 0 ? 0x02 : 0x00, new byte[20_000]));
                }
            } catch (IOException closedWhileWriting) {
                assertTrue(true);
            }
            assertTrue(recorder.awaitClosed().contains("MessageTooLarge"));
        }
    }

    @Test
    void connectionsAboveTheLimitAreClosedAtOnceAndRoomIsFoundAgain() throws Exception {
        try (RecordingServer small = new RecordingServer(new WebSocketServer(3), link -> new Recorder())) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Socket socket = RawClient.upgraded(small.address());
                assertTrue(Net.head(socket).startsWith("HTTP/1.1 101"));
                sockets.add(socket);
            }
            try (Socket refused = Net.socket(small.address())) {
                long begin = System.nanoTime();
                assertEquals(0, RawClient.rest(refused).length);
                assertTrue(System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(1_000));
            }
            sockets.removeFirst().close();
            small.next().recorder().awaitClosed();
            boolean admitted = false;
            for (int attempt = 0; attempt < 100 && !admitted; attempt++) {
                try (Socket again = RawClient.upgraded(small.address())) {
                    admitted = Net.head(again).startsWith("HTTP/1.1 101");
                } catch (IOException refused) {
                    admitted = false;
                }
            }
            assertTrue(admitted);
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void portInUseIsNamed() {
        IOException refused = assertThrows(IOException.class,
                () -> server.server.listen(server.address(), link -> new Recorder()));
        assertTrue(refused.getMessage().contains("127.0.0.1:" + server.address().getPort()), refused.getMessage());
        IOException foreign = assertThrows(IOException.class,
                () -> server.server.listen(new InetSocketAddress("192.0.2.1", 0), link -> new Recorder()));
        assertTrue(foreign.getMessage().contains("192.0.2.1"), foreign.getMessage());
        IOException unknown = assertThrows(IOException.class, () -> server.server.listen(
                InetSocketAddress.createUnresolved("no-such-host.invalid", 1), link -> new Recorder()));
        assertTrue(unknown.getMessage().contains("no-such-host.invalid"), unknown.getMessage());
    }

    @Test
    void closedPortIsFreeAgain() throws Exception {
        GatewayServer.Listening first = server.server.listen(Net.ANY_PORT, link -> new Recorder());
        Recorder client = new Recorder();
        transport.connect(Net.endpoint(first.address()), client);
        client.expect(Recorder.Opened.class);
        first.close();
        first.close();
        client.awaitClosed();
        GatewayServer.Listening second = server.server.listen(first.address(), link -> new Recorder());
        assertEquals(first.address(), second.address());
        second.close();
    }

    @Test
    void listenerClosing() throws Exception {
        try (RecordingServer other = new RecordingServer(new WebSocketServer(), link -> new Recorder())) {
            Recorder client = new Recorder();
            transport.connect(Net.endpoint(other.address()), client);
            client.expect(Recorder.Opened.class);
            Recorder serverSide = other.next().recorder();
            serverSide.expect(Recorder.Opened.class);
            other.listening.close();
            client.awaitClosed();
            assertEquals("the listener is closed", serverSide.awaitClosed());
        }
    }

    @Test
    void eightyListenersShareTheirThreads() throws Exception {
        int threadsForOne = Net.threadNames().size();
        List<GatewayServer.Listening> many = new ArrayList<>();
        List<Recorder> clients = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            String name = "gateway " + i;
            many.add(server.server.listen(Net.ANY_PORT, link -> new Recorder() {
                @Override
                public void text(String text) {
                    link.send(name);
                }
            }));
            Recorder client = new Recorder();
            clients.add(client);
            GatewayLink link = transport.connect(Net.endpoint(many.get(i).address()), client);
            client.expect(Recorder.Opened.class);
            link.send("who?");
            assertEquals(name, client.expect(Recorder.Text.class).text());
        }
        assertTrue(Net.threadNames().size() <= threadsForOne + 24, Net.threadNames().toString());
        for (GatewayServer.Listening listening : many) {
            listening.close();
        }
        for (Recorder client : clients) {
            client.awaitClosed();
        }
    }

    @Test
    void aFailingAcceptorLosesThatConnectionOnly() throws Exception {
        try (GatewayServer.Listening failing = server.server.listen(Net.ANY_PORT, link -> {
            throw new IllegalStateException("no");
        })) {
            Recorder client = new Recorder();
            transport.connect(Net.endpoint(failing.address()), client);
            client.awaitClosed();
        }
    }

    @Test
    void connectionsThatVanishAreReported() throws Exception {
        for (int i = 0; i < 20; i++) {
            Socket socket = RawClient.upgraded(server.address());
            Net.head(socket);
            Recorder recorder = server.next().recorder();
            socket.setSoLinger(true, i % 2 == 0 ? 0 : 1);
            socket.close();
            recorder.awaitClosed();
        }
    }
}
