package org.cloakwork.frontend.dashboard;

import org.cloakwork.spi.runtime.Counters;

/** Everything a dashboard counts of itself. */
enum Counter implements Counters.Keyed {
    REFUSED_ORIGINS("dashboard.refused.origins", "requests of pages whose origin is not among allowed-origins");

    private final String key;
    private final String description;

    Counter(String key, String description) {
        this.key = key;
        this.description = description;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String description() {
        return description;
    }
}
