package org.cloakwork.routes.fixed;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.routes.KeptRoutes;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.routes.Scopes;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Takes the same mix of some layers for all packets of the client or of a conversation, until the epoch ends or the mix
 * has died. With h layers fixed for the client, a share b of the mixes hostile and m packets, one of these is traced
 * with the probability b^h (1 - (1 - b^(3-h))^m).
 */
@Component(service = RoutePolicy.class, configurationPid = "org.cloakwork.routes.fixed")
@Cloakwork(part = "routes", name = "fixed")
@Designate(ocd = FixedRoutes.Configuration.class)
public final class FixedRoutes implements RoutePolicy {

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork routes: fixed", description = "Keeps one mix of some layers.")
    public @interface Configuration {

        /** {@return scopes} */
        @AttributeDefinition(name = "Data", description = Scopes.DESCRIPTION)
        String data() default "fresh client fresh";

        /** {@return scopes} */
        @AttributeDefinition(name = "Acknowledgements", description = Scopes.DESCRIPTION)
        String ack() default "fresh client fresh";

        /** {@return scopes} */
        @AttributeDefinition(name = "Reply blocks", description = Scopes.DESCRIPTION)
        String reply$_$block() default "fresh client fresh";

        /** {@return scopes} */
        @AttributeDefinition(name = "Cover", description = Scopes.DESCRIPTION)
        String cover() default "fresh client fresh";

        /** {@return scopes} */
        @AttributeDefinition(name = "Acknowledgements of cover", description = Scopes.DESCRIPTION)
        String cover$_$ack() default "fresh client fresh";
    }

    private final KeptRoutes routes;

    /** @param properties of the component */
    @Activate
    public FixedRoutes(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        routes = new KeptRoutes(Scopes.of(configuration, Set.of(Scope.values()), "fresh client fresh", Scope.FRESH), 1);
        configuration.verify();
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        return routes.choose(packet, randomness);
    }

    @Override
    public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
        routes.arrived(packet, mixes);
    }

    @Override
    public void lost(Packet packet, Mixes mixes) {
        routes.lost(packet, mixes);
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<RoutePolicy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(FixedRoutes.class, FixedRoutes::new);
        }
    }
}
