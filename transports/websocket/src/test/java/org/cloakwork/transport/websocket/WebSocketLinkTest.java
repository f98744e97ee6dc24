package org.cloakwork.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
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

class WebSocketLinkTest {

    private WebSocketTransport transport;

    @BeforeEach
    void start() {
        transport = WebSocketTransport.configured(Map.of());
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
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> new Recorder() {
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
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> new Recorder() {
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
            while (client.closed.get() == 0 && accepted < 4 * WebSocketLink.MAX_PENDING_BYTES) {
                link.send(new byte[100_000]);
                accepted += 100_000;
                assertTrue(link.pendingBytes() <= WebSocketLink.MAX_PENDING_BYTES);
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
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> new Recorder() {
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
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> new Recorder() {
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

    @Test
    void finishingLosesNothingInEitherDirection() throws Exception {
        int frames = 2_000;
        AtomicReference<GatewayLink> toClient = new AtomicReference<>();
        Recorder serverSide = new Recorder() {
            @Override
            public void closed(String reason) {
                toClient.get().send("sent before I knew");
                super.closed(reason);
            }
        };
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> {
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
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> new Recorder() {
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
        try (Net.Server server = new Net.Server(new WebSocketServer(), link -> new Recorder() {
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
            System.out.printf("websocket loopback: %.0f MB/s of %d-byte frames%n", best, packetBytes);
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
}
