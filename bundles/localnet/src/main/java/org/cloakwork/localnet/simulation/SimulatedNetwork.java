package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.localnet.node.Frames;
import org.cloakwork.localnet.node.Gateway;
import org.cloakwork.localnet.node.KeyRotations;
import org.cloakwork.localnet.node.MixNode;
import org.cloakwork.localnet.node.NetworkNode;
import org.cloakwork.localnet.node.ReplayFilter;
import org.cloakwork.localnet.node.Unwrapper;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/** Mixes, gateways and a directory on {@link SimulatedWires}. Used on one thread. */
final class SimulatedNetwork {

    static final int MIXES_PER_LAYER = 3;
    static final int CLIENTS_PER_GATEWAY = 2_000;

    /** Nobody replays anything here, and small filters fit a processor's cache. */
    private static final int REPLAY_CAPACITY = 16;
    private static final int LAYERS = 3;
    private static final long FIRST_EPOCH = 240;
    private static final int MIX_PORT = 1789;
    private static final int CLIENT_PORT = 9000;

    private final SimulatedTime time;
    private final SimulatedTime.Host host;
    private final SimulatedRandomness randomness;
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final SimulatedLink.Flow fromClients = new SimulatedLink.Flow();
    private final SimulatedLink.Flow toClients = new SimulatedLink.Flow();
    private final List<NetworkNode> nodes = new ArrayList<>();
    private final KeyRotations rotations;
    private final SimulatedWires wires;
    private final List<MixNode> mixes = new ArrayList<>();
    private final Map<IdentityKey, Gateway> gateways = new HashMap<>();
    /** Of the gateway that is restarted. */
    private final Set<SimulatedLink> linksOfFirst = new LinkedHashSet<>();
    private IdentityKey firstGateway;
    private boolean firstGatewayDown;
    private boolean directoryDown;
    private long epoch = FIRST_EPOCH;
    private Duration epochLength = Topology.EPOCH;
    private Topology topology;

    /**
     * @param time       that passes
     * @param randomness of the nodes and the wires
     * @param format     of packets
     * @param frames     of clients
     * @param clients    how many there will be
     * @param loss       how likely a packet gets lost on its way through the mixes
     */
    SimulatedNetwork(SimulatedTime time, SimulatedRandomness randomness, PacketFormat format, Frames frames,
            int clients, double loss) {
        this.time = time;
        this.host = time.host();
        this.randomness = randomness;
        wires = new SimulatedWires(host, randomness, loss);
        rotations = new KeyRotations(nodes, randomness, this::publish);
        int mixCount = LAYERS * MIXES_PER_LAYER;
        int gatewayCount = 1 + Math.ceilDiv(clients, CLIENTS_PER_GATEWAY);
        List<NodeAddress> addresses = new ArrayList<>();
        for (int i = 0; i < mixCount + gatewayCount; i++) {
            addresses.add(new NodeAddress(NodeAddress.parseIp("10.0.0." + (i + 1)), MIX_PORT));
        }
        Set<NodeAddress> all = Set.copyOf(addresses);
        for (int i = 0; i < mixCount + gatewayCount; i++) {
            IdentityKeyPair identity = IdentityKeyPair.generate(randomness);
            EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
            Unwrapper unwrapper = new Unwrapper(format, new SphinxPrivateKey(key.privateBytes()),
                    KeyRotation.ofId(KeyRotations.FIRST_ROTATION), new ReplayFilter(REPLAY_CAPACITY, randomness),
                    counters);
            boolean isGateway = i >= mixCount;
            Optional<Node.Entry> entry = isGateway ? Optional.of(new Node.Entry(List.of(addresses.get(i).ip()),
                    CLIENT_PORT, Optional.empty(), OptionalInt.empty())) : Optional.empty();
            nodes.add(new NetworkNode(i + 1, addresses.get(i), entry, identity.publicKey(), key, unwrapper));
            if (isGateway) {
                Gateway gateway = new Gateway(identity, unwrapper, frames, all, wires::enter, time, host, randomness,
                        counters);
                wires.attach(addresses.get(i), i == mixCount ? unlessDown(gateway::receive) : gateway::receive);
                gateways.put(identity.publicKey(), gateway);
            } else {
                MixNode mix = new MixNode(unwrapper, all, wires::carry, host, counters);
                wires.attach(addresses.get(i), mix::receive);
                mixes.add(mix);
            }
        }
        firstGateway = nodes.get(mixCount).listed().identity();
        publish();
    }

