package org.cloakwork.routes.uniform;

import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.routes.KeptRoutes;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.service.component.annotations.Component;

/**
 * Draws each mix for each packet, every one of its layer as likely as the others, as nym-client does.
 * Source: protocol/2-packets, 7.
 */
@Component(service = RoutePolicy.class)
@Cloakwork(part = "routes", name = "uniform")
public final class UniformRoutes implements RoutePolicy {

    /** Needs no configuration. */
    public UniformRoutes() {
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        return new Mixes(KeptRoutes.fresh(packet, 1, randomness), KeptRoutes.fresh(packet, 2, randomness),
                KeptRoutes.fresh(packet, Mixes.LAYERS, randomness));
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<RoutePolicy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(UniformRoutes.class, properties -> {
                PartConfiguration.ofProperties(properties).verify();
                return new UniformRoutes();
            });
        }
    }
}
