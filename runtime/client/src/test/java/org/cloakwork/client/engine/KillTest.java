package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.topology.TopologyKeeper;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.store.Change;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A client with a store is killed, and another one goes on with what it left behind. */
class KillTest {

    @RegisterExtension
    final Seed seed = new Seed();

    @TempDir
    private Path folder;

    private World world;
    private MemoryStore store;
    private TestClient alice;
    private TestClient bob;

    @BeforeEach
    void start() {
        world = new World(seed.value(), new ClearFormat(), 2);
        store = new MemoryStore(folder);
        alice = world.client(store).start();
        alice.awaitReady();
        bob = world.readyClient();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Alice is killed, and starts again later. */
    private void restart(Duration later) {
        alice.kill();
        world.runFor(later);
        alice = world.client(store).start();
    }

    private void restart() {
        restart(Duration.ofMillis(500));
        alice.awaitReady();
    }

    @Test
    void whoSheIsSurvives() {
        MixnetAddress address = alice.address();
        restart();
        assertEquals(address, alice.address());
        assertEquals(1, world.gateways.stream().mapToInt(gateway -> gateway.registrations).sum() - 1, "besides Bob's");
        bob.awaitAcknowledged(bob.send(address, "hello"));
        alice.awaitReceived(1);
    }

    @Test
    void aGatewayThatIsGoneIsReplacedAndTakenAgainByName() {
        MixnetAddress address = alice.address();
        alice.kill();
        world.directory = () -> CompletableFuture.completedFuture(world.topology(Set.of(address.gateway())));
        alice = world.client(store).start();
        alice.awaitReady();
        assertNotEquals(address.gateway(), alice.address().gateway());
        assertEquals(address.identity(), alice.address().identity());
        world.directory = () -> CompletableFuture.completedFuture(world.topology());
        MixnetAddress second = alice.address();
        restart();
        assertEquals(second, alice.address());
    }

    @Test
    void whileTheDirectoryIsDownSheGoesOnWithTheTopologyOfBefore() {
        world.runFor(Duration.ofMinutes(7));
        alice.kill();
        world.directory = () -> World.noTopology("the directory is down");
        alice = world.client(store).start();
        assertTrue(world.time.runUntil(alice::isReady, Duration.ofSeconds(1)), () -> "" + alice.engine.state());
        alice.awaitAcknowledged(alice.send(bob.address(), "on the topology of before"));
        // Taken over two minutes before the end, at the first refresh, and that counts.
        world.runFor(Duration.ofMinutes(1));
        assertTrue(alice.engine.counters().get(TopologyKeeper.AGE) >= 180, alice::counters);
        assertTrue(alice.isReady());
        String made = world.time.now().truncatedTo(ChronoUnit.HOURS).toString().substring(0, 14);
        alice.kill();
        world.runFor(Duration.ofMinutes(30));
        alice = world.client(store).start();
        world.runFor(Duration.ofSeconds(1));
        String reason = assertInstanceOf(ClientState.Degraded.class, alice.engine.state()).reason();
        assertTrue(reason.startsWith("the topology of " + made) && reason.endsWith("the directory is down"), reason);
        alice.awaitAcknowledged(alice.send(bob.address(), "on an old topology"));
        world.directory = () -> CompletableFuture.completedFuture(world.topology());
        assertTrue(world.time.runUntil(alice::isReady, Duration.ofMinutes(6)));
    }

    @Test
    void whenTheDirectorySaysNothingTheTopologyOfBeforeIsUsedAfterFiveSeconds() {
        alice.kill();
        world.directory = CompletableFuture::new;
        alice = world.client(store).start();
        world.runFor(Duration.ofMillis(4900));
        assertInstanceOf(ClientState.Connecting.class, alice.engine.state());
        assertTrue(world.time.runUntil(alice::isReady, Duration.ofMillis(300)), () -> "" + alice.engine.state());
    }

    @Test
    void aTopologyOfYesterdayIsNotUsed() {
        alice.kill();
        world.directory = () -> World.noTopology("the directory is down");
        world.runFor(Duration.ofHours(25));
        alice = world.client(store).start();
        world.runFor(Duration.ofMinutes(1));
        assertEquals("the directory is down",
                assertInstanceOf(ClientState.Connecting.class, alice.engine.state()).step());
    }

    @Test
    void a6A7WhatIsStoredArrivesOnceHoweverOftenSheIsKilled() {
        world.loss = 0.1;
        world.duplication = 0.1;
        world.jitter = Duration.ofMillis(300);
        Set<Integer> stored = new TreeSet<>();
        int number = 0;
        for (int kill = 0; kill < 20; kill++) {
            int burst = 1 + world.random.nextInt(20);
            for (int i = 0; i < burst; i++) {
                int sent = number++;
                byte[] message = Arrays.copyOf(bytes(sent + " "), 20 + world.random.nextInt(10_000));
                alice.send(bob.address(), message, i % 2 == 0 ? SendOptions.DEFAULT
                        : SendOptions.DEFAULT.withReplySurbs(2)).stored().thenRun(() -> stored.add(sent));
            }
            long most = world.random.nextBoolean() ? 5_000_000L : 3_000_000_000L;
            world.runFor(Duration.ofNanos(world.random.nextLong(most)));
            restart(Duration.ofMillis(world.random.nextInt(1000)));
        }
        assertTrue(world.time.runUntil(() -> alice.isReady() && alice.inFlight() == 0, Duration.ofMinutes(14)),
                alice::counters);
        world.runFor(Duration.ofSeconds(5));
        Map<Integer, Integer> times = new HashMap<>();
        bob.received.forEach(message -> times.merge(
                Integer.parseInt(message.text().substring(0, message.text().indexOf(' '))), 1, Integer::sum));
        assertTrue(times.keySet().containsAll(stored), () -> stored + " stored, arrived " + times.keySet());
        assertEquals(Set.of(1), new HashSet<>(times.values()), "each once");
        assertEquals(1, bob.received.stream().flatMap(message -> message.sender().stream()).distinct().count());
        assertEquals(0, store.rows("message"));
    }

    @Test
    void answersToQuestionsOfBeforeAreUnderstood() {
        alice.awaitAcknowledged(alice.send(bob.address(), bytes("question"), SendOptions.DEFAULT.withReplySurbs(8)));
        bob.awaitReceived(1);
        SenderTag tag = bob.received.getFirst().sender().orElseThrow();
        alice.kill();
        Delivery early = bob.reply(tag, bytes("while she is away"));
        bob.awaitAcknowledged(early);
        alice = world.client(store).start();
        alice.awaitReceived(1);
        // More than the blocks suffice for: she must know the tag, too, to give more.
        byte[] answer = world.randomness.bytes(100_000);
        bob.awaitAcknowledged(bob.reply(tag, answer));
        alice.awaitReceived(2);
        assertEquals("while she is away", alice.received.getFirst().text());
        assertArrayEquals(answer, alice.received.get(1).payload());
        assertTrue(alice.counter(Counter.SURB_REQUESTS_RECEIVED) > 0);
    }

    /** A packet made with a reply block has the block's header, so the same header twice is the same block twice. */
    @Test
    void aReplyBlockIsUsedOnceHoweverOftenSheIsKilled() {
        bob.awaitAcknowledged(bob.send(alice.address(), bytes("question"), SendOptions.DEFAULT.withReplySurbs(200)));
        alice.awaitReceived(1);
        SenderTag tag = alice.received.getFirst().sender().orElseThrow();
        world.loss = 0.05;
        int answers = 0;
        for (int kill = 0; kill < 15; kill++) {
            Delivery answer = alice.reply(tag, world.randomness.bytes(20_000));
            answers++;
            world.runFor(Duration.ofNanos(world.random.nextLong(200_000_000L)));
            boolean stored = answer.stored().isDone();
            restart(Duration.ofMillis(10));
            answers -= stored ? 0 : 1;
        }
        int expected = answers;
        assertTrue(world.time.runUntil(() -> alice.isReady() && bob.received.size() >= expected,
                Duration.ofMinutes(14)), () -> bob.received.size() + " of " + expected + ": " + alice.counters());
        Set<List<Byte>> headers = new HashSet<>();
        int packets = 0;
        for (FakeGateway gateway : world.gateways) {
            for (FakeGateway.Forwarded forwarded : gateway.forwarded) {
                packets++;
                List<Byte> header = new ArrayList<>();
                for (byte b : Arrays.copyOf(forwarded.packet().packet(), PacketFormat.HEADER_LENGTH)) {
                    header.add(b);
                }
                assertTrue(headers.add(header), "a header was sent twice");
            }
        }
        assertTrue(packets > 15 * 10, packets + " packets");
    }

    @Test
    void whatArrivedOfAMessageCounts() {
        byte[] message = world.randomness.bytes(400_000);
        Delivery delivery = bob.send(alice.address(), message);
        assertTrue(world.time.runUntil(() -> alice.counter(Counter.RECEIVED_FRAGMENTS) > 50, Duration.ofMinutes(1)));
        world.loss = 1;
        world.runFor(Duration.ofSeconds(3));
        assertTrue(alice.received.isEmpty());
        long before = alice.counter(Counter.RECEIVED_FRAGMENTS);
        restart();
        world.loss = 0;
        bob.awaitAcknowledged(delivery);
        alice.awaitReceived(1);
        assertArrayEquals(message, alice.received.getFirst().payload());
        assertTrue(alice.counter(Counter.RECEIVED_FRAGMENTS) < delivery.progress().packets(), before + " before");
        world.runFor(Duration.ofSeconds(1));
        assertEquals(0, store.rows("fragment"));
    }

    /** Earlier versions took reply blocks from whoever brought them, also over one of ours. */
    @Test
    void replyBlocksThatAnEarlierVersionKeptAreNotUsed() throws Exception {
        bob.awaitAcknowledged(bob.send(alice.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(10)));
        alice.awaitReceived(1);
        SenderTag tag = alice.received.getFirst().sender().orElseThrow();
        world.runFor(Duration.ofSeconds(1));
        alice.kill();
        List<Change> earlier = new ArrayList<>();
        store.forEach("surb", (key, value) -> {
            if (value.length < MixnetAddress.LENGTH) {
                return;
            }
            byte[] row = Arrays.copyOf(value, value.length - 1 - MixnetAddress.LENGTH);
            row[Long.BYTES] -= 16;
            System.arraycopy(value, Long.BYTES + 2 + MixnetAddress.LENGTH, row, Long.BYTES + 1,
                    row.length - Long.BYTES - 1);
            earlier.add(new Change.Put("surb", key, row));
        });
        assertEquals(10, earlier.size());
        store.commit(earlier);
        alice = world.client(store).start();
        alice.awaitReady();
        assertEquals(0, alice.engine.holdings().surbs());
        assertEquals(10, alice.counter(Counter.SURBS_EXPIRED));
        alice.awaitFailed(alice.reply(tag, new byte[100_000]), FailureReason.UNKNOWN_SENDER);
        assertEquals(0, alice.counter(Counter.SURB_REQUESTS_SENT));
        // That is the one which keeps those versions from the state.
        assertEquals(1, store.rows("surb"));
    }

    @Test
    void whoWroteToAnAddressOfBeforeIsNotToldTheOneOfAfterARestart() {
        bob.awaitAcknowledged(bob.send(alice.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(10)));
        alice.awaitReceived(1);
        SenderTag tag = alice.received.getFirst().sender().orElseThrow();
        MixnetAddress before = alice.address();
        alice.kill();
        world.directory = () -> CompletableFuture.completedFuture(world.topology(Set.of(before.gateway())));
        alice = world.client(store).start();
        alice.awaitReady();
        world.directory = () -> CompletableFuture.completedFuture(world.topology());
        restart();
        assertNotEquals(before, alice.address());
        assertEquals(10, alice.engine.holdings().surbs());
        alice.reply(tag, new byte[100_000]);
        world.runFor(Duration.ofMinutes(1));
        assertEquals(0, alice.counter(Counter.SURB_REQUESTS_SENT));
        assertTrue(alice.counter(Counter.SURB_REQUESTS_UNASKED) > 0);
    }

    /** An earlier version did not write down how a fragment came: the rest may come another way. */
    @Test
    void fragmentsThatAnEarlierVersionKeptAreRemoved() throws Exception {
        store.commit(List.of(new Change.Put("fragment", new byte[] {0, 0, 0, 1, 1}, new Fragment(1, 2, 1,
                OptionalInt.empty(), OptionalInt.empty(), new byte[9]).bytes())));
        restart();
        assertEquals(0, alice.engine.holdings().inboxBytes());
        assertEquals(0, store.rows("fragment"));
    }

    @Test
    void whatWasCompleteIsNotDeliveredAgain() {
        world.duplication = 1;
        for (int i = 0; i < 20; i++) {
            bob.send(alice.address(), "message " + i);
        }
        alice.awaitReceived(20);
        // What she was killed right after is delivered again: better twice than never.
        world.runFor(Duration.ofMillis(5));
        restart(Duration.ofMillis(1));
        world.runFor(Duration.ofSeconds(10));
        assertEquals(List.of(), alice.texts());
        assertTrue(alice.counter(Counter.FRAGMENTS_DUPLICATE) > 0);
        world.duplication = 0;
        world.runFor(Duration.ofHours(1));
        bob.awaitAcknowledged(bob.send(alice.address(), "one more"));
        world.runFor(Duration.ofSeconds(1));
        assertEquals(1, store.rows("completed"), "the others are forgotten in time");
    }

    @Test
    void whatTheGatewayDeliversAgainLaterIsStillNoMessage() {
        int length = PacketSize.REGULAR.fragmentLength();
        List<byte[]> old = IntStream.range(0, 100).mapToObj(i -> PayloadEncryption.toRecipient(
                Chunking.split(Padding.pad(new NymMessage.Plain(bytes("message " + i)).bytes(), length), length,
                        () -> Chunking.randomSetId(world.randomness)).getFirst().bytes(),
                EncryptionKeyPair.generate(world.randomness), alice.address().encryption())).toList();
        FakeGateway gateway = world.gateways.stream()
                .filter(one -> one.identity().equals(alice.address().gateway())).findFirst().orElseThrow();
        old.forEach(packet -> gateway.deliver(alice.address().identity(), packet));
        alice.awaitReceived(100);
        world.runFor(Duration.ofSeconds(1));
        for (int time = 1; time <= 3; time++) {
            restart();
            world.runFor(Duration.ofHours(1));
            old.forEach(packet -> gateway.deliver(alice.address().identity(), packet));
            world.runFor(Duration.ofSeconds(10));
            assertEquals(List.of(), alice.texts());
            assertEquals(100, alice.counter(Counter.MESSAGES_AGAIN));
        }
        assertTrue(store.rows("seen") <= 10, "" + store.rows("seen"));
    }

    @Test
    void messagesNobodyTookAreKept() {
        alice.kill();
        alice = world.client(store);
        alice.engine.start();
        alice.awaitReady();
        bob.awaitAcknowledged(bob.send(alice.address(), bytes("kept"), SendOptions.DEFAULT.withReplySurbs(3)));
        world.runFor(Duration.ofSeconds(1));
        assertEquals(1, store.rows("received"));
        restart();
        alice.awaitReceived(1);
        ReceivedMessage kept = alice.received.getFirst();
        assertEquals("kept", kept.text());
        bob.awaitReceived(0);
        alice.awaitAcknowledged(alice.reply(kept.sender().orElseThrow(), bytes("answer")));
        bob.awaitReceived(1);
        restart();
        world.runFor(Duration.ofSeconds(1));
        assertEquals(List.of(), alice.texts());
        assertEquals(0, store.rows("received"));
    }

    @Test
    void aDeadlinePassesWhileSheIsDead() {
        world.loss = 1;
        Delivery delivery = alice.send(bob.address(), bytes("late"),
                SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(20)));
        world.runFor(Duration.ofSeconds(5));
        assertTrue(delivery.stored().isDone());
        assertFalse(delivery.outcome().isDone());
        restart(Duration.ofMinutes(1));
        alice.awaitReady();
        world.runFor(Duration.ofSeconds(1));
        assertEquals(1, alice.counter(Counter.MESSAGES_RESTORED));
        assertEquals(1, alice.counter(Counter.MESSAGES_FAILED));
        assertEquals(0, store.rows("message"));
    }

