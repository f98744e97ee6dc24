package org.cloakwork.api;

/** A listener's registration; closing it ends the listening. Idempotent. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    @Override
    void close();
}
