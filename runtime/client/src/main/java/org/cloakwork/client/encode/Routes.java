package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Leg;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/**
 * Makes routes: a mix of each layer, as the routes part says, then the gateway of the receiver; delays from the
 * exponential distribution. Everything is sent with one Sphinx version, so that none tells cover from messages. Made
 * once for a topology and a part; safe for use by many threads. Source: protocol/2-packets, 7.
 */
public final class Routes {

    private final Topology topology;
    private final Duration meanDelay;
    private final Randomness randomness;
    private final RouteMemory memory;
    private final Consumer<Node> chosen;
    private final Map<IdentityKey, Node> nodes = new HashMap<>();

    /**
     * A way, and what is told to the part that chose it.
     *
     * @param route to take
     * @param leg   of it
     */
    public record Way(Route route, Leg leg) {
    }

    private record Packet(Routes routes, PacketKind kind, long conversation, IdentityKey own, IdentityKey target)
            implements RoutePolicy.Packet {

        @Override
        public Topology topology() {
            return routes.topology;
        }

        @Override
        public <T> T remembered(Scope scope, Supplier<T> first) {
            return routes.memory.remembered(scope, conversation, first);
        }
    }

    /**
     * @param topology   a routable one
     * @param meanDelay  at each mix
     * @param randomness drawn from
     * @param part       chooses mixes
     */
    public Routes(Topology topology, Duration meanDelay, Randomness randomness, RoutePolicy part) {
        this(topology, meanDelay, randomness, new RouteMemory(part, topology.epochId()), node -> { });
    }

    /**
     * @param topology   a routable one
     * @param meanDelay  at each mix
     * @param randomness drawn from
     * @param memory     of the part that chooses mixes
     * @param chosen     told of each mix that is chosen, from any thread
     */
    Routes(Topology topology, Duration meanDelay, Randomness randomness, RouteMemory memory, Consumer<Node> chosen) {
        this.topology = topology;
        this.meanDelay = meanDelay;
        this.randomness = randomness;
        this.memory = memory;
        this.chosen = chosen;
        topology.nodes().values().forEach(node -> nodes.put(node.identity(), node));
    }

    /** {@return where mixes are taken from} */
    public Topology topology() {
        return topology;
    }

    /** {@return at each mix} */
    public Duration meanDelay() {
        return meanDelay;
    }

    /** {@return what the part that chooses remembers} */
    RouteMemory memory() {
        return memory;
    }

    /**
     * @param gateway of a receiver
     * @return whether there are routes to it
     */
    public boolean lead(IdentityKey gateway) {
        return nodes.containsKey(gateway);
    }

    /**
     * @param kind         of a packet
     * @param conversation that it belongs to
     * @param own          gateway of the sender
     * @param client       whom the packet is for
     * @param gateway      where that client lives
     * @return a route of its own; empty if the gateway is not in the topology
     */
    public Optional<Way> to(PacketKind kind, long conversation, IdentityKey own, IdentityKey client,
            IdentityKey gateway) {
        Node egress = nodes.get(gateway);
        if (egress == null) {
            return Optional.empty();
        }
        Packet packet = new Packet(this, kind, conversation, own, gateway);
        Mixes mixes = memory.part().choose(packet, randomness);
        Route.Hop first = mix(mixes.first());
        Route.Hop second = mix(mixes.second());
        Route.Hop third = mix(mixes.third());
        return Optional.of(new Way(new Route(PacketFormat.VERSION_SEEDS, List.of(first, second, third, hop(egress)),
                Destination.of(client)), new Leg(memory.part(), packet, mixes,
                first.delayNanos() + second.delayNanos() + third.delayNanos())));
    }

    private Route.Hop mix(Node mix) {
        chosen.accept(mix);
        return hop(mix);
    }

    private Route.Hop hop(Node node) {
        return new Route.Hop(node.mixAddress(), node.sphinxKey(), randomness.exponentialNanos(meanDelay.toNanos()));
    }
}
