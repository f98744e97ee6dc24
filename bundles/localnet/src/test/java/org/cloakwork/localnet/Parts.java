package org.cloakwork.localnet;

import java.util.Map;
import java.util.ServiceLoader;
import org.cloakwork.spi.runtime.PartFactory;

/** Parts as plain Java finds them. */
public final class Parts {

    private Parts() {
    }

    public static <T> T make(Class<T> type, String name, Map<String, String> configuration) {
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            if (factory.type() == type && factory.name().equals(name)) {
                return type.cast(factory.create(configuration));
            }
        }
        throw new AssertionError("no " + name);
    }
}
