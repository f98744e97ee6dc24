package org.cloakwork.spi.routes;

import java.util.List;
import java.util.function.BiConsumer;
import org.cloakwork.spi.routes.RoutePolicy.Packet;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;

/**
 * For parts that keep some mixes of a layer for the client or for a conversation, and take one of these for each
 * packet; all kinds of packets share them. A mix that has died ({@link Standing}) is left for another. Whoever is able
 * to drop everything that goes through a mix (our own gateway, or hostile mixes that are all that is kept of another
 * layer) could so drive a client on; that is bounded by the number of moves, {@link #MOST_MOVES} in a layer or as many
 * as are kept there, if that is more: after these the mixes that were left are tried again in turn, until the epoch
 * ends. Keeps nothing itself.
 *
 * @param scopes what the mix of each layer is drawn for
 * @param count  mixes that are kept of a layer, 1 or more
 */
public record KeptRoutes(Scopes scopes, int count) {

    /** Mixes that are drawn in place of others in a layer, at least. */
    public static final int MOST_MOVES = 3;

    /**
     * Chooses as the scopes say.
     *
     * @param packet     to find a way for
     * @param randomness to draw from
     * @return its mixes
     */
    public Mixes choose(Packet packet, Randomness randomness) {
        return new Mixes(mix(packet, 1, randomness), mix(packet, 2, randomness), mix(packet, Mixes.LAYERS, randomness));
    }

    private Node mix(Packet packet, int layer, Randomness randomness) {
        Scope scope = scopes.of(packet.kind(), layer);
        if (scope == Scope.FRESH) {
            return fresh(packet, layer, randomness);
        }
        return kept(packet, scope).get(layer - 1).any(packet.topology(), randomness);
    }

    /**
     * Draws uniformly.
     *
     * @param packet     to find a way for
     * @param layer      1, 2 or 3
     * @param randomness to draw from
     * @return a mix of that layer, each as likely as the others
     */
    public static Node fresh(Packet packet, int layer, Randomness randomness) {
        List<Node> all = packet.topology().layer(layer);
        return all.get(randomness.nextInt(all.size()));
    }

    private List<KeptMixes> kept(Packet packet, Scope scope) {
        return packet.remembered(scope, () -> List.of(new KeptMixes(1, count), new KeptMixes(2, count),
                new KeptMixes(Mixes.LAYERS, count)));
    }

    /**
     * To be told what the part is told by {@link RoutePolicy#arrived}.
     *
     * @param packet that arrived
     * @param mixes  of its route
     */
    public void arrived(Packet packet, Mixes mixes) {
        tell(packet, mixes, KeptMixes::arrived);
    }

    /**
     * To be told what the part is told by {@link RoutePolicy#lost}.
     *
     * @param packet that was lost
     * @param mixes  of its route
     */
    public void lost(Packet packet, Mixes mixes) {
        tell(packet, mixes, KeptMixes::lost);
    }

    private void tell(Packet packet, Mixes mixes, BiConsumer<KeptMixes, Node> what) {
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            Scope scope = scopes.of(packet.kind(), layer);
            if (scope != Scope.FRESH) {
                what.accept(kept(packet, scope).get(layer - 1), mixes.of(layer));
            }
        }
    }
}
