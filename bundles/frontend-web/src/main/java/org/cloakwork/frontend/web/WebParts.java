package org.cloakwork.frontend.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.client.base.Parts;
import org.cloakwork.cover.constant.ConstantCoverFactory;
import org.cloakwork.cover.none.NoCoverFactory;
import org.cloakwork.cover.poisson.PoissonCoverFactory;
import org.cloakwork.retransmission.adaptive.AdaptiveRetransmissionFactory;
import org.cloakwork.retransmission.timeout.TimeoutRetransmissionFactory;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/** The parts that are here, by kind and name; {@code host} is one that is written in JavaScript. */
final class WebParts {

    private static final String HOST = "host";
    private static final List<PartFactory<CoverTrafficStrategy>> COVERS =
            List.of(new PoissonCoverFactory(), new ConstantCoverFactory(), new NoCoverFactory());
    private static final List<PartFactory<RetransmissionPolicy>> RETRANSMISSIONS =
            List.of(new TimeoutRetransmissionFactory(), new AdaptiveRetransmissionFactory());

    private final Host host;
    private final WebTopology topology;
    private final WebTransport transport;
    private final Parts parts = new Parts();

    WebParts(Host host, Loop loop, WebTopology topology, WebTransport transport) {
        this.host = host;
        this.topology = topology;
        this.transport = transport;
        parts.setTransport(transport);
        parts.setSphinx(new FastSphinx(loop::execute));
    }

    Parts parts() {
        return parts;
    }

    /** @throws IllegalArgumentException naming what is wrong and what there is */
    void choose(String kind, String name, Map<String, String> configuration) {
        switch (kind) {
            case "topology" -> parts.setTopology(topology(name));
            case "transport" -> parts.setTransport(transport(name));
            case "cover" -> parts.setCover(name.equals(HOST) ? new HostCover() : make(kind, name, COVERS, configuration));
            case "retransmission" -> parts.setRetransmission(make(kind, name, RETRANSMISSIONS, configuration));
            default -> throw new IllegalArgumentException("no kind of part is called \"" + kind
                    + "\"; there are topology, transport, cover and retransmission");
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

    private static <T> T make(String kind, String name, List<PartFactory<T>> factories,
                              Map<String, String> configuration) {
        for (PartFactory<T> factory : factories) {
            if (factory.name().equals(name)) {
                return factory.create(configuration);
            }
        }
        throw new IllegalArgumentException("there is no " + kind + " part called \"" + name + "\"; there are "
                + factories.stream().map(PartFactory::name).toList());
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
