package org.cloakwork.routes.latency;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.routes.KeptRoutes;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.routes.Scopes;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Prefers mixes whose loops came back soon: draws two of a layer and takes, with the probability {@code tilt}, the one
 * whose loops took less time beside the delays that mixes were told, as far as that is known. So no mix is taken more
 * than 1 + tilt times as often as by drawing uniformly, and none less than 1 - tilt times. Where recipients and their
 * gateways look it draws uniformly, since what a client finds quick would tell it from others. Hostile mixes that are
 * quick are taken more often, too, within the same bound.
 */
@Component(service = RoutePolicy.class, configurationPid = "org.cloakwork.routes.latency")
@Cloakwork(part = "routes", name = "latency")
@Designate(ocd = LatencyRoutes.Configuration.class)
public final class LatencyRoutes implements RoutePolicy {

    private static final String WORDS = "For layers 1, 2 and 3 whether their mix is drawn by what this client has "
            + "measured (client) or not (fresh); refused where others would see it.";

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork routes: latency", description = "Prefers quick mixes.")
    public @interface Configuration {

        /** {@return a share} */
        @AttributeDefinition(name = "Tilt", min = "0", max = "1",
                description = "How far from uniform: a mix is taken at most 1 + tilt times as often, 0 to 1.")
        double tilt() default DEFAULT_TILT;

        /** {@return scopes} */
        @AttributeDefinition(name = "Data", description = WORDS)
        String data() default "client client fresh";

        /** {@return scopes} */
        @AttributeDefinition(name = "Acknowledgements", description = WORDS)
        String ack() default "fresh client client";

        /** {@return scopes} */
        @AttributeDefinition(name = "Reply blocks", description = WORDS)
        String reply$_$block() default "fresh client client";

        /** {@return scopes} */
        @AttributeDefinition(name = "Cover", description = WORDS)
        String cover() default "client client client";

        /** {@return scopes} */
        @AttributeDefinition(name = "Acknowledgements of cover", description = WORDS)
        String cover$_$ack() default "client client client";
    }

    private static final double DEFAULT_TILT = 0.5;
    /** What is lost counts like so long a way. */
    private static final double LOST_NANOS = 3e9;
    private static final double SMOOTHING = 0.125;

    private final Scopes scopes;
    private final double tilt;

    /** @param properties of the component */
    @Activate
    public LatencyRoutes(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        tilt = configuration.decimal("tilt", DEFAULT_TILT, 0, 1);
        scopes = Scopes.of(configuration, Set.of(Scope.FRESH, Scope.CLIENT), "client client client", Scope.FRESH);
        configuration.verify();
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        return new Mixes(mix(packet, 1, randomness), mix(packet, 2, randomness), mix(packet, Mixes.LAYERS, randomness));
    }

    private Node mix(Packet packet, int layer, Randomness randomness) {
        Node one = KeptRoutes.fresh(packet, layer, randomness);
        if (scopes.of(packet.kind(), layer) == Scope.FRESH || randomness.nextDouble() >= tilt) {
            return one;
        }
        Node other = KeptRoutes.fresh(packet, layer, randomness);
        Map<IdentityKey, Double> known = known(packet);
        Double ofOne = known.get(one.identity());
        Double ofOther = known.get(other.identity());
        return ofOne != null && ofOther != null && ofOther < ofOne ? other : one;
    }

    /** Smoothed, in nanoseconds: of mixes of this epoch only. */
    private static Map<IdentityKey, Double> known(Packet packet) {
        return packet.remembered(Scope.CLIENT, HashMap::new);
    }

    @Override
    public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
        excess.ifPresent(over -> measured(packet, mixes, Math.min(over.toNanos(), LOST_NANOS)));
    }

    @Override
    public void lost(Packet packet, Mixes mixes) {
        if (packet.kind() == PacketKind.COVER) {
            measured(packet, mixes, LOST_NANOS);
        }
    }

    private static void measured(Packet packet, Mixes mixes, double nanos) {
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            known(packet).merge(mixes.of(layer).identity(), nanos,
                    (before, now) -> before + SMOOTHING * (now - before));
        }
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<RoutePolicy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(LatencyRoutes.class, LatencyRoutes::new);
        }
    }
}
