package org.cloakwork.routes.sticky;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.routes.KeptRoutes;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.routes.Scopes;
import org.cloakwork.spi.routes.Standing;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Takes with the probability alpha a route that it took before in this epoch, any of those as likely as the others, and
 * otherwise a new one. Layers that are drawn for the client go together, and those drawn for a conversation. A route
 * that has died is taken no more. At most {@value #MOST_ROUTES} routes are kept, of the client and of each
 * conversation; then a new one takes the place of any of them.
 */
@Component(service = RoutePolicy.class, configurationPid = "org.cloakwork.routes.sticky")
@Cloakwork(part = "routes", name = "sticky")
@Designate(ocd = StickyRoutes.Configuration.class)
public final class StickyRoutes implements RoutePolicy {

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork routes: sticky", description = "Takes routes again.")
    public @interface Configuration {

        /** {@return a probability} */
        @AttributeDefinition(name = "Alpha", min = "0", max = "0.9999",
                description = "With this probability a route is taken again, 0 to 0.9999.")
        double alpha() default DEFAULT_ALPHA;

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

    static final int MOST_ROUTES = 64;
    private static final double DEFAULT_ALPHA = 0.97;
    private static final double MOST_ALPHA = 0.9999;

    private static final List<Scope> KEPT = List.of(Scope.CLIENT, Scope.CONVERSATION);

    private final Scopes scopes;
    private final double alpha;

    private static final class Taken {

        private final Mixes mixes;
        private final Standing standing = new Standing();
        /** Where all its mixes were found last, which most packets have in common. */
        private Topology topology;

        private Taken(Mixes mixes, Topology topology) {
            this.mixes = mixes;
            this.topology = topology;
        }

        private boolean isIn(Topology current) {
            if (topology != current) {
                if (!IntStream.rangeClosed(1, Mixes.LAYERS)
                        .allMatch(layer -> current.mix(layer, mixes.of(layer).identity()).isPresent())) {
                    return false;
                }
                topology = current;
            }
            return true;
        }
    }

    /** @param properties of the component */
    @Activate
    public StickyRoutes(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        alpha = configuration.decimal("alpha", DEFAULT_ALPHA, 0, MOST_ALPHA);
        scopes = Scopes.of(configuration, Set.of(Scope.values()), "client client client", Scope.CONVERSATION);
        configuration.verify();
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        Map<Scope, Mixes> routes = new EnumMap<>(Scope.class);
        Node[] mixes = new Node[Mixes.LAYERS];
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            Mixes route = routes.computeIfAbsent(scopes.of(packet.kind(), layer),
                    scope -> route(packet, scope, randomness));
            mixes[layer - 1] = route.of(layer);
        }
        return new Mixes(mixes[0], mixes[1], mixes[2]);
    }

    private Mixes route(Packet packet, Scope scope, Randomness randomness) {
        List<Taken> taken = scope == Scope.FRESH ? List.of() : taken(packet, scope);
        while (!taken.isEmpty() && randomness.nextDouble() < alpha) {
            Taken again = taken.get(randomness.nextInt(taken.size()));
            if (again.isIn(packet.topology())) {
                return again.mixes;
            }
            taken.remove(again);
        }
        Mixes fresh = new Mixes(KeptRoutes.fresh(packet, 1, randomness), KeptRoutes.fresh(packet, 2, randomness),
                KeptRoutes.fresh(packet, Mixes.LAYERS, randomness));
        if (scope != Scope.FRESH) {
            if (taken.size() == MOST_ROUTES) {
                taken.remove(randomness.nextInt(MOST_ROUTES));
            }
            taken.add(new Taken(fresh, packet.topology()));
        }
        return fresh;
    }

    private static List<Taken> taken(Packet packet, Scope scope) {
        return packet.remembered(scope, ArrayList::new);
    }

    @Override
    public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
        for (Scope scope : KEPT) {
            boolean[] layers = layers(packet, scope);
            for (Taken route : layers == null ? List.<Taken>of() : taken(packet, scope)) {
                if (isOf(route, layers, mixes)) {
                    route.standing.arrived();
                }
            }
        }
    }

    @Override
    public void lost(Packet packet, Mixes mixes) {
        for (Scope scope : KEPT) {
            boolean[] layers = layers(packet, scope);
            if (layers != null) {
                taken(packet, scope).removeIf(route -> isOf(route, layers, mixes) && route.standing.lost());
            }
        }
    }

    /** {@return which layers of such a packet are drawn for that; null for none} */
    private boolean[] layers(Packet packet, Scope scope) {
        boolean[] layers = null;
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            if (scopes.of(packet.kind(), layer) == scope) {
                layers = layers == null ? new boolean[Mixes.LAYERS] : layers;
                layers[layer - 1] = true;
            }
        }
        return layers;
    }

    /** Looked at for every route that is kept, for each packet that comes back: most differ in a number already. */
    private static boolean isOf(Taken route, boolean[] layers, Mixes mixes) {
        return (!layers[0] || isSame(route.mixes.first(), mixes.first()))
                && (!layers[1] || isSame(route.mixes.second(), mixes.second()))
                && (!layers[2] || isSame(route.mixes.third(), mixes.third()));
    }

    private static boolean isSame(Node kept, Node one) {
        return kept == one || kept.id() == one.id() && kept.identity().equals(one.identity());
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<RoutePolicy> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(StickyRoutes.class, StickyRoutes::new);
        }
    }
}
