package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.routes.uniform.UniformRoutes;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/**
 * A network in virtual time: two mix nodes a layer and some gateways, with faults a test switches on. Closing it checks
 * what must hold at any time.
 */
final class World implements AutoCloseable {

    static final RoutePolicy ROUTES = new UniformRoutes();
    static final CoverTrafficStrategy NO_COVER = cover(Optional.empty(), Optional.empty());
    /** Upstream's formula. */
    static final RetransmissionPolicy TIMEOUT = packet -> Optional.of(
            packet.expectedRoundTrip().multipliedBy(3).dividedBy(2).plusMillis(1500));

    private static final long FIRST_GATEWAY = 10;

    final VirtualTime time;
    final SplittableRandom random;
    final Randomness randomness;
    final VirtualTime.Host host;
    final PacketFormat format;
    final List<FakeGateway> gateways = new ArrayList<>();
    final List<TestClient> clients = new ArrayList<>();
    private final Map<NodeAddress, SphinxPrivateKey> nodeKeys = new HashMap<>();
    private final Map<NodeAddress, FakeGateway> gatewaysByAddress = new HashMap<>();
    private final Map<Long, Node> nodes = new LinkedHashMap<>();

    /** Of each packet and each acknowledgement on its way through the mixes. */
    double loss;
    /** Drop whatever comes to them. */
    final Set<NodeAddress> dead = new HashSet<>();
    /** Of each packet and each acknowledgement, that it arrives a second time, up to a second later. */
    double duplication;
    /** Added to each way through the mixes, up to this. */
    Duration jitter = Duration.ZERO;
    /** What topology providers answer. */
    Supplier<CompletableFuture<Topology>> directory = () -> CompletableFuture.completedFuture(topology());
    long keyRotation = 10;
    long epoch = 100;
    /** Sphinx versions that nodes have seen, in packets and in acknowledgements. */
    final Set<Integer> versions = new HashSet<>();
    /** Tasks that are expected to throw. */
    boolean failuresExpected;

    World(long seed) {
        this(seed, new ClearFormat(), 1);
    }

    World(long seed, PacketFormat format, int gatewayCount) {
        time = new VirtualTime(seed);
        random = time.split();
        randomness = time.randomness();
        host = time.host();
        this.format = format;
        for (int layer = 1; layer <= 3; layer++) {
            for (int i = 0; i < 2; i++) {
                long id = 2L * (layer - 1) + i + 1;
                add(id, IdentityKeyPair.generate(randomness), Optional.empty());
            }
        }
        for (int i = 0; i < gatewayCount; i++) {
            IdentityKeyPair identity = IdentityKeyPair.generate(randomness);
            Node node = add(FIRST_GATEWAY + i, identity, Optional.of(new Node.Entry(
                    List.of(NodeAddress.parseIp("10.1.0." + (FIRST_GATEWAY + i))), 9000, Optional.empty(),
                    OptionalInt.empty())));
            FakeGateway gateway = new FakeGateway(this, identity);
            gateways.add(gateway);
            gatewaysByAddress.put(node.mixAddress(), gateway);
        }
    }

    private Node add(long id, IdentityKeyPair identity, Optional<Node.Entry> entry) {
        NodeAddress address = NodeAddress.parse("10.0.0." + id + ":1789");
        EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
        Node node = new Node(id, address, entry, identity.publicKey(), key.publicKey(),
                entry.isPresent() ? Set.of(Node.Role.ENTRY, Node.Role.EXIT) : Set.of(Node.Role.MIXNODE),
                OptionalInt.empty());
        nodes.put(id, node);
        nodeKeys.put(address, new SphinxPrivateKey(key.privateBytes()));
        return node;
    }

