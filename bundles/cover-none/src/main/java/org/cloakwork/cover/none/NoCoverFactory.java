package org.cloakwork.cover.none;

import java.util.Map;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;

/** Makes the part for plain Java; it has no configuration. */
public final class NoCoverFactory implements PartFactory<CoverTrafficStrategy> {

    /** For {@link java.util.ServiceLoader}. */
    public NoCoverFactory() {
    }

    @Override
    public Class<CoverTrafficStrategy> type() {
        return CoverTrafficStrategy.class;
    }

    @Override
    public String name() {
        return "none";
    }

    @Override
    public CoverTrafficStrategy create(Map<String, String> configuration) {
        new PartConfiguration("cover none", configuration).verify();
        return new NoCover();
    }
}