    @Test
    void aMessageThatEndedIsNotSentAgain() {
        alice.awaitAcknowledged(alice.send(bob.address(), bytes("once")));
        world.runFor(Duration.ofSeconds(1));
        restart();
        assertEquals(0, alice.counter(Counter.MESSAGES_RESTORED));
        // Whoever is told that a message failed may send it again; so it must not go on by itself.
        world.loss = 1;
        Delivery closed = alice.send(bob.address(), bytes("closed"));
        world.runFor(Duration.ofSeconds(1));
        alice.stop();
        world.runFor(Duration.ofSeconds(1));
        alice.awaitFailed(closed, FailureReason.CLOSED);
        assertEquals(0, store.rows("message"));
        alice.kill();
        alice = world.client(store).start();
        alice.awaitReady();
        assertEquals(0, alice.counter(Counter.MESSAGES_RESTORED));
    }

    @Test
    void whileNothingCanBeWrittenNothingLeavesAndEverybodyIsTold() {
        store.failing = true;
        int before = world.gateways.stream().mapToInt(gateway -> gateway.forwarded.size()).sum();
        Delivery delivery = alice.send(bob.address(), bytes("held"));
        world.runFor(Duration.ofSeconds(10));
        ClientState.Degraded degraded = assertInstanceOf(ClientState.Degraded.class, alice.engine.state());
        assertEquals("the state cannot be written: " + folder + ": the disk is full", degraded.reason());
        assertFalse(delivery.stored().isDone());
        assertEquals(before, world.gateways.stream().mapToInt(gateway -> gateway.forwarded.size()).sum());
        assertTrue(alice.counter(Counter.STORE_FAILURES) > 5);
        store.failing = false;
        alice.awaitAcknowledged(delivery);
        assertTrue(delivery.stored().isDone());
        assertTrue(alice.isReady());
        store.failing = true;
        Delivery refused = alice.send(bob.address(), bytes("never"),
                SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(5)));
        alice.awaitFailed(refused, FailureReason.DEADLINE);
        assertTrue(refused.stored().isDone());
        // Nothing is waited for at the end.
        CompletableFuture<Void> stopped = alice.stop();
        world.runFor(Duration.ofSeconds(5));
        assertTrue(stopped.isDone());
    }

    @Test
    void commitsTakeAlongWhatCameMeanwhile() {
        int before = store.commits;
        List<Delivery> deliveries = IntStream.range(0, 500)
                .mapToObj(i -> alice.send(bob.address(), "message " + i)).toList();
        deliveries.forEach(alice::awaitAcknowledged);
        world.runFor(Duration.ofSeconds(1));
        assertTrue(store.commits - before < 1000, (store.commits - before) + " commits for 500 messages");
        assertEquals(500, bob.received.size());
    }

    @Test
    void withoutAStoreNothingIsWaitedFor() {
        assertTrue(bob.send(alice.address(), "at once").stored().isDone());
    }
}
