package org.cloakwork.cover.poisson;

import java.util.Map;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.PartFactory;

/** Makes the part for plain Java. */
public final class PoissonCoverFactory implements PartFactory<CoverTrafficStrategy> {

    /** For {@link java.util.ServiceLoader}. */
    public PoissonCoverFactory() {
    }

    @Override
    public Class<CoverTrafficStrategy> type() {
        return CoverTrafficStrategy.class;
    }

    @Override
    public String name() {
        return "poisson";
    }

    @Override
    public CoverTrafficStrategy create(Map<String, String> configuration) {
        return PoissonCover.configured(configuration);
    }
}
