package org.cloakwork.routes.subset;

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
 * Keeps a few mixes of each layer for the client or a conversation, and takes one of them for each packet, until the
 * epoch ends or it has died. With K of W kept of each layer, B of these hostile, and all routes used, one is traced
 * with the probability (1 - C(W-B, K) / C(W, K))^3.
 */
@Component(service = RoutePolicy.class, configurationPid = "org.cloakwork.routes.subset")
@Cloakwork(part = "routes", name = "subset")
@Designate(ocd = SubsetRoutes.Configuration.class)
public final class SubsetRoutes implements RoutePolicy {

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork routes: subset", description = "Keeps a few mixes of each layer.")
    public @interface Configuration {

        /** {@return how many} */
        @AttributeDefinition(name = "Mixes", min = "1", max = "64",
                description = "So many of a layer are kept, 1 to 64.")
        int mixes() default DEFAULT_MIXES;

        /** {@return scopes} */
        @AttributeDefinition(name = "Data", description = Scopes.DESCRIPTION)
        String data() default "client client conversation";

        /** {@return scopes} */
        @AttributeDefinition(name = "Acknowledgements", description = Scopes.DESCRIPTION)
        String ack() default "conversation client client";

        /** {@return scopes} */
        @AttributeDefinition(name = "Reply blocks", description = Scopes.DESCRIPTION)
        String reply$_$block() default "conversation client client";

        /** {@return scopes} */
        @AttributeDefinition(name = "Cover", description = Scopes.DESCRIPTION)
        String cover() default "client client client";

        /** {@return scopes} */
        @AttributeDefinition(name = "Acknowledgements of cover", description = Scopes.DESCRIPTION)
        String cover$_$ack() default "client client client";
    }

    private static final int DEFAULT_MIXES = 2;
    private static final int MOST_MIXES = 64;

    private final KeptRoutes routes;

    /** @param properties of the component */
    @Activate
    public SubsetRoutes(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        int count = configuration.integer("mixes", DEFAULT_MIXES, 1, MOST_MIXES);
        routes = new KeptRoutes(Scopes.of(configuration, Set.of(Scope.values()), "client client client",
                Scope.CONVERSATION), count);
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
            super(SubsetRoutes.class, SubsetRoutes::new);
        }
    }
}
