package org.cloakwork.wire.topology;

import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;

/** What every topology provider promises of its answer. Source: protocol/7-network, 1.4. */
public final class RoutableTopology {

    private RoutableTopology() {
    }

    /**
     * @param topology from a source
     * @return the same, if it is {@link Topology#isRoutable() routable}
     * @throws WireException saying what is missing
     */
    public static Topology require(Topology topology) throws WireException {
        if (topology.isRoutable()) {
            return topology;
        }
        int gateways = topology.rewardedSet().entryGateways().size() + topology.rewardedSet().exitGateways().size();
        throw new WireException("no route can be built: layers 1, 2, 3 have " + topology.layer(1).size() + ", "
                + topology.layer(2).size() + ", " + topology.layer(3).size() + " usable nodes, and the rewarded set "
                + gateways + " gateways");
    }
}
