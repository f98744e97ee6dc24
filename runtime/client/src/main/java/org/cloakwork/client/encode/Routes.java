package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/**
 * Draws routes: one mix of each layer, then the gateway of the receiver; delays from the exponential distribution.
 * Everything is sent with one Sphinx version, so that none tells cover from messages. Source: protocol/2-packets, 7.
 *
 * @param topology   a routable one
 * @param meanDelay  at each mix
 * @param randomness drawn from
 */
public record Routes(Topology topology, Duration meanDelay, Randomness randomness) {

    /**
     * @param client  whom the packet is for
     * @param gateway where that client lives
     * @return a fresh route; empty if the gateway is not in the topology
     */
    public Optional<Route> to(IdentityKey client, IdentityKey gateway) {
        return topology.node(gateway).map(egress -> new Route(PacketFormat.VERSION_SEEDS,
                Stream.concat(Stream.of(1, 2, 3).map(this::mix), Stream.of(egress)).map(this::hop).toList(),
                Destination.of(client)));
    }

    private Node mix(int layer) {
        List<Node> mixes = topology.layer(layer);
        return mixes.get(randomness.nextInt(mixes.size()));
    }

    private Route.Hop hop(Node node) {
        return new Route.Hop(node.mixAddress(), node.sphinxKey(), randomness.exponentialNanos(meanDelay.toNanos()));
    }
}
