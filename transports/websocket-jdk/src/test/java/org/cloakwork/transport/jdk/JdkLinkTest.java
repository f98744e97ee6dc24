package org.cloakwork.transport.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.cloakwork.spi.transport.GatewayLink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class JdkLinkTest {

    private JdkTransport transport;

    @BeforeEach
    void start() {
        transport = JdkTransport.configured(Map.of());
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    @Test
    void framesTravelBothWaysUnchanged() throws Exception {
        try (Net.Server server = Net.Server.echo()) {
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
        try (Net.Server server = Net.Server.echo()) {
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
        try (Net.Server server = new Net.Server(link -> new Recorder() {
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
            Net.Server.Accepted accepted = server.next();
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
        try (Net.Server server = new Net.Server(link -> new Recorder() {
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
            while (client.closed.get() == 0 && accepted < 4 * JdkLink.MAX_PENDING_BYTES) {
                link.send(new byte[100_000]);
                accepted += 100_000;
                assertTrue(link.pendingBytes() <= JdkLink.MAX_PENDING_BYTES);
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
        try (Net.Server server = new Net.Server(link -> new Recorder() {
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
        try (Net.Server server = new Net.Server()) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            Net.Server.Accepted accepted = server.next();
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
        try (Net.Server server = new Net.Server(link -> new Recorder() {
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
        try (Net.Server server = Net.Server.echo()) {
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
        try (Net.Server server = new Net.Server()) {
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
        int frames = 200;
        AtomicReference<GatewayLink> toClient = new AtomicReference<>();
        Recorder serverSide = new Recorder() {
            @Override
            public void closed(String reason) {
                toClient.get().send("sent before I knew");
                super.closed(reason);
            }
        };
        try (Net.Server server = new Net.Server(link -> {
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
        try (Net.Server server = new Net.Server()) {
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
            Net.Server.Accepted accepted = server.next();
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
        try (Net.Server server = new Net.Server(); Net.Server echo = Net.Server.echo()) {
            Recorder slow = new Recorder() {
                @Override
                public void binary(byte[] binary) {
                    mayRead.acquireUninterruptibly();
                    super.binary(binary);
                }
            };
            transport.connect(Net.endpoint(server.address()), slow);
            slow.expect(Recorder.Opened.class);
            Net.Server.Accepted accepted = server.next();
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
            try (Scripted peer = new Scripted(transport)) {
                peer.client.expect(Recorder.Opened.class);
                peer.write(firstByte, new byte[GatewayLink.MAX_FRAME_BYTES / 2]);
                peer.write(firstByte < 0x80 ? 0x80 : firstByte, new byte[GatewayLink.MAX_FRAME_BYTES / 2]);
                peer.write(firstByte, new byte[GatewayLink.MAX_FRAME_BYTES + 1]);
                String reason = peer.client.awaitClosed();
                assertTrue(reason.contains("more than " + GatewayLink.MAX_FRAME_BYTES), reason);
                assertEquals(firstByte < 0x80 ? 2 : 3, peer.client.events.size());
            }
        }
    }

    @Test
    void whatAPeerWritesIsKeptShortAndPrintable() throws Exception {
        try (Scripted peer = new Scripted(transport)) {
            peer.write(0x88, ("\u0003\u00e8\u001b[2J" + "x".repeat(119)).getBytes(StandardCharsets.ISO_8859_1));
            assertEquals("closed by the peer, status 1000: ?[2J" + "x".repeat(116), peer.client.awaitClosed());
        }
    }

    /** The end of the connection comes at any moment of the reading of what was before it. */
    @RepeatedTest(200)
    void anEndWithoutACloseFrameIsToldAfterWhatCameBefore() throws Exception {
        try (Scripted peer = new Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            peer.awaitPong();
            await(Net::nothingIsRead);
            peer.write(0x82, new byte[100]);
            peer.socket.close();
            peer.client.expect(Recorder.Binary.class);
            assertEquals("the connection ended without a close frame", peer.client.expect(Recorder.Closed.class).reason());
        }
    }

    @Test
    void anEndIsToldWhenTheHandlerIsDoneWithWhatCameBefore() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Scripted peer = new Scripted(transport, new Recorder() {
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
            await(Net::nothingIsRead);
            release.countDown();
            peer.client.expect(Recorder.Opened.class);
            peer.client.expect(Recorder.Binary.class);
            peer.client.expect(Recorder.Closed.class);
        }
    }

    /** A peer that neither reads nor answers. */
    @Test
    void aPeerThatDoesNotAnswerACloseFrameIsCutOff() throws Exception {
        try (Scripted peer = new Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            long begin = System.nanoTime();
            peer.link.close();
            assertEquals("closed here", peer.client.awaitClosed());
            peer.socket.getInputStream().readAllBytes();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertTrue(millis >= JdkLink.CLOSE_GRACE_MILLIS - 50 && millis < 5_000, millis + " ms");
        }
    }

    @Test
    void closingCutsAFinishShort() throws Exception {
        try (Scripted peer = new Scripted(transport)) {
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
        try (Scripted peer = new Scripted(transport)) {
            peer.client.expect(Recorder.Opened.class);
            peer.link.finish();
            peer.socket.setSoTimeout(15_000);
            peer.socket.getInputStream().readAllBytes();
            String reason = peer.client.awaitClosed();
            assertTrue(reason.contains("" + JdkLink.FINISH_GRACE_MILLIS), reason);
        }
    }

    @RepeatedTest(50)
    void aLinkMayBeClosedInTheInstantItOpens() throws Exception {
        AtomicReference<GatewayLink> link = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        try (Net.Server server = new Net.Server(atServer -> {
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
        try (Net.Server server = Net.Server.echo()) {
            Recorder client = new Recorder();
            transport.connect(Net.endpoint(server.address()), client).finish();
            client.awaitClosed();
        }
    }

    @Test
    void aHandlerMayCloseAndSendFromItsCallsAndIsNotReentered() throws Exception {
        try (Net.Server server = Net.Server.echo()) {
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
        try (Net.Server server = new Net.Server(link -> new Recorder() {
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
        try (Net.Server server = new Net.Server()) {
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

    @Test
    void packetsFlowFasterThanTwentyMegabytesASecond() throws Exception {
        int packetBytes = 2_452;
        int rounds = 3;
        int packets = 40_000;
        Semaphore arrived = new Semaphore(0);
        try (Net.Server server = new Net.Server(link -> new Recorder() {
            @Override
            public void binary(byte[] binary) {
                arrived.release();
            }
        })) {
            Recorder client = new Recorder();
            GatewayLink link = transport.connect(Net.endpoint(server.address()), client);
            client.expect(Recorder.Opened.class);
            byte[] packet = new byte[packetBytes];
            double best = 0;
            for (int round = 0; round < rounds; round++) {
                long begin = System.nanoTime();
                for (int sent = 0; sent < packets; sent++) {
                    while (link.pendingBytes() > 4 << 20) {
                        Thread.onSpinWait();
                    }
                    link.send(packet);
                }
                assertTrue(arrived.tryAcquire(packets, 30, TimeUnit.SECONDS));
                best = Math.max(best, packets * (double) packetBytes / (System.nanoTime() - begin) * 1e3);
            }
            System.out.printf("websocket-jdk loopback: %.0f MB/s of %d-byte frames%n", best, packetBytes);
            assertTrue(best > 20, best + " MB/s");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not come true within 10 s");
            Thread.sleep(5);
        }
    }

    /** A link to a peer that does nothing by itself once the websocket is open. */
    private static final class Scripted implements AutoCloseable {

        final Recorder client;
        final GatewayLink link;
        final Socket socket;

        Scripted(JdkTransport transport) throws Exception {
            this(transport, new Recorder());
        }

        Scripted(JdkTransport transport, Recorder client) throws Exception {
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

        void awaitPong() throws IOException {
            write(0x89, new byte[0]);
            assertEquals(6, socket.getInputStream().readNBytes(6).length);
        }

        /** Writes a frame; the client may have gone away. */
        void write(int firstByte, byte[] payload) {
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
                assertEquals(1, client.closed.get(), gone::toString);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