    static CoverTrafficStrategy cover(Optional<Duration> slot, Optional<Duration> loop) {
        return new CoverTrafficStrategy() {
            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return slot.map(mean -> Duration.ofNanos(randomness.exponentialNanos(mean.toNanos())));
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return loop.map(mean -> Duration.ofNanos(randomness.exponentialNanos(mean.toNanos())));
            }
        };
    }

    FakeGateway gateway() {
        return gateways.getFirst();
    }

    Topology topology() {
        return topology(Set.of());
    }

    /** {@return the network without these gateways} */
    Topology topology(Set<IdentityKey> without) {
        Map<Long, Node> listed = new HashMap<>(nodes);
        listed.values().removeIf(node -> without.contains(node.identity()));
        Set<Long> gatewayIds = Set.copyOf(listed.keySet().stream().filter(id -> id >= FIRST_GATEWAY).toList());
        return new Topology(epoch, keyRotation, time.now(), new Topology.RewardedSet(epoch, gatewayIds, gatewayIds,
                Set.of(1L, 2L), Set.of(3L, 4L), Set.of(5L, 6L), Set.of()), listed);
    }

    TopologyProvider topologyProvider() {
        return () -> directory.get();
    }

    static CompletableFuture<Topology> noTopology(String reason) {
        return CompletableFuture.failedFuture(new TopologyException(reason));
    }

    FakeTransport transport() {
        return new FakeTransport(this);
    }

    /** {@return a started client with all parts and no cover} */
    TestClient client() {
        return client(ClientConfiguration.DEFAULT, NO_COVER);
    }

    TestClient client(ClientConfiguration configuration, CoverTrafficStrategy cover) {
        return equip(new TestClient(this, configuration), cover).start();
    }

    /** {@return a client with all parts, no cover and a store, not started} */
    TestClient client(ClientStore store) {
        return equip(new TestClient(this, ClientConfiguration.DEFAULT, store), NO_COVER);
    }

    private TestClient equip(TestClient client, CoverTrafficStrategy cover) {
        client.parts.set(PartKind.TOPOLOGY, topologyProvider());
        client.parts.set(PartKind.TRANSPORT, transport());
        client.parts.set(PartKind.SPHINX, format);
        client.parts.set(PartKind.ROUTES, ROUTES);
        client.parts.set(PartKind.RETRANSMISSION, TIMEOUT);
        client.parts.set(PartKind.COVER, cover);
        return client;
    }

    TestClient readyClient() {
        TestClient client = client();
        client.awaitReady();
        return client;
    }

    /** {@return a ready client that has that gateway as its first guard, and others after it} */
    TestClient clientAt(FakeGateway gateway) {
        Supplier<CompletableFuture<Topology>> before = directory;
        Set<IdentityKey> others = gateways.stream().filter(other -> other != gateway).map(FakeGateway::identity)
                .collect(Collectors.toSet());
        directory = () -> CompletableFuture.completedFuture(topology(others));
        TestClient client = readyClient();
        directory = before;
        client.parts.set(PartKind.TOPOLOGY, topologyProvider());
        assertTrue(time.runUntil(() -> client.counter(Counter.TOPOLOGY_REFRESHES) == 2, Duration.ofMinutes(1)));
        return client;
    }

    /** From now on that gateway announces what is given. */
    void announce(FakeGateway gateway, Node.Entry entry) {
        nodes.replaceAll((id, node) -> !node.identity().equals(gateway.identity()) ? node
                : new Node(id, node.mixAddress(), Optional.of(entry), node.identity(), node.sphinxKey(), node.roles(),
                        node.performance()));
    }

    void runFor(Duration duration) {
        time.runFor(duration);
        clients.forEach(TestClient::assertBalance);
        clients.forEach(TestClient::assertTimers);
    }

    boolean lost() {
        return loss > 0 && random.nextDouble() < loss;
    }

    /** Delivers a message as if anyone had sent it. */
    void inject(TestClient receiver, NymMessage message) {
        int length = PacketSize.REGULAR.fragmentLength();
        Chunking.split(Padding.pad(message.bytes(), length), length, () -> Chunking.randomSetId(randomness))
                .forEach(fragment -> inject(receiver, fragment));
    }

    void inject(TestClient receiver, Fragment fragment) {
        gateway().deliver(receiver.address().identity(), PayloadEncryption.toRecipient(fragment.bytes(),
                EncryptionKeyPair.generate(randomness), receiver.address().encryption()));
    }

    // ------------------------------------------------------------------ mixes

    void mix(NodeAddress firstHop, byte[] packet) {
        if (lost()) {
            return;
        }
        walk(firstHop, packet);
        if (duplication > 0 && random.nextDouble() < duplication) {
            host.schedule(Duration.ofNanos(random.nextLong(1_000_000_000L)), () -> walk(firstHop, packet));
        }
    }

    private void walk(NodeAddress firstHop, byte[] packet) {
        long delayNanos = jitter.isZero() ? 0 : random.nextLong(jitter.toNanos());
        NodeAddress at = firstHop;
        byte[] layer = packet;
        try {
            while (true) {
                if (dead.contains(at)) {
                    return;
                }
                switch (format.process(layer, nodeKeys.get(at))) {
                    case Processed.Forward(var next, long nanos, byte[] rest, byte[] tag, int version) -> {
                        at = next;
                        versions.add(version);
                        layer = rest;
                        delayNanos += nanos;
                    }
                    case Processed.Final(var destination, byte[] message, byte[] tag, int version) -> {
                        versions.add(version);
                        FakeGateway gateway = gatewaysByAddress.get(at);
                        IdentityKey receiver = new IdentityKey(destination.address());
                        boolean isAck = packet.length == PacketSize.ACK.packetLength();
                        host.schedule(Duration.ofNanos(delayNanos), () -> arrived(gateway, receiver, message, isAck));
                        return;
                    }
                }
            }
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void arrived(FakeGateway gateway, IdentityKey receiver, byte[] message, boolean isAck) {
        if (gateway.isDown()) {
            return;
        }
        if (isAck) {
            gateway.deliver(receiver, message);
            return;
        }
        try {
            SurbAck.FinalHop parts = SurbAck.split(message);
            gateway.deliver(receiver, parts.message());
            mix(parts.ackFirstHop(), parts.ackPacket());
        } catch (WireException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return an address that nobody has, at this world's first gateway} */
    MixnetAddress nobody() {
        return new MixnetAddress(IdentityKeyPair.generate(randomness).publicKey(),
                EncryptionKeyPair.generate(randomness).publicKey(), gateway().identity());
    }

    @Override
    public void close() {
        clients.forEach(TestClient::assertBalance);
        clients.forEach(TestClient::stop);
        time.runFor(Duration.ofSeconds(1));
        for (TestClient client : clients) {
            client.assertBalance();
            assertEquals(0, client.inFlight(), "messages in flight after the end");
            assertEquals(0, client.host.waiting(), "tasks and timers after the end");
        }
        if (!failuresExpected) {
            assertTrue(time.failures().isEmpty(), () -> {
                AssertionError failed = new AssertionError("tasks threw", time.failures().getFirst());
                throw failed;
            });
        }
    }
}
