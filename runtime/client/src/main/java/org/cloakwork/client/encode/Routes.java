package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/**
 * Draws routes: one mix of each layer, then the gateway of the receiver; delays from the exponential distribution.
 * Everything is sent with one Sphinx version, so that none tells cover from messages. Made once for a topology; safe
 * for use by many threads. Source: protocol/2-packets, 7.
 */
public final class Routes {

    private final Topology topology;
    private final Duration meanDelay;
    private final Randomness randomness;
    private final List<List<Node>> layers;
    private final Consumer<Node> drawn;
    private final Map<IdentityKey, Node> nodes = new HashMap<>();

    /**
     * @param topology   a routable one
     * @param meanDelay  at each mix
     * @param randomness drawn from
     */
    public Routes(Topology topology, Duration meanDelay, Randomness randomness) {
        this(topology, meanDelay, randomness, node -> { });
    }

    /**
     * @param topology   a routable one
     * @param meanDelay  at each mix
     * @param randomness drawn from
     * @param drawn      told of each mix that is drawn, from any thread
     */
    Routes(Topology topology, Duration meanDelay, Randomness randomness, Consumer<Node> drawn) {
        this.drawn = drawn;
        this.topology = topology;
        this.meanDelay = meanDelay;
        this.randomness = randomness;
        layers = List.of(topology.layer(1), topology.layer(2), topology.layer(3));
        topology.nodes().values().forEach(node -> nodes.put(node.identity(), node));
    }

    /** {@return where routes are drawn from} */
    public Topology topology() {
        return topology;
    }

    /** {@return at each mix} */
    public Duration meanDelay() {
        return meanDelay;
    }

    /**
     * @param gateway of a receiver
     * @return whether there are routes to it
     */
    public boolean lead(IdentityKey gateway) {
        return nodes.containsKey(gateway);
    }

    /**
     * @param client  whom the packet is for
     * @param gateway where that client lives
     * @return a fresh route; empty if the gateway is not in the topology
     */
    public Optional<Route> to(IdentityKey client, IdentityKey gateway) {
        Node egress = nodes.get(gateway);
        return egress == null ? Optional.empty() : Optional.of(new Route(PacketFormat.VERSION_SEEDS,
                List.of(mix(0), mix(1), mix(2), hop(egress)), Destination.of(client)));
    }

    private Route.Hop mix(int layer) {
        List<Node> mixes = layers.get(layer);
        Node mix = mixes.get(randomness.nextInt(mixes.size()));
        drawn.accept(mix);
        return hop(mix);
    }

    private Route.Hop hop(Node node) {
        return new Route.Hop(node.mixAddress(), node.sphinxKey(), randomness.exponentialNanos(meanDelay.toNanos()));
    }
}
