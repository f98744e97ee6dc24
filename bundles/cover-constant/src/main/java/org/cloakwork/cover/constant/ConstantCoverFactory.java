package org.cloakwork.cover.constant;

import java.util.Map;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.PartFactory;

/** Makes the part for plain Java. */
public final class ConstantCoverFactory implements PartFactory<CoverTrafficStrategy> {

    /** For {@link java.util.ServiceLoader}. */
    public ConstantCoverFactory() {
    }

    @Override
    public Class<CoverTrafficStrategy> type() {
        return CoverTrafficStrategy.class;
    }

    @Override
    public String name() {
        return "constant";
    }

    @Override
    public CoverTrafficStrategy create(Map<String, String> configuration) {
        return ConstantCover.configured(configuration);
    }
}
