package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;

/**
 * A routes part whose faults are told with its name. The client goes on with another part; here a fault ends the study,
 * since a figure of a wrong way would be a figure of nothing.
 */
final class CheckedRoutes implements RoutePolicy {

    private static final String KIND = "routes";

    private final Ground ground;
    private final RoutePolicy part;

    CheckedRoutes(Ground ground, RoutePolicy part) {
        this.ground = ground;
        this.part = part;
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        Mixes mixes = Fault.called(KIND, part, "choose", () -> part.choose(packet, randomness));
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            if (ground.layer(packet.topology(), mixes.of(layer)) != layer) {
                throw Fault.of(KIND, part, "choose returned " + mixes.of(layer).identity() + " for layer " + layer
                        + "; allowed is a mix of that layer of the topology", null);
            }
        }
        return mixes;
    }

    @Override
    public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
        Fault.called(KIND, part, "arrived", () -> {
            part.arrived(packet, mixes, excess);
            return true;
        });
    }

    @Override
    public void lost(Packet packet, Mixes mixes) {
        Fault.called(KIND, part, "lost", () -> {
            part.lost(packet, mixes);
            return true;
        });
    }
}
