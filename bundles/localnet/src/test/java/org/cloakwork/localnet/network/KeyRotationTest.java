package org.cloakwork.localnet.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.localnet.Parts;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients in a network on real sockets whose keys rotate. */
@Timeout(90)
class KeyRotationTest {

    private static final Duration ROTATION = Duration.ofSeconds(12);
    private static final int EACH = 10;
    private static final int SECONDS = 20;

    private final List<AutoCloseable> open = new ArrayList<>();

    /** A client and what it got. */
    private final class Peer {

        private final BlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
        private final Engine engine;

        Peer(LocalNetwork network, String name) throws Exception {
            org.cloakwork.client.base.Parts parts = new org.cloakwork.client.base.Parts();
            TopologyProvider topology =
                    Parts.make(TopologyProvider.class, "nym-api", Map.of("urls", network.directory().toString()));
            GatewayTransport transport = Parts.make(GatewayTransport.class, "websocket", Map.of());
            parts.set(PartKind.TOPOLOGY, topology);
            parts.set(PartKind.TRANSPORT, transport);
            parts.set(PartKind.SPHINX, Parts.make(PacketFormat.class, "bouncycastle", Map.of()));
            parts.set(PartKind.COVER, Parts.make(CoverTrafficStrategy.class, "none", Map.of()));
            parts.set(PartKind.ROUTES, Parts.make(RoutePolicy.class, "uniform", Map.of()));
            parts.set(PartKind.RETRANSMISSION, Parts.make(RetransmissionPolicy.class, "timeout", Map.of()));
            ThreadedEnvironment threads = new ThreadedEnvironment(name);
            engine = new Engine(ClientConfiguration.DEFAULT, parts, threads.environment());
            engine.subscribe(received::add);
            open.addAll(List.of((AutoCloseable) topology, (AutoCloseable) transport, threads, engine));
            engine.start();
            engine.awaitReady(Duration.ofSeconds(SECONDS));
        }

        ReceivedMessage next() throws InterruptedException {
            ReceivedMessage message = received.poll(SECONDS, TimeUnit.SECONDS);
            assertNotNull(message, () -> "nothing came: " + engine.counters());
            return message;
        }

        long count(Counter counter) {
            return engine.counters().get(counter.key());
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Each message arrived once, and its sender knows. */
    private static void assertArrive(Peer at, int first, List<Delivery> deliveries) throws Exception {
        Set<Integer> expected = new HashSet<>();
        Set<Integer> arrived = new HashSet<>();
        for (int i = 0; i < deliveries.size(); i++) {
            expected.add(first + i);
            arrived.add((int) at.next().payload()[0]);
        }
        assertEquals(expected, arrived);
        for (Delivery delivery : deliveries) {
            assertInstanceOf(Outcome.Acknowledged.class, delivery.outcome().get(SECONDS, TimeUnit.SECONDS));
        }
    }

    private static void bothWays(Peer alice, Peer bob, SenderTag tag, int first) throws Exception {
        List<Delivery> there = new ArrayList<>();
        List<Delivery> back = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
            there.add(alice.engine.send(bob.engine.address(), new byte[] {(byte) (first + i)}, SendOptions.DEFAULT));
            back.add(i % 2 == 0
                    ? bob.engine.send(alice.engine.address(), new byte[] {(byte) (first + i)}, SendOptions.DEFAULT)
                    : bob.engine.reply(tag, new byte[] {(byte) (first + i)}, SendOptions.DEFAULT));
        }
        assertArrive(bob, first, there);
        assertArrive(alice, first, back);
    }

    @Test
    void nothingIsLostOverARotationNotEvenAnswersOverReplyBlocksOfBefore() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().gateways(2).rotation(ROTATION).start()) {
            Peer alice = new Peer(network, "alice");
            Peer bob = new Peer(network, "bob");
            alice.engine.send(bob.engine.address(), new byte[] {100}, SendOptions.DEFAULT.withReplySurbs(100));
            SenderTag tag = bob.next().sender().orElseThrow();
            bothWays(alice, bob, tag, 0);

            await(() -> network.counters().get("key-rotations") == 1);
            bothWays(alice, bob, tag, EACH);
            long refreshes = bob.count(Counter.TOPOLOGY_REFRESHES);
            await(() -> bob.count(Counter.TOPOLOGY_REFRESHES) > refreshes);
            // Now he knows, too, and all the blocks he has are of before.
            long used = bob.count(Counter.SURBS_USED) - bob.count(Counter.PACKETS_RETRANSMITTED);
            bothWays(alice, bob, tag, 2 * EACH);
            long blocks = bob.count(Counter.SURBS_USED) - bob.count(Counter.PACKETS_RETRANSMITTED) - used;
            assertTrue(blocks <= EACH / 2, "each answer took one block, but for copies on a busy machine: " + blocks);
            // An acknowledgement that was made for other keys than its packet's would be dropped by a node.
            assertEquals(0, network.counters().get("dropped-unknown-rotation"));
            assertEquals(0, network.counters().get("dropped-bad-packet"));

            await(() -> bob.count(Counter.SURBS_EXPIRED) > 0);
            alice.engine.send(bob.engine.address(), new byte[] {100}, SendOptions.DEFAULT.withReplySurbs(100));
            bothWays(alice, bob, bob.next().sender().orElseThrow(), 3 * EACH);
            System.out.printf("rotation: %d messages over a change of keys, 0 lost, %d copies, %d blocks of before "
                    + "dropped%n",
                    8 * EACH + 2, alice.count(Counter.PACKETS_RETRANSMITTED) + bob.count(Counter.PACKETS_RETRANSMITTED),
                    bob.count(Counter.SURBS_EXPIRED));
        } finally {
            for (AutoCloseable part : open.reversed()) {
                part.close();
            }
        }
    }
}
