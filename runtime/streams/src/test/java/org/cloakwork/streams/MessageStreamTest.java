package org.cloakwork.streams;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.StreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MessageStreamTest {

    private static final StreamLimits LIMITS = new StreamLimits(8192, 64 * 1024, 32 * 1024, 40, 1000,
            Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofMinutes(20), Duration.ofSeconds(2));

    private static final class Sent implements Delivery {

        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        @Override
        public CompletableFuture<Outcome> outcome() {
            return outcome;
        }

        @Override
        public CompletableFuture<Void> stored() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Progress progress() {
            return new Progress(1, 0, 0);
        }
    }

    private record Message(boolean toRight, Runnable arrival, Sent sent) {
    }

    /** Two streams with a mixnet between them that delivers in any order, some things twice, and refuses some. */
    private static final class World {

        private final ByteBudget budget = new ByteBudget(1 << 20);
        private final AtomicLong nanos = new AtomicLong();
        private final Random random;
        private final int refusals;
        private final List<Message> underWay = new ArrayList<>();
        private final List<StreamException> breaks = new ArrayList<>();
        private final MessageStream left;
        private final MessageStream right;
        private boolean silent;
        private int lostWindows;
        private boolean losesWindows;
        private int mostUnderWay;

        World(long seed, int refusals) {
            random = new Random(seed);
            this.refusals = refusals;
            try {
                left = new MessageStream(new Link(true), LIMITS, budget, nanos::get);
                right = new MessageStream(new Link(false), LIMITS, budget, nanos::get);
            } catch (StreamException e) {
                throw new AssertionError(e);
            }
        }

        private final class Link implements Carrier {

            private final boolean toRight;

            private Link(boolean toRight) {
                this.toRight = toRight;
            }

            private MessageStream other() {
                return toRight ? right : left;
            }

            @Override
            public Delivery send(long sequence, End end, byte[] data) {
                Sent sent = new Sent();
                synchronized (underWay) {
                    if (random.nextInt(100) < refusals) {
                        sent.outcome.complete(new Outcome.Failed(FailureReason.OUTBOX_FULL, "full"));
                    } else if (!silent) {
                        underWay.add(new Message(toRight, () -> other().received(sequence, end, data), sent));
                        mostUnderWay = Math.max(mostUnderWay, underWay.size());
                    }
                }
                return sent;
            }

            @Override
            public Delivery window(long limitBytes, long newBytes) {
                Sent sent = new Sent();
                synchronized (underWay) {
                    if (random.nextInt(100) < refusals) {
                        sent.outcome.complete(new Outcome.Failed(FailureReason.OUTBOX_FULL, "full"));
                    } else if (losesWindows && random.nextBoolean()) {
                        lostWindows++;
                        sent.outcome.complete(new Outcome.Acknowledged(1, 0, Duration.ZERO));
                    } else {
                        underWay.add(new Message(toRight, () -> other().windowReceived(limitBytes), sent));
                    }
                }
                return sent;
            }

            @Override
            public void broken(StreamException why) {
                synchronized (breaks) {
                    breaks.add(why);
                }
            }
        }

        /** Delivers one message, whichever. */
        boolean step() {
            Message message;
            boolean twice;
            synchronized (underWay) {
                if (underWay.isEmpty()) {
                    return false;
                }
                message = underWay.remove(random.nextInt(underWay.size()));
                twice = random.nextInt(10) == 0;
            }
            message.arrival().run();
            if (twice) {
                message.arrival().run();
            }
            message.sent().outcome.complete(new Outcome.Acknowledged(1, 0, Duration.ZERO));
            return true;
        }

        int unread() throws IOException {
            return Math.max(left.input().available(), right.input().available());
        }

        void deliverAll() {
            while (step()) {
                // step did it
            }
        }

        void pass(Duration time) {
            nanos.addAndGet(time.toNanos());
            left.tick();
            right.tick();
        }

        StreamException onlyBreak() {
            assertEquals(1, breaks.size(), breaks.toString());
            return breaks.getFirst();
        }
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] talk(MessageStream stream, byte[] toSend, ExecutorService threads) throws Exception {
        Future<?> writer = threads.submit(() -> {
            for (int at = 0; at < toSend.length; at += 3333) {
                stream.output().write(toSend, at, Math.min(3333, toSend.length - at));
            }
            stream.output().close();
            return null;
        });
        byte[] received = stream.input().readAllBytes();
        writer.get();
        return received;
    }

    /** The law of the whole: any order, duplicates, refusals; both halves at once; the bytes are the same. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void bothHalvesDeliverWhatWentIn(long seed) throws Exception {
        World world = new World(seed, seed % 2 == 0 ? 20 : 0);
        if (seed > 2) {
            world.left.useWindows(4096);
            world.right.useWindows(4096);
        } else {
            world.left.useNoWindows();
            world.right.useNoWindows();
        }
        byte[] toRight = bytes(seed, 300_000);
        byte[] toLeft = bytes(seed + 100, 200_000);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> atLeft = threads.submit(() -> talk(world.left, toRight, threads));
            Future<byte[]> atRight = threads.submit(() -> talk(world.right, toLeft, threads));
            while (!atLeft.isDone() || !atRight.isDone()) {
                // Without windows only whoever reads in time is not overrun.
                if (world.unread() > LIMITS.receiveBytes() - LIMITS.sendBytes()) {
                    Thread.yield();
                } else if (!world.step()) {
                    // Refusals need time to pass; not so much that something takes too long while threads have no turn.
                    world.pass(Duration.ofNanos(100_000));
                    Thread.yield();
                }
            }
            assertArrayEquals(toLeft, atLeft.get());
            assertArrayEquals(toRight, atRight.get());
        }
        world.deliverAll();
        for (int i = 0; i < 100 && !(world.left.isDone() && world.right.isDone()); i++) {
            world.pass(Duration.ofMillis(250));
            world.deliverAll();
        }
        assertTrue(world.left.isDone() && world.right.isDone());
        assertTrue(world.breaks.isEmpty(), world.breaks.toString());
        assertTrue(world.mostUnderWay <= 2 * LIMITS.maxAhead() + 20, world.mostUnderWay + " under way");
    }

    @Test
    void whoDoesNotReadStopsTheWriter() throws Exception {
        World world = new World(7, 0);
        world.left.useWindows(4096);
        world.right.useWindows(4096);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicLong written = new AtomicLong();
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < 300; i++) {
                    world.left.output().write(new byte[1000]);
                    written.addAndGet(1000);
                }
                return null;
            });
            for (int i = 0; i < 2000; i++) {
                if (!world.step()) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
            }
            assertFalse(writer.isDone());
            // The window has not been told to grow: nobody has read yet.
            assertTrue(written.get() <= 4096, written + " written");
            assertTrue(written.get() >= 3000, written + " written");
            assertEquals(2 * LIMITS.firstReceiveBytes(), world.budget.takenBytes());
            Future<byte[]> reader = threads.submit(() -> world.right.input().readNBytes(300_000));
            while (!reader.isDone()) {
                world.step();
            }
            writer.get();
            assertEquals(300_000, reader.get().length);
            assertEquals(LIMITS.firstReceiveBytes() + LIMITS.receiveBytes(), world.budget.takenBytes());
            world.left.release();
            world.right.release();
            world.right.release();
            assertEquals(0, world.budget.takenBytes());
        }
    }

    /** A gateway acknowledges what the other side may never get. */
    @Test
    void aWindowThatIsLostIsToldAgain() throws Exception {
        World world = new World(8, 0);
        world.losesWindows = true;
        world.left.useWindows(4096);
        world.right.useWindows(4096);
        byte[] toRight = bytes(8, 200_000);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<byte[]> atRight = threads.submit(() -> world.right.input().readNBytes(toRight.length));
            Future<?> writer = threads.submit(() -> {
                world.left.output().write(toRight);
                return null;
            });
            while (!atRight.isDone()) {
                if (!world.step()) {
                    world.pass(Duration.ofMillis(1));
                    Thread.yield();
                }
            }
            assertArrayEquals(toRight, atRight.get());
            writer.get();
        }
        // How many there are depends on how much the reader finds at a time.
        assertTrue(world.lostWindows > 0, "none lost");
        assertTrue(world.breaks.isEmpty(), world.breaks.toString());
        world.losesWindows = false;
        world.deliverAll();
        int windows = 0;
        for (int i = 0; i < 600; i++) {
            world.pass(Duration.ofMillis(500));
            windows += world.underWay.size();
            world.deliverAll();
        }
        assertTrue(windows <= 6 + 2 * 5, windows + " messages in five minutes in which nothing happens");
    }

    @Test
    void withoutRoomInTheBudgetThereIsNoStream() {
        ByteBudget budget = new ByteBudget(LIMITS.firstReceiveBytes() - 1);
        assertEquals(StreamException.Reason.NO_ROOM, assertThrows(StreamException.class,
                () -> new MessageStream(new World(1, 0).new Link(true), LIMITS, budget, () -> 0)).reason());
    }

    @Test
    void anOverrunBreaksTheStreamOnBothSides() {
        World world = new World(1, 0);
        byte[] piece = new byte[1000];
        int i = 0;
        while (world.breaks.isEmpty()) {
            world.right.received(i++, End.NONE, piece);
            assertTrue(i < 100);
        }
        assertEquals(StreamException.Reason.OVERRUN, world.onlyBreak().reason());
        assertEquals(LIMITS.firstReceiveBytes() / 1000 + 1, i);
        world.deliverAll();
        assertThrows(StreamException.class, () -> world.left.input().read());
    }

    @Test
    void aGapIsWaitedForAndThenAnError() throws IOException {
        World world = new World(1, 0);
        assertEquals(Reordering.Accepted.NEXT, world.right.received(0, End.NONE, new byte[] {1}));
        assertEquals(Reordering.Accepted.EARLY, world.right.received(2, End.CLOSED, new byte[] {3}));
        assertEquals(1, world.right.input().read());
        world.silent = true;
        for (int minutes = 0; minutes < 20; minutes += 5) {
            world.nanos.addAndGet(Duration.ofMinutes(5).toNanos());
            world.right.tick();
            world.right.received(0, End.NONE, new byte[0]);
            assertTrue(world.breaks.isEmpty());
        }
        world.silent = false;
        world.nanos.addAndGet(1);
        world.right.tick();
        assertEquals(StreamException.Reason.GAP, world.onlyBreak().reason());
        assertThrows(StreamException.class, () -> world.right.input().read());
        world.deliverAll();
        world.pass(LIMITS.resetPatience().plusNanos(1));
        assertEquals(StreamException.Reason.RESET,
                assertThrows(StreamException.class, () -> world.left.input().read()).reason());
    }

    @Test
    void aResetComesAfterWhatWasSentBeforeIt() throws IOException {
        World world = new World(1, 0);
        world.left.output().write(new byte[] {1, 2, 3});
        world.left.abort("enough");
        world.deliverAll();
        assertArrayEquals(new byte[] {1, 2, 3}, world.right.input().readNBytes(3));
        assertEquals(StreamException.Reason.RESET,
                assertThrows(StreamException.class, () -> world.right.input().read()).reason());
        assertEquals(StreamException.Reason.ABORTED,
                assertThrows(StreamException.class, () -> world.left.output().write(1)).reason());
    }

    @Test
    void aResetDoesNotWaitLongForWhatIsLost() {
        World world = new World(1, 0);
        world.right.received(3, End.RESET, new byte[0]);
        world.pass(Duration.ofSeconds(1));
        assertTrue(world.breaks.isEmpty());
        world.pass(Duration.ofSeconds(2));
        assertEquals(StreamException.Reason.RESET, world.onlyBreak().reason());
    }

    @Test
    void aResetAfterTheCloseEndsTheOtherHalf() throws IOException {
        World world = new World(1, 0);
        world.left.output().close();
        world.deliverAll();
        assertEquals(-1, world.right.input().read());
        world.right.output().write(5);
        world.deliverAll();
        world.left.abort("gone");
        world.deliverAll();
        assertThrows(StreamException.class, () -> world.right.output().write(6));
    }

    /** Whoever asks before he reads, as pages do, would never learn of it. */
    @Test
    void anEndInAPieceOfItsOwnCanBeRead() throws IOException {
        World world = new World(1, 0);
        world.left.output().write(5);
        world.deliverAll();
        assertEquals(5, world.right.input().read());
        world.right.greet();
        world.deliverAll();
        assertFalse(world.left.isReadable());
        assertFalse(world.right.isReadable());
        world.left.output().close();
        world.deliverAll();
        assertTrue(world.right.isReadable());
        assertEquals(-1, world.right.input().read());
    }

    @Test
    void emptyPiecesKeepAliveWhatIsQuietAndSilenceBreaksIt() {
        World world = new World(1, 0);
        for (int minutes = 0; minutes < 60; minutes++) {
            world.pass(Duration.ofSeconds(61));
            world.deliverAll();
        }
        assertTrue(world.breaks.isEmpty());
        world.silent = true;
        for (int minutes = 0; minutes < 11; minutes++) {
            world.pass(Duration.ofSeconds(61));
        }
        assertEquals(2, world.breaks.size());
        assertTrue(world.breaks.stream().allMatch(why -> why.reason() == StreamException.Reason.SILENT));
    }

    /** Nym's programs cut a transfer that goes one way only after five minutes. */
    @Test
    void oneHalfGoesOnForAsLongAsAnythingIsSent() throws IOException {
        World world = new World(1, 0);
        world.right.output().close();
        world.deliverAll();
        assertEquals(-1, world.left.input().read());
        for (int minutes = 0; minutes < 120; minutes += 5) {
            world.left.output().write(1);
            world.pass(Duration.ofMinutes(5));
            world.deliverAll();
            assertEquals(1, world.right.input().read());
        }
        assertTrue(world.breaks.isEmpty());
    }

    @Test
    void whatCannotBeDeliveredBreaksTheStream() throws IOException {
        World world = new World(1, 0);
        world.left.output().write(1);
        world.underWay.getFirst().sent().outcome.complete(new Outcome.Failed(FailureReason.DEADLINE, "too late"));
        assertEquals(StreamException.Reason.UNDELIVERED, world.onlyBreak().reason());
        assertTrue(world.left.isDone());
    }
}
