package org.cloakwork.spi.routes;

import java.util.Objects;
import org.cloakwork.spi.topology.Node;

/**
 * The mixes of a route, one of each layer.
 *
 * @param first  of layer 1
 * @param second of layer 2
 * @param third  of layer 3
 */
public record Mixes(Node first, Node second, Node third) {

    /** Layers of mixes. */
    public static final int LAYERS = 3;

    /** None of them is missing. */
    public Mixes {
        Objects.requireNonNull(first);
        Objects.requireNonNull(second);
        Objects.requireNonNull(third);
    }

    /**
     * Looks up a layer's.
     *
     * @param layer 1, 2 or 3
     * @return the mix of that layer
     */
    public Node of(int layer) {
        return switch (layer) {
            case 1 -> first;
            case 2 -> second;
            case LAYERS -> third;
            default -> throw new IllegalArgumentException("a layer is 1, 2 or 3, not " + layer);
        };
    }
}
