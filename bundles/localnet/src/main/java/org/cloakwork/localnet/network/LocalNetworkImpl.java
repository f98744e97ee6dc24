package org.cloakwork.localnet.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.localnet.node.Frames;
import org.cloakwork.localnet.node.Gateway;
import org.cloakwork.localnet.node.KeyRotations;
import org.cloakwork.localnet.node.MixNode;
import org.cloakwork.localnet.node.NetworkNode;
import org.cloakwork.localnet.node.ReplayFilter;
import org.cloakwork.localnet.node.Unwrapper;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.topology.KeyRotationInfo;
import org.cloakwork.wire.topology.TopologyJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a network on real sockets: opens every port first, so that the nodes know each other's, then makes the nodes and
 * lets them listen. What was opened is closed again in reverse order, by {@link #close} or when a start fails.
 */
final class LocalNetworkImpl implements LocalNetwork {

    /** The first epoch, where the first rotation begins, too. */
    static final long EPOCH_ID = 240;
    /** Epochs a rotation lasts if there is none, as at the real network. */
    static final long VALIDITY_EPOCHS = 24;
    /** Then it is so long that no client sees an epoch, let alone a rotation, end. */
    static final Duration EPOCH_DURATION = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(LocalNetworkImpl.class);
    private static final long CLOSE_TIMEOUT_SECONDS = 10;

    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final SecureRandom secureRandom = new SecureRandom();
    private final Randomness randomness = secureRandom::nextBytes;
    private final PacketFormat format;
    private final TimerThread timer = new TimerThread("localnet-timer", counters);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("localnet-", 0).factory());
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Map<IdentityKey, GatewayPort> gatewayPorts = new HashMap<>();
    private final Clock clock = new SystemClock();
    private final NetworkConfiguration configuration;
    private final AnnouncedPorts announced;
    private final Directory directory;
    private final List<NetworkNode> nodes = new ArrayList<>();
    private final KeyRotations rotations = new KeyRotations(nodes, randomness, this::nextEpoch);
    private final Set<KnownExit> exits = ConcurrentHashMap.newKeySet();
    private volatile Topology topology;

    /**
     * Starts a network.
     *
     * @param configuration sizes and ports
     * @param announced     where others reach the ports
     * @param format        unwraps packets
     * @param transport     carries the links of clients
     * @param parts         closed with the network, or when it cannot be started
     * @throws IOException if a port cannot be had, naming it; nothing is left running
     */
    LocalNetworkImpl(NetworkConfiguration configuration, AnnouncedPorts announced, PacketFormat format,
            GatewayServer transport, List<AutoCloseable> parts) throws IOException {
        this.configuration = configuration;
        this.announced = announced;
        this.format = format;
        parts.forEach(this::opened);
        try {
            InetAddress host = configuration.host();
            directory = opened(new Directory(host, configuration.directoryPort(), threads, counters));
            int mixes = NetworkConfiguration.LAYERS * configuration.mixesPerLayer();
            List<MixListener> ports = new ArrayList<>();
            for (int i = 0; i < mixes + configuration.gateways(); i++) {
                int port = configuration.mixPort() == 0 ? 0 : configuration.mixPort() + i;
                ports.add(opened(new MixListener(host, port, threads, counters)));
            }
            List<NodeAddress> addresses = ports.stream().map(announced::of).toList();
            Set<NodeAddress> members = Set.copyOf(addresses);

            for (int i = 0; i < mixes; i++) {
                nodes.add(startMix(i + 1, ports.get(i), addresses.get(i), members));
            }
            for (int i = 0; i < configuration.gateways(); i++) {
                int port = configuration.gatewayPort() == 0 ? 0 : configuration.gatewayPort() + i;
                nodes.add(startGateway(mixes + i + 1, ports.get(mixes + i), addresses.get(mixes + i), members,
                        transport, new InetSocketAddress(host, port)));
            }
            publish();
            directory.start();
            configuration.rotation().ifPresent(period -> rotations.start(KeyRotations.epoch(period), clock, timer));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Lists the nodes as they are now, in the directory and the file. */
    private synchronized void publish() throws IOException {
        Map<Long, Node> listed = new HashMap<>();
        List<Set<Long>> layers = List.of(new HashSet<>(), new HashSet<>(), new HashSet<>());
        Set<Long> gateways = new HashSet<>();
        for (NetworkNode member : nodes) {
            Node node = member.listed();
            listed.put(node.id(), node);
            (member.isGateway() ? gateways : layers.get((int) ((node.id() - 1) % NetworkConfiguration.LAYERS)))
                    .add(node.id());
        }
        long epoch = EPOCH_ID + rotations.epochs();
        Duration epochLength = configuration.rotation().map(KeyRotations::epoch).orElse(EPOCH_DURATION);
        long validity = configuration.rotation().isPresent() ? KeyRotations.EPOCHS : VALIDITY_EPOCHS;
        Topology present = new Topology(epoch, rotations.rotation(), Instant.now().truncatedTo(ChronoUnit.SECONDS),
                new Topology.RewardedSet(epoch, gateways, gateways, layers.get(0), layers.get(1), layers.get(2),
                        Set.of()), listed).withEpochLength(epochLength);
        directory.publish(present, new KeyRotationInfo(validity,
                EPOCH_ID - validity * KeyRotations.FIRST_ROTATION, epoch, present.refreshedAt(), epochLength),
                List.copyOf(exits));
        topology = present;
        if (configuration.networkFile().isPresent()) {
            write(configuration.networkFile().get(), networkFile());
        }
    }

    private void nextEpoch() {
        republish();
        if (rotations.epochs() % KeyRotations.EPOCHS == 0) {
            counters.count(Counter.KEY_ROTATIONS);
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private NetworkNode startMix(long id, MixListener port, NodeAddress address, Set<NodeAddress> network) {
        EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
        Unwrapper unwrapper = unwrapper(key);
        MixNode mix = new MixNode(unwrapper, network, new MixConnections(threads, counters), timer, counters);
        port.start(mix::receive);
        return new NetworkNode(id, address, Optional.empty(), IdentityKeyPair.generate(randomness).publicKey(),
                key, unwrapper);
    }

    private NetworkNode startGateway(long id, MixListener port, NodeAddress address, Set<NodeAddress> network,
            GatewayServer transport, InetSocketAddress bind) throws IOException {
        EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
        Unwrapper unwrapper = unwrapper(key);
        Gateway gateway = new Gateway(IdentityKeyPair.generate(randomness), unwrapper, Frames.SEALED,
                network, new MixConnections(threads, counters), clock, timer, randomness, counters);
        GatewayPort clients = opened(new GatewayPort(transport, bind, gateway));
        gatewayPorts.put(gateway.identity(), clients);
        port.start(clients::receive);
        InetSocketAddress reached = announced.of(clients);
        Node.Entry entry = new Node.Entry(List.of(reached.getAddress()), reached.getPort(), Optional.empty(),
                OptionalInt.empty());
        return new NetworkNode(id, address, Optional.of(entry), gateway.identity(), key, unwrapper);
    }

    private Unwrapper unwrapper(EncryptionKeyPair key) {
        return new Unwrapper(format, new SphinxPrivateKey(key.privateBytes()),
                KeyRotation.ofId(KeyRotations.FIRST_ROTATION),
                new ReplayFilter(ReplayFilter.GENERATION_CAPACITY, randomness), counters);
    }

    /** Never leaves half a file where a client may look. */
    private static void write(Path file, String content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path draft = Files.createTempFile(directory, file.getFileName().toString(), ".tmp");
        try {
            Files.write(draft, content.getBytes(StandardCharsets.UTF_8));
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    @Override
    public URI directory() {
        return directory.uri();
    }

    @Override
    public Topology topology() {
        return topology;
    }

    @Override
    public String networkFile() {
        return new String(exits.isEmpty() ? TopologyJson.write(topology)
                : TopologyJson.write(topology, List.copyOf(exits)), StandardCharsets.UTF_8);
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public Subscription announce(KnownExit exit) {
        if (!gatewayPorts.containsKey(exit.address().gateway())) {
            throw new IllegalArgumentException("no gateway of this network is " + exit.address().gateway());
        }
        exits.add(exit);
        republish();
        return () -> {
            if (exits.remove(exit)) {
                republish();
            }
        };
    }

    private void republish() {
        try {
            publish();
        } catch (IOException e) {
            counters.count(Counter.INTERNAL_ERRORS);
            LOG.error("The network file could not be written", e);
        }
    }

    @Override
    public void restartGateway(IdentityKey gateway, Duration downtime) throws IOException, InterruptedException {
        GatewayPort port = gatewayPorts.get(gateway);
        if (port == null) {
            throw new IllegalArgumentException("no gateway of this network is " + gateway);
        }
        port.restart(downtime);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.warn("A part of the local network could not be closed", e);
            }
        }
        timer.close();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Connections of the local network did not end within {} s", CLOSE_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class SystemClock implements Clock {

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }
}
