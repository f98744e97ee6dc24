package org.cloakwork.topology.file;

import java.util.Map;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.topology.TopologyProvider;

/** Makes the part for plain Java. */
public final class FileTopologyFactory implements PartFactory<TopologyProvider> {

    /** For {@link java.util.ServiceLoader}. */
    public FileTopologyFactory() {
    }

    @Override
    public Class<TopologyProvider> type() {
        return TopologyProvider.class;
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public TopologyProvider create(Map<String, String> configuration) {
        return FileTopology.configured(configuration);
    }
}
