package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.streams.End;
import org.cloakwork.streams.OpenStream;
import org.cloakwork.streams.StreamFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams in virtual time. One thread does everything, so nothing is read before it is there. */
class StreamsTest {

    private static final int PORT = 7;
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final Duration POLL = Duration.ofMillis(1);
    private static final SendOptions ANONYMOUS = SendOptions.DEFAULT.withReplySurbs(5);
    private static final int LONG_KEEP_ALIVE_MILLIS = 3_600_000;

    @RegisterExtension
    final Seed seed = new Seed();

    private static OpenStream open(World world, TestClient from, TestClient to, StreamOptions options)
            throws IOException {
        OpenStream stream = from.engine.beginStream(to.address(), PORT, options);
        assertTrue(world.time.runUntil(() -> stream.opened().isDone(), PATIENCE), "not answered");
        return stream;
    }

    private static MixnetStream accepted(World world, StreamListener listener, TestClient client) throws IOException {
        assertTrue(world.time.runUntil(() -> client.engine.counters().get("streams.accepted") > 0, PATIENCE),
                "none came");
        return listener.accept(POLL);
    }

    private static byte[] read(World world, MixnetStream stream, int length) throws IOException {
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            assertTrue(world.time.runUntil(() -> available(stream) > 0, PATIENCE), at + " of " + length
                    + " bytes came");
            at += stream.input().read(bytes, at, length - at);
        }
        return bytes;
    }

    private static int available(MixnetStream stream) {
        try {
            return stream.input().available();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs until reading throws, and says why. */
    private static StreamException.Reason broken(World world, MixnetStream stream, Duration within) {
        StreamException.Reason[] reason = new StreamException.Reason[1];
        stream.setReadTimeout(Duration.ofNanos(1));
        assertTrue(world.time.runUntil(() -> {
            try {
                assertTrue(stream.input().read() >= 0, "it ended in order");
                return false;
            } catch (SocketTimeoutException nothingYet) {
                return false;
            } catch (StreamException e) {
                reason[0] = e.reason();
                return true;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }, within), "it did not break");
        return reason[0];
    }

    private static void assertEnds(World world, MixnetStream stream) throws IOException {
        stream.setReadTimeout(Duration.ofNanos(1));
        assertTrue(world.time.runUntil(() -> {
            try {
                return stream.input().read() < 0;
            } catch (SocketTimeoutException nothingYet) {
                return false;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }, PATIENCE), "no end");
    }

    private static long count(TestClient client, String counter) {
        return client.engine.counters().get(counter);
    }

    @Test
    void whoIsClosedTellsTheOtherSide() throws Exception {
        for (boolean covered : new boolean[] {false, true}) {
            try (World world = new World(seed.next())) {
                TestClient alice = world.client(ClientConfiguration.DEFAULT, covered
                        ? World.cover(Optional.of(Duration.ofMillis(20)), Optional.of(Duration.ofMillis(200)))
                        : World.cover(Optional.empty(), Optional.empty()));
                TestClient bob = world.readyClient();
                alice.awaitReady();
                StreamListener listener = bob.engine.listen(PORT);
                OpenStream near = open(world, alice, bob, StreamOptions.DEFAULT);
                MixnetStream far = accepted(world, listener, bob);
                alice.stop();
                assertEquals(StreamException.Reason.RESET, broken(world, far, Duration.ofSeconds(5)));
                assertEquals(StreamException.Reason.ABORTED, broken(world, near, Duration.ofSeconds(1)));
            }
        }
    }

    @Test
    void whatIsWrittenIsReadInOrderWhateverHappensToTheMessages() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            world.loss = 0.1;
            world.duplication = 0.1;
            world.jitter = Duration.ofSeconds(5);
            MixnetStream near = open(world, alice, bob, StreamOptions.DEFAULT);
            MixnetStream far = accepted(world, listener, bob);
            for (int round = 0; round < 4; round++) {
                for (MixnetStream[] way : new MixnetStream[][] {{near, far}, {far, near}}) {
                    byte[] bytes = world.randomness.bytes(60_000);
                    for (int at = 0; at < bytes.length; at += 3000) {
                        way[0].output().write(bytes, at, 3000);
                    }
                    assertArrayEquals(bytes, read(world, way[1], bytes.length));
                    world.runFor(Duration.ofSeconds(30));
                }
            }
            near.close();
            assertEnds(world, far);
            far.close();
            assertTrue(world.time.runUntil(() -> alice.engine.counters().get("messages.in-flight") == 0, PATIENCE));
            assertTrue(count(bob, "streams.frames.reordered") > 0, "nothing was reordered");
            assertTrue(count(alice, "streams.frames.reordered") > 0, "nothing was reordered");
            assertEquals(0, count(alice, "streams.broken") + count(bob, "streams.broken"));
            assertTrue(alice.received.isEmpty() && bob.received.isEmpty(), "frames went to subscribers");
        }
    }

    @Test
    void whatOvertakesTheOpeningIsKeptForIt() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            alice.awaitAcknowledged(alice.send(bob.address(),
                    new StreamFrame.Data(5, End.NONE, 0, new byte[] {1, 2, 3}).toBytes(), ANONYMOUS));
            alice.awaitAcknowledged(alice.send(bob.address(),
                    new StreamFrame.Data(5, End.CLOSED, 1, new byte[] {4}).toBytes(), ANONYMOUS));
            alice.awaitAcknowledged(alice.send(bob.address(),
                    new StreamFrame.Data(6, End.NONE, 0, new byte[] {9}).toBytes(), ANONYMOUS));
            assertTrue(world.time.runUntil(() -> count(bob, "streams.frames.early") == 3, PATIENCE));
            alice.send(bob.address(), new StreamFrame.Open(5, PORT, LONG_KEEP_ALIVE_MILLIS).toBytes(), ANONYMOUS);
            MixnetStream far = accepted(world, listener, bob);
            assertArrayEquals(new byte[] {1, 2, 3, 4}, read(world, far, 4));
            assertEnds(world, far);
            // Of the other stream nothing more comes.
            assertTrue(world.time.runUntil(() -> count(bob, "streams.frames.dropped.refused") == 1,
                    Duration.ofMinutes(2)));
            far.reset("end of the test");
        }
    }

    @Test
    void aHundredStreamsLoseNothingToTheRaceBetweenOpeningAndFirstBytes() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            world.jitter = Duration.ofSeconds(3);
            int streams = 0;
            try (StreamListener listener = bob.engine.listen(PORT)) {
                for (int i = 0; i < 100; i++) {
                    MixnetStream near = alice.engine.beginStream(bob.address(), PORT, StreamOptions.DEFAULT);
                    near.output().write(new byte[] {(byte) i, 1, 2});
                    int soFar = i;
                    assertTrue(world.time.runUntil(() -> count(bob, "streams.accepted") > soFar, PATIENCE));
                    MixnetStream far = listener.accept(POLL);
                    assertArrayEquals(new byte[] {(byte) i, 1, 2}, read(world, far, 3));
                    near.close();
                    assertEnds(world, far);
                    far.close();
                    streams++;
                }
            }
            world.runFor(Duration.ofMinutes(1));
            System.out.println(streams + " streams, " + count(bob, "streams.frames.early")
                    + " frames came before theirs");
            assertTrue(count(bob, "streams.frames.early") > 10, "there was no race");
            assertEquals(0, count(alice, "streams.broken") + count(bob, "streams.broken"));
        }
    }

    @Test
    void aPieceThatNeverComesIsAnErrorAndNeverSkipped() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            alice.send(bob.address(), new StreamFrame.Open(5, PORT, LONG_KEEP_ALIVE_MILLIS).toBytes(), ANONYMOUS);
            alice.send(bob.address(), new StreamFrame.Data(5, End.NONE, 0, new byte[] {1}).toBytes(), ANONYMOUS);
            alice.send(bob.address(), new StreamFrame.Data(5, End.NONE, 2, new byte[] {3}).toBytes(), ANONYMOUS);
            MixnetStream far = accepted(world, listener, bob);
            assertArrayEquals(new byte[] {1}, read(world, far, 1));
            world.runFor(Duration.ofMinutes(10));
            assertEquals(0, available(far), "what is behind the gap was given out");
            assertEquals(StreamException.Reason.GAP, broken(world, far, Duration.ofMinutes(11)));
        }
    }

    @Test
    void aPeerThatIsGoneIsNoticedAndOneThatSaysNothingIsNotGivenUp() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            StreamOptions options = StreamOptions.DEFAULT.withKeepAlive(Duration.ofSeconds(10));
            MixnetStream near = open(world, alice, bob, options);
            MixnetStream far = accepted(world, listener, bob);
            world.runFor(Duration.ofHours(2));
            near.output().write(42);
            assertArrayEquals(new byte[] {42}, read(world, far, 1));
            long before = world.time.now().toEpochMilli();
            alice.kill();
            assertEquals(StreamException.Reason.SILENT, broken(world, far, Duration.ofMinutes(2)));
            long seconds = (world.time.now().toEpochMilli() - before) / 1000;
            System.out.println("a peer that was killed was noticed after " + seconds + " s of virtual time");
            assertTrue(seconds >= 30 && seconds <= 60, seconds + " s");
        }
    }

    @Test
    void halvesCloseOnTheirOwn() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            MixnetStream near = open(world, alice, bob, StreamOptions.DEFAULT);
            MixnetStream far = accepted(world, listener, bob);
            near.output().write(1);
            near.output().close();
            assertThrows(IOException.class, () -> near.output().write(2));
            assertArrayEquals(new byte[] {1}, read(world, far, 1));
            assertEnds(world, far);
            world.runFor(Duration.ofMinutes(10));
            far.output().write(new byte[5000]);
            assertEquals(5000, read(world, near, 5000).length);
            far.close();
            assertEnds(world, near);
            near.close();
            world.runFor(Duration.ofMinutes(1));
            assertEquals(0, count(alice, "streams.broken") + count(bob, "streams.broken"));
        }
    }

    @Test
    void whoClosesWithoutReadingTellsTheOtherSideAfterEverythingItWrote() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            MixnetStream near = open(world, alice, bob, StreamOptions.DEFAULT);
            MixnetStream far = accepted(world, listener, bob);
            near.output().write(new byte[20_000]);
            near.close();
            assertEquals(20_000, read(world, far, 20_000).length);
            assertEnds(world, far);
            far.output().write(new byte[1000]);
            assertTrue(world.time.runUntil(() -> count(bob, "streams.broken") == 1, PATIENCE));
            StreamException reset = assertThrows(StreamException.class, () -> far.output().write(1));
            assertEquals(StreamException.Reason.RESET, reset.reason());
        }
    }

    @Test
    void whereNobodyListensStreamsAreRefused() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener other = bob.engine.listen(PORT + 1);
            assertThrows(IOException.class, () -> bob.engine.listen(PORT + 1));
            OpenStream refused = open(world, alice, bob, StreamOptions.DEFAULT);
            assertEquals(StreamException.Reason.REFUSED, broken(world, refused, PATIENCE));
            other.close();
            assertThrows(IOException.class, other::accept);
            bob.engine.listen(PORT + 1).close();
            StreamException gone = assertThrows(StreamException.class, () ->
                    alice.engine.openStream(bob.address(), PORT, StreamOptions.DEFAULT.withDeadline(POLL)));
            assertEquals(StreamException.Reason.TIMED_OUT, gone.reason());
            world.runFor(Duration.ofMinutes(1));
        }
    }

    @Test
    void whoNeverUsedStreamsDoesNotAnswerToThem() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            byte[] frame = new StreamFrame.Open(5, PORT, LONG_KEEP_ALIVE_MILLIS).toBytes();
            alice.awaitAcknowledged(alice.send(bob.address(), frame, ANONYMOUS));
            bob.awaitReceived(1);
            assertArrayEquals(frame, bob.received.getFirst().payload());
            assertEquals(0, count(bob, "messages.created"));
        }
    }

    @Test
    void malformedFramesAndMoreThanTheWindowEndOnlyTheirStream() throws Exception {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            StreamListener listener = bob.engine.listen(PORT);
            byte[] open = new StreamFrame.Open(5, PORT, LONG_KEEP_ALIVE_MILLIS).toBytes();
            for (byte[] bad : new byte[][] {Arrays.copyOf(open, open.length - 1), Arrays.copyOf(open, open.length + 1),
                Arrays.copyOf(open, StreamFrame.HEAD_LENGTH), wrongType(open)}) {
                alice.awaitAcknowledged(alice.send(bob.address(), bad, ANONYMOUS));
            }
            assertTrue(world.time.runUntil(() -> count(bob, "streams.frames.dropped.malformed") == 4, PATIENCE));
            alice.awaitAcknowledged(alice.send(bob.address(), open, ANONYMOUS));
            MixnetStream far = accepted(world, listener, bob);
            alice.send(bob.address(), new StreamFrame.Data(5, End.NONE, 0,
                    new byte[StreamFrame.FIRST_WINDOW_BYTES + 1]).toBytes(), ANONYMOUS);
            assertEquals(StreamException.Reason.OVERRUN, broken(world, far, PATIENCE));
            assertFalse(count(bob, "streams.broken") > 1);
        }
    }

    private static byte[] wrongType(byte[] frame) {
        byte[] wrong = frame.clone();
        wrong[8] = 99;
        return wrong;
    }
}
