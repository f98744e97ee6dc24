package org.cloakwork.frontend.web;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.cloakwork.client.base.Parts;
import org.cloakwork.cover.constant.ConstantCover;
import org.cloakwork.cover.none.NoCover;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.retransmission.adaptive.AdaptiveRetransmission;
import org.cloakwork.retransmission.timeout.TimeoutRetransmission;
import org.cloakwork.routes.fixed.FixedRoutes;
import org.cloakwork.routes.latency.LatencyRoutes;
import org.cloakwork.routes.sticky.StickyRoutes;
import org.cloakwork.routes.subset.SubsetRoutes;
import org.cloakwork.routes.uniform.UniformRoutes;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/** The parts that are here, by kind and name; {@code host} is one that is written in JavaScript. */
final class WebParts {

    private static final String HOST = "host";
    private static final Map<String, Function<Map<String, Object>, CoverTrafficStrategy>> COVERS = Map.of(
            "poisson", PoissonCover::new, "constant", ConstantCover::new, "none", ignored -> new NoCover());
    private static final Map<String, Function<Map<String, Object>, RoutePolicy>> ROUTES = Map.of(
            "uniform", ignored -> new UniformRoutes(), "fixed", FixedRoutes::new, "subset", SubsetRoutes::new,
            "sticky", StickyRoutes::new, "latency", LatencyRoutes::new);
    private static final Map<String, Function<Map<String, Object>, RetransmissionPolicy>> RETRANSMISSIONS = Map.of(
            "timeout", TimeoutRetransmission::new, "adaptive", AdaptiveRetransmission::new);

    private final Host host;
    private final WebTopology topology;
    private final WebTransport transport;
    private final Parts parts = new Parts();

    WebParts(Host host, Loop loop, WebTopology topology, WebTransport transport) {
        this.host = host;
        this.topology = topology;
        this.transport = transport;
        parts.set(PartKind.TRANSPORT, transport);
        parts.set(PartKind.ROUTES, new UniformRoutes());
        parts.set(PartKind.SPHINX, new FastSphinx(loop::execute));
    }

    Parts parts() {
        return parts;
    }

    /** @throws IllegalArgumentException naming what is wrong and what there is */
    void choose(String kind, String name, Map<String, String> configuration) {
        switch (kind) {
            case "topology" -> parts.set(PartKind.TOPOLOGY, topology(name));
            case "transport" -> parts.set(PartKind.TRANSPORT, transport(name));
            case "cover" -> parts.set(PartKind.COVER,
                    name.equals(HOST) ? new HostCover() : make(kind, name, COVERS, configuration));
            case "routes" -> parts.set(PartKind.ROUTES, make(kind, name, ROUTES, configuration));
            case "retransmission" -> parts.set(PartKind.RETRANSMISSION,
                    make(kind, name, RETRANSMISSIONS, configuration));
            default -> throw new IllegalArgumentException("no kind of part is called \"" + kind
                    + "\"; there are topology, transport, routes, cover and retransmission");
        }
    }

    private TopologyProvider topology(String name) {
        return switch (name) {
            case "nym-api" -> topology.ofDirectory();
            case HOST -> topology.ofHost();
            default -> throw new IllegalArgumentException("there is no topology part called \"" + name + '"');
        };
    }

    /** Another one each time, so that the client leaves its links. */
    private GatewayTransport transport(String name) {
        if (!name.equals("websocket") && !name.equals(HOST)) {
            throw new IllegalArgumentException("there is no transport part called \"" + name + '"');
        }
        return transport::connect;
    }

    private static <T> T make(String kind, String name, Map<String, Function<Map<String, Object>, T>> makers,
                              Map<String, String> configuration) {
        Function<Map<String, Object>, T> maker = makers.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("there is no " + kind + " part called \"" + name + "\"; there are "
                    + new TreeSet<>(makers.keySet()));
        }
        Map<String, Object> properties = new HashMap<>(configuration);
        properties.put(PartFactory.KIND_PROPERTY, kind);
        properties.put(PartFactory.NAME_PROPERTY, name);
        return maker.apply(properties);
    }

    private final class HostCover implements CoverTrafficStrategy {

        @Override
        public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
            return duration(host.untilNextSlot(link.congested(), link.congestionLevel()));
        }

        @Override
        public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
            return duration(host.untilNextLoop(link.congested(), link.congestionLevel()));
        }

        private static Optional<Duration> duration(double millis) {
            return millis >= 0 ? Optional.of(Duration.ofNanos((long) (millis * 1e6))) : Optional.empty();
        }
    }
}
