package org.cloakwork.spi.routes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;

/** Some mixes of a layer, drawn once and kept until they have died; see {@link KeptRoutes}. */
final class KeptMixes {

    private static final class Kept {

        private final IdentityKey identity;
        private final Standing standing = new Standing();
        /** Where it was looked up last, which most packets have in common. */
        private Topology topology;
        private Node node;

        private Kept(IdentityKey identity) {
            this.identity = identity;
        }

        /** {@return whether it is listed; then {@link #node} is as listed there} */
        private boolean isIn(Topology current, int layer) {
            if (topology != current) {
                node = current.mix(layer, identity).orElse(null);
                topology = current;
            }
            return node != null;
        }
    }

    private final int layer;
    private final int count;
    private final List<Kept> kept = new ArrayList<>();
    private final Deque<Kept> left = new ArrayDeque<>();
    /** Mixes that may still be drawn. */
    private int drawsLeft;

    /**
     * @param layer 1, 2 or 3
     * @param count how many are kept, 1 or more; of a smaller layer all
     */
    KeptMixes(int layer, int count) {
        this.layer = layer;
        this.count = count;
        drawsLeft = count + Math.max(KeptRoutes.MOST_MOVES, count);
    }

    /**
     * @param topology   of the epoch that they are kept in
     * @param randomness drawn from
     * @return one of them, each as likely as the others
     */
    Node any(Topology topology, Randomness randomness) {
        while (true) {
            while (kept.size() < count && add(topology, randomness)) {
                continue;
            }
            Kept one = kept.get(kept.size() == 1 ? 0 : randomness.nextInt(kept.size()));
            if (one.isIn(topology, layer)) {
                return one.node;
            }
            // The directory does not list it any more, which no mix can bring about.
            kept.remove(one);
            drawsLeft++;
        }
    }

    /** {@return whether there was another one} */
    private boolean add(Topology topology, Randomness randomness) {
        List<Node> others = drawsLeft == 0 ? List.of() : topology.layer(layer).stream()
                .filter(node -> isOther(kept, node) && isOther(left, node)).toList();
        if (!others.isEmpty()) {
            drawsLeft--;
            kept.add(new Kept(others.get(randomness.nextInt(others.size())).identity()));
        } else if (!left.isEmpty()) {
            kept.add(left.removeFirst());
        } else {
            return false;
        }
        return true;
    }

    private static boolean isOther(Collection<Kept> some, Node node) {
        return some.stream().noneMatch(one -> one.identity.equals(node.identity()));
    }

    /** @param node a packet came through it */
    void arrived(Node node) {
        for (Kept one : kept) {
            if (one.identity.equals(node.identity())) {
                one.standing.arrived();
            }
        }
    }

    /** @param node a packet that should have come through it was lost */
    void lost(Node node) {
        for (Kept one : List.copyOf(kept)) {
            if (one.identity.equals(node.identity()) && one.standing.lost()) {
                kept.remove(one);
                left.addLast(one);
            }
        }
    }
}
