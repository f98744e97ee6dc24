package org.cloakwork.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.encode.Routes;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The way of one packet, delays included: as a client drew it before routes were a part, and as it asks a part for it,
 * watched and checked. Packets are cover, its acknowledgement, data and its acknowledgement in turn, of 64
 * conversations, through 80 mixes a layer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {"-Djmh.executor=CUSTOM",
    "-Djmh.executor.class=org.cloakwork.benchmarks.WatchedExecutor"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoutesBenchmark {

    private static final int LAYERS = 3;
    private static final int WIDTH = 80;
    private static final int CONVERSATIONS = 64;
    private static final Duration DELAY = Duration.ofMillis(50);
    private static final List<PacketKind> KINDS = List.of(PacketKind.COVER, PacketKind.COVER_ACK, PacketKind.DATA,
            PacketKind.ACK);

    private final Randomness randomness = ThreadedEnvironment.RANDOMNESS;
    private ThreadedEnvironment environment;
    private IdentityKey own;
    private IdentityKey other;
    private Before before;
    private Routes uniform;
    private Routes subset;
    private int next;

    /** For JMH. */
    public RoutesBenchmark() {
    }

    /** What {@link Routes} was before routes were a part. */
    private record Before(List<List<Node>> layers, Map<IdentityKey, Node> nodes, Randomness randomness) {

        Optional<Route> to(IdentityKey client, IdentityKey gateway) {
            Node egress = nodes.get(gateway);
            return egress == null ? Optional.empty() : Optional.of(new Route(PacketFormat.VERSION_SEEDS,
                    List.of(mix(0), mix(1), mix(2), hop(egress)), Destination.of(client)));
        }

        private Route.Hop mix(int layer) {
            List<Node> mixes = layers.get(layer);
            return hop(mixes.get(randomness.nextInt(mixes.size())));
        }

        private Route.Hop hop(Node node) {
            return new Route.Hop(node.mixAddress(), node.sphinxKey(), randomness.exponentialNanos(DELAY.toNanos()));
        }
    }

    /** Makes a network, and a client's parts. */
    @Setup
    public void setUp() {
        if (!Thread.currentThread().getName().contains("-seal-")) {
            throw new IllegalStateException("calls of parts would not be watched on "
                    + Thread.currentThread().getName());
        }
        environment = new ThreadedEnvironment("routes");
        Topology topology = topology();
        own = topology.gateways().getFirst().identity();
        other = topology.gateways().getLast().identity();
        Map<IdentityKey, Node> nodes = new HashMap<>();
        topology.nodes().values().forEach(node -> nodes.put(node.identity(), node));
        before = new Before(List.of(topology.layer(1), topology.layer(2), topology.layer(LAYERS)), nodes, randomness);
        uniform = routes(topology, "uniform");
        subset = routes(topology, "subset");
    }

    private Routes routes(Topology topology, String name) {
        Parts parts = new Parts();
        parts.serve(environment.environment(), new Counters<>(Counter.class, (counter, amount) -> { }), () -> { });
        parts.set(PartKind.ROUTES, PipelineMeasurement.part(RoutePolicy.class, name));
        return new Routes(topology, DELAY, randomness, parts.routes());
    }

    private Topology topology() {
        Map<Long, Node> nodes = new HashMap<>();
        List<Set<Long>> layers = Stream.generate(() -> (Set<Long>) new LinkedHashSet<Long>()).limit(LAYERS).toList();
        for (int i = 0; i < LAYERS * WIDTH + 2; i++) {
            boolean isGateway = i >= LAYERS * WIDTH;
            NodeAddress address = new NodeAddress(NodeAddress.parseIp("10.0." + i / 250 + "." + (i % 250 + 1)), 1789);
            nodes.put((long) i, new Node(i, address, isGateway ? Optional.of(new Node.Entry(List.of(address.ip()),
                    9000, Optional.empty(), OptionalInt.empty())) : Optional.empty(), identity(),
                    new EncryptionKey(randomness.bytes(32)), isGateway ? Set.of(Node.Role.ENTRY, Node.Role.EXIT)
                            : Set.of(Node.Role.MIXNODE), OptionalInt.empty()));
            if (!isGateway) {
                layers.get(i % LAYERS).add((long) i);
            }
        }
        Set<Long> gateways = Set.of(LAYERS * WIDTH + 0L, LAYERS * WIDTH + 1L);
        return new Topology(1, 0, Instant.EPOCH, new Topology.RewardedSet(1, gateways, gateways, layers.get(0),
                layers.get(1), layers.get(2), Set.of()), nodes);
    }

    private IdentityKey identity() {
        while (true) {
            try {
                return new IdentityKey(randomness.bytes(IdentityKey.LENGTH));
            } catch (IllegalArgumentException e) {
                // Every second number is no point of the curve.
            }
        }
    }

    /** Ends the threads. */
    @TearDown
    public void tearDown() {
        environment.close();
    }

    private Routes.Way way(Routes routes) {
        PacketKind kind = KINDS.get(next % KINDS.size());
        long conversation = kind.isCover() ? 0 : 1 + next / KINDS.size() % CONVERSATIONS;
        next = next + 1 & Integer.MAX_VALUE;
        return routes.to(kind, conversation, own, own, kind == PacketKind.DATA ? other : own).orElseThrow();
    }

    /** Drawn by the client itself. */
    @Benchmark
    public Route before() {
        next = next + 1 & Integer.MAX_VALUE;
        return before.to(own, KINDS.get(next % KINDS.size()) == PacketKind.DATA ? other : own).orElseThrow();
    }

    /** As before, by a part. */
    @Benchmark
    public Routes.Way uniform() {
        return way(uniform);
    }

    /** The default. */
    @Benchmark
    public Routes.Way subset() {
        return way(subset);
    }

    /** The default, told that the packet arrived. */
    @Benchmark
    public Routes.Way subsetTold() {
        Routes.Way way = way(subset);
        way.leg().part().arrived(way.leg().packet(), way.leg().mixes(), Optional.empty());
        return way;
    }
}