    private Consumer<MixFrame> unlessDown(Consumer<MixFrame> first) {
        return frame -> {
            if (firstGatewayDown) {
                counters.count(Counter.DROPPED_CONNECTION_LOST);
            } else {
                first.accept(frame);
            }
        };
    }

    private void publish() {
        Map<Long, Node> listed = new HashMap<>();
        Set<Long> gatewayIds = new LinkedHashSet<>();
        List<Set<Long>> layers = List.of(new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
        for (NetworkNode member : nodes) {
            Node node = member.listed();
            listed.put(node.id(), node);
            (member.isGateway() ? gatewayIds : layers.get((int) ((node.id() + epoch) % LAYERS))).add(node.id());
        }
        topology = new Topology(epoch, rotations.rotation(), time.now(),
                new Topology.RewardedSet(epoch, gatewayIds, gatewayIds,
                layers.get(0), layers.get(1), layers.get(2), Set.of()), listed)
                .withEpochLength(epochLength);
    }

    // ------------------------------------------------------------------ what clients use

    /**
     * @param client runs what the links of this transport report
     * @return links to the gateways of this network
     */
    GatewayTransport transport(SimulatedTime.Host client) {
        return (endpoint, handler) -> {
            SimulatedLink link = new SimulatedLink(this, client, handler, host);
            host.execute(() -> connect(endpoint.identity(), link));
            return link.client();
        };
    }

    private void connect(IdentityKey identity, SimulatedLink link) {
        Gateway gateway = gateways.get(identity);
        if (gateway == null || identity.equals(firstGateway) && firstGatewayDown) {
            link.close("connection refused");
        } else if (link.open(gateway) && identity.equals(firstGateway)) {
            linksOfFirst.add(link);
        }
    }

    void closed(SimulatedLink link) {
        linksOfFirst.remove(link);
    }

    /** {@return the answer of the directory} */
    CompletableFuture<Topology> directory() {
        return directoryDown ? CompletableFuture.failedFuture(new TopologyException("the directory does not answer"))
                : CompletableFuture.completedFuture(topology);
    }

    // ------------------------------------------------------------------ faults

    /** The first gateway drops its connections, and what is sent to it until it is up again. */
    void restartGateway(Duration downtime) {
        firstGatewayDown = true;
        List.copyOf(linksOfFirst).forEach(link -> link.close("the gateway was stopped"));
        host.schedule(downtime, () -> firstGatewayDown = false);
    }

    void setDirectoryDown(boolean down) {
        directoryDown = down;
    }

    /** Every mix changes to the next layer. */
    void nextEpoch() {
        epoch++;
        publish();
    }

    /** All nodes get new keys, and take packets for the old ones for another epoch. */
    void rotateKeys() {
        rotations.rotateNow(epochLength, host);
    }

    /** @param period after which all nodes get new keys, again and again */
    void rotateKeysEach(Duration period) {
        epochLength = KeyRotations.epoch(period);
        publish();
        rotations.start(epochLength, time, host);
    }

    // ------------------------------------------------------------------ what is counted

    Counters<Counter> counters() {
        return counters;
    }

    /** {@return what is between the nodes} */
    SimulatedWires wires() {
        return wires;
    }

    /** {@return packets clients sent to their gateways} */
    SimulatedLink.Flow fromClients() {
        return fromClients;
    }

    /** {@return what gateways pushed to their clients} */
    SimulatedLink.Flow toClients() {
        return toClients;
    }

    /** {@return what there is at this moment} */
    SimulatedFindings.Network findings() {
        return new SimulatedFindings.Network(counters.snapshot(), fromClients.counts(), toClients.counts(),
                wires.lost(), wires.underWay() + mixes.stream().mapToLong(MixNode::heldPackets).sum(),
                gateways.values().stream().mapToLong(Gateway::inboxMessages).sum(), gateways.size());
    }

    /** {@return the most bytes that were ever in the delays of one mix} */
    long mostHeldBytes() {
        return mixes.stream().mapToLong(MixNode::mostHeldBytes).max().orElseThrow();
    }

    /** {@return the most bytes that were ever in the inboxes of one gateway} */
    long mostInboxBytes() {
        return gateways.values().stream().mapToLong(Gateway::mostInboxBytes).max().orElseThrow();
    }

    /** {@return the most bytes that ever waited on one link, in one direction} */
    long mostPendingBytes() {
        return Math.max(fromClients.mostPendingBytes, toClients.mostPendingBytes);
    }
}
