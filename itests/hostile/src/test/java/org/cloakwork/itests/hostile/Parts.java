package org.cloakwork.itests.hostile;

import java.util.Map;
import java.util.ServiceLoader;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.topology.TopologyProvider;

/** Parts as plain Java makes them. */
final class Parts {

    private Parts() {
    }

    static <T> T part(Class<T> type, String name, Map<String, String> configuration) {
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            if (factory.type() == type && factory.name().equals(name)) {
                return type.cast(factory.create(configuration));
            }
        }
        throw new AssertionError("no part " + type.getSimpleName() + ' ' + name);
    }

    static TopologyProvider directory(String url) {
        return part(TopologyProvider.class, "nym-api", Map.of("urls", url));
    }
}
