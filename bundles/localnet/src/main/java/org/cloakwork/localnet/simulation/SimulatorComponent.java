package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloakwork.api.Simulator;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Simulates with the parts that are installed. */
@Component(service = Simulator.class)
public final class SimulatorComponent implements Simulator {

    private final Map<String, PacketFormat> formats;
    private final Map<String, CoverTrafficStrategy> covers;
    private final Map<String, RoutePolicy> routing;
    private final Map<String, RetransmissionPolicy> retransmissions;

    /**
     * @param formats         with their properties
     * @param covers          with their properties
     * @param routing         with their properties
     * @param retransmissions with their properties
     */
    @Activate
    public SimulatorComponent(
            @Reference(policyOption = ReferencePolicyOption.GREEDY)
            Collection<Map.Entry<Map<String, Object>, PacketFormat>> formats,
            @Reference(policyOption = ReferencePolicyOption.GREEDY)
            Collection<Map.Entry<Map<String, Object>, CoverTrafficStrategy>> covers,
            @Reference(policyOption = ReferencePolicyOption.GREEDY)
            Collection<Map.Entry<Map<String, Object>, RoutePolicy>> routing,
            @Reference(policyOption = ReferencePolicyOption.GREEDY)
            Collection<Map.Entry<Map<String, Object>, RetransmissionPolicy>> retransmissions) {
        this.formats = byName(formats);
        this.covers = byName(covers);
        this.routing = byName(routing);
        this.retransmissions = byName(retransmissions);
    }

    private static <T> Map<String, T> byName(Collection<Map.Entry<Map<String, Object>, T>> parts) {
        Map<String, T> byName = new TreeMap<>();
        parts.forEach(part -> byName.put(String.valueOf(part.getKey().get(PartFactory.NAME_PROPERTY)),
                part.getValue()));
        return byName;
    }

    @Override
    public Report run(Options options, Consumer<Duration> passed) {
        return SimulatorImpl.run(options, passed, formats, covers, routing, retransmissions);
    }
}
