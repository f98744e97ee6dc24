package org.cloakwork.store.mvstore;

import java.util.Map;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.store.StoreProvider;

/** Makes the part for plain Java. */
public final class MvStoreFactory implements PartFactory<StoreProvider> {

    /** For {@link java.util.ServiceLoader}. */
    public MvStoreFactory() {
    }

    @Override
    public Class<StoreProvider> type() {
        return StoreProvider.class;
    }

    @Override
    public String name() {
        return "mvstore";
    }

    @Override
    public StoreProvider create(Map<String, String> configuration) {
        return MvStoreProvider.configured(configuration);
    }
}
