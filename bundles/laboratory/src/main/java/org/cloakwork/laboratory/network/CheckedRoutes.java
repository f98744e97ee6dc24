package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;

/**
 * A routes part whose faults are told with its name. The client goes on with another part; here a fault ends the study,
 * since a figure of a wrong way would be a figure of nothing.
 */
final class CheckedRoutes implements RoutePolicy {

    private final Ground ground;
    private final RoutePolicy part;

    CheckedRoutes(Ground ground, RoutePolicy part) {
        this.ground = ground;
        this.part = part;
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        Mixes mixes = called("choose", () -> part.choose(packet, randomness));
        if (mixes == null) {
            throw fault("choose returned null", null);
        }
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            if (ground.layer(packet.topology(), mixes.of(layer)) != layer) {
                throw fault("choose returned " + mixes.of(layer).identity() + " for layer " + layer
                        + "; allowed is a mix of that layer of the topology", null);
            }
        }
        return mixes;
    }

    @Override
    public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
        called("arrived", () -> {
            part.arrived(packet, mixes, excess);
            return null;
        });
    }

    @Override
    public void lost(Packet packet, Mixes mixes) {
        called("lost", () -> {
            part.lost(packet, mixes);
            return null;
        });
    }

    private <R> R called(String call, Supplier<R> body) {
        try {
            return body.get();
        } catch (RuntimeException e) {
            throw fault("failed in " + call + ": " + e, e);
        }
    }

    private IllegalStateException fault(String what, RuntimeException cause) {
        return new IllegalStateException("routes part " + part.getClass().getName() + ": " + what, cause);
    }
}
