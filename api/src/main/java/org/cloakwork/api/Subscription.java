package org.cloakwork.api;

import org.osgi.annotation.versioning.ProviderType;

/** A listener's registration; closing it ends the listening. Idempotent. */
@FunctionalInterface
@ProviderType
public interface Subscription extends AutoCloseable {

    @Override
    void close();
}
