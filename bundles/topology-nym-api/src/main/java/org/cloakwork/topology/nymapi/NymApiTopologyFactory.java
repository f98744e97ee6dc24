package org.cloakwork.topology.nymapi;

import java.util.Map;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.topology.TopologyProvider;

/** Makes the part for plain Java. */
public final class NymApiTopologyFactory implements PartFactory<TopologyProvider> {

    /** For {@link java.util.ServiceLoader}. */
    public NymApiTopologyFactory() {
    }

    @Override
    public Class<TopologyProvider> type() {
        return TopologyProvider.class;
    }

    @Override
    public String name() {
        return "nym-api";
    }

    @Override
    public TopologyProvider create(Map<String, String> configuration) {
        return NymApiTopology.configured(configuration);
    }
}
